"""One submission -> one result."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from grader import wire
from grader.assignment import Assignment, Exercise, load_assignment
from grader.cases import Case
from grader.errors import AssignmentError, SubmissionError, SystemFailure, WireError
from grader.evidence import flags, spans, with_evidence
from grader.execution import (
    CellRun,
    Execution,
    Reach,
    Step,
    confinement_for,
    step_for,
)
from grader.fresh import suspicion
from grader.judge import judge
from grader.matching import which_assignment
from grader.model import ExerciseResult, Result, Status, Verdict
from grader.notebook import Cell, Notebook, is_untouched, parse, read_notebook, syntax_error
from grader.outcome import Crashed, Missing, NotCalled, Outcome, TimedOut
from grader.sandbox.canary import protection_in_force
from grader.sandbox.level import Level
from grader.scoring import score, without_calls
from grader.submissions import Submission


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to grade one submission.

    `assignment` is empty to find out which; `level` is None for the one the canary finds in force;
    `seed` is that of the cases drawn afresh.
    """

    root: Path
    submission: Submission
    assignment: str = ""
    full: bool = False
    level: Level | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Graded:
    """A result, and the assignment it belongs to (empty where that stayed unclear)."""

    assignment: str
    result: Result


def grade(task: Task) -> Graded:
    """Grade one submission. Whatever goes wrong becomes its reason, but for AssignmentError."""
    started = time.monotonic()
    submission, name = task.submission, task.assignment
    try:
        if submission.problem:
            raise SubmissionError(submission.problem)
        notebook = read_notebook(submission.path)
        name = name or which_assignment(notebook, submission.path, task.root)
        assignment = load_assignment(task.root, name)
        level = task.level or protection_in_force()[0]
        graded = asyncio.run(_grade(notebook, assignment, replace(task, level=level)))
    except AssignmentError:
        raise
    except SubmissionError as error:
        return Graded(name, _not_graded(submission, str(error)))
    except SystemFailure as error:
        return Graded(name, _not_graded(submission, f"fairgrade's own failure: {error}"))
    except Exception as error:  # a mistake of ours must not become a student's zero
        what = f"{type(error).__name__}: {error}"[:300]
        return Graded(name, _not_graded(submission, f"a mistake in fairgrade itself: {what}"))
    seconds = round(time.monotonic() - started, 2)
    return Graded(name, _result(submission, assignment, graded, seconds))


def not_reached(task: Task, reason: str) -> Graded:
    """The result of a submission that no worker finished."""
    return Graded(task.assignment, _not_graded(task.submission, reason))


@dataclass(frozen=True, slots=True)
class _Gradings:
    exercises: tuple[ExerciseResult, ...]
    flags: tuple[str, ...]


def _not_graded(submission: Submission, reason: str) -> Result:
    return Result(
        student=submission.student,
        source=submission.source,
        status=Status.NOT_GRADED,
        score=None,
        max_score=0,
        reason=reason,
    )


def _result(
    submission: Submission, assignment: Assignment, graded: _Gradings, seconds: float
) -> Result:
    open_ones = [each for each in graded.exercises if each.score is None]
    score = None if open_ones else sum(each.score or 0.0 for each in graded.exercises)
    return Result(
        student=submission.student,
        source=submission.source,
        status=Status.GRADED if score is not None else Status.NOT_GRADED,
        score=score,
        max_score=assignment.max_score,
        reason=f"{open_ones[0].name}: {open_ones[0].message}" if open_ones else "",
        flags=graded.flags,
        seconds=seconds,
        exercises=graded.exercises,
    )


async def _grade(notebook: Notebook, assignment: Assignment, task: Task) -> _Gradings:
    template = _template(assignment)
    copies = _untouched_copies(notebook, assignment, template)
    steps = [
        Step(cell, Reach.NOTHING)
        if cell.number in copies
        else step_for(cell, assignment.long_running, task.full)
        for cell in notebook.cells
    ]
    limits = assignment.limits
    confinement = confinement_for(limits, assignment.warm_imports, task.level or Level.LIMITS)
    async with Execution(steps, _files(assignment), limits, confinement) as execution:
        await execution.run_cells()
        graded = [
            await _grade_exercise(exercise, notebook, template, execution)
            for exercise in assignment.exercises
        ]
        found = spans(notebook, assignment)
        exercises = tuple(
            with_evidence(result, found.get(result.name, []), execution.runs) for result in graded
        )
        suspicions = [
            await suspicion(result, exercise, assignment, task.seed, execution)
            for exercise, result in zip(assignment.exercises, exercises, strict=True)
        ]
        remarks = flags(notebook, steps, copies, execution.runs)
        return _Gradings(exercises, (*filter(None, suspicions), *remarks))


