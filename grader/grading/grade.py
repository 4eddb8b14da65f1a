"""One submission -> one result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from grader.assignments.helpers import files_beside
from grader.assignments.load import load_assignment
from grader.assignments.match import which_assignment
from grader.assignments.records import Assignment, Case, Exercise, Limits
from grader.assignments.student_copy import load_handed_out
from grader.errors import AssignmentError, SubmissionError, SystemFailure
from grader.execution.calls import Call
from grader.execution.cell_runner import CellRun
from grader.execution.inputs import encoded, shared
from grader.execution.outcome import NotCalled, Outcome
from grader.execution.protection import protection_in_force
from grader.execution.session import (
    LAST,
    Execution,
    Reach,
    Step,
    confinement_for,
    definitions_of,
    step_for,
)
from grader.grading.error_hints import nearest
from grader.grading.evidence import flags, spans, with_evidence
from grader.grading.fresh_cases import suspicions
from grader.grading.judge import judge, mark
from grader.grading.pictures.draw import with_drawings
from grader.grading.pictures.trainings import reading, with_trainings
from grader.grading.repair.search import searched
from grader.grading.score import score, without_cases
from grader.model import (
    CaseResult,
    ExerciseResult,
    Graded,
    Mark,
    Result,
    Status,
    Submission,
    Verdict,
    Visibility,
)
from grader.notebooks.cells import functions, is_untouched, syntax_error
from grader.notebooks.read import Cell, Notebook, parse_notebook, read_notebook
from grader.sandbox.level import Level
from grader.sandbox.shared import SharedInputs


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to grade one submission.

    `assignment` is empty to find out which; `level` is None for the one the canary finds in force;
    `seed` is that of the cases drawn afresh. With `public_only`, `root` is a student's folder, and
    only what it holds is used.
    """

    root: Path
    submission: Submission
    assignment: str = ""
    full: bool = False
    level: Level | None = None
    seed: int = 0
    public_only: bool = False


def grade(task: Task, content: bytes | None = None) -> Graded:
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
        if task.public_only:
            assignment = load_handed_out(task.root)
        else:
            name = name or which_assignment(notebook, submission.path, task.root)
            assignment = load_assignment(task.root, name)
        level = task.level or protection_in_force()[0]
        graded = asyncio.run(_grade(notebook, assignment, replace(task, level=level)))
    except (AssignmentError, MemoryError):
        raise
    except SubmissionError as error:
        return Graded(submission, name, _not_graded(submission, str(error)))
    except SystemFailure as error:
        return Graded(
            submission, name, _not_graded(submission, f"fairgrade's own failure: {error}")
        )
    except Exception as error:  # a mistake of ours must not become a student's zero
        what = f"{type(error).__name__}: {error}"[:300]
        return Graded(
            submission, name, _not_graded(submission, f"a mistake in fairgrade itself: {what}")
        )
    seconds = round(time.monotonic() - started, 2)
    return Graded(submission, name, _result(submission, assignment, graded, seconds))


def not_reached(task: Task, reason: str) -> Graded:
    """The result of a submission that no worker finished."""
    return Graded(task.submission, task.assignment, _not_graded(task.submission, reason))


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
        flags=submission.flags,
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
        flags=(*submission.flags, *graded.flags),
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
    if task.full:
        steps = reading(steps, assignment)
    limits = assignment.limits
    level, files, inputs = task.level or Level.LIMITS, files_beside(assignment), shared(assignment)
    confinement = confinement_for(limits, assignment.warm_imports, level, tuple(inputs.values()))
    async with Execution(steps, files, limits, confinement) as execution:
        await execution.run_cells()
        answers = [_answer(exercise, notebook, template) for exercise in assignment.exercises]
        await _call_all(answers, execution, inputs)
        graded = [_graded(answer, notebook, execution.runs) for answer in answers]
        found = spans(notebook, assignment)
        exercises = tuple(
            with_evidence(result, found.get(result.name, []), execution.runs) for result in graded
        )
        suspected = (
            []
            if assignment.public_only
            else await suspicions(exercises, assignment, task.seed, execution)
        )
        remarks = flags(notebook, steps, copies, execution.runs)
    definitions = [definitions_of(steps)]

    def start(within: Limits) -> Execution:
        return Execution(definitions, files, within, confinement)

    exercises, cut_short = await searched(exercises, notebook, assignment, start)
    exercises = await with_drawings(exercises, assignment, start)
    if task.full:
        exercises = with_trainings(exercises, assignment, execution)
    return _Gradings(exercises, (*suspected, *remarks, *cut_short))


