"""Follow wrong functions on a public case, and tell the first step that differs.

A student's function is followed in a kernel that has run the notebook's definitions and has seen no
hidden input; the reference is followed in our process. Only variables that the template names are
looked at, and no value of the reference's is told. No verdict depends on it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from grader.assignments.records import Assignment, Case, Exercise
from grader.execution.inputs import encoded, shared
from grader.execution.outcome import Outcome, Raised, Returned
from grader.execution.session import Execution
from grader.execution.traced import Trace, TracedCall
from grader.grading.answers import Answer
from grader.grading.evidence import MAX_SHOWN
from grader.grading.tracing.compare import Comparison, Differing
from grader.grading.tracing.named import variables
from grader.grading.tracing.reference import (
    MAX_BYTES,
    MAX_LINES,
    accepted_values,
    reference_trace,
)
from grader.grading.tracing.values import Undecided, same
from grader.grading.tracing.words import place, told
from grader.model import ExerciseResult, FirstStep, Mark, Visibility
from grader.notebooks.cells import Function, functions
from grader.notebooks.parsing import parsed_cell
from grader.notebooks.read import Cell
from grader.sandbox.inside.tracing import condensed
from grader.text import plain
from grader.values import wire

# Of one call, the processor's time; of one and of all of them, by the clock.
PROCESSOR_SECONDS, CALL_SECONDS, SECONDS = 1.0, 2.0, 6.0

_Start = Callable[[], Awaitable[Execution]]


async def with_first_steps(
    results: Sequence[ExerciseResult],
    answers: Sequence[Answer],
    assignment: Assignment,
    start: _Start,
) -> tuple[ExerciseResult, ...]:
    """The results, with the first step that differs where one is found.

    `start` gives an execution of the notebook's definitions that is given no hidden input. Raises
    AssignmentError where the reference cannot be run.
    """
    followed = [
        _followed(result, answer, assignment)
        for result, answer in zip(results, answers, strict=True)
    ]
    with_steps, end = list(results), time.monotonic() + SECONDS
    for index, each in enumerate(followed):
        left = end - time.monotonic()
        if each and left > 0:
            execution = await start()
            trace = await execution.call_traced(each.call, min(CALL_SECONDS, left))
            with_steps[index] = _with_step(results[index], each, trace, assignment)
    return tuple(with_steps)


@dataclass(frozen=True, slots=True)
class _Followed:
    """A wrong function that is followed on a case, and the outcome that was judged there.

    `function` stands in the cell of the number `cell`.
    """

    exercise: Exercise
    case: Case
    outcome: Outcome
    cell: int
    function: Function
    call: TracedCall

    def has(self, line: int) -> bool:
        """Whether it is a line of the function, as a kernel might say any number."""
        return self.function.lineno <= line <= (self.function.end_lineno or 0)

    def ended_as_judged(self, trace: Trace) -> bool:
        """Whether it returned the same value, bit by bit, or raised as well."""
        if isinstance(self.outcome, Returned) and trace.returned:
            return trace.returned == bytes(wire.encode(condensed(self.outcome.value)))
        return isinstance(self.outcome, Raised) and not trace.returned


def _followed(result: ExerciseResult, answer: Answer, assignment: Assignment) -> _Followed | None:
    """What is followed for an answer; None where there is nothing to tell.

    That is a line of the cell that is shown with the result.
    """
    if not answer.kind.is_called or answer.exercise.parametric:
        return None
    exercise, case = answer.exercise, _case(answer)
    names = variables(assignment).get(exercise.name, ())
    cell = answer.cells[-1] if answer.cells else None
    if not (result.verdict.has_mistake and names and case and cell):
        return None
    if cell.number in answer.copies or plain(cell.source[:MAX_SHOWN]) != result.code:
        return None
    found = functions(cell.source)
    name = next((each for each in exercise.names if each in found), "")
    if not name:
        return None
    call = TracedCall(
        edited=name,
        source=_alone(cell, found[name]),
        variables=names,
        inputs=shared(assignment).get(case) or encoded(case),
        seconds=PROCESSOR_SECONDS,
        lines=MAX_LINES,
        bytes=MAX_BYTES,
    )
    return _Followed(exercise, case, answer.outcomes[case.name], cell.number, found[name], call)


def _case(answer: Answer) -> Case | None:
    """The first public case on which the function came to an end and is wrong.

    None where a part of that case's answer means nothing without the others.
    """
    public = answer.exercise.of(Visibility.PUBLIC)
    for case in (each for each in public if not (each.raises or each.is_checked)):
        outcome, judged = answer.outcomes.get(case.name), answer.judged.get(case.name)
        if isinstance(outcome, (Returned, Raised)) and judged and judged.passed is False:
            return case if case.comparison.by_parts else None
    return None


def _alone(cell: Cell, function: Function) -> str:
    """The function's source, after as many empty lines as it has lines before it in its cell."""
    first = min([function.lineno, *(each.lineno for each in function.decorator_list)])
    lines = parsed_cell(cell.source).texts[first - 1 : function.end_lineno]
    return "\n" * (first - 1) + "\n".join(lines)


def _with_step(
    result: ExerciseResult, followed: _Followed, trace: Trace | None, assignment: Assignment
) -> ExerciseResult:
    """The result with the step that differs first, if there is one, and its line marked."""
    exercise, case = followed.exercise, followed.case
    alike = partial(same, case)
    comparison = Comparison(
        alike,
        frozenset(exercise.returns.names + exercise.returns.also),
        partial(accepted_values, exercise, case),
    )
    try:
        if trace is None or not followed.ended_as_judged(trace):
            return result
        found = comparison.first(reference_trace(exercise, case, assignment), trace)
    except Undecided:
        return result
    if found is None or not followed.has(found.line) or _is_contradicted(found, result, followed):
        return result
    variable = place(found.name, found.key)
    step = FirstStep(case.name, variable, found.line, told(found, case.title or case.name, alike))
    mark = Mark(found.line, f"sets {variable}, the first value that is not as expected")
    return replace(result, first_step=step, marks=(*result.marks, mark))


def _is_contradicted(found: Differing, result: ExerciseResult, followed: _Followed) -> bool:
    """Whether an edit of lines further down makes the function pass every case.

    Then the value that differs may be one that a right function may have.
    """
    repair = result.repair
    return repair is not None and repair.cell == followed.cell and found.line < min(repair.lines)
