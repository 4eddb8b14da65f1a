"""What differs first between two traces; right forms differ in nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.execution.outcome import Returned
from grader.execution.traced import Change, Key, Trace, trace_of
from grader.grading.tracing.compare import MOST_TIMES, Comparison, Differing
from grader.grading.tracing.named import variables
from grader.grading.tracing.reference import (
    MAX_BYTES,
    MAX_LINES,
    accepted_values,
    reference_trace,
)
from grader.grading.tracing.values import Undecided, same
from grader.grading.tracing.words import told
from grader.model import Visibility
from grader.sandbox.inside.tracing import Tracer, condensed
from grader.values import wire
from tests.forms.places import MODULES

ROOT = Path(__file__).parents[3]
FULL = load_assignment(ROOT, "optimization_methods")
CASE = FULL.exercises[0].cases[0]
SAME = partial(same, CASE)
Set = tuple[str, Key, int, Any]


def trace(*changes: Set, given: Iterable[tuple[str, Key]] = ()) -> Trace:
    """The trace of a function that sets these values."""
    followed = (
        Change(*each[:3], b"" if each[3] is None else bytes(wire.encode(each[3])))
        for each in changes
    )
    return Trace(tuple(followed), frozenset(given), b"")


def first(
    expected: Trace, actual: Trace, returned: Iterable[str] = (), right: Iterable[Any] = ()
) -> Differing | None:
    return Comparison(SAME, frozenset(returned), lambda *_: right).first(expected, actual)


def where(found: Differing | None) -> tuple[str, Key, int] | None:
    return (found.name, found.key, found.line) if found else None


TWO = trace(("x", None, 1, 1.0), ("y", None, 2, 2.0))


def test_first_that_the_reference_sets_is_told() -> None:
    assert where(first(TWO, trace(("y", None, 7, 3.0), ("x", None, 8, 3.0)))) == ("x", None, 8)
    found = first(TWO, trace(("x", None, 7, 1.0), ("y", None, 8, 3.0)))
    assert found is not None
    assert (where(found), found.after) == (("y", None, 8), 1)
    assert first(TWO, TWO) is None


def test_variable_that_is_not_there_is_passed_over() -> None:
    assert where(first(TWO, trace(("y", None, 8, 3.0)))) == ("y", None, 8)
    assert first(TWO, trace()) is None


def test_variable_may_be_set_in_several_steps() -> None:
    assert first(TWO, trace(("x", None, 3, 0.0), ("x", None, 4, 1.0), ("x", None, 5, 9.0))) is None
    steps = [("x", None, line, 9.0) for line in range(MOST_TIMES + 1)]
    assert first(TWO, trace(*steps)) is None
    assert where(first(TWO, trace(*steps[1:]))) == ("x", None, MOST_TIMES)


def test_values_of_a_loop_are_compared_in_turn() -> None:
    loop = trace(*[("x", None, 1, float(n)) for n in range(3)])
    wrong = trace(("x", None, 5, 0.0), ("x", None, 6, 7.0), ("x", None, 7, 2.0))
    found = first(loop, wrong)
    assert found is not None
    assert (found.line, found.time, found.times) == (6, 2, 3)
    assert first(loop, trace(("x", None, 5, 0.0))) is None, "what is missing has no line"
    more = trace(*[("x", None, 1, float(n)) for n in (5, 0, 1, 2)])
    assert first(loop, more) is None, "which of them stand for each other is not known"


def test_item_that_was_never_set_is_not_told_nor_what_follows_it() -> None:
    expected = trace(("d", "a", 1, 1), ("d", "b", 2, 2), given=[("d", "a")])
    assert first(expected, trace(("d", "b", 5, 9), given=[("d", "a")])) is None
    assert first(expected, trace(("d", "a", 4, 1))) is None


def test_item_that_nothing_is_expected_for_is_told_where_it_is_returned() -> None:
    expected = trace(("d", "a", 1, 1))
    other = trace(("d", "b", 5, 1))
    found = first(expected, other, returned=["d"])
    assert found is not None
    assert (where(found), found.is_extra) == (("d", "b", 5), True)
    assert first(expected, other) is None
    more = trace(("d", "a", 4, 1), ("d", "b", 5, 1))
    assert where(first(expected, more, returned=["d"])) == ("d", "b", 5)


def test_value_of_an_accepted_form_is_right() -> None:
    assert first(TWO, trace(("x", None, 7, 3.0)), right=[3.0]) is None


def test_value_that_cannot_be_compared_ends_the_comparison() -> None:
    assert first(TWO, trace(("x", None, 7, None), ("y", None, 8, 3.0))) is None


def test_list_of_numbers_may_stand_for_an_array() -> None:
    assert same(CASE, np.arange(3), [0, 1, 2])
    assert not same(CASE, np.arange(3), [0, 1, 3])
    assert not same(CASE, np.arange(3), [0, 1, 10**400])


def test_large_arrays_are_the_same_by_their_digest() -> None:
    large = np.arange(10_000.0)
    near = np.where(large == 1, 1.5, large)
    assert same(CASE, condensed(large), condensed(large))
    assert not same(CASE, condensed(large), condensed(large + 1))
    assert not same(CASE, condensed(large), condensed(large[1:]))
    with pytest.raises(Undecided):  # it is not in the sample
        same(CASE, condensed(large), condensed(near))


@pytest.mark.parametrize(
    "sent",
    [
        None,
        ([], []),
        ([("x", None, 1)], [], b""),
        ([("x", 1.5, 1, b"")], [], b""),
        ([("x", None, 1, "text")], [], b""),
        ([("x" * 1000, None, 1, b"")], [], b""),
        ([("x", 10**4000, 1, b"")], [], b""),
        ([("x", None, 1, b"")] * 10_001, [], b""),
        ([("x", None, 1, bytes(9_000_000))], [], b""),
    ],
)
def test_trace_of_another_form_is_none(sent: object) -> None:
    assert trace_of(Returned(sent)) is None


def test_bytes_of_a_kernel_that_are_no_value_are_compared_as_none() -> None:
    forged = Trace((Change("x", None, 7, b"\xff"),), frozenset(), b"")
    assert where(first(TWO, forged)) == ("x", None, 7)


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (np.ones((2, 3)), np.ones((3, 2)), "Its shape is (3, 2), which is not the expected one."),
        (np.ones((2, 3)), -np.ones((2, 3)), "Its sign is the other one everywhere."),
        (np.ones((2, 3)), 2 * np.ones((2, 3)), "None of its numbers is right."),
        (
            np.ones((2, 2)),
            np.array([[1.0, 7.0], [1.0, 1.0]]),
            "Of its 4 numbers, 3 are right; the first that is not is at [0, 1].",
        ),
        (
            (np.ones(2), np.ones(2)),
            (np.ones(2), np.zeros(2)),
            "In it, only the second of 2 items differs.",
        ),
        ([("a", 1)], [("a", 1), ("b", 2)], "It has too many items."),
    ],
)
def test_how_a_value_differs_is_told_without_the_expected_number(
    expected: Any, actual: Any, words: str
) -> None:
    assert words in told(Differing("x", None, 3, actual, expected), "Small", SAME)


# What is made by a lambda has no lines.
RIGHT = [(module, name) for module in MODULES for name in module.RIGHT if name != "lambda"]


@pytest.mark.parametrize(
    ("module", "name"),
    [pytest.param(*each, id=f"{each[0].EXERCISE}-{each[1]}") for each in RIGHT],
)
def test_right_form_has_no_step_that_differs(module: Any, name: str) -> None:
    """Its own variables may have other values than the reference's, which are no mistakes."""
    exercise = FULL.exercise(module.EXERCISE)
    (case,) = exercise.of(Visibility.PUBLIC)
    namespace: dict[str, Any] = {"math": math, "np": np}
    source = module.FORMS[name].source.replace("%%time", "")
    exec(compile(source, "<form>", "exec"), namespace)  # ours: it may run in this process
    names = variables(FULL)[exercise.name]
    tracer = Tracer("<form>", exercise.name, names, wire.encode, MAX_LINES, MAX_BYTES)
    inputs = case.arguments()
    tracer.call(namespace[exercise.name], inputs.args, inputs.kwargs)
    assert tracer.ended
    actual = Trace(
        tuple(Change(*each) for each in tracer.changes.values()), frozenset(tracer.given), b""
    )
    comparison = Comparison(
        partial(same, case),
        frozenset(exercise.returns.names + exercise.returns.also),
        partial(accepted_values, exercise, case),
    )
    assert comparison.first(reference_trace(exercise, case, FULL), actual) is None
