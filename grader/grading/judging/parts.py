"""Answers divided into named parts, so that two mistakes in one answer can be distinguished.

The parts of an answer are the values of the tuple that is returned, or the dictionary that the
author's `parts` function makes of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grader.assignments.modules import error_at
from grader.assignments.records import Case, Exercise, RecordedOutputs, Variant
from grader.authoring import Arguments
from grader.caches import cached
from grader.errors import AssignmentError, WireError
from grader.execution.outcome import Raised, Returned
from grader.grading.judging.expected import is_right, not_raised
from grader.values import wire
from grader.values.contents import NotSmall, condensed, size_of, small_copy
from grader.values.difference import Returns

WHOLE = "the answer"
Function = Callable[..., Any]
# The parts of an answer by name, or the exception there was instead.
Parts = Mapping[str, Any] | Raised


@dataclass(frozen=True, slots=True)
class Cut:
    """How answers to an exercise are taken apart.

    `count` is the number of values that the student returned, of those an exercise may return;
    0 where that says nothing. With `whole`, an answer is left in one piece.
    """

    exercise: Exercise
    count: int = 0
    whole: bool = False

    def parts(self, value: Any) -> Mapping[str, Any]:
        """The parts by name, in the author's order; raises where there are none such."""
        returns = self.exercise.returns
        names = returns.names + returns.also
        several = len(returns.names) > 1
        if several and isinstance(value, (tuple, list)) and self.count in _counts(returns):
            value = value[: self.count] if len(value) == len(names) else value
        if self.whole:
            return {WHOLE: value}
        if self.exercise.parts:
            return dict(self.exercise.parts(value))
        if not several:
            return {WHOLE: value}
        if not isinstance(value, (tuple, list)) or len(value) not in _counts(returns):
            raise ValueError("not the values that are expected")
        return dict(zip(names, value, strict=False))

    def parts_of(self, outcome: Returned | Raised) -> Parts:
        """The parts of what came of a call, or all of it as one where it has none such."""
        if isinstance(outcome, Raised):
            return outcome
        try:
            return self.parts(outcome.value)
        except Exception:  # the author's code, on whatever was returned
            return {WHOLE: outcome.value}

    def same(self, case: Case, theirs: Parts, mine: Parts, name: str) -> bool:
        """Whether a variant's (or the reference's) part of that name is the student's as well.

        Exceptions are the same if they have the same type and message; one without a message
        stands for all of its type, and where a case expects an exception all right ones are.
        """
        raised = [each for each in (theirs, mine) if isinstance(each, Raised)]
        if case.raises and len(raised) == 2 and not any(not_raised(case, each) for each in raised):
            return True
        if isinstance(theirs, Raised) or isinstance(mine, Raised):
            return (
                isinstance(theirs, Raised)
                and isinstance(mine, Raised)
                and theirs.type == mine.type
                and theirs.message in ("", mine.message)
            )
        if name not in theirs or name not in mine:
            return False
        returns = self.exercise.returns if name == WHOLE else Returns()
        return case.same(theirs[name], mine[name], returns)


def cut_for(exercise: Exercise, outcomes: Sequence[Returned | Raised]) -> Cut:
    """How to take these outcomes apart: like the expected outputs, or else not at all."""
    values = [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]
    counts = {len(value) if isinstance(value, (tuple, list)) else 0 for value in values}
    count = counts.pop() if len(counts) == 1 else 0
    cut = Cut(exercise, count if count in _counts(exercise.returns) else 0)
    if any(case.is_checked or not case.comparison.by_parts for case in exercise.cases):
        return Cut(exercise, cut.count, whole=True)
    for case, outcome in zip(exercise.cases, outcomes, strict=True):
        if isinstance(outcome, Returned) and not case.raises:
            mine, expected = cut.parts_of(outcome), expected_parts(cut, case)
            if isinstance(mine, Raised) or mine.keys() != expected.keys():
                return Cut(exercise, cut.count, whole=True)
    return cut


def expected_parts(cut: Cut, case: Case) -> Mapping[str, Any]:
    """The parts of the expected output, of which there are none where an exception is expected.

    Raises AssignmentError where `parts` cannot take it.
    """
    if case.raises:
        return {}
    try:
        return cut.parts(case.expected)
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(
            f"the expected output of the case {case.name!r} cannot be taken apart by the `parts` "
            f"of {cut.exercise.name!r}: {type(error).__name__}: {error}"
        ) from error


@cached(most=4_000)
def parts_from(case: Case, function: Function, cut: Cut) -> Parts:
    """The parts of what a variant's function gives for a case, or what it raises.

    Large arrays are kept as digests.
    """
    outcome = _outcome(function, case)
    if isinstance(outcome, Raised):
        return outcome
    parts = cut.parts_of(outcome)
    return parts if isinstance(parts, Raised) else {k: condensed(v) for k, v in parts.items()}


@cached()
def variant_outcome(variant: Variant, case: Case) -> Returned | Raised:
    """What comes of the variant on the case, large arrays kept as digests."""
    outcome = _outcome(variant.function, case)
    return outcome if isinstance(outcome, Raised) else Returned(condensed(outcome.value))


def passed_by(variant: Variant, exercise: Exercise) -> frozenset[str]:
    """The names of the exercise's cases that the variant passes."""
    return frozenset(case.name for case in exercise.cases if passes(variant, case, exercise))


@cached()
def passes(variant: Variant, case: Case, exercise: Exercise) -> bool:
    """Whether the variant passes this case of the exercise."""
    return is_right(case, exercise, _outcome(variant.function, case))


@cached()
def quickest_first(exercise: Exercise) -> tuple[Case, ...]:
    """The exercise's cases, ordered by how much there is to be compared."""
    return tuple(sorted(exercise.cases, key=lambda case: size_of(case.expected)))


def _outcome(function: Function, case: Case) -> Returned | Raised:
    if isinstance(function, RecordedOutputs):
        return Returned(function.outputs[case.name])
    inputs = _inputs(case)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = function(*inputs.args, **inputs.kwargs)
    except Exception as error:  # a mistake may raise; so may the author's own slip
        bases = tuple(each.__name__ for each in type(error).__mro__)
        return Raised(type(error).__name__, str(error), None, bases)
    # There are thousands of pairs of variants, and most of what they return is small.
    with suppress(NotSmall):
        return Returned(small_copy(value))
    try:
        # A value that has been over the wire is of base types, as every answer is.
        return Returned(wire.decode(wire.encode(value)))
    except WireError as error:
        raise error_at(
            function,
            f"this variant returns for the case {case.name!r} what no answer can be: {error}",
        ) from None


def _inputs(case: Case) -> Arguments:
    """The case's inputs, for the function to change: copies of small ones, which cost less."""
    drawn = _drawn_once(case)
    if drawn is None:
        return case.arguments()
    return Arguments(small_copy(drawn.args), small_copy(drawn.kwargs))


@cached()
def _drawn_once(case: Case) -> Arguments | None:
    """The inputs if they are small, or None."""
    inputs = case.arguments()
    try:
        return Arguments(small_copy(inputs.args), small_copy(inputs.kwargs))
    except NotSmall:
        return None


def _counts(returns: Returns) -> tuple[int, int]:
    return len(returns.names), len(returns.names + returns.also)
