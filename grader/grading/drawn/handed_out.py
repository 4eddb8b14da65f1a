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
from grader.grading.answers import call_for
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
    own = [case for case in exercise.cases if case.is_own]
    if not (student and own and result.verdict.answered):
        return result
    cases = []
    for case in own:
        call = await _call(case, exercise, assignment, student, exercise.name in kept)
        if call is None:
            cases.append(_own(case, student, None, _NOT_DRAWN))
        else:
            cases.append(_judged(case, exercise, student, await execution.call(call)))
    failed = result.verdict.solved and any(case.passed is False for case in cases)
    verdict = Verdict.PARTIAL if failed else result.verdict
    return replace(result, verdict=verdict, cases=(*result.cases, *cases))


async def _call(
    case: Case, exercise: Exercise, assignment: Assignment, student: str, kept: bool
) -> Call | None:
    """The call of the case with this student's inputs; None where they cannot be drawn."""
    if case.driver:
        driver = replace(case.driver, student=student)
        return call_for(exercise, replace(case, driver=driver))
    assert case.draws is not None
    inputs = await drawn_inputs(assignment, case.draws, student)
    return None if inputs is None else Call(exercise.names, inputs, kept)


def _judged(case: Case, exercise: Exercise, student: str, outcome: Outcome) -> CaseResult:
    if case.raises or not isinstance(outcome, Returned):
        judged = judge(replace(case, drawn_for=student), exercise, outcome)
        return _own(case, student, judged.passed, judged.message)
    for wanted, found in _pairs(case, outcome.value):
        if _kind(wanted, exercise) != _kind(found, exercise):
            gives = kind_of(exercise).words.gives.format(name=exercise.name)
            said = f"{gives} {_shown(found)} where {_shown(wanted)} is expected"
            return _own(case, student, False, said)
    return _own(case, student, True)


def _pairs(case: Case, answer: Any) -> list[tuple[Any, Any]]:
    """What is expected for the example's inputs, and what is there; of a driver one by one.

    How often a driver yields may depend on what it draws.
    """
    expected = case.expected
    if case.driver and isinstance(answer, list) and len(answer) == len(expected):
        return list(zip(expected, answer, strict=True))
    return [(expected, answer)]


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
