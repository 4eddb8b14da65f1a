"""behaviour: wrong answers without a name that do the same on all cases have one key."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from grader.assignments.records import Case, Exercise
from grader.authoring import arguments
from grader.execution.outcome import (
    Crashed,
    Incomparable,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.grading.unnamed.behaviour import behaviour
from grader.model import CaseResult, ExerciseResult, Graded, Verdict, Visibility
from grader.values.difference import Returns, Tolerance

Grade = Callable[..., Graded]
IMPORTS = "import math"
# Three that do the same, in three ways, and two that do something else each.
SHORTEST = (
    "def longest(text):\n    return min(text.split(), key=lambda word: (len(word), word))",
    "def longest(text):\n    return sorted(sorted(text.split()), key=len)[0]",
    "def shorter(one, other):\n"
    "    return min(one, other, key=lambda word: (len(word), word))\n"
    "def longest(text):\n"
    "    first, *rest = text.split()\n"
    "    for word in rest:\n"
    "        first = shorter(first, word)\n"
    "    return first",
)
LAST = "def longest(text):\n    return text.split()[-1]"
OUTSIDE = "def longest(text):\n    return text.split()[{}]"
EXERCISE = Exercise(
    "e",
    "",
    "",
    1,
    "all",
    (),
    Returns(),
    cases=tuple(
        Case(name, "", Visibility.HIDDEN, Tolerance(), 1, partial(arguments, name), 0)
        for name in "abc"
    ),
)
outcomes = st.sampled_from([Returned(0), Returned(1.0), Returned("x"), Raised("KeyError", "", 1)])


def key(*came: Outcome, exercise: Exercise = EXERCISE) -> str:
    pairs = list(zip(exercise.cases, came, strict=True))
    judged = tuple(
        CaseResult(case.name, "", case.visibility, outcome == Returned(case.expected))
        for case, outcome in pairs
    )
    result = ExerciseResult("e", Verdict.INCORRECT, 0, 1, cases=judged)
    return behaviour(exercise, result, {case.name: outcome for case, outcome in pairs})


def test_answers_that_do_the_same_in_other_ways_have_one_key_in_a_real_run(
    grade_cells: Grade,
) -> None:
    def keys(*sources: str) -> list[str]:
        found = []
        for source in sources:
            graded = grade_cells(IMPORTS, source)
            assert graded.result.exercises[0].is_unnamed
            found.append(graded.behaviours["longest"])
        return found

    shortest = keys(*SHORTEST)
    assert len(set(shortest)) == 1
    last, far, farther = keys(LAST, OUTSIDE.format(99), OUTSIDE.format("len(text)"))
    assert far == farther  # they raise the same exception
    assert len({shortest[0], last, far}) == 3


def test_only_wrong_answers_without_a_name_have_a_key(
    grade_cells: Grade,
) -> None:
    found = {}
    for name, source in {
        "right": "def longest(text):\n    return max(text.split(), key=len)",
        "named": "def longest(text):\n    return text.split()[0]",
        "wrong": LAST,
    }.items():
        graded = grade_cells(source)
        found[name] = [*graded.behaviours]
        assert all(each.behaviour is None for each in graded.result.exercises)
    assert found == {"right": [], "named": [], "wrong": ["longest"]}


@given(st.lists(outcomes, min_size=3, max_size=3), st.lists(outcomes, min_size=3, max_size=3))
def test_keys_are_equal_where_every_outcome_is(one: list[Outcome], other: list[Outcome]) -> None:
    assert (key(*one) == key(*other)) is (one == other)


@given(st.lists(outcomes, min_size=3, max_size=3), st.randoms())
def test_the_order_of_the_cases_makes_no_difference(
    came: list[Outcome], drawn: random.Random
) -> None:
    pairs = list(zip(EXERCISE.cases, came, strict=True))
    drawn.shuffle(pairs)
    cases = tuple(case for case, _ in pairs)
    shuffled = Exercise("e", "", "", 1, "all", (), Returns(), cases=cases)
    assert key(*(each for _, each in pairs), exercise=shuffled) == key(*came)


def test_exceptions_are_alike_whatever_numbers_they_name() -> None:
    def raising(message: str, kind: str = "IndexError") -> Sequence[Outcome]:
        return [Raised(kind, message, line) for line in (1, 2, 3)]

    assert key(*raising("index 5 of <f at 0x7f1a>")) == key(*raising("index 12.5 of <f at 0x0>"))
    assert key(*raising("index 5")) != key(*raising("shape 5"))
    assert key(*raising("index 5")) != key(*raising("index 5", "ValueError"))
    assert key(*raising("9" * 100_000)) == key(*raising("8" * 100_000))


def test_what_cannot_be_compared_is_alike_by_what_it_is() -> None:
    same = [Incomparable("result is of type set_iterator")] * 3
    assert key(*same) == key(*same) != key(*[Incomparable("result is of type module")] * 3)


def test_there_is_no_key_where_a_call_did_not_come_to_an_end() -> None:
    for lost in (TimedOut(1), Crashed(), NotCalled("")):
        assert key(Returned(1), lost, Returned(1)) == ""
