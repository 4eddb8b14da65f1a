"""Run a notebook's cells in a kernel, and call its functions there.

A cell that raises does not stop the later ones; its other statements are run one by one. When a
cell or call ends the kernel or cannot be interrupted, a new kernel is started and runs the cells
again. Of a cell that ended a kernel it runs only the imports and definitions.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import IntEnum

from grader.assignments.records import Limits
from grader.execution.calls import Call, EditedCalls, call, call_edited, call_together, value_of
from grader.execution.cell_runner import CellRun, CellRunner
from grader.execution.outcome import Crashed, Missing, NotCalled, Outcome, TimedOut
from grader.notebooks.cells import (
    anchored,
    calls,
    definitions,
    definitions_and_constants,
    definitions_only,
    statements,
    syntax_error,
    without_calls,
)
from grader.notebooks.read import Cell
from grader.sandbox.kernel import Confinement, Kernel, start_kernel
from grader.sandbox.level import Level
from grader.sandbox.shared import SharedInputs

# After this many lost kernels, only the imports and definitions of all cells are run; after twice
# as many, no cell is.
MAX_FATAL_CELLS = 3
# How long all calls sent in one message may take together. If that is not enough, they are made one
# by one, each with the time limit of a call.
TOGETHER_SECONDS = 1.0
# After one of these outcomes, another call of the function would end the same way.
LAST = (TimedOut, Crashed, Missing, NotCalled)
IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")


class Reach(IntEnum):
    """How much of a cell is run."""

    NOTHING = 0
    DEFINITIONS = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class CellStep:
    """A cell to run, and how much of it.

    Statements that call one of the `skipped` functions are left out. A `long` cell may take
    `Limits.long_cell_seconds`. `reads` names a variable whose value is read after the cell, if any.
    """

    cell: Cell
    reach: Reach = Reach.ALL
    skipped: frozenset[str] = frozenset()
    long: bool = False
    reads: str = ""


def step_for(cell: Cell, long_running: frozenset[str], full: bool) -> CellStep:
    """The cell as a step.

    If it calls a `long_running` function, it is a long cell if `full`; else those calls are left
    out.
    """
    if calls(cell.source) & long_running:
        return CellStep(cell, long=True) if full else CellStep(cell, skipped=long_running)
    return CellStep(cell)


def definitions_of(steps: Sequence[CellStep]) -> CellStep:
    """One cell with the imports, definitions and constants of all steps that are run.

    One cell runs faster than many.
    """
    ran = [step.cell.source for step in steps if step.reach > Reach.NOTHING]
    return CellStep(Cell(0, "\n".join(filter(None, map(definitions_and_constants, ran)))))


def confinement_for(
    limits: Limits,
    warm_imports: tuple[str, ...],
    level: Level,
    shared: tuple[SharedInputs, ...] = (),
) -> Confinement:
    """The confinement of a kernel with these limits at a level of protection."""
    return Confinement(level, warm_imports, shared, limits)


@dataclass(slots=True)
class Execution:
    """The cells and calls of one submission; an async context, at whose end its kernels end.

    `runs` has what came of each cell, by the cell's number. `values` has the value of the variable
    that a step `reads`, by the same number.
    """

    steps: Sequence[CellStep]
    files: Mapping[str, bytes]
    limits: Limits
    confinement: Confinement
    runs: dict[int, CellRun] = field(default_factory=dict)
    values: dict[int, Outcome] = field(default_factory=dict)
    _kernel: Kernel | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _reach: dict[int, Reach] = field(default_factory=dict)
    _kernels_lost: int = 0
    _started: float = field(default_factory=time.monotonic)

    async def __aenter__(self) -> Execution:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._stack.aclose()

    @property
    def seconds_left(self) -> float:
        return self._started + self.limits.submission_seconds - time.monotonic()

    async def run_cells(self) -> None:
        """Run all steps in one kernel; in a new one again whenever a cell has ended it."""
        while not await self._ran_all():
            await self._drop_kernel()

    async def call(self, what: Call) -> Outcome:
        """The outcome of a call; a new kernel is started if the last one has ended."""
        if self._kernel is None:
            await self.run_cells()
        seconds = min(self.limits.call_seconds, self.seconds_left)
        if seconds <= 0:
            limit = self.limits.submission_seconds
            return NotCalled(f"the time limit of {limit:g} s for the whole submission had run out")
        assert self._kernel is not None
        outcome, usable = await call(self._kernel, what, seconds)
        if not usable:
            await self._drop_kernel()
        return outcome

    async def call_all(self, groups: Sequence[Sequence[Call]]) -> list[list[Outcome]]:
        """The outcomes of each group's calls, usually a group for each exercise.

        All are sent in one message. Where time does not suffice for a group, its calls are made one
        by one, up to the first outcome that is one of `LAST`.
        """
        together = await self._called_together([each for group in groups for each in group])
        outcomes: list[list[Outcome]] = []
        for group in groups:
            known, together = together[: len(group)], together[len(group) :]
            outcomes.append(known if len(known) == len(group) else await self._called_singly(group))
        return outcomes

    async def call_edited(self, what: EditedCalls, seconds: float) -> list[Outcome]:
        """The outcome of each edited function on each input, one function after the other.

        There are fewer where `seconds` had passed, or the kernel had ended, before the last call.
        """
        if self._kernel is None:
            await self.run_cells()
        assert self._kernel is not None
        outcomes, usable = await call_edited(self._kernel, what, seconds)
        if not usable or len(outcomes) < len(what.sources) * len(what.inputs):
            await self._drop_kernel()
        return outcomes

    async def _called_singly(self, group: Sequence[Call]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for each in group:
            outcomes.append(await self.call(each))
            if isinstance(outcomes[-1], LAST):
                break
        return outcomes

    async def _called_together(self, calls: Sequence[Call]) -> list[Outcome]:
        """The outcomes of calls that are sent in one message and have `TOGETHER_SECONDS` in total.

        There are fewer outcomes than calls where that was not enough.
        """
        if self._kernel is None:
            await self.run_cells()
        seconds = min(TOGETHER_SECONDS, self.seconds_left)
        if seconds <= 0 or not calls:
            return []
        assert self._kernel is not None
        outcomes, usable = await call_together(self._kernel, calls, seconds)
        if not usable:
            await self._drop_kernel()
        return outcomes

    async def _drop_kernel(self) -> None:
        self._kernel = None
        await self._stack.aclose()

    async def _ran_all(self) -> bool:
        """Start a kernel, and run all steps in it; whether it is still alive after them."""
        self._kernel = await self._stack.enter_async_context(
            start_kernel(self.files, self.confinement)
        )
        runner = CellRunner(self._kernel)
        for step in self.steps:
            number = step.cell.number
            reach = min(step.reach, self._reach.get(number, Reach.ALL), self._reach_left())
            run = await self._run_step(runner, step, reach)
            if step.reads and run.ended == "ok" and number not in self.runs:
                await self._read(step)
            # What came of a cell in the first kernel counts; later ones only need what it defines.
            self.runs.setdefault(number, run)
            if run.ended in ("timeout", "crashed"):
                self._reach[number] = Reach(max(reach - 1, Reach.NOTHING))
            if not await self._kernel.is_alive():
                self._kernels_lost += 1
                return False
        return True

    async def _read(self, step: CellStep) -> None:
        assert self._kernel is not None
        seconds = self.limits.call_seconds
        self.values[step.cell.number], usable = await value_of(self._kernel, step.reads, seconds)
        if not usable:
            await self._kernel.kill()

    def _reach_left(self) -> Reach:
        lost = self._kernels_lost // MAX_FATAL_CELLS
        if lost == 0 and self._out_of_cell_time():
            return Reach.DEFINITIONS
        return Reach(max(Reach.ALL - lost, Reach.NOTHING))

    def _out_of_cell_time(self) -> bool:
        # The other half of the time is kept for the calls, which are what is graded.
        return self.seconds_left < self.limits.submission_seconds / 2

    async def _run_step(self, runner: CellRunner, step: CellStep, reach: Reach) -> CellRun:
        source = _source(step, reach)
        if not source.strip():
            return CellRun("skipped")
        limits = self.limits
        seconds = limits.long_cell_seconds if step.long else limits.cell_seconds
        run = await runner.run(source, seconds)
        if run.ended == "error":
            await runner.run_each(_second_try(source, run.error), seconds)
        reduced = reach < Reach.ALL or bool(step.skipped)
        return CellRun("skipped", run.printed) if reduced and run.ended == "ok" else run


def _source(step: CellStep, reach: Reach) -> str:
    match reach:
        case Reach.NOTHING:
            return ""
        case Reach.DEFINITIONS:
            return anchored(definitions_only(step.cell.source))
    source = without_calls(step.cell.source, step.skipped) if step.skipped else step.cell.source
    return anchored(source)


def _second_try(source: str, error: str) -> list[str]:
    """The statements of a cell that raised which are run again, one by one.

    So one wrong line costs only itself. All statements that can be parsed are run if the cell has a
    syntax error or an import failed. After another error it is only the imports and definitions.
    """
    if syntax_error(source) or error.split(":")[0] in IMPORT_ERRORS:
        return statements(source)
    return definitions(source)
