"""The steps of grading a submission, in the order of `STEPS`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from msgspec import structs

from grader.assignments.attached import Parameter
from grader.assignments.helpers import files_beside
from grader.assignments.records import Assignment, Limits
from grader.assignments.untouched import Template
from grader.execution.cell_steps import CellStep, Reach, definitions_of, step_for
from grader.execution.inputs import packed, shared
from grader.execution.outcome import Unmade
from grader.execution.session import Execution, confinement_for
from grader.grading import observed, own_modules
from grader.grading.answers import (
    Answer,
    answer_to,
    call_for,
    calls_for,
    judge_cases,
    result_of,
)
from grader.grading.drawn.handed_out import drawn_parameters, with_own_values
from grader.grading.drawn.parameters import around, setting, values_of
from grader.grading.evidence import flags, passed_over, spans, unmade, with_evidence
from grader.grading.fresh_cases import suspicions
from grader.grading.given_right import with_used_ones_right
from grader.grading.long_results import giving
from grader.grading.machine import TAKES_ANYTHING, unmade_here, with_machine_named
from grader.grading.pictures.draw import CALL_SECONDS, with_drawings
from grader.grading.pictures.draw import SECONDS as PICTURES_SECONDS
from grader.grading.pictures.trainings import reading as trainings_read
from grader.grading.pictures.trainings import with_trainings
from grader.grading.remarks import Remarks
from grader.grading.repair.search import searched
from grader.grading.taken_names import called_as_kept, may_lack_names, names_by_cell
from grader.grading.task import Task
from grader.grading.tracing.first_step import SECONDS as FIRST_STEPS_SECONDS
from grader.grading.tracing.first_step import with_first_steps
from grader.grading.unnamed.behaviour import behaviour
from grader.model import ExerciseResult, Visibility
from grader.notebooks.companions import companion_names
from grader.notebooks.read import Notebook
from grader.sandbox.files import PackedFiles
from grader.sandbox.level import Level


@dataclass(slots=True)
class Grading:
    """What is known of one submission while it is graded. Each step adds what it finds out.

    `task` has the level of protection that is in force. `taken` has, by the number of a cell, names
    that it took from functions which were then called with them as they were. `files` are those
    beside the notebook, where they are not the assignment's alone. `kernels` is left when the
    notebook's kernel is no longer needed, and from then on holds the one for what is shown of
    functions; `execution` keeps what came of the cells. `behaviours` has a key for each wrong
    answer without a name, by its exercise. `drawing` are the numbers of the cells whose pictures
    people are to see. `undecided` says, by their names, why exercises cannot be graded.
    """

    notebook: Notebook
    assignment: Assignment
    task: Task
    template: Template
    answers: list[Answer] = field(default_factory=list)
    cells: list[CellStep] = field(default_factory=list)
    exercises: tuple[ExerciseResult, ...] = ()
    flags: list[str] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)
    drawing: frozenset[int] = frozenset()
    undecided: dict[str, str] = field(default_factory=dict)
    taken: dict[int, frozenset[str]] = field(default_factory=dict)
    behaviours: dict[str, str] = field(default_factory=dict)
    files: PackedFiles | None = None
    kernels: AsyncExitStack = field(default_factory=AsyncExitStack)
    execution: Execution = field(init=False)
    _shown: Execution | None = None

    @property
    def copies(self) -> set[int]:
        """The numbers of cells with a stub of an exercise that another cell answers."""
        return {number for answer in self.answers for number in answer.copies}

    def with_values(self, parameters: Sequence[Parameter]) -> list[CellStep]:
        """The cells, after which the parameters have these values."""
        return setting(self.cells, parameters, self.notebook, self.template.notebook)

    def execution_of(self, cells: Sequence[CellStep], limits: Limits) -> Execution:
        """A new execution of some cells, in a kernel like that of the notebook."""
        assignment, level = self.assignment, self.task.level or Level.LIMITS
        inputs = tuple(shared(assignment).values())
        confinement = confinement_for(
            assignment.limits,
            assignment.warm_imports,
            level,
            inputs,
            rehearsed=not self.task.single,
        )
        return Execution(cells, self.files or packed(assignment), limits, confinement)

    def execution_of_definitions(self, limits: Limits) -> Execution:
        """A new execution of what the notebook's cells define, in a kernel of its own."""
        values = values_of(self.assignment.parameters)
        cells = around(definitions_of(self.cells, self.taken), values)
        return self.execution_of(cells, limits)

    async def execution_for_shown(self) -> Execution:
        """The one execution of what the cells define in which functions are called to show what
        they do: it is never given a hidden input, which a function could show later."""
        if self._shown is None:
            seconds = FIRST_STEPS_SECONDS + PICTURES_SECONDS
            limits = structs.replace(
                self.assignment.limits, submission_seconds=seconds, call_seconds=CALL_SECONDS
            )
            execution = self.execution_of_definitions(limits)
            self._shown = await self.kernels.enter_async_context(execution)
        return self._shown