def _untouched_copies(notebook: Notebook, assignment: Assignment, template: Notebook) -> set[int]:
    """Cells with an untouched stub of an exercise that another cell of the notebook answers."""
    copies: set[int] = set()
    for exercise in assignment.exercises:
        cells = notebook.cells_defining(exercise.names)
        untouched = {c.number for c in cells if _is_untouched(c, exercise, template)}
        if len(untouched) < len(cells):
            copies |= untouched
    return copies


def _is_untouched(cell: Cell, exercise: Exercise, template: Notebook) -> bool:
    originals = template.cells_defining((exercise.name,))
    original = originals[-1].source if originals else ""
    return any(is_untouched(cell.source, name, original) for name in exercise.names)


async def _grade_exercise(
    exercise: Exercise, notebook: Notebook, template: Notebook, execution: Execution
) -> ExerciseResult:
    cells = notebook.cells_defining(exercise.names)
    readable = [cell for cell in cells if parse(cell.source)]
    if cells and all(_is_untouched(cell, exercise, template) for cell in cells):
        return without_calls(exercise, Verdict.UNANSWERED, "nothing has been written here yet")
    if cells and not readable:
        return without_calls(exercise, Verdict.ERROR, _syntax_message(cells[-1]))
    outcomes = await _outcomes(exercise, execution)
    if readable and isinstance(outcomes[0], Missing):
        return without_calls(exercise, Verdict.MISSING, _unreached(readable[-1], execution.runs))
    code = readable[-1].source if readable else ""
    cases = tuple(
        judge(case, exercise.returns, outcome, code)
        for case, outcome in zip(exercise.cases, outcomes, strict=True)
    )
    return score(exercise, cases, outcomes)


async def _outcomes(exercise: Exercise, execution: Execution) -> list[Outcome]:
    """What came of each case; once one did not return, the others are not called."""
    outcomes: list[Outcome] = []
    for case in exercise.cases:
        outcome = await execution.call(exercise.names, _encoded(case))
        outcomes.append(outcome)
        if isinstance(outcome, (TimedOut, Crashed, Missing, NotCalled)):
            why = outcome.reason if isinstance(outcome, NotCalled) else f"after {case.name!r}"
            outcomes += [NotCalled(why)] * (len(exercise.cases) - len(outcomes))
            break
    return outcomes


@cache
def _encoded(case: Case) -> bytes:
    inputs = case.arguments()
    try:
        return wire.encode((inputs.args, inputs.kwargs))
    except WireError as error:
        raise AssignmentError(f"the inputs of the case {case.name!r}: {error}") from None


def _unreached(cell: Cell, runs: dict[int, CellRun]) -> str:
    run = runs.get(cell.number)
    why = f", which ended with {run.error}" if run and run.error else ""
    return f"cell {cell.number} would define it, but did not get there{why}"


def _syntax_message(cell: Cell) -> str:
    error = syntax_error(cell.source)
    place = f" in its line {error.lineno}" if error and error.lineno else ""
    what = f": {error.msg}" if error else ""
    return f"cell {cell.number}, which defines it, is not valid Python{place}{what}"


@cache
def _files(assignment: Assignment) -> dict[str, bytes]:
    """Content of the files that the notebook finds beside it, by name."""
    try:
        return {name: path.read_bytes() for name, path in assignment.helper_files().items()}
    except OSError as error:
        raise AssignmentError(
            f"{error.filename}: a helper of {assignment.name!r} cannot be read: {error.strerror}"
        ) from None


@cache
def _template(assignment: Assignment) -> Notebook:
    try:
        return read_notebook(assignment.template)
    except SubmissionError as error:
        raise AssignmentError(f"{assignment.template}: {error}") from None
