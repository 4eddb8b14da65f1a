"""`grade doctor`: what this machine can do for grading, and what is missing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from grader.assignments.load import assignment_names, load_assignment
from grader.cli.shared import CommandError, find_root, root_option, speaks_plainly
from grader.cli.terminal import Terminal
from grader.errors import AssignmentError, KernelFailure
from grader.execution.protection import protection_in_force
from grader.sandbox.cgroup import create
from grader.sandbox.confinement import Confinement, close_parents, warm_parent
from grader.sandbox.launch import bubblewrap
from grader.sandbox.level import Level
from grader.sandbox.private import keep_private


@click.command()
@root_option
@speaks_plainly
def doctor(root: Path | None) -> None:
    """Say what this machine can do: protection, tried by a canary, and warm start.

    It works in any folder. Where a course is found, what its assignments need is tried as well.
    """
    terminal = Terminal(quiet=False)
    for line in examine(tuple(dict.fromkeys(_warm_imports(root, terminal)))):
        terminal.say(line)


def _warm_imports(root: Path | None, terminal: Terminal) -> Iterator[str]:
    """The modules that the assignments want imported ahead; a line for what cannot be read."""
    try:
        base = find_root(root)
    except CommandError as error:
        terminal.say(f"assignments: none are tried: {error}")
        return
    keep_private([base])
    for name in assignment_names(base):
        try:
            yield from load_assignment(base, name).warm_imports
        except AssignmentError as error:
            terminal.problem(f"assignments: {name} is not tried: {error}")


def examine(warm_imports: tuple[str, ...]) -> Iterator[str]:
    """Yield a line for each thing found out about this machine, the level in force first."""
    level, protection = protection_in_force(anew=True)
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