def put_beside(grading: Grading, came: Mapping[str, bytes]) -> None:
    """Put what came with the notebook beside it, as far as it is used, and say what is not."""
    names = companion_names(grading.task.submission)
    if not names:
        return
    beside = files_beside(grading.assignment)
    used = own_modules.chosen(grading.notebook, came, beside)
    if used:
        grading.files = PackedFiles({**used, **beside})
    grading.flags += own_modules.remarks(grading.notebook, names, used, beside)


async def plan_cells(grading: Grading) -> None:
    """Find each exercise's cells, and decide how much of each cell is run."""
    assignment, task = grading.assignment, grading.task
    grading.answers = [
        answer_to(exercise, grading.notebook, grading.template) for exercise in assignment.exercises
    ]
    for answer in grading.answers:
        answer.undecided = answer.stopped = grading.undecided.get(answer.exercise.name, "")
    copies = grading.copies
    grading.cells = [
        CellStep(cell, Reach.NOTHING)
        if cell.number in copies
        else replace(
            step_for(cell, assignment.long_running, task.full),
            keeps=tuple(name for answer in grading.answers for name in answer.keeps(cell)),
            draws=cell.number in grading.drawing,
        )
        for cell in grading.notebook.cells
    ]
    if task.full:
        grading.cells = trainings_read(grading.cells, assignment)
    grading.cells = giving(observed.reading(grading.cells, grading.answers), assignment)
    grading.cells = grading.with_values(assignment.parameters)
    execution = grading.execution_of(grading.cells, assignment.limits)
    grading.execution = await grading.kernels.enter_async_context(execution)


async def run_cells(grading: Grading) -> None:
    """Start a kernel and run the notebook in it."""
    await grading.execution.run_cells()


async def look_at_values(grading: Grading) -> None:
    """Judge what the cells leave, before any function is called."""
    outcomes = await observed.observe(grading.answers, grading.execution)
    for answer, of_answer in zip(grading.answers, outcomes, strict=True):
        if answer.kind.is_observed:
            for visibility in Visibility:
                judge_cases(answer, visibility, of_answer, grading.remarks)


async def call_cases(grading: Grading) -> None:
    """Call every exercise on its cases and judge what comes of it: all public cases first.

    What is said of a public case is shown with the student's own words, and until then no function
    of theirs has seen a hidden input that it could say.
    """
    inputs = shared(grading.assignment)
    notebook, runs = grading.notebook, grading.execution.runs
    grading.remarks.unmade = lambda name: unmade(name, notebook, runs)
    for visibility in Visibility:
        groups = [calls_for(answer, visibility, inputs) for answer in grading.answers]
        outcomes = await grading.execution.call_all(groups)
        for answer, of_answer in zip(grading.answers, outcomes, strict=True):
            if not answer.kind.is_observed:
                judge_cases(answer, visibility, of_answer, grading.remarks)
            await _look_for_unmade(grading, answer, visibility)
        for index, answer in enumerate(grading.answers):
            if answer.kind.is_called and may_lack_names(answer, visibility):
                grading.answers[index] = await _called_as_kept(grading, answer, visibility)


