"""What this machine can do for grading, and what is missing: the lines of `grade doctor`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from grader.errors import KernelFailure
from grader.execution.protection import protection_in_force
from grader.sandbox.cgroup import create
from grader.sandbox.kernel import Confinement, close_parents, warm_parent
from grader.sandbox.launch import bubblewrap
from grader.sandbox.level import Level


def examine(warm_imports: tuple[str, ...]) -> Iterator[str]:
    """A line for each thing found out, the level in force first."""
    level, protection = protection_in_force()
    user = "root" if os.getuid() == 0 else "an ordinary user"
    yield f"protection: {level.word}, as {user}: {protection.summary}"
    for promise, kept in protection.promises.items():
        evidence = protection.evidence.get(promise, "by construction")
        yield f"  {'kept' if kept else 'NOT KEPT'}: {promise} ({evidence})"
    yield from (f"  not to be had: {line}" for line in protection.missed)
    yield f"bubblewrap: {bubblewrap() or 'not installed'}"
    yield f"control groups: {_control_groups()}"
    yield f"warm start: {_warm_start(level, warm_imports)}"
    if protection.advice:
        yield f"to get more protection: {protection.advice}"


def _control_groups() -> str:
    group = create(10**9, 100)
    if group is None:
        return "not to be had; resource limits are used alone"
    group.remove()
    return "yes, for memory and processes"


def _warm_start(level: Level, warm_imports: tuple[str, ...]) -> str:
    started = time.monotonic()
    try:
        parent = warm_parent(Confinement(level, warm_imports))
    except KernelFailure as error:
        return f"no: {error}"
    finally:
        seconds = time.monotonic() - started
    problems = "".join(f"; not imported ahead: {problem}" for problem in parent.problems)
    close_parents()
    return f"yes, after {seconds:.1f} s once for each worker{problems}"
