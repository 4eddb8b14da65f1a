"""What is drawn for a student, where the student checks a notebook: inputs, and parameters.

There is no reference, so nobody knows what is right for them. What the reference returns for the
example's inputs and the notebook's own values, which students have, says of which kind an answer
is: what is of another kind, or raises, is wrong. What is of this kind may be wrong all the same,
and nothing else is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.assignments.attached import Parameter
from grader.assignments.kinds import kind_of
from grader.assignments.records import Assignment, Case, Exercise
from grader.execution.calls import Call
from grader.execution.outcome import Outcome, Returned
from grader.execution.public_inputs import drawn_inputs, drawn_value
from grader.execution.session import Execution
from grader.grading.answers import Answer, call_for
from grader.grading.drawn.parameters import in_words
from grader.grading.judging.judge import judge
from grader.grading.observed import observe
from grader.model import CaseResult, ExerciseResult, Verdict
from grader.values.kind import plain
from grader.values.kinds import KINDS

_NOT_DRAWN = "the inputs for this id cannot be drawn; unpack the assignment's files again"


async def drawn_parameters(
    assignment: Assignment, student: str
) -> tuple[tuple[Parameter, ...], list[str]]:
    """The parameters that can be drawn for the student's id, and a line on each."""
    found, remarks = [], []
    for each in assignment.parameters:
        value = await drawn_value(assignment, each.draws, student)
        if value is None:
            remarks.append(
                f"{each.name} cannot be drawn for {student!r}; unpack the assignment's files again"
            )
        else:
            found.append(replace(each, value=value))
    words = in_words(found)
    remarks += [f"drawn for {student!r}, as in grading: {each}" for each in words]
    return tuple(found), remarks


async def with_own_values(
    results: Sequence[ExerciseResult],
    answers: Sequence[Answer],
    assignment: Assignment,
    student: str,
    execution: Execution,
    every: bool = False,
) -> tuple[ExerciseResult, ...]:
    """The results with a case more for each public case of which something is drawn for the id.

    With `every`, these are all: the notebook has run in the `execution` with parameters of the
    student's own. What was right so far, and fails one of these, is only partly right.
    """
    left = await observe(answers, execution)
    return tuple(
        [
            await _with_own(result, answer, assignment, student, execution, every, outcomes)
            for result, answer, outcomes in zip(results, answers, left, strict=True)
        ]
    )


async def _with_own(
    result: ExerciseResult,
    answer: Answer,
    assignment: Assignment,
    student: str,
    execution: Execution,
    every: bool,
    left: Sequence[Outcome],
) -> ExerciseResult:
    """The result with its own cases; `left` is what the cells left, where they leave the answer."""
    exercise = answer.exercise
    own = [case for case in exercise.cases if every or case.is_own]
    if not (own and result.verdict.answered):
        return result
    cases = []
    for case in own:
        call = None if left else await _call(case, answer, assignment, student)
        if not left and call is None:
            cases.append(_own(case, student, None, _NOT_DRAWN))
            continue
        outcome = await execution.call(call) if call else left[0]
        if case.is_own or not _is_known_right(case, exercise, outcome):
            cases.append(_judged(case, exercise, student, outcome))
    failed = result.verdict.solved and any(case.passed is False for case in cases)
    verdict = Verdict.PARTIAL if failed else result.verdict
    return replace(result, verdict=verdict, cases=(*result.cases, *cases))


async def _call(case: Case, answer: Answer, assignment: Assignment, student: str) -> Call | None:
    """The call of the case with this student's inputs; None where they cannot be drawn."""
    exercise = answer.exercise
    if case.driver:
        own = replace(case.driver, student=student if case.is_own else "")
        return call_for(exercise, replace(case, driver=own))
    if case.draws is None:
        return call_for(exercise, case, kept=answer.kept)
    inputs = await drawn_inputs(assignment, case.draws, student)
    return None if inputs is None else Call(exercise.names, inputs, answer.kept)


def _is_known_right(case: Case, exercise: Exercise, outcome: Outcome) -> bool:
    """Whether it is what is expected without the parameters: it may depend on none of them."""
    return (
        isinstance(outcome, Returned)
        and not case.raises
        and case.first_difference(case.expected, outcome.value, exercise.returns) is None
    )


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
    message = message and f"with what is drawn for {student!r}, {message}"
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