async def _look_for_unmade(grading: Grading, answer: Answer, visibility: Visibility) -> None:
    """Leave an answer undecided where the inputs of a case cannot be made on this machine.

    The first such case tells: what hinders one hinders the others.
    """
    cases = answer.exercise.of(visibility)
    unmade = [case for case in cases if isinstance(answer.outcomes.get(case.name), Unmade)]
    if not unmade or answer.undecided:
        return
    assignment = grading.assignment
    execution = Execution(
        [TAKES_ANYTHING],
        packed(assignment),
        assignment.limits,
        grading.execution.confinement,
    )
    call = call_for(answer.exercise, unmade[0], shared(assignment).get(unmade[0]))
    async with execution:
        if why := await unmade_here(call, execution):
            answer.undecided = f"the inputs of its cases cannot be made on this machine: {why}"


async def _called_as_kept(grading: Grading, answer: Answer, visibility: Visibility) -> Answer:
    answer, taken, remark = await called_as_kept(
        answer, visibility, shared(grading.assignment), grading.execution, grading.remarks
    )
    for cell, names in names_by_cell(taken).items():
        grading.taken[cell] = grading.taken.get(cell, frozenset()) | names
    grading.flags += [remark] if remark else []
    return answer


async def score_exercises(grading: Grading) -> None:
    """Give each exercise its verdict and points."""
    notebook, runs = grading.notebook, grading.execution.runs
    grading.exercises = tuple(
        result_of(answer, notebook, runs, grading.template.names, grading.remarks)
        for answer in grading.answers
    )


async def show_evidence(grading: Grading) -> None:
    """Add the student's own code, and what it printed, to each result."""
    found, runs = spans(grading.notebook, grading.answers), grading.execution.runs
    grading.exercises = tuple(
        with_evidence(result, found.get(result.name, []), runs) for result in grading.exercises
    )


async def call_on_own_inputs(grading: Grading) -> None:
    """Where a student checks a notebook, try it with what is drawn for the student, too: whether
    it gives something of the expected kind can be said without reference.

    Parameters are set in another kernel, in which the notebook runs once more.
    """
    assignment, student = grading.assignment, grading.task.submission.owner.drawn_for
    if not (assignment.public_only and student):
        return
    parameters, remarks = await drawn_parameters(assignment, student)
    grading.flags += remarks
    with_values = partial(with_own_values, grading.exercises, grading.answers, assignment, student)
    if not parameters:
        grading.exercises = await with_values(grading.execution)
        return
    cells = grading.with_values(parameters)
    async with grading.execution_of(cells, assignment.limits) as execution:
        await execution.run_cells()
        grading.exercises = await with_values(execution, every=True)


async def call_fresh_cases(grading: Grading) -> None:
    """Flag functions that pass the frozen cases, and not those drawn for this run."""
    kept = frozenset(answer.exercise.name for answer in grading.answers if answer.kept)
    grading.flags += await suspicions(
        grading.exercises, grading.assignment, grading.task.seed, grading.execution, kept
    )


async def flag_cells(grading: Grading) -> None:
    """Flag cells that failed or were left out, and functions that are not graded here."""
    runs = grading.execution.runs
    grading.flags += passed_over(grading.notebook, grading.assignment)
    grading.flags += flags(grading.notebook, grading.copies, runs)


async def name_machine(grading: Grading) -> None:
    """Do not let anybody suffer from a package that this machine lacks."""
    grading.exercises, flagged = with_machine_named(
        grading.exercises, grading.assignment, grading.execution.runs
    )
    grading.flags += flagged


async def end_kernel(grading: Grading) -> None:
    """End the notebook's kernel: it has seen hidden inputs, and is not needed any more."""
    await grading.kernels.aclose()


