"""A student's own inputs of public cases, where the student checks a notebook.

There is no reference, so nobody knows what is right for them. What the reference returns for the
example's inputs, which students have, says of which kind an answer is: what is of another kind, or
raises, is wrong. What is of this kind may be wrong all the same, and nothing else is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.assignments.kinds import kind_of
from grader.assignments.records import Assignment, Case, Exercise
from grader.execution.calls import Call
from grader.execution.outcome import Outcome, Returned
from grader.execution.public_inputs import drawn_inputs
from grader.execution.session import Execution
from grader.grading.judging.judge import judge
from grader.model import CaseResult, ExerciseResult, Verdict
from grader.values.kind import plain
from grader.values.kinds import KINDS

_NOT_DRAWN = "the inputs for this id cannot be drawn; unpack the assignment's files again"


async def with_own_inputs(
    results: Sequence[ExerciseResult],
    assignment: Assignment,
    student: str,
    execution: Execution,
    kept: frozenset[str],
) -> tuple[ExerciseResult, ...]:
    """The results with a case more for each public case that draws inputs for the student's id.

    A function that was right so far, and fails one of these, is only partly right. The functions of
    the exercises in `kept` are called as their cells left them.
    """
    return tuple(
        [
            await _with_own(result, exercise, assignment, student, execution, kept)
            for result, exercise in zip(results, assignment.exercises, strict=True)
        ]
    )


async def _with_own(
    result: ExerciseResult,
    exercise: Exercise,
    assignment: Assignment,
    student: str,
    execution: Execution,
    kept: frozenset[str],
) -> ExerciseResult:
    drawn = {case: case.draws for case in exercise.cases if case.draws}
    if not (student and drawn and result.verdict.answered):
        return result
    inputs = await drawn_inputs(assignment, [*drawn.values()], student)
    cases = []
    for case, encoded in zip(drawn, inputs, strict=True):
        if encoded is None:
            cases.append(_own(case, student, None, _NOT_DRAWN))
            continue
        call = Call(exercise.names, encoded, exercise.name in kept)
        cases.append(_judged(case, exercise, student, await execution.call(call)))
    failed = result.verdict.solved and any(case.passed is False for case in cases)
    verdict = Verdict.PARTIAL if failed else result.verdict
    return replace(result, verdict=verdict, cases=(*result.cases, *cases))


def _judged(case: Case, exercise: Exercise, student: str, outcome: Outcome) -> CaseResult:
    if case.raises or not isinstance(outcome, Returned):
        judged = judge(replace(case, drawn_for=student), exercise, outcome)
        return _own(case, student, judged.passed, judged.message)
    wanted, found = (_kind(value, exercise) for value in (case.expected, outcome.value))
    if wanted == found:
        return _own(case, student, True)
    gives = kind_of(exercise).words.gives.format(name=exercise.name)
    said = f"{gives} {_shown(outcome.value)} where {_shown(case.expected)} is expected"
    return _own(case, student, False, said)


def _own(case: Case, student: str, passed: bool | None, message: str = "") -> CaseResult:
    message = message and f"with the inputs drawn for {student!r}, {message}"
    return CaseResult(case.name, case.title, case.visibility, passed, message, drawn_for=student)


def _kind(value: Any, exercise: Exercise) -> tuple[object, ...]:
    """What the value has in common with others of its kind, as far as that can be wrong."""
    value = plain(value)
    several = len(exercise.returns.names) > 1 and isinstance(value, (tuple, list))
    axes = value.ndim if isinstance(value, np.ndarray) else 0
    return (KINDS.of(value), axes, len(value) if several else 0)


def _shown(value: Any) -> str:
    value = plain(value)
    axes = f" with {value.ndim} axes" if isinstance(value, np.ndarray) else ""
    return f"{KINDS.of(value).name(value)}{axes}"
