"""Run a notebook's cells in a kernel with nbclient, and call its functions there.

A cell that fails does not stop the later ones. A cell or call that ends the kernel, or cannot be
interrupted, costs that kernel only: a fresh one runs the cells again, the fatal one reduced to
what it defines.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import IntEnum
from queue import Empty
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from grader import wire
from grader.assignment import Limits
from grader.errors import WireError
from grader.notebook import Cell, calls, definitions_only, statements
from grader.outcome import (
    Crashed,
    Incomparable,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.sandbox.kernel import Confinement, Kernel, start_kernel
from grader.sandbox.level import Level

# After an interrupt, a cell or call has this long to end before its kernel is ended.
GRACE_SECONDS = 2.0
# After this many lost kernels all cells run reduced to definitions; after twice as many, none.
MAX_FATAL_CELLS = 3
IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")

# ipykernel's name for a cell, in the message of a SyntaxError.
_FILE_OF_A_CELL = re.compile(r"\(\d+\.py, ")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class Reach(IntEnum):
    """How much of a cell is run."""

    NOTHING = 0
    DEFINITIONS = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A cell to run; a `long` one may take as long as training does."""

    cell: Cell
    reach: Reach = Reach.ALL
    long: bool = False


def step_for(cell: Cell, long_running: frozenset[str], full: bool) -> Step:
    """The cell as a step: one that calls a `long_running` function runs whole only with `full`."""
    if calls(cell.source) & long_running:
        return Step(cell, Reach.ALL if full else Reach.DEFINITIONS, long=True)
    return Step(cell)


@dataclass(frozen=True, slots=True)
class CellRun:
    """What came of a cell: `ended` is ok, error, timeout, crashed or skipped."""

    ended: str
    printed: str = ""
    error: str = ""


def confinement_for(limits: Limits, warm_imports: tuple[str, ...], level: Level) -> Confinement:
    """How a kernel with these limits is shut in at a level."""
    return Confinement(
        level=level,
        warm_imports=warm_imports,
        output_bytes=int(limits.output_bytes),
        memory_bytes=int(limits.memory_bytes),
        disk_bytes=int(limits.disk_bytes),
        cpu_seconds=int(limits.submission_seconds) + 60,
        processes=int(limits.processes),
    )


@dataclass(slots=True)
class Execution:
    """One submission's cells and calls. Use as an async context; its kernels end with it."""

    steps: Sequence[Step]
    files: Mapping[str, bytes]
    limits: Limits
    confinement: Confinement
    runs: dict[int, CellRun] = field(default_factory=dict)
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
        """Run every step in one kernel, in a fresh one again after each fatal cell."""
        while not await self._ran_all():
            await self._drop_kernel()

    async def call(self, names: tuple[str, ...], inputs: bytes) -> Outcome:
        """Call the function that goes by one of `names` with `inputs`, an encoded
        `(args, kwargs)`; in a fresh kernel if the last one is gone."""
        if self._kernel is None:
            await self.run_cells()
        seconds = min(self.limits.call_seconds, self.seconds_left)
        if seconds <= 0:
            limit = self.limits.submission_seconds
            return NotCalled(f"the time limit of {limit:g} s for the whole submission had run out")
        assert self._kernel is not None
        outcome, usable = await _call(self._kernel, names, inputs, seconds)
        if not usable:
            await self._drop_kernel()
        return outcome

    async def _drop_kernel(self) -> None:
        self._kernel = None
        await self._stack.aclose()

    async def _ran_all(self) -> bool:
        """Whether a new kernel has run all steps and still lives."""
        self._kernel = await self._stack.enter_async_context(
            start_kernel(self.files, self.confinement)
        )
        runner = _CellRunner(self._kernel, int(self.limits.output_bytes))
        for step in self.steps:
            number = step.cell.number
            reach = min(step.reach, self._reach.get(number, Reach.ALL), self._reach_left())
            run = await self._run_step(runner, step, reach)
            # What a cell does the first time counts; later kernels only need what it defines.
            self.runs.setdefault(number, run)
            if run.ended in ("timeout", "crashed"):
                self._reach[number] = Reach(max(reach - 1, Reach.NOTHING))
            if not await self._kernel.is_alive():
                self._kernels_lost += 1
                return False
        return True

    def _reach_left(self) -> Reach:
        lost = self._kernels_lost // MAX_FATAL_CELLS
        if lost == 0 and self._out_of_cell_time():
            return Reach.DEFINITIONS
        return Reach(max(Reach.ALL - lost, Reach.NOTHING))

    def _out_of_cell_time(self) -> bool:
        # The other half is for the calls: it is they that are graded.
        return self.seconds_left < self.limits.submission_seconds / 2

    async def _run_step(self, runner: _CellRunner, step: Step, reach: Reach) -> CellRun:
        source = step.cell.source if reach is Reach.ALL else ""
        if reach is Reach.DEFINITIONS:
            source = definitions_only(step.cell.source)
        if not source.strip():
            return CellRun("skipped")
        limits = self.limits
        seconds = limits.long_cell_seconds if step.long else limits.cell_seconds
        run = await runner.run(source, seconds)
        if run.ended == "error" and run.error.split(":")[0] in IMPORT_ERRORS:
            await runner.run_each(statements(source), seconds)
        return CellRun("skipped", run.printed) if reach < Reach.ALL and run.ended == "ok" else run