async def call_with_used_ones_right(grading: Grading) -> None:
    """Call what uses wrong functions with right ones in their place: in kernels of their own, since
    these have code of the reference, and after all that a student's function could still tell."""
    grading.exercises = await with_used_ones_right(
        grading.exercises,
        grading.assignment,
        lambda limits: grading.execution_of(grading.cells, limits),
    )


async def find_behaviours(grading: Grading) -> None:
    """Find out by what wrong answers without a name are told to behave alike."""
    for answer, result in zip(grading.answers, grading.exercises, strict=True):
        if result.is_unnamed and (key := behaviour(answer.exercise, result, answer.outcomes)):
            grading.behaviours[result.name] = key


async def search_mistakes(grading: Grading) -> None:
    """Look for an edit that makes a wrong function right, and mark its lines."""
    grading.exercises, cut_short = await searched(
        grading.exercises,
        grading.notebook,
        grading.assignment,
        grading.execution_of_definitions,
        grading.task.search,
        grading.task.donors.get(grading.assignment.name),
    )
    grading.flags += cut_short


async def trace_first_steps(grading: Grading) -> None:
    """Follow each wrong function on a public case up to the first step that differs."""
    grading.exercises = await with_first_steps(
        grading.exercises, grading.answers, grading.assignment, grading.execution_for_shown
    )


async def draw_pictures(grading: Grading) -> None:
    """Draw the author's pictures of what the functions do."""
    execution = await grading.execution_for_shown()
    grading.exercises = await with_drawings(grading.exercises, grading.assignment, execution)


async def draw_trainings(grading: Grading) -> None:
    """Draw the author's pictures of what the notebook trained."""
    grading.exercises = with_trainings(grading.exercises, grading.assignment, grading.execution)


def _always(grading: Grading) -> bool:
    return True


def _is_searched(grading: Grading) -> bool:
    # Public cases alone are too few to call an edit right, and there is no reference beside them.
    return grading.assignment.search and not grading.assignment.public_only and _is_quick(grading)


def _is_quick(grading: Grading) -> bool:
    """Whether there was time for all that the cells define, which other kernels are to run again.

    Where there was not, the verdicts have a reason that says so.
    """
    return not grading.execution.out_of_time


def _is_drawn(grading: Grading) -> bool:
    return grading.task.pictures and _is_quick(grading)


def _may_use_wrong_ones(grading: Grading) -> bool:
    # A student's copy has no reference.
    return not grading.assignment.public_only and _is_quick(grading)


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
    Step(look_at_values),
    Step(call_cases),
    Step(score_exercises),
    Step(call_on_own_inputs),
    Step(show_evidence, "showing the student's code"),
    Step(
        call_fresh_cases,
        "the comparison on cases drawn afresh",
        when=lambda grading: not grading.assignment.public_only,
    ),
    Step(flag_cells, "the list of cells that failed"),
    Step(name_machine),
    Step(end_kernel),
    Step(call_with_used_ones_right, when=_may_use_wrong_ones),
    Step(find_behaviours, "finding answers that behave alike"),
    Step(
        search_mistakes,
        "the search for the mistake",
        when=_is_searched,
    ),
    Step(draw_pictures, "drawing the pictures", when=_is_drawn),
    Step(trace_first_steps, "the first step that differs", when=_is_searched),
    Step(draw_trainings, "drawing the trainings", when=lambda grading: grading.task.full),
)


async def take(steps: Sequence[Step], grading: Grading) -> None:
    async with grading.kernels:
        for step in steps:
            left_out = step.what and grading.remarks.exhausted
            if step.when(grading) and not left_out:
                await _take_one(step, grading)


async def _take_one(step: Step, grading: Grading) -> None:
    try:
        await step.take(grading)
    except Exception as error:  # a mistake of ours in what explains or draws costs no verdict
        if not step.what:
            raise
        grading.remarks.failed(step.what, error)
