"""Run a notebook's cells in a kernel, and call its functions there.

A cell that raises does not stop the later ones; its statements after the one that failed are run
one by one. When a cell or call ends the kernel or cannot be interrupted, a new kernel is started
and runs the cells again. Of a cell that ended a kernel it runs only what the cell defines.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.assignments.records import Limits
from grader.execution.calls import (
    Call,
    EditedCalls,
    Taken,
    call,
    call_edited,
    call_together,
    call_traced,
    give,
    keep,
    taken,
    value_of,
)
from grader.execution.cell_steps import CellStep, Reach, second_try, source_of
from grader.execution.outcome import CellRun, Crashed, Missing, NotCalled, Outcome, TimedOut
from grader.execution.traced import Trace, TracedCall
from grader.sandbox.confinement import Confinement
from grader.sandbox.files import PackedFiles
from grader.sandbox.flood import most_resident_bytes
from grader.sandbox.level import Level
from grader.sandbox.shared import SharedInputs
from grader.values.wire import Budget

if TYPE_CHECKING:
    from grader.execution.cell_runner import CellRunner
    from grader.sandbox.kernel import Kernel

# After this many lost kernels, only what the cells define is run; after twice as many, no cell is.
MAX_FATAL_CELLS = 3
# The part of a submission's time that is kept for the calls, however long the cells take.
CALLS_SHARE = 1 / 4
# The part of a cell's time that its second try has beyond it.
SECOND_TRY_SHARE = 1 / 3
# The part of a submission's time that cells may take, in all kernels together, of which only what
# they define is run.
DEFINITIONS_SHARE = 1 / 4
# How long all calls sent in one message may take together. If that is not enough, they are made one
# by one, each with the time limit of a call.
TOGETHER_SECONDS = 1.0
# The part of a submission's time that is kept for calls sent together, so that slow functions do
# not take it from quick ones.
TOGETHER_SHARE = 1 / 16
# All cells together may print so many times what one may.
MAX_PRINTED = 8
# What may be decoded of all answers together: values in them, and bytes. More is not compared.
MAX_ANSWER_ITEMS, MAX_ANSWER_BYTES = 4_000_000, 256 * 1024 * 1024
# What is said to have used a submission's time, besides cells.
CALLS = "the calls of functions"
# After one of these outcomes, another call of the function would end the same way.
LAST = (TimedOut, Crashed, Missing, NotCalled)


def confinement_for(
    limits: Limits,
    warm_imports: tuple[str, ...],
    level: Level,
    shared: tuple[SharedInputs, ...] = (),
    rehearsed: bool = True,
) -> Confinement:
    """The confinement of a kernel with these limits at a level of protection."""
    return Confinement(level, warm_imports, shared, limits, rehearsed)


@dataclass(slots=True)
class Execution:
    """The cells and calls of one submission; an async context, at whose end its kernels end.

    `runs` has what came of each cell, by the cell's number. `values` has the values of the
    variables that steps `read`, by the same number and the name. `out_of_time` says that there was
    no time left for what some cell defines.

    Against `Limits.submission_seconds` counts the time that passes while cells and calls are made,
    and nothing that we do between them, such as to start a kernel. So where that time is used up,
    it was the notebook's code that has used it.
    """

    steps: Sequence[CellStep]
    files: Mapping[str, bytes | Path] | PackedFiles
    limits: Limits
    confinement: Confinement
    runs: dict[int, CellRun] = field(default_factory=dict)
    values: dict[tuple[int, str], Outcome] = field(default_factory=dict)
    _kernel: Kernel | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _reach: dict[int, Reach] = field(default_factory=dict)
    _kernels_lost: int = 0
    _used: dict[str, float] = field(default_factory=dict)
    _definitions_seconds: float = 0
    _runner: CellRunner | None = None
    _room: int = field(init=False)
    _most_resident_bytes: int = field(default_factory=most_resident_bytes)
    _budget: Budget = field(default_factory=lambda: Budget(MAX_ANSWER_ITEMS, MAX_ANSWER_BYTES))
    out_of_time: bool = False

    def __post_init__(self) -> None:
        self._room = MAX_PRINTED * self.limits.output_bytes

    async def __aenter__(self) -> Execution:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._stack.aclose()

    @property
    def seconds_left(self) -> float:
        return self.limits.submission_seconds - self._seconds_used

    @property
    def _seconds_used(self) -> float:
        return sum(self._used.values())

    async def run_cells(self) -> None:
        """Run all steps in one kernel; in a new one again whenever a cell has ended it."""
        while not await self._ran_all():
            await self._drop_kernel()

    async def call(
        self, what: Call, budget: Budget | None = None, *, alone: bool = False
    ) -> Outcome:
        """The outcome of a call; a new kernel is started if the last one has ended.

        What is decoded of it is subtracted from the `budget`. If it is to be made `alone`, threads
        that the notebook has left computing are ended before.
        """
        kernel = await self._kernel_in_time()
        kept = self.limits.submission_seconds * TOGETHER_SHARE
        seconds = min(self.limits.call_seconds, self.seconds_left - kept)
        if not kernel or seconds <= 0:
            return self._not_called()
        with self._counted():
            outcome, usable = await call(kernel, what, seconds, budget, alone)
        if not usable:
            await self._drop_kernel()
        return self._known(outcome)

    async def call_all(self, groups: Sequence[Sequence[Call]]) -> list[list[Outcome]]:
        """The outcomes of each group's calls, usually a group for each exercise.

        What is decoded for them is bounded: see `MAX_ANSWER_ITEMS`. All calls are sent in one
        message. Where time does not suffice for that, each group has a message of its own, and what
        is quick is known before anything slow is called. Then the calls of slow groups are made one
        by one, up to the first outcome that is one of `LAST`.
        """
        together = await self._called_together([each for group in groups for each in group])
        outcomes: list[list[Outcome]] = []
        for group in groups:
            known, together = together[: len(group)], together[len(group) :]
            outcomes.append(known)
        slow = _without_outcome(groups, outcomes)
        for index in slow if len(slow) > 1 else ():
            outcomes[index] = await self._called_together(groups[index])
        for index in _without_outcome(groups, outcomes):
            outcomes[index] = await self._called_singly(groups[index])
        return outcomes

    async def taken(self, names: Sequence[str]) -> tuple[Taken, ...]:
        """What later cells took from the kept function of these names, with the cells' numbers."""
        kernel = await self._kernel_in_time()
        seconds = min(TOGETHER_SECONDS, self.seconds_left)
        if not kernel or not self._runner or seconds <= 0:
            return ()
        with self._counted():
            found, usable = await taken(kernel, names, seconds)
        if not usable:
            await self._drop_kernel()
        cells = dict(enumerate(self._runner.cells, start=1))
        return tuple(replace(each, cell=cells.get(each.cell, 0)) for each in found)

    async def call_edited(self, what: EditedCalls, seconds: float) -> list[Outcome]:
        """The outcome of each edited function on each input, one function after the other.

        There are fewer where `seconds` had passed, or the kernel had ended, before the last call.
        """
        kernel = await self._kernel_in_time()
        if not kernel:
            return []
        with self._counted():
            outcomes, usable = await call_edited(kernel, what, seconds)
        if not usable or len(outcomes) < len(what.sources) * len(what.inputs):
            await self._drop_kernel()
        return outcomes

    async def call_traced(self, what: TracedCall, seconds: float) -> Trace | None:
        """What a function that is followed gives its variables; None where that is not known."""
        kernel = await self._kernel_in_time()
        if not kernel:
            return None
        with self._counted():
            trace, usable = await call_traced(kernel, what, seconds)
        if not usable:
            await self._drop_kernel()
        return trace

    async def _called_singly(self, group: Sequence[Call]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for each in group:
            outcomes.append(await self.call(each, self._budget, alone=True))
            if isinstance(outcomes[-1], LAST):
                break
        return outcomes

    async def _called_together(self, calls: Sequence[Call]) -> list[Outcome]:
        """The outcomes of calls that are sent in one message and have `TOGETHER_SECONDS` in total.

        There are fewer outcomes than calls where that was not enough.
        """
        kernel = await self._kernel_in_time()
        seconds = min(TOGETHER_SECONDS, self.seconds_left)
        if not kernel or seconds <= 0 or not calls:
            return []
        with self._counted():
            outcomes, usable = await call_together(kernel, calls, seconds, self._budget)
        if not usable:
            await self._drop_kernel()
        return [self._known(each) for each in outcomes]

    async def _kernel_in_time(self) -> Kernel | None:
        """The kernel in which the cells have run, a new one if need be; None if time is over."""
        if self._kernel is None and self.seconds_left > 0:
            await self.run_cells()
        return self._kernel

    @contextmanager
    def _counted(self, what: str = CALLS) -> Iterator[None]:
        """Count the time that passes in the context as used by this part of the notebook."""
        started = time.monotonic()
        try:
            yield
        finally:
            self._used[what] = self._used.get(what, 0) + time.monotonic() - started

    def _not_called(self) -> NotCalled:
        limit = self.limits.submission_seconds
        longest = max(self._used, key=lambda what: self._used[what], default=CALLS)
        return NotCalled(
            f"the {limit:g} s for the whole submission were used up, the most by {longest}"
        )

    def _known(self, outcome: Outcome) -> Outcome:
        """The outcome; what is missing may stand in a cell for which there was no time."""
        if self.out_of_time and isinstance(outcome, Missing):
            return self._not_called()
        return outcome

    async def _drop_kernel(self) -> None:
        self._kernel = None
        await self._stack.aclose()

    async def _ran_all(self) -> bool:
        """Start a kernel, and run all steps in it; whether it is still alive after them."""
        # Not at the top, because what they import takes long, and not every process starts kernels.
        from grader.execution.cell_runner import CellRunner
        from grader.sandbox.kernel import start_kernel

        self._kernel = await self._stack.enter_async_context(
            start_kernel(self.files, self.confinement, self._most_resident_bytes)
        )
        runner = self._runner = CellRunner(self._kernel, self._room)
        for step in self.steps:
            number = step.cell.number
            reach = min(step.reach, self._reach.get(number, Reach.ALL), self._reach_left())
            run = await self._run_step(runner, step, reach)
            self._room = runner.room_left
            if step.gives:
                give(self._kernel, step.gives)
            if step.keeps:
                keep(self._kernel, step.keeps)
            # What came of a cell in the first kernel counts; later ones only need what it defines.
            self.runs.setdefault(number, run)
            if run.ended in ("timeout", "crashed"):
                self._reach[number] = Reach(max(reach - 1, Reach.NOTHING))
            for name in step.reads:
                await self._read(number, name)
            if not await self._kernel.is_alive():
                self._kernels_lost += 1
                return False
        return True

    async def _read(self, number: int, name: str) -> None:
        """Read a variable after the cell, unless the kernel has ended, or it has been read."""
        assert self._kernel is not None
        seconds = min(self.limits.call_seconds, self.seconds_left)
        if (number, name) in self.values or seconds <= 0 or not await self._kernel.is_alive():
            return
        with self._counted(f"cell {number}"):
            value, usable = await value_of(self._kernel, name, seconds, self._budget)
        self.values[number, name] = value
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
        source = source_of(step, reach)
        if not source.strip():
            return CellRun("skipped")
        seconds = self._seconds_for(step, reach)
        if seconds <= 0:
            self.out_of_time = True
            return CellRun("skipped")
        before = self._seconds_used
        with self._counted(f"cell {step.cell.number}"):
            run = await runner.run(source, seconds, step.cell.number, draws=step.draws)
        if rest := second_try(source, run):
            # All of them together have what the cell has left, and a part more.
            left = seconds * (1 + SECOND_TRY_SHARE) - (self._seconds_used - before)
            left = min(left, self._seconds_for(step, reach))
            with self._counted(f"cell {step.cell.number}"):
                await runner.run_each(rest, left, step.cell.number)
        if reach is Reach.DEFINITIONS:
            self._definitions_seconds += self._seconds_used - before
        reduced = reach < Reach.ALL or bool(step.skipped)
        return replace(run, ended="skipped", output="") if reduced and run.ended == "ok" else run

    def _seconds_for(self, step: CellStep, reach: Reach) -> float:
        """How long a cell may take now; not above zero where there is no time left for it."""
        limits, left = self.limits, self.seconds_left
        if step.long and reach is Reach.ALL:
            return min(limits.long_cell_seconds, left - limits.call_seconds)
        seconds = min(limits.cell_seconds, left)
        if reach is Reach.DEFINITIONS:
            most = limits.submission_seconds * DEFINITIONS_SHARE
            return min(seconds, most - self._definitions_seconds)
        return min(seconds, left - limits.submission_seconds * CALLS_SHARE)


def _without_outcome(
    groups: Sequence[Sequence[Call]], outcomes: Sequence[Sequence[Outcome]]
) -> list[int]:
    """The indices of the groups of which not every call has an outcome."""
    return [index for index, group in enumerate(groups) if len(outcomes[index]) < len(group)]