@dataclass(slots=True)
class _Answer:
    """A student's answer to an exercise: the cells that define it, and what came of its cases.

    `stopped` says why no more cases are called, if so.
    """

    exercise: Exercise
    cells: list[Cell]
    untouched: bool
    stopped: str = ""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    judged: dict[str, CaseResult] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The last cell in which the function can be read, or an empty string."""
        names = self.exercise.names
        readable = [c.source for c in self.cells if functions(c.source).keys() & {*names}]
        return readable[-1] if readable else ""


def _answer(exercise: Exercise, notebook: Notebook, template: Notebook) -> _Answer:
    cells = notebook.cells_defining(exercise.names)
    untouched = bool(cells) and all(_is_untouched(cell, exercise, template) for cell in cells)
    answer = _Answer(exercise, cells, untouched)
    if cells and not answer.code:
        answer.stopped = "it cannot be read"
    return answer


async def _call_all(
    answers: Sequence[_Answer], execution: Execution, inputs: Mapping[Case, SharedInputs]
) -> None:
    """Call every exercise on its cases: all public ones first.

    What is said of a public case is shown with the student's own words, and until then no function
    of theirs has seen a hidden input that it could say.
    """
    for visibility in Visibility:
        groups = [_calls(answer, visibility, inputs) for answer in answers]
        for answer, outcomes in zip(answers, await execution.call_all(groups), strict=True):
            _judge(answer, visibility, outcomes)


def _calls(
    answer: _Answer, visibility: Visibility, inputs: Mapping[Case, SharedInputs]
) -> list[Call]:
    if answer.stopped:
        return []
    exercise = answer.exercise
    return [
        Call(exercise.names, inputs.get(case) or encoded(case)) for case in exercise.of(visibility)
    ]


def _judge(answer: _Answer, visibility: Visibility, outcomes: Sequence[Outcome]) -> None:
    """Judge the cases; those without an outcome have not been called."""
    exercise = answer.exercise
    for index, case in enumerate(exercise.of(visibility)):
        outcome = outcomes[index] if index < len(outcomes) else NotCalled(answer.stopped)
        result = judge(case, exercise, outcome, answer.code)
        if case.visibility is Visibility.PUBLIC and (marked := mark(outcome, answer.code)):
            answer.marks.append(marked)
        answer.outcomes[case.name], answer.judged[case.name] = outcome, result
        if isinstance(outcome, NotCalled):
            answer.stopped = outcome.reason
        elif isinstance(outcome, LAST) or (answer.untouched and not result.passed):
            answer.stopped = f"after {case.name!r}"


def _graded(answer: _Answer, notebook: Notebook, runs: dict[int, CellRun]) -> ExerciseResult:
    exercise, cells = answer.exercise, answer.cells
    cases = tuple(answer.judged[case.name] for case in exercise.cases)
    outcomes = [answer.outcomes[case.name] for case in exercise.cases]
    result = score(exercise, cases, outcomes)
    if answer.untouched and result.verdict not in (Verdict.CORRECT, Verdict.ACCEPTED):
        return without_cases(exercise, Verdict.UNANSWERED, "nothing has been written here yet")
    if cells and not answer.code:
        result = without_cases(exercise, Verdict.ERROR, _syntax_message(cells[-1]))
        return replace(result, marks=_syntax_marks(cells[-1]))
    if result.verdict is Verdict.MISSING:
        why = _unreached(cells[-1], runs) if cells else _nearly(exercise, notebook)
        return without_cases(exercise, Verdict.MISSING, f"{result.message}{why}")
    return replace(result, marks=tuple(dict.fromkeys(answer.marks)))


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


def _unreached(cell: Cell, runs: dict[int, CellRun]) -> str:
    run = runs.get(cell.number)
    why = f", which ended with {run.error}" if run and run.error else ""
    return f": cell {cell.number} would define it, but did not get there{why}"


def _nearly(exercise: Exercise, notebook: Notebook) -> str:
    """A function of the notebook that may be the exercise's under another name."""
    names = {name for cell in notebook.cells for name in functions(cell.source)}
    like = nearest(exercise.name, names)
    return (
        f". There is `{like}`: if that is it, it needs the name `{exercise.name}`" if like else ""
    )


def _syntax_message(cell: Cell) -> str:
    error = syntax_error(cell.source)
    place = f" in its line {error.lineno}" if error and error.lineno else ""
    what = f": {error.msg}" if error else ""
    return f"cell {cell.number}, which defines it, is not valid Python{place}{what}"


def _syntax_marks(cell: Cell) -> tuple[Mark, ...]:
    error = syntax_error(cell.source)
    return (Mark(error.lineno, error.msg),) if error and error.lineno else ()


@cache
def _template(assignment: Assignment) -> Notebook:
    if assignment.public_only:
        return Notebook(())  # the notebook in a student's folder is the student's own
    try:
        return read_notebook(assignment.template)
    except SubmissionError as error:
        raise AssignmentError(f"{assignment.template}: {error}") from None
