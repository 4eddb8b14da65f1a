"""Find out how well student code is shut in on this machine, by trying to break out.

From the strongest level down, a kernel is started, and code in it, the canary, tries to break each
promise: to read and write a file outside, to connect to a server, to signal a process, and so on. A
level is in force if none of these succeeded. That bubblewrap is installed or Linux is new enough is
no proof.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from grader.assignments.records import Limits
from grader.errors import KernelFailure
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.event_loop import run
from grader.execution.outcome import Returned
from grader.execution.remembered import remember, remembered
from grader.execution.session import Execution
from grader.files import scratch_folder, short_folder
from grader.model import Protection
from grader.notebooks.read import Cell
from grader.sandbox.advice import advice
from grader.sandbox.confinement import Confinement, close_parents, warm_parent
from grader.sandbox.launch import hidden
from grader.sandbox.level import SUMMARY, Level
from grader.sandbox.private import private_places
from grader.values import wire

PROCESSES = "other processes cannot be seen or signalled"
# Promise -> the canary's function that tries to break it. A level is in force if all of WALLS hold.
# RESOURCES, which are only reported, say whether student code can use up the machine.
WALLS = {
    "files outside cannot be read": "read_outside",
    "files outside cannot be written": "write_outside",
    PROCESSES: "see_processes",
    "there is no network": "connect_tcp",
    "sockets outside cannot be reached": "connect_unix",
    "dangerous system calls are refused": "call_system",
}
MEMORY = "memory is limited"
RESOURCES = {
    MEMORY: "use_memory",
    "processes are limited": "use_processes",
    "disk is limited": "use_disk",
}
# What is said of memory where there is no control group, which alone counts processes together.
FOR_EACH_PROCESS = (
    "only for each process: no control group can be made here, so the processes that a notebook "
    "starts can use a multiple of the limit together"
)
ALWAYS = (
    "expected outputs, cases and solutions are not in the kernel",
    "comparing and scoring happen outside of the kernel",
    "time and output are limited",
)
CANARY = Limits(call_seconds=20, memory_bytes=2_000_000_000, disk_bytes=10_000_000, processes=32)


def protection_in_force(
    at_most: Level = Level.NAMESPACES, anew: bool = False, next_kernels: Confinement | None = None
) -> tuple[Level, Protection]:
    """The strongest level, up to `at_most`, from which the canary did not get out.

    What was found out by an earlier process on the same machine counts, if nothing has changed
    since, except with `anew`. Where kernels with the confinement `next_kernels` are started next,
    at the level that is found out, the canary is put into one like them: then their warm parent,
    whose start takes longest, is there already. Raises KernelFailure where no kernel can be
    started.
    """
    try:
        secret = hidden()
    except KernelFailure:  # each level that needs to hide it says so for itself
        secret = private_places()
    return _known(at_most, secret, anew, next_kernels)


# What this process knows, by the first arguments of `_known`.
_KNOWN: dict[tuple[Level, tuple[str, ...], bool], tuple[Level, Protection]] = {}


def _known(
    at_most: Level, secret: tuple[str, ...], anew: bool, next_kernels: Confinement | None
) -> tuple[Level, Protection]:
    """The level that is known, remembered or found out."""
    key = at_most, secret, anew
    if key not in _KNOWN:
        _KNOWN[key] = _asked_for(at_most, secret, anew, next_kernels)
    return _KNOWN[key]


def _asked_for(
    at_most: Level, secret: tuple[str, ...], anew: bool, next_kernels: Confinement | None
) -> tuple[Level, Protection]:
    """The level that is remembered or found out.

    Where something has to be hidden among the folders that kernels read, the canary is always
    asked, because it tries to open just that.
    """
    protection = None if secret or anew else remembered(at_most)
    if protection is not None:
        return Level.of(protection.level), protection
    level, protection = _found_out(at_most, next_kernels)
    if not secret:
        remember(at_most, protection)
    return level, protection


def _found_out(at_most: Level, next_kernels: Confinement | None) -> tuple[Level, Protection]:
    reasons = []
    for level in sorted(Level, reverse=True):
        if level > at_most:
            continue
        try:
            evidence = _try_to_get_out(level, next_kernels)
        except KernelFailure as error:
            reasons.append(f"{level.word}: {error}")
            continue
        broken = [promise for promise in WALLS if evidence[promise]]
        if level is Level.LIMITS or not broken:
            return level, _protection(level, evidence, tuple(reasons))
        reasons.append(f"{level.word}: the canary got out: {evidence[broken[0]]}")
    raise KernelFailure("no kernel can be started here: " + "; ".join(reasons))


def _protection(level: Level, evidence: dict[str, str], reasons: tuple[str, ...]) -> Protection:
    return Protection(
        level=level.word,
        summary=SUMMARY[level],
        promises={
            **dict.fromkeys(ALWAYS, True),
            **{promise: not broken for promise, broken in evidence.items()},
        },
        evidence={
            promise: broken or "the canary tried and failed" for promise, broken in evidence.items()
        },
        missed=reasons,
        advice=advice() if level < Level.NAMESPACES else "",
    )


def _try_to_get_out(level: Level, next_kernels: Confinement | None) -> dict[str, str]:
    """Promise -> how the canary broke it at this level; empty where it could not."""
    if next_kernels is None:
        try:
            return _evidence(Confinement(level, limits=CANARY, rehearsed=False))
        finally:
            close_parents()
    # These limits belong to a warm parent; all others are set for each kernel.
    own = next_kernels.limits
    limits = structs.replace(CANARY, memory_bytes=own.memory_bytes, processes=own.processes)
    return _evidence(replace(next_kernels, level=level, limits=limits))


def _evidence(confinement: Confinement) -> dict[str, str]:
    with _bait(confinement.limits) as bait:
        return run(_run(confinement, bait))


async def _run(confinement: Confinement, bait: Bait) -> dict[str, str]:
    source = files("grader").joinpath("sandbox", "inside", "canary.py").read_text(encoding="utf-8")
    evidence = {}
    cells, limits = [CellStep(Cell(1, source))], confinement.limits
    async with Execution(cells, {}, limits, confinement) as execution:
        for promise, function in {**WALLS, **RESOURCES}.items():
            evidence[promise] = await _tried(execution, function, bait)
        evidence[PROCESSES] = evidence[PROCESSES] or await _signalled(execution, bait)
    if not warm_parent(confinement).in_group:
        evidence[MEMORY] = evidence[MEMORY] or FOR_EACH_PROCESS
    return evidence


async def _tried(execution: Execution, function: str, bait: Bait) -> str:
    return _broken(await execution.call(Call((function,), wire.encode(((bait.told,), {})))))


async def _signalled(execution: Execution, bait: Bait) -> str:
    """How the canary reached the bait's process; empty where it could not."""
    how = await _tried(execution, "signal_process", bait)
    if not how:
        return ""
    # In a container numbers are low, so a process of the kernel's own namespace may have the same
    # one. If it can be reached after the bait's process was killed, it was another process.
    bait.process.kill()
    bait.process.wait()
    again = await _tried(execution, "signal_process", bait)
    return "" if again == how else how


