"""Checkers: an author's function that judges answers, in a process with limits."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader import checkers
from grader.api import grade_notebook
from grader.authoring import arguments
from grader.authors.validate import validate
from grader.checkers import (
    any_of,
    root_within,
    satisfies,
    sorted_by,
    up_to_order,
    up_to_permutation,
    up_to_sign,
)
from grader.errors import AssignmentError
from grader.model import ExerciseResult, Status, Verdict
from tests.authored import NAME, authored, exercise, handed_in
from tests.conftest import notebook

MASTER = """def split(n):
    ### START CODE HERE ###
    found = (1, n - 1)
    ### END CODE HERE ###
    return found"""
CASES = """
import os, time

def sums_up(answer, arguments):
    if not isinstance(answer, tuple) or len(answer) != 2:
        return "two numbers are expected"
    if answer[0] == 13:
        raise ValueError("thirteen")
    if answer[0] == 14:
        while True:
            pass
    if answer[0] == 15:
        os._exit(0)
    if answer[0] == 16:
        return None
    if answer[0] == 17:
        return [0] * 10**10
    if answer[1] < 0:
        return f"{answer[1]} is below 0"
    return sum(answer) == arguments.args[0]

@case("split", check=sums_up, public=True)
def five():
    \"\"\"Five.\"\"\"
    return arguments(5)

@case("split", check=sums_up)
def seventy():
    \"\"\"A larger number.\"\"\"
    return arguments(70)
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authored(tmp_path_factory.mktemp("checked"), [MASTER], CASES, exercise("split"))


def answer(root: Path, returned: str) -> ExerciseResult:
    (found,) = handed_in(root, f"def split(n):\n    return {returned}").exercises
    return found


@pytest.mark.parametrize("returned", ["(1, n - 1)", "(n, 0)", "(n / 2, n / 2)"])
def test_every_answer_that_the_checker_takes_is_right(root: Path, returned: str) -> None:
    assert answer(root, returned).verdict is Verdict.CORRECT


@pytest.mark.parametrize(
    ("returned", "public", "hidden"),
    [
        (
            "(1, n)",
            "returns (1, 5), which is not right",
            "returns something that is not right",
        ),
        (
            "[n]",
            "returns [5]: two numbers are expected",
            "returns something that is not right: two numbers are expected",
        ),
        (
            "(n, -n)",
            "returns (5, -5): -5 is below 0",
            "returns something that is not right",
        ),
    ],
)
def test_what_the_checker_says_is_told_and_of_hidden_cases_only_what_it_says_to_all(
    root: Path, returned: str, public: str, hidden: str
) -> None:
    found = answer(root, returned)
    assert found.verdict is Verdict.INCORRECT
    assert [case.message for case in found.cases] == [public, hidden]


@pytest.mark.parametrize(
    ("first", "how"),
    [
        ("13", "raises ValueError: thirteen"),
        ("14", "took more than 5 s"),
        ("15", "ended the process it ran in"),
        ("16", "returns NoneType, where True, False or a sentence is expected"),
        ("17", "used up its memory"),
    ],
)
def test_a_checker_that_fails_costs_nobody_points(root: Path, first: str, how: str) -> None:
    result = handed_in(root, f"def split(n):\n    return ({first}, 0)")
    (found,) = result.exercises
    assert (found.verdict, found.score) == (Verdict.NOT_GRADED, None)
    assert found.message == f"case five: its checker `sums_up` {how}"
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert answer(root, "(n, 0)").verdict is Verdict.CORRECT  # and the next one is judged


def test_an_untouched_stub_is_unanswered_though_the_checker_raises(tmp_path: Path) -> None:
    cases = CASES.replace("if not isinstance(answer, tuple)", "if answer[0] == 99")
    authored(tmp_path, [MASTER], cases, exercise("split"))
    assert list(validate(tmp_path, NAME)) == []


def test_students_are_told_that_another_answer_may_be_right(root: Path, tmp_path: Path) -> None:
    for returned, verdict in (("(1, n - 1)", "correct"), ("(n, 0)", "not_graded")):
        own = tmp_path / "own.ipynb"
        own.write_text(json.dumps(notebook(f"def split(n):\n    return {returned}")))
        (found,) = grade_notebook(own, root / "assignment" / NAME, public_only=True).exercises
        assert found.verdict.value == verdict
        assert ("found out when it is graded" in found.message) is (verdict == "not_graded")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("def sums_up(value):", "this checker takes value where `answer`"),
        ("def sums_up():", "this checker takes nothing where `answer`"),
    ],
)
def test_other_parameters_are_refused(tmp_path: Path, written: str, problem: str) -> None:
    cases = CASES.replace("def sums_up(answer, arguments):", written)
    with pytest.raises(AssignmentError, match=problem):
        authored(tmp_path, [MASTER], cases, exercise("split"))


def test_a_value_may_have_a_checker(tmp_path: Path) -> None:
    cases = """
from grader.authoring import value
from grader.checkers import root_within

@value("x", check=root_within(lambda x: x**2 - 2))
def root():
    \"\"\"It solves the equation.\"\"\"
"""
    master = "### START CODE HERE ###\nx = 2 ** 0.5\n### END CODE HERE ###"
    authored(tmp_path, [master], cases, exercise("x", 'kind = "value"'))
    for written, verdict in (("-2 ** 0.5", "correct"), ("1.4", "incorrect"), ("'2'", "incorrect")):
        (found,) = handed_in(tmp_path, f"x = {written}").exercises
        assert found.verdict.value == verdict


# Answers of every kind that a hostile notebook may return.
ODD: list[object] = [
    None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**400, 1j, "", "x", b"x", (), [],
    [[]], {}, {1: 2}, {1, 2}, [1, "a"], [None], np.zeros(0), np.zeros((2, 2)), np.array("x"),
    np.array([1, 2], dtype=bool), np.array([np.nan, 1.0]), np.zeros((0, 3)),
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "check",
    [
        lambda answer: up_to_order(answer, [1.0, 2.0]),
        lambda answer: up_to_sign(answer, np.array([[1.0, 5.0], [2.0, 3.0]])),
        lambda answer: up_to_permutation(answer, [0, 0, 1]),
        root_within(lambda x: x - 3),
        lambda answer: sorted_by(len)(answer, ["a", "bb"]),
        lambda answer: sorted_by()(answer, [1, 2, 3]),
        lambda answer: satisfies(lambda x, given: x - 7)(answer, arguments()),
        lambda answer: satisfies(lambda x, given: x - 1, shape=(2,))(answer, arguments()),
        any_of(3, "three"),
    ],
)
def test_no_ready_checker_takes_or_stumbles_over_what_is_no_answer(
    check: Callable[..., object], odd: object
) -> None:
    assert check(answer=odd) is not True


def test_ready_checkers_take_each_right_answer() -> None:
    matrix = np.array([[1.0, 5.0], [2.0, 3.0]])
    assert up_to_order((2.0, 1.0), [1.0, 2.0]) is True
    assert up_to_sign(matrix * [1, -1], matrix) is True
    assert up_to_sign([-1.0], [1.0]) is True
    assert up_to_permutation(np.array([5, 5, 2]), [0, 0, 1]) is True
    assert sorted_by(len)(["b", "a", "cc"], ["a", "b", "cc"]) is True
    assert sorted_by(reverse=True)([3, 2, 1], [1, 2, 3]) is True
    assert checkers.any_of(3, "three")("three") is True
