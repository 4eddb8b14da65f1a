"""Cases drawn afresh for one run, to find out who has memorised the answers to the frozen ones.

The author's cases are called with another seed, which gives other inputs; the reference solution
computes the expected outputs in our process, or in a kernel if it needs the rest of its notebook. A
function that passes every frozen case and fails
these is flagged for a person to look at. No points depend on it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.assignments.kinds import called, kind_of
from grader.assignments.records import Assignment, Case, Exercise
from grader.assignments.reference import reference, stands_alone
from grader.authoring import Arguments, drawn_afresh
from grader.caches import cached
from grader.errors import AssignmentError
from grader.execution.calls import Call
from grader.execution.outcome import NotCalled, Outcome, Returned
from grader.execution.session import Execution
from grader.grading.reference_outputs import outputs_on
from grader.model import ExerciseResult
from grader.values import wire

# So many cases of each exercise are drawn.
CASES_DRAWN = 2


async def suspicions(
    results: Sequence[ExerciseResult],
    assignment: Assignment,
    seed: int,
    run: Execution,
    kept: frozenset[str] = frozenset(),
) -> list[str]:
    """A flag for each exercise that passes its frozen cases and fails some drawn with `seed`.

    `run` is an execution in which the notebook has run. The functions of the exercises in `kept`
    are called as their cells left them. Raises AssignmentError where the reference or an accepted
    variant raises on inputs that a case may draw.
    """
    passed = [
        (exercise, await _drawn(exercise, assignment, _variant(result), seed))
        for exercise, result in zip(assignment.exercises, results, strict=True)
        if result.verdict.solved
        and kind_of(exercise).is_called
        # The reference is asked once for everybody, and without anybody's parameters.
        and not exercise.parametric
        # Partly the variant, partly the reference: no one function is right for all.
        and not (result.diagnosis and result.diagnosis.parts)
    ]
    outcomes = await run.call_all(
        [
            [Call(exercise.names, each.inputs, exercise.name in kept) for each in drawn]
            for exercise, drawn in passed
        ]
    )
    return [
        f"{exercise.name} passes all frozen cases, but {failed} of {len(drawn)} drawn afresh for "
        f"this run (seed {seed}) fail: are its answers memorised?"
        for (exercise, drawn), of_drawn in zip(passed, outcomes, strict=True)
        if (failed := _failed(exercise, drawn, of_drawn))
    ]


def _variant(result: ExerciseResult) -> str:
    return result.diagnosis.variant if result.diagnosis else ""


def _failed(exercise: Exercise, drawn: Sequence[_Drawn], outcomes: Sequence[Outcome]) -> int:
    """How many of the cases fail; those that were not called do not."""
    return sum(
        not isinstance(outcome, Returned)
        or each.case.first_difference(each.expected, outcome.value, exercise.returns) is not None
        for each, outcome in zip(drawn, outcomes, strict=False)
        if not isinstance(outcome, NotCalled)
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A case drawn afresh: encoded inputs, and what is right for them."""

    inputs: bytes | memoryview
    expected: Any
    case: Case


async def _drawn(
    exercise: Exercise, assignment: Assignment, variant: str, seed: int
) -> tuple[_Drawn, ...]:
    """At most `CASES_DRAWN` of the exercise's cases, drawn with the seed.

    They are the same for every submission of a run. Expected is what the accepted `variant` of that
    name returns, or the reference where the name is empty.
    """
    if variant or stands_alone(assignment):
        return _here(exercise, assignment, variant, seed)
    by_exercise = _in_kernels(assignment, seed)
    if exercise.name not in by_exercise:
        drawn = [(each, *one) for each in called(assignment) for one in _inputs(each, seed)]
        expected = await outputs_on(assignment, drawn)
        by_exercise |= {each.name: [] for each in assignment.exercises}
        for (each, case, inputs), value in zip(drawn, expected, strict=True):
            encoded = wire.encode((inputs.args, inputs.kwargs))
            by_exercise[each.name].append(_Drawn(encoded, value, case))
    return tuple(by_exercise[exercise.name])


@cached(most=4)
def _in_kernels(assignment: Assignment, seed: int) -> dict[str, list[_Drawn]]:
    """What was drawn with the seed and worked out in a kernel, by the names of exercises."""
    return {}


@cached(most=64)
def _here(
    exercise: Exercise, assignment: Assignment, variant: str, seed: int
) -> tuple[_Drawn, ...]:
    """What `_drawn` returns, worked out in our process."""
    drawn = _inputs(exercise, seed)
    if not drawn:
        return ()
    accepted = {each.name: each.function for each in exercise.accepted}
    right = accepted[variant] if variant else reference(assignment)[exercise.name]
    return tuple(
        _Drawn(
            wire.encode((inputs.args, inputs.kwargs)),
            _output(right, inputs, f"{exercise.name}/{case.name}", assignment),
            case,
        )
        for case, inputs in drawn
    )


def _inputs(exercise: Exercise, seed: int) -> list[tuple[Case, Arguments]]:
    """Cases of the exercise with the inputs that they draw, in an order that the seed gives."""
    cases = random.Random(f"{seed} {exercise.name}").sample(exercise.cases, len(exercise.cases))
    drawn = ((case, drawn_afresh(case.arguments, seed)) for case in cases)
    return [
        (case, inputs)
        for case, inputs in drawn
        if inputs is not None and not (case.raises or case.is_checked or case.draws)
    ][:CASES_DRAWN]


def _output(right: Callable[..., Any], inputs: Arguments, case: str, assignment: Assignment) -> Any:
    try:
        # A value that has been over the wire is of base types, as every answer is.
        return wire.decode(wire.encode(right(*inputs.args, **inputs.kwargs)))
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(
            f"{assignment.solutions}: {right.__name__!r} raises {type(error).__name__}: {error}, "
            f"where the inputs of the case {case} are drawn afresh; what a case may draw, the "
            "reference and every accepted variant have to return on"
        ) from error
