"""The command `grade cluster-check`: which workers of a Dask cluster can be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.assignments.load import assignment_names, load_assignment
from grader.cli.shared import (
    ALL_GRADED,
    NOT_ALL_GRADED,
    find_root,
    leave,
    require_option,
    root_option,
    speaks_plainly,
    with_dask,
)
from grader.cli.terminal import Terminal
from grader.execution.environment import in_words, needs_of
from grader.sandbox.level import Level

if TYPE_CHECKING:
    from grader.runs.cluster.client import Member


@click.command(name="cluster-check")
@click.argument("address", callback=lambda _context, _argument, address: with_dask(address))
@require_option
@root_option
@speaks_plainly
def cluster_check(address: str, require: str, root: Path | None) -> None:
    """Say what each worker of the cluster at ADDRESS can do.

    ADDRESS is the scheduler's, such as tcp://10.0.0.1:8786.
    Exit code: 0 all of them may be used, 1 some may not.
    """
    # Dask is an extra, and takes half a second to import.
    from grader.runs.cluster.client import connected, members

    terminal = Terminal(quiet=False)
    base = find_root(root)
    assignments = [load_assignment(base, name) for name in assignment_names(base)]
    imports = dict.fromkeys(name for each in assignments for name in each.warm_imports)
    needs = tuple(need for each in assignments for need in needs_of(each))
    with connected(address) as client:
        everyone = members(client, address, tuple(imports), needs)
    required = max([Level.of(require), *(Level.of(each.require) for each in assignments)])
    unfit = 0
    for member in everyone:
        why = member.unfit(required)
        unfit += bool(why)
        terminal.say(f"{member.address}: {f'is not used: {why}' if why else 'can be used'}")
        for line in _facts(member):
            terminal.say(f"  {line}")
    terminal.say(f"{len(everyone) - unfit} of {len(everyone)} workers can be used")
    leave(NOT_ALL_GRADED if unfit else ALL_GRADED)


def _facts(member: Member) -> Iterator[str]:
    report = member.report
    if report is None:
        return
    yield f"fairgrade: {report.program}"
    if report.protection:
        yield f"protection, tried by a canary: {report.level.word}: {report.protection.summary}"
        if report.protection.advice:
            yield f"to get more protection: {report.protection.advice}"
        yield f"warm start: {report.seconds:.1f} s, once"
    if report.lacks:
        yield in_words(report.lacks, "it")
    yield f"clock: {member.clock_ahead:+.3f} s against this machine's"
    yield f"cores: {report.cores}"
    if report.threads > 1:
        yield (
            f"threads: {report.threads}, of which one grades; start workers with --nthreads 1, "
            "as many as there are cores"
        )
