"""One submission -> one result, in the order of `STEPS`."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.assignments.helpers import files_beside
from grader.assignments.load import load_assignment
from grader.assignments.match import which_assignment
from grader.assignments.records import Assignment, Limits
from grader.assignments.student_copy import load_handed_out
from grader.assignments.untouched import Template, template_of
from grader.errors import AssignmentError, SubmissionError, SystemFailure
from grader.execution.inputs import shared
from grader.execution.protection import protection_in_force
from grader.execution.session import (
    CellStep,
    Execution,
    Reach,
    confinement_for,
    definitions_of,
    step_for,
)
from grader.grading.answers import Answer, answer_to, calls_for, judge_cases, result_of
from grader.grading.evidence import flags, spans, with_evidence
from grader.grading.fresh_cases import suspicions
from grader.grading.pictures.draw import with_drawings
from grader.grading.pictures.trainings import reading, with_trainings
from grader.grading.repair.search import SearchLimits, searched
from grader.model import ExerciseResult, Graded, Result, Status, Submission, Visibility
from grader.notebooks.cells import parsed_once
from grader.notebooks.read import Notebook, parse_notebook, read_notebook
from grader.sandbox.level import Level

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to grade one submission.

    `assignment` is empty to find out which; `level` is None for the one the canary finds in force;
    `seed` is that of the cases drawn afresh. With `public_only`, `root` is a student's folder, and
    only what it holds is used. With `strict`, as an author wants it, no step may fail. `search`
    bounds the search for a mistake.
    """

    root: Path
    submission: Submission
    assignment: str = ""
    full: bool = False
    level: Level | None = None
    seed: int = 0
    public_only: bool = False
    strict: bool = False
    search: SearchLimits = field(default_factory=SearchLimits)


@dataclass(slots=True)
class Grading:
    """What is known of one submission while it is graded. Each step adds what it finds out.

    `task` has the level of protection that is in force. `kernels` is left when the notebook's
    kernel is no longer needed; `execution` keeps what came of the cells.
    """

    notebook: Notebook
    assignment: Assignment
    task: Task
    template: Template
    answers: list[Answer] = field(default_factory=list)
    cells: list[CellStep] = field(default_factory=list)
    exercises: tuple[ExerciseResult, ...] = ()
    flags: list[str] = field(default_factory=list)
    kernels: AsyncExitStack = field(default_factory=AsyncExitStack)
    execution: Execution = field(init=False)

    @property
    def copies(self) -> set[int]:
        """The numbers of cells with a stub of an exercise that another cell answers."""
        return {number for answer in self.answers for number in answer.copies}

    def execution_of(self, cells: Sequence[CellStep], limits: Limits) -> Execution:
        """A new execution of some cells, in a kernel like that of the notebook."""
        assignment, level = self.assignment, self.task.level or Level.LIMITS
        inputs = tuple(shared(assignment).values())
        confinement = confinement_for(assignment.limits, assignment.warm_imports, level, inputs)
        return Execution(cells, files_beside(assignment), limits, confinement)

    def execution_of_definitions(self, limits: Limits) -> Execution:
        """A new execution of what the notebook's cells define, in a kernel of its own."""
        return self.execution_of([definitions_of(self.cells)], limits)


async def plan_cells(grading: Grading) -> None:
    """Find each exercise's cells, and decide how much of each cell is run."""
    assignment, task = grading.assignment, grading.task
    grading.answers = [
        answer_to(exercise, grading.notebook, grading.template) for exercise in assignment.exercises
    ]
    copies = grading.copies
    grading.cells = [
        CellStep(cell, Reach.NOTHING)
        if cell.number in copies
        else step_for(cell, assignment.long_running, task.full)
        for cell in grading.notebook.cells
    ]
    if task.full:
        grading.cells = reading(grading.cells, assignment)
    execution = grading.execution_of(grading.cells, assignment.limits)
    grading.execution = await grading.kernels.enter_async_context(execution)


async def run_cells(grading: Grading) -> None:
    """Start a kernel and run the notebook in it."""
    await grading.execution.run_cells()


async def call_cases(grading: Grading) -> None:
    """Call every exercise on its cases and judge what comes of it: all public cases first.

    What is said of a public case is shown with the student's own words, and until then no function
    of theirs has seen a hidden input that it could say.
    """
    inputs = shared(grading.assignment)
    for visibility in Visibility:
        groups = [calls_for(answer, visibility, inputs) for answer in grading.answers]
        outcomes = await grading.execution.call_all(groups)
        for answer, of_answer in zip(grading.answers, outcomes, strict=True):
            judge_cases(answer, visibility, of_answer)


async def score_exercises(grading: Grading) -> None:
    """Give each exercise its verdict and points."""
    notebook, runs = grading.notebook, grading.execution.runs
    grading.exercises = tuple(result_of(answer, notebook, runs) for answer in grading.answers)


async def show_evidence(grading: Grading) -> None:
    """Add the student's own code, and what it printed, to each result."""
    found, runs = spans(grading.notebook, grading.assignment), grading.execution.runs
    grading.exercises = tuple(
        with_evidence(result, found.get(result.name, []), runs) for result in grading.exercises
    )


async def call_fresh_cases(grading: Grading) -> None:
    """Flag functions that pass the frozen cases, and not those drawn for this run."""
    grading.flags += await suspicions(
        grading.exercises, grading.assignment, grading.task.seed, grading.execution
    )


async def flag_cells(grading: Grading) -> None:
    """Flag cells that failed or were left out."""
    runs = grading.execution.runs
    grading.flags += flags(grading.notebook, grading.cells, grading.copies, runs)