def _broken(outcome: object) -> str:
    match outcome:
        case Returned(str() as how):
            return how
    return f"the canary did not come back as expected: {outcome}"


class Bait(NamedTuple):
    """Things outside of the sandbox for the canary to reach.

    `told` is what the canary is told of them, `process` the process among them.
    """

    told: dict[str, Any]
    process: subprocess.Popen[bytes]


@contextmanager
def _bait(limits: Limits) -> Iterator[Bait]:
    """Lay out the bait: a folder with a file, a process, a TCP server and two UNIX sockets."""
    with ExitStack() as stack:
        parent = short_folder(tempfile.gettempdir(), "/bait-12345678")
        folder = Path(stack.enter_context(scratch_folder("bait-", parent)))
        (folder / "secret").write_text("reachable")
        path = str(folder / "socket")
        pathname = stack.enter_context(socket.socket(socket.AF_UNIX))
        pathname.bind(path)
        pathname.listen()
        name = f"fairgrade-{secrets.token_hex(8)}"
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        if os.path.exists("/proc/self"):
            abstract.bind(f"\0{name}")
            abstract.listen()
        process = stack.enter_context(_waiting(name))
        told = {
            "folder": str(folder),
            "pid": process.pid,
            "port": tcp.getsockname()[1],
            "socket": path,
            "name": name,
            "memory_bytes": limits.memory_bytes,
            "processes": limits.processes,
            "disk_bytes": limits.disk_bytes,
            "private": _told_apart(private_places()),
        }
        yield Bait(told, process)


def _told_apart(places: Iterable[str]) -> list[tuple[str, int, int]]:
    """Those of the places that exist, with device and number (inode), by which to know them.

    These are the real ones: what lies in them may be shown to kernels by a mount nobody thought of.
    """
    found = [(place, os.stat(place)) for place in places if os.path.exists(place)]
    return [(place, status.st_dev, status.st_ino) for place, status in found]


@contextmanager
def _waiting(mark: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with `mark` in its environment; it waits on a pipe, so that it ends when we end."""
    environment = {**os.environ, "FAIRGRADE_BAIT": mark}
    command = [sys.executable, "-IS", "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()
