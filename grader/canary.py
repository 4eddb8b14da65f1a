"""Find out how well student code is shut in here, by trying to get out.

A kernel is started at each level, from the strongest on, and the canary in it tries to break each
promise: to read and write a file outside, to reach a listener, to signal us, and so on. A level is
in force if nothing got out. A binary that is there, or a kernel version, proves nothing.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader import wire
from grader.assignment import Limits
from grader.caller import Call
from grader.errors import KernelFailure
from grader.execution import Execution, Step
from grader.model import Protection
from grader.notebook import Cell
from grader.outcome import Returned
from grader.sandbox.advice import advice
from grader.sandbox.kernel import Confinement, close_parents
from grader.sandbox.level import SUMMARY, Level

# Promise -> the canary's function that tries to break it. A level is in force if the first group
# holds; the second says how much a student's code can use up.
WALLS = {
    "files outside cannot be read": "read_outside",
    "files outside cannot be written": "write_outside",
    "other processes cannot be seen or signalled": "reach_processes",
    "there is no network": "connect_tcp",
    "sockets outside cannot be reached": "connect_unix",
    "dangerous system calls are refused": "call_system",
}
RESOURCES = {
    "memory is limited": "use_memory",
    "processes are limited": "use_processes",
    "disk is limited": "use_disk",
}
ALWAYS = (
    "expected outputs, cases and solutions are not in the kernel",
    "comparing and scoring happen outside of the kernel",
    "time and output are limited",
)
CANARY = Confinement(Level.LIMITS, memory_bytes=2_000_000_000, disk_bytes=10_000_000, processes=32)


@cache
def protection_in_force(at_most: Level = Level.NAMESPACES) -> tuple[Level, Protection]:
    """The strongest level, up to `at_most`, from which the canary did not get out."""
    reasons = []
    for level in sorted(Level, reverse=True):
        if level > at_most:
            continue
        try:
            evidence = _try_to_get_out(level)
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


def _try_to_get_out(level: Level) -> dict[str, str]:
    """Promise -> how the canary broke it, or an empty string."""
    confinement = Confinement(
        level,
        memory_bytes=CANARY.memory_bytes,
        disk_bytes=CANARY.disk_bytes,
        processes=CANARY.processes,
    )
    try:
        with _bait() as bait:
            return asyncio.run(_run(confinement, bait))
    finally:
        close_parents()


async def _run(confinement: Confinement, bait: dict[str, Any]) -> dict[str, str]:
    source = files("grader").joinpath("sandbox", "inside", "canary.py").read_text(encoding="utf-8")
    evidence = {}
    limits = Limits(call_seconds=20)
    async with Execution([Step(Cell(1, source))], {}, limits, confinement) as execution:
        for promise, function in {**WALLS, **RESOURCES}.items():
            outcome = await execution.call(Call((function,), wire.encode(((bait,), {}))))
            evidence[promise] = _broken(outcome)
    return evidence


def _broken(outcome: object) -> str:
    match outcome:
        case Returned(str() as how):
            return how
    return f"the canary did not come back as expected: {type(outcome).__name__}"


@contextmanager
def _bait() -> Iterator[dict[str, Any]]:
    """What lies outside for the canary to reach: a file, a folder, a process, two listeners."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bait-")))
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
        yield {
            "folder": str(folder),
            "pid": os.getpid(),
            "port": tcp.getsockname()[1],
            "socket": path,
            "abstract": name,
            "memory_bytes": CANARY.memory_bytes,
            "processes": CANARY.processes,
            "disk_bytes": CANARY.disk_bytes,
        }
