"""An assignment as one student has it: with that student's inputs, and what is right for them.

The author's cases draw the inputs from the student's id. What is right for them the reference
returns in a kernel of its own, called as students' functions are; the student's kernel is given the
inputs alone. Who has no id, or for whose inputs there is no right answer, is not graded in the
exercise, and never on somebody else's inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from grader.assignments.cases import checked_arguments
from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment, Case, Exercise
from grader.errors import AssignmentError, WireError
from grader.execution.event_loop import run
from grader.grading.reference_outputs import check_count, outputs_on

NOBODY = (
    "its inputs are drawn for each student, and it is not known whose notebook this is: it needs a "
    "student number, a login or a name"
)
NO_OUTPUT = (
    "its inputs are drawn for each student, and the reference solution does not return on those of "
    "the id {id!r}; this is the assignment's mistake, not yours"
)


def for_student(assignment: Assignment, student: str) -> tuple[Assignment, dict[str, str]]:
    """The assignment with the inputs of the student of this id, and what is right for them.

    Also why an exercise cannot be graded, by its name. An assignment that draws nothing for
    students is returned as it is.
    """
    drawing = _drawing(assignment)
    if not drawing:
        return assignment, {}
    if not student:
        return assignment, {exercise.name: NOBODY for exercise in drawing}
    own = {exercise.name: _with_own_inputs(exercise, student) for exercise in drawing}
    outputs, failed = _outputs(assignment, [*own.values()])
    reasons = {name: NO_OUTPUT.format(id=student) for name in failed}
    made = {name: _with_outputs(each, outputs.get(name, {})) for name, each in own.items()}
    exercises = tuple(made.get(each.name, each) for each in assignment.exercises)
    return replace(assignment, exercises=exercises, common=assignment), reasons


def check_for_student(assignment: Assignment, student: str) -> None:
    """Raise AssignmentError, or WireError, where there is no right answer for this student."""
    _returned(assignment, [_with_own_inputs(each, student) for each in _drawing(assignment)])


def _drawing(assignment: Assignment) -> list[Exercise]:
    """The exercises of which the inputs of a case are drawn for each student."""
    return [each for each in assignment.exercises if any(case.is_own for case in each.cases)]


def _with_own_inputs(exercise: Exercise, student: str) -> Exercise:
    return replace(exercise, cases=tuple(_own(case, student) for case in exercise.cases))


def _own(case: Case, student: str) -> Case:
    if case.driver and case.driver.student:
        return replace(case, driver=replace(case.driver, student=student), drawn_for=student)
    if case.draws is None or case.draws.function is None:
        return case
    inputs = checked_arguments(partial(case.draws.function, student))
    return replace(case, arguments=inputs, drawn_for=student)


def _with_outputs(exercise: Exercise, outputs: dict[str, Any]) -> Exercise:
    cases = (
        replace(case, expected=outputs[case.name]) if case.name in outputs else case
        for case in exercise.cases
    )
    return replace(exercise, cases=tuple(cases))


def _outputs(
    assignment: Assignment, exercises: Sequence[Exercise]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """What the reference returns, by exercise and case, and the exercises on which it fails."""
    try:
        return _returned(assignment, exercises), []
    except (AssignmentError, WireError):
        if len(exercises) == 1:
            return {}, [exercises[0].name]
    one_by_one = [_outputs(assignment, [exercise]) for exercise in exercises]
    found = {name: each for outputs, _ in one_by_one for name, each in outputs.items()}
    return found, [name for _, failed in one_by_one for name in failed]


def _returned(assignment: Assignment, exercises: Sequence[Exercise]) -> dict[str, dict[str, Any]]:
    outputs: dict[str, dict[str, Any]] = {exercise.name: {} for exercise in exercises}
    for source in dict.fromkeys(each.outputs_from for each in exercises):
        own = [each for each in exercises if each.outputs_from == source]
        calls = [
            (each, case, case.arguments()) for each in own for case in each.cases if case.drawn_for
        ]
        gives = load_assignment(assignment.folder.parents[1], source) if source else assignment
        for (each, case, _), value in zip(calls, run(outputs_on(gives, calls)), strict=True):
            check_count(each, case, value, gives.master)
            outputs[each.name][case.name] = value
    return outputs
