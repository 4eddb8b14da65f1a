"""What is right in a wrong answer that nobody has named is said before what is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Case
from grader.assignments.reference import reference
from grader.execution.outcome import Raised, Returned
from grader.grading.judging.right_parts import right_parts
from grader.model import Visibility
from grader.report.next_steps import next_step
from tests.conftest import ROOT
from tests.forms.mini_batches import EXERCISE, LAST_SLICES
from tests.forms.table import diagnosed

ASSIGNMENT = load_assignment(ROOT, "optimization_methods")
BATCHES = ASSIGNMENT.exercise(EXERCISE)
CASES = {case.name: case for case in BATCHES.cases}
BUT_THE_LAST = "All items of mini_batches but the last are right; the last one "

# The slice of the end case -> what is said of it where the second of three mini-batches is full.
SAID = {
    "one column for a slice": "has another shape than expected.",
    "as if all were as short": "has the right shape and begins elsewhere.",
    "the last full one again": "has too many columns and begins elsewhere.",
    "to a product that is too large": "",
    "from the loop's last k": "",
    "without the last column": "has too few columns and begins right.",
}


def said(answer: Callable[..., Any], name: str = "default_arguments") -> str:
    inputs = CASES[name].arguments()
    return right_parts(CASES[name], BATCHES, Returned(answer(*inputs.args, **inputs.kwargs)))


def function(source: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"math": math, "np": np}
    exec(source, names)  # ours, unlike a student's: it may run in this process
    found: Callable[..., Any] = names[EXERCISE]
    return found


@pytest.mark.parametrize("name", SAID)
def test_of_an_end_case_that_is_cut_otherwise_the_full_ones_are_said_to_be_right(name: str) -> None:
    words = said(function(LAST_SLICES[name]))

    assert words == (f"{BUT_THE_LAST}{SAID[name]}" if SAID[name] else "")


def right(*args: Any) -> Any:
    return reference(ASSIGNMENT)[EXERCISE](*args)


# What is done to the reference's three mini-batches, and what is said of the answer then.
OTHERWISE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "last_one_missing": (
        lambda b: b[:-1],
        "The items that mini_batches has are right, but some are missing after them.",
    ),
    "one_too_many": (
        lambda b: [*b, b[0]],
        "All that is expected in mini_batches is right, but more follows it.",
    ),
    "labels_of_the_last_one_wrong": (
        lambda b: [*b[:-1], (b[-1][0], b[-1][1] + 5)],
        f"{BUT_THE_LAST}is right in its first value and wrong in its second.",
    ),
    "first_one_turned_round": (
        lambda b: [(b[0][0][:, ::-1], b[0][1][:, ::-1]), *b[1:]],
        "All items of mini_batches but the first are right; "
        "the first one has the right shape and begins elsewhere.",
    ),
    "first_one_right_only": (
        lambda b: [b[0], *((X * 2, Y) for X, Y in b[1:])],
        "The first item of mini_batches is right; those that follow are not.",
    ),
    "other_values": (
        lambda b: [*b[:-1], (b[-1][0] * 2, b[-1][1] + 5)],
        f"{BUT_THE_LAST}has the right shape and begins with other values.",
    ),
    "labels_everywhere": (lambda b: [(X, Y + 5) for X, Y in b], "X is right, Y is not."),
    "everything": (lambda b: [(X * 2, Y + 5) for X, Y in b], ""),
    "no_list": (lambda b: 3, ""),
    "nothing": (lambda b: [], ""),
    "no_pairs": (lambda b: [*b[:-1], (1, 2, 3)], f"{BUT_THE_LAST}is not."),
    "no_arrays": (lambda b: [*b[:-1], ("a", None)], f"{BUT_THE_LAST}is not."),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_is_right_is_told_by_position_and_by_part(name: str) -> None:
    change, words = OTHERWISE[name]

    assert said(lambda *args: change(right(*args))) == words


def test_of_a_large_array_no_more_is_said_than_is_known() -> None:
    def answer(*args: Any) -> Any:
        *full, (X, Y) = right(*args)
        return [*full, (X[:, 1:], Y[:, 1:])]

    assert said(answer, "published") == (
        f"{BUT_THE_LAST}has too few columns and begins with other values."
    )


def test_a_key_of_a_hidden_case_is_not_named() -> None:
    exercise = ASSIGNMENT.exercise("initialize_velocity")

    def words(case: Case) -> str:
        wrong = dict(case.expected)
        wrong["db1"] = wrong["db1"] + 1
        return right_parts(case, exercise, Returned(wrong))

    public = [words(case) for case in exercise.of(Visibility.PUBLIC)]
    hidden = [words(case) for case in exercise.of(Visibility.HIDDEN)]
    assert public == ["v['dW1'], v['dW2'] and v['db2'] are right, v['db1'] is not."]
    assert set(hidden) == {"W is right, b is not."}


def test_an_exception_has_no_parts() -> None:
    assert right_parts(CASES["published"], BATCHES, Raised("TypeError", "", None)) == ""


def test_it_is_the_first_thing_a_student_reads_of_such_an_answer(tmp_path: Path) -> None:
    result = diagnosed(EXERCISE, LAST_SLICES["as if all were as short"], tmp_path)

    assert result.diagnosis is None
    assert [BUT_THE_LAST in case.message for case in result.cases].count(True) == 1
    assert next_step(result).startswith(BUT_THE_LAST)
