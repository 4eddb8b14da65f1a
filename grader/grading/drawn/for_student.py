"""An assignment as one student has it: with that student's inputs, and what is right for them.

The author's cases draw the inputs, and parameters of the notebook, from the student's id. What is
right for them the reference returns in a kernel of its own, run and called as students' notebooks
are; the student's kernel is given inputs and parameters alone. Who has no id, or for whom there is
no right answer, is not graded in the exercise, and never on what is somebody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from grader.assignments.attached import Parameter
from grader.assignments.cases import checked_arguments
from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment, Case, Exercise
from grader.assignments.reference import parametric
from grader.errors import AssignmentError, WireError
from grader.execution.calls import Call
from grader.execution.event_loop import run
from grader.execution.outcome import Outcome, Raised, TimedOut
from grader.grading.drawn.parameters import check_drawn, drawn
from grader.grading.reference_outputs import master_call, outcomes_on, output_of

NOBODY = (
    "it is about values that are drawn for each student, and it is not known whose notebook this "
    "is: it needs a student number, a login, an email address or a name"
)
NO_VALUES = (
    "it is about values that are drawn for each student, and those of the id {id!r} cannot be "
    "drawn; this is the assignment's mistake, not yours"
)
NO_OUTPUT = (
    "it is about values that are drawn for each student, and the reference solution does not "
    "return on those of the id {id!r}{why}; this is the assignment's mistake, not yours"
)


@dataclass(slots=True)
class _Right:
    """What is right for a student, by exercise and case; for exercises of which that is not known
    the mistake, and what came of the call, if one was made."""

    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    mistakes: dict[str, tuple[Exception, Outcome | None]] = field(default_factory=dict)


def for_student(assignment: Assignment, student: str) -> tuple[Assignment, dict[str, str]]:
    """The assignment with the inputs of the student of this id, and what is right for them.

    Also why an exercise cannot be graded, by its name. An assignment that draws nothing for
    students is returned as it is.
    """
    concerned = _concerned(assignment)
    if not concerned:
        return assignment, {}
    if not student:
        return assignment, {exercise.name: NOBODY for exercise in concerned}
    try:
        parameters = drawn(assignment.parameters, student)
    except AssignmentError:
        return assignment, {each.name: NO_VALUES.format(id=student) for each in concerned}
    own = {exercise.name: _with_own_inputs(exercise, student) for exercise in concerned}
    right = _right(assignment, [*own.values()], parameters, student)
    depending = parametric(assignment) if parameters else frozenset[str]()
    made = {
        name: _with_outputs(each, right.outputs.get(name, {}), student, name in depending)
        for name, each in own.items()
    }
    exercises = tuple(made.get(each.name, each) for each in assignment.exercises)
    given = replace(assignment, exercises=exercises, parameters=parameters, common=assignment)
    reasons = {
        name: NO_OUTPUT.format(id=student, why=_why(outcome))
        for name, (_, outcome) in right.mistakes.items()
    }
    return given, reasons


def check_for_student(assignment: Assignment, student: str) -> None:
    """Raise AssignmentError, or WireError, where there is no right answer for this student."""
    check_drawn(assignment.parameters, student)
    parameters = drawn(assignment.parameters, student)
    own = [_with_own_inputs(each, student) for each in _concerned(assignment)]
    for mistake, _ in _right(assignment, own, parameters, student).mistakes.values():
        raise mistake


def _concerned(assignment: Assignment) -> list[Exercise]:
    """The exercises of which something is drawn for each student: with a parameter, all."""
    return [
        each
        for each in assignment.exercises
        if assignment.parameters or any(case.is_own for case in each.cases)
    ]


def _with_own_inputs(exercise: Exercise, student: str) -> Exercise:
    return replace(exercise, cases=tuple(_own(case, student) for case in exercise.cases))


def _own(case: Case, student: str) -> Case:
    if case.driver and case.driver.student:
        return replace(case, driver=replace(case.driver, student=student), drawn_for=student)
    if case.draws is None or case.draws.function is None:
        return case
    inputs = checked_arguments(partial(case.draws.function, student))
    return replace(case, arguments=inputs, drawn_for=student)


def _with_outputs(
    exercise: Exercise, outputs: dict[str, Any], student: str, depends: bool
) -> Exercise:
    """The exercise with what is right for the student.

    If it `depends` on a parameter, as it does where something else is right than for the value
    in the notebook, it has no variants, which do not know the parameter.
    """
    other = {
        case.name
        for case in exercise.cases
        if case.name in outputs and not (case.drawn_for or case.raises)
        if case.first_difference(case.expected, outputs[case.name], exercise.returns)
    }
    cases = tuple(
        replace(
            case,
            expected=outputs[case.name],
            drawn_for=student if case.name in other else case.drawn_for,
        )
        if case.name in outputs
        else case
        for case in exercise.cases
    )
    if depends or other:
        return replace(exercise, cases=cases, variants=(), pictures=(), parametric=True)
    return replace(exercise, cases=cases)


def _right(
    assignment: Assignment,
    exercises: Sequence[Exercise],
    parameters: tuple[Parameter, ...],
    student: str,
) -> _Right:
    """What the reference returns, with one run of each master that gives outputs."""
    right = _Right()
    for source in dict.fromkeys(each.outputs_from for each in exercises):
        own = [each for each in exercises if each.outputs_from == source]
        gives = assignment
        if source:
            gives = load_assignment(assignment.folder.parents[1], source)
            parameters = drawn(gives.parameters, student)
        calls: list[tuple[Exercise, Case, Call]] = []
        for exercise in own:
            wanted = [case for case in exercise.cases if parameters or case.drawn_for]
            try:
                made = [(each, master_call(exercise, each, each.arguments())) for each in wanted]
            except (AssignmentError, WireError) as error:
                right.mistakes[exercise.name] = error, None
            else:
                calls += [(exercise, *each) for each in made]
        asked = [(exercise, call) for exercise, _, call in calls]
        outcomes = run(outcomes_on(gives, asked, parameters)) if asked else []
        for (exercise, case, _), outcome in zip(calls, outcomes, strict=True):
            try:
                output = output_of(exercise, case, outcome, gives.master)
            except AssignmentError as error:
                right.mistakes.setdefault(exercise.name, (error, outcome))
            else:
                right.outputs.setdefault(exercise.name, {})[case.name] = output
    return right


def _why(outcome: Outcome | None) -> str:
    """How the reference ended, in words that tell nothing of the inputs."""
    match outcome:
        case Raised(kind, _, line):
            return f": it raises {kind}" + (f" (line {line} of its cell)" if line else "")
        case TimedOut(seconds):
            return f": it had not returned after {seconds:.3g} s"
    return ""
