"""Run the reference solution in a kernel, as a student's notebook, on the cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.assignments.attached import Parameter
from grader.assignments.kinds import kind_of
from grader.assignments.load import read_assignment
from grader.assignments.records import Assignment, Case, Exercise
from grader.assignments.untouched import NO_TEMPLATE
from grader.authoring import Arguments
from grader.errors import AssignmentError
from grader.execution.calls import Call
from grader.execution.cell_steps import step_for
from grader.execution.event_loop import run
from grader.execution.outcome import (
    Incomparable,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Unmade,
)
from grader.execution.session import LAST, Execution, confinement_for
from grader.grading import observed
from grader.grading.answers import answer_to, call_for
from grader.grading.drawn.parameters import setting
from grader.grading.judging.expected import not_raised
from grader.grading.long_results import giving
from grader.notebooks.read import read_notebook
from grader.sandbox.level import Level


def reference_outputs(assignment: Assignment, root: Path) -> dict[tuple[str, str], Any]:
    """(exercise, case) -> what the reference returns, for the cases that the assignment has.

    Raises AssignmentError where the reference does not return on a case, or returns what cannot be
    compared later.
    """
    outputs: dict[tuple[str, str], Any] = {}
    for name, exercises in by_master(assignment).items():
        source = read_assignment(root, name)
        outputs |= run(_outputs(source, exercises))
    return outputs


def by_master(assignment: Assignment) -> dict[str, list[Exercise]]:
    """Name of the assignment whose master gives the outputs -> the exercises it gives them for."""
    groups: dict[str, list[Exercise]] = {}
    for exercise in assignment.exercises:
        groups.setdefault(exercise.outputs_from or assignment.name, []).append(exercise)
    return groups


async def _outputs(
    assignment: Assignment, exercises: Sequence[Exercise]
) -> dict[tuple[str, str], Any]:
    """(exercise, case) -> what the master's function returns; see `outputs_on`."""
    cases = [(exercise, case) for exercise in exercises for case in exercise.cases]
    values = await outputs_on(assignment, [(*each, each[1].arguments()) for each in cases])
    names = [(exercise.name, case.name) for exercise, case in cases]
    return dict(zip(names, values, strict=True))


async def outputs_on(
    assignment: Assignment, calls: Sequence[tuple[Exercise, Case, Arguments]]
) -> list[Any]:
    """What the master's functions return on inputs; AssignmentError where one does not return."""
    asked = [(each, master_call(each, case, inputs)) for each, case, inputs in calls]
    outcomes = await outcomes_on(assignment, asked)
    return [
        output_of(each, case, outcome, assignment.master)
        for (each, case, _), outcome in zip(calls, outcomes, strict=True)
    ]


def master_call(exercise: Exercise, case: Case, inputs: Arguments) -> Call:
    """The call of the master's function, which has the exercise's own name."""
    return call_for(replace(exercise, other_names=()), case, inputs)


async def outcomes_on(
    assignment: Assignment,
    calls: Sequence[tuple[Exercise, Call]],
    parameters: Sequence[Parameter] = (),
) -> list[Outcome]:
    """What comes of calls of the master's functions, in a kernel, as of a student's functions.

    The `parameters` have the values that they have for a student. What the master's cells leave is
    not called: it is the outcome of each call for that exercise. After one that times out, for
    example, no other of its exercise is made. The master is the author's own code, so the weakest
    protection (limits) is enough for it.
    """
    notebook = read_notebook(assignment.master)
    contents = {
        name: path.read_bytes() if path.exists() else b"{}"
        for name, path in assignment.helper_files().items()
    }
    exercises = dict.fromkeys(exercise for exercise, _ in calls)
    answers = [answer_to(each, notebook, NO_TEMPLATE) for each in exercises]
    steps = [step_for(cell, assignment.long_running, full=False) for cell in notebook.cells]
    steps = giving(observed.reading(steps, answers), assignment)
    steps = setting(steps, parameters, notebook, NO_TEMPLATE.notebook)
    outcomes: list[Outcome] = []
    limits = assignment.limits
    confinement = confinement_for(limits, assignment.warm_imports, Level.LIMITS)
    async with Execution(steps, contents, limits, confinement) as execution:
        await execution.run_cells()
        left = dict(zip(exercises, await observed.observe(answers, execution), strict=True))
        ended: dict[Exercise, Outcome] = {}
        for exercise, call in calls:
            if left[exercise]:
                outcome = left[exercise][0]
            else:
                outcome = ended.get(exercise) or await execution.call(call)
            if isinstance(outcome, LAST):
                ended[exercise] = outcome
            outcomes.append(outcome)
    return outcomes


def output_of(exercise: Exercise, case: Case, outcome: Outcome, master: Path) -> Any:
    """What is expected of everybody on the case, by what came of the master's function.

    It is None where an exception is expected. Raises AssignmentError where it cannot be expected.
    """
    if problem := _problem(exercise, case, outcome):
        raise AssignmentError(
            f"{master}: the reference solution of {exercise.name!r} does not pass the case "
            f"{case.name!r}: {problem}"
        )
    value = outcome.value if isinstance(outcome, Returned) else None
    check_count(exercise, case, value, master)
    return value


def _problem(exercise: Exercise, case: Case, outcome: Outcome) -> str:
    """Why the outcome cannot be what is expected of everybody; empty where it can."""
    if case.raises:
        missed = not_raised(case, outcome)
        ended = isinstance(outcome, (Raised, Returned))
        return missed if ended else f"{missed}: {_in_words(exercise, outcome)}"
    return "" if isinstance(outcome, Returned) else _in_words(exercise, outcome)


def _in_words(exercise: Exercise, outcome: Outcome) -> str:
    words = kind_of(exercise).words
    match outcome:
        case Raised(kind, message, line):
            where = f" (line {line} of its cell)" if line else ""
            return f"it raises {kind}: {message}{where}"
        case Incomparable(reason):
            return f"{words.incomparable.format(name=exercise.name)}: {reason}"
        case Unmade(reason):
            return f"its inputs cannot be made in a kernel: {reason}"
        case Missing():
            return f"{kind_of(exercise).missing(exercise)}; run the master in Jupyter"
        case TimedOut(seconds):
            return f"it had not returned after {seconds:.3g} s (call_seconds in assignment.toml)"
        case NotCalled(reason):
            return reason
    return "it ended the Python process it ran in"


def check_count(exercise: Exercise, case: Case, value: Any, master: Path) -> None:
    """Raise AssignmentError where another number of values is returned than `returns` names."""
    names, also = exercise.returns.names, exercise.returns.also
    if (
        len(names) < 2
        or case.raises
        or (isinstance(value, (tuple, list)) and len(value) in (len(names), len(names + also)))
    ):
        return
    what = f"{len(value)} values" if isinstance(value, (tuple, list)) else "a single value"
    raise AssignmentError(
        f"{master}: the reference solution of {exercise.name!r} returns {what} on the case "
        f"{case.name!r}, where `returns` in assignment.toml names {len(names)}: {', '.join(names)}"
    )