class _CellRunner(NotebookClient):
    """nbclient, keeping the text that cells print and no more of it than allowed."""

    def __init__(self, kernel: Kernel, output_bytes: int) -> None:
        super().__init__(new_notebook(cells=[new_code_cell()]), km=kernel.manager)
        self.kc = kernel.client
        self.allow_errors = True
        self._kernel = kernel
        self._output_bytes = output_bytes
        self._printed: list[str] = []
        self._room = 0
        self._timed_out = False

    async def run_each(self, sources: Sequence[str], seconds: float) -> None:
        for source in sources:
            if (await self.run(source, seconds)).ended in ("timeout", "crashed"):
                return

    async def run(self, source: str, seconds: float) -> CellRun:
        """Run one cell's source; the kernel may be dead afterwards."""
        self._printed, self._room, self._timed_out = [], self._output_bytes, False
        cell = new_code_cell(source)
        watch = asyncio.create_task(self._watch(seconds))
        reply = {}

        def keep(execute_reply: dict[str, Any], **_: Any) -> None:
            reply.update(execute_reply["content"])

        self.on_cell_executed = keep
        try:
            await self.async_execute_cell(cell, 0)
        except DeadKernelError:
            reply = {"status": "dead"}
        except Exception:  # whatever nbclient makes of messages that a student's code forged
            await self._kernel.kill()
            reply = {"status": "dead"}
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        return self._run_of(reply)

    def _run_of(self, reply: dict[str, Any]) -> CellRun:
        printed = _ANSI.sub("", "".join(self._printed))
        if self._timed_out:
            return CellRun("timeout", printed)
        if reply.get("status") == "dead":
            return CellRun("crashed", printed)
        if reply.get("status") == "ok":
            return CellRun("ok", printed)
        name, message = (str(reply.get(key, ""))[:500] for key in ("ename", "evalue"))
        message = _FILE_OF_A_CELL.sub("(", message)
        return CellRun("error", printed, f"{name}: {message}")

    async def _watch(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._timed_out = True
        await self._kernel.interrupt()
        await asyncio.sleep(GRACE_SECONDS)
        await self._kernel.kill()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> None:
        """Keep text, drop everything else; called by nbclient for every message of the cell."""
        content = msg["content"]
        match msg["msg_type"]:
            case "status":
                if content["execution_state"] == "idle":
                    raise CellExecutionComplete
            case "stream":
                self._keep(content["text"])
            case "execute_result" | "display_data":
                self._keep(content["data"].get("text/plain", "") + "\n")
            case "error":
                self._keep(f"{content['ename']}: {content['evalue']}\n")

    def _keep(self, text: str) -> None:
        if self._room > 0:
            self._printed.append(text[: self._room])
            self._room -= len(text)


async def _call(
    kernel: Kernel, names: tuple[str, ...], inputs: bytes, seconds: float
) -> tuple[Outcome, bool]:
    """The outcome of a call, and whether the kernel can be used after it."""
    session, channel = kernel.client.session, kernel.client.shell_channel
    request = session.msg("call_request", {"names": list(names)})
    session.send(channel.socket, request, buffers=[inputs])
    msg_id = request["header"]["msg_id"]
    reply = await _reply(kernel, msg_id, seconds)
    if reply is None and await kernel.is_alive():
        await kernel.interrupt()
        usable = await _reply(kernel, msg_id, GRACE_SECONDS) is not None
        return TimedOut(seconds), usable
    outcome = Crashed() if reply is None else _outcome(reply)
    return outcome, not isinstance(outcome, Crashed)


async def _reply(kernel: Kernel, msg_id: str, seconds: float) -> bytes | None:
    """The bytes that answer a call; None if the kernel ends, or none come in time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            message = await kernel.client.shell_channel.get_msg(timeout=min(left, 0.1))
            answers = message["parent_header"].get("msg_id") == msg_id
            if answers and message["msg_type"] == "call_reply":
                return bytes(message["buffers"][0])
        except Empty:
            if not await kernel.is_alive():
                return None
        except Exception:  # whatever jupyter_client makes of a message that was forged
            await kernel.kill()
            return None
    return None


def _outcome(reply: bytes) -> Outcome:
    """The agent's reply, of which nothing is believed beyond its form."""
    try:
        value = wire.decode(reply)
        if isinstance(value, tuple) and value[:1] == ("returned",):
            return Returned(wire.decode(value[1]))
    except (WireError, IndexError, TypeError):
        return Crashed()
    match value:
        case ("raised", str() as kind, str() as message, int() | None as line):
            return Raised(kind[:100], message[:2000], line)
        case ("unsendable", str() as reason):
            return Incomparable(reason[:500])
        case ("missing",):
            return Missing()
        case ("interrupted",):
            return Raised("KeyboardInterrupt", "", None)
    return Crashed()