async def end_kernel(grading: Grading) -> None:
    """End the notebook's kernel: it has seen hidden inputs, and is not needed any more."""
    await grading.kernels.aclose()


async def search_mistakes(grading: Grading) -> None:
    """Look for an edit that makes a wrong function right, and mark its lines."""
    grading.exercises, cut_short = await searched(
        grading.exercises,
        grading.notebook,
        grading.assignment,
        grading.execution_of_definitions,
        grading.task.search,
    )
    grading.flags += cut_short


async def draw_pictures(grading: Grading) -> None:
    """Draw the author's pictures of what the functions do."""
    grading.exercises = await with_drawings(
        grading.exercises, grading.assignment, grading.execution_of_definitions
    )


async def draw_trainings(grading: Grading) -> None:
    """Draw the author's pictures of what the notebook trained."""
    grading.exercises = with_trainings(grading.exercises, grading.assignment, grading.execution)


def _always(grading: Grading) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One step of grading, taken `when` that is true of the submission.

    A step without which the verdicts stand, as it only explains or draws, says in `what` what is
    missing if it fails. Where any other step fails, the submission is not graded.
    """

    take: Callable[[Grading], Awaitable[None]]
    what: str = ""
    when: Callable[[Grading], bool] = _always


# In this order.
STEPS = (
    Step(plan_cells),
    Step(run_cells),
    Step(call_cases),
    Step(score_exercises),
    Step(show_evidence, "showing the student's code"),
    Step(
        call_fresh_cases,
        "the comparison on cases drawn afresh",
        when=lambda grading: not grading.assignment.public_only,
    ),
    Step(flag_cells, "the list of cells that failed"),
    Step(end_kernel),
    Step(
        search_mistakes,
        "the search for the mistake",
        # Public cases alone are too few to call an edit right.
        when=lambda grading: grading.assignment.search and not grading.assignment.public_only,
    ),
    Step(draw_pictures, "drawing the pictures"),
    Step(draw_trainings, "drawing the trainings", when=lambda grading: grading.task.full),
)


async def _take(steps: Sequence[Step], grading: Grading) -> Grading:
    async with grading.kernels:
        for step in steps:
            if step.when(grading):
                await _take_one(step, grading)
    return grading


async def _take_one(step: Step, grading: Grading) -> None:
    try:
        await step.take(grading)
    except MemoryError:
        raise
    except Exception as error:  # a mistake of ours in what explains or draws costs no verdict
        if not step.what or grading.task.strict:
            raise
        grading.flags.append(f"{step.what} failed: {_place_of(error)}")


def _place_of(error: Exception) -> str:
    """The exception's type, and the last line of ours that it came through.

    A flag is on the student's page, and an exception's text may have something of a hidden case.
    """
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    place = f" in {Path(ours[-1].filename).relative_to(_PACKAGE.parent)}, line {ours[-1].lineno}"
    return f"{type(error).__name__}{place}"


def grade(task: Task, content: bytes | None = None, steps: Sequence[Step] = STEPS) -> Graded:
    """Grade one submission. Whatever goes wrong becomes its reason, with two exceptions:
    AssignmentError, and MemoryError, after which this process is not to be used any more.

    With `content`, the notebook's bytes, its file is not opened: it may be on another machine.
    """
    started = time.monotonic()
    submission, name = task.submission, task.assignment
    try:
        if submission.problem:
            raise SubmissionError(submission.problem)
        notebook = read_notebook(submission.path) if content is None else parse_notebook(content)
        with parsed_once() as parsed:
            if task.public_only:
                assignment = load_handed_out(task.root)
            else:
                name = name or which_assignment(notebook, submission.path, task.root)
                assignment = load_assignment(task.root, name)
            template = template_of(assignment)
            parsed.known = template.parsed
            task = replace(task, level=task.level or protection_in_force()[0])
            grading = asyncio.run(_take(steps, Grading(notebook, assignment, task, template)))
    except (AssignmentError, MemoryError):
        raise
    except Exception as error:  # a mistake of ours must not become a student's zero
        return Graded(submission, name, _not_graded(submission, _reason(error)))
    seconds = round(time.monotonic() - started, 2)
    return Graded(submission, name, _result(submission, grading, seconds))


def not_reached(task: Task, reason: str) -> Graded:
    """The result of a submission that no worker finished."""
    return Graded(task.submission, task.assignment, _not_graded(task.submission, reason))


def _reason(error: Exception) -> str:
    """Why a submission is not graded, by who can mend it."""
    match error:
        case SubmissionError():
            return str(error)
        case SystemFailure():
            return f"fairgrade's own failure: {error}"
    return f"a mistake in fairgrade itself: {f'{type(error).__name__}: {error}'[:300]}"


def _not_graded(submission: Submission, reason: str) -> Result:
    return Result(
        student=submission.student,
        source=submission.source,
        status=Status.NOT_GRADED,
        score=None,
        max_score=0,
        reason=reason,
        flags=submission.flags,
    )


def _result(submission: Submission, grading: Grading, seconds: float) -> Result:
    open_ones = [each for each in grading.exercises if each.score is None]
    score = None if open_ones else sum(each.score or 0.0 for each in grading.exercises)
    return Result(
        student=submission.student,
        source=submission.source,
        status=Status.GRADED if score is not None else Status.NOT_GRADED,
        score=score,
        max_score=grading.assignment.max_score,
        reason=f"{open_ones[0].name}: {open_ones[0].message}" if open_ones else "",
        flags=(*submission.flags, *grading.flags),
        seconds=seconds,
        exercises=grading.exercises,
    )
