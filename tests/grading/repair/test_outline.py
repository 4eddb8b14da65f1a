"""Two functions side by side: what stands for what, and where they differ."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest

from grader.grading.repair.budget import Budget, OutOfSteps
from grader.grading.repair.donors import AT_ONCE, grafts
from grader.grading.repair.graft import Graft
from grader.grading.repair.spelling import numbered
from grader.notebooks.cells import Function, functions

STEPS = 1_000_000


def function(source: str) -> Function:
    return functions(source)["f"]


def found(wrong: str, *right: str, steps: int = STEPS) -> list[Graft]:
    return list(grafts(function(wrong), "f", right, Budget(steps)))


def becomes(edits: Sequence[Graft]) -> list[tuple[str, ...]]:
    return [tuple(new for _, new in each.shown) for each in edits]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a):\n    b = a\n    return b", "def f(x):\n    y = x  # so\n    return y"),
        ("def f(a):\n    a += 1\n    return a", "def f(a):\n    a = a + 1\n    return a"),
        ("def f(a, b):\n    return a > b", "def f(x, y):\n    return y < x"),
        ("def f(a, b):\n    return not a == b", 'def f(a, b):\n    "It."\n    return a != b'),
        ("def f(a):\n    return [b for b in a]", "def f(a):\n    return [c for c in a]"),
    ],
)
def test_names_comments_and_ways_of_writing_are_no_difference(one: str, other: str) -> None:
    assert numbered(function(one)) == numbered(function(other))
    assert found(one, other) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(a, b):\n    return a - b", "def f(a, b):\n    return b - a"),
        ("def f(a):\n    return a.x", "def f(a):\n    return a.y"),
        ("def f(a):\n    return 1", "def f(a):\n    return 1.0"),
        ("def f(a):\n    return not a < 1", "def f(a):\n    return a >= 1"),  # a NaN is neither
    ],
)
def test_what_means_something_else_is_a_difference(one: str, other: str) -> None:
    assert numbered(function(one)) != numbered(function(other))


def test_variables_are_renamed_by_the_part_they_play() -> None:
    wrong = "def f(a):\n    total = 1\n    for x in a:\n        total += x\n    return total"
    right = "def f(v):\n    s = 0\n    for total in v:\n        s = s + total\n    return s"

    assert becomes(found(wrong, right)) == [("total = 0",)]


def test_a_name_that_is_taken_is_not_given_to_another_variable() -> None:
    wrong = "def f(a):\n    n = 2\n    b = n\n    c = b\n    return c"
    right = "def f(a):\n    m = 2\n    b = m\n    c = b\n    n = a + b\n    return n"
    sources = [each.source for each in found(wrong, right)]

    assert any("n_ = a + b" in source for source in sources)
    assert all("n = a + b" not in source for source in sources)


def test_fewest_differences_come_first_and_none_twice() -> None:
    wrong = "def f(a):\n    b = 1\n    c = 2\n    d = 3\n    return b + c + d + a"
    right = wrong.replace("1", "7").replace("3", "9")
    nearer = wrong.replace("1", "7")

    assert becomes(found(wrong, right, nearer)) == [
        ("b = 7",),
        ("d = 9",),
        ("b = 7", "d = 9"),
    ]


def test_all_edits_of_the_nearest_come_before_those_of_donors_further_away() -> None:
    wrong = "def f(a):\n    b = 1\n    c = a\n    d = 3\n    e = a\n    return b + c + d + e"
    nearest = [wrong.replace("1", str(n)).replace("3", str(n)) for n in range(10, 10 + AT_ONCE)]
    further = "def f(a):\n    b = [1]\n    c = a\n    d = [3]\n    e = a\n    return 0"
    edits = becomes(found(wrong, further, *nearest))

    assert edits.index(("b = 17", "d = 17")) < edits.index(("b = [1]",))


def test_source_can_be_parsed_and_lines_are_those_of_the_cell() -> None:
    wrong = (
        "import x\n\ndef f(a):\n    '''Says.'''\n    n = 0\n    while a:\n        a = a[1:]\n"
        "    else:\n        n += 1\n    return n"
    )
    right = (
        "def f(a):\n    n = 0\n    while len(a) > 0:\n        n = n + 1\n        a = a[1:]\n"
        "    return n"
    )
    edits = found(wrong, right)

    assert edits
    for each in edits:
        assert "def f(a)" in ast.unparse(ast.parse(each.source))
        assert set(each.lines) <= set(range(3, 11))
    assert {each.lines for each in edits} == {(6,), (9,), (6, 9)}


def test_at_least_half_of_the_function_stays() -> None:
    wrong = "def f(a):\n    b = a\n    return b"
    right = "def f(a):\n    c = [x for x in a if x]\n    d = sum(c)\n    return d / len(c)"

    assert all(len(each.lines) == 1 for each in found(wrong, right))


def test_nothing_is_put_before_lines_that_would_never_be_run() -> None:
    wrong = "def f(a):\n    b = a\n    c = b\n    return c"
    right = "def f(a):\n    return a + 1\n    b = a\n    c = b\n    return c"

    assert found(wrong, right) == []


def test_functions_of_other_parameters_and_what_cannot_be_parsed_are_left_out() -> None:
    wrong = "def f(a):\n    b = 1\n    return b"

    assert found(wrong, wrong.replace("(a)", "(a, c)").replace("1", "2"), "def f(", "g = 1") == []


def test_steps_are_counted() -> None:
    wrong = "def f(a):\n    b = 1\n    return b"

    with pytest.raises(OutOfSteps):
        found(wrong, *(wrong.replace("1", str(n)) for n in range(2, 90)), steps=50)
