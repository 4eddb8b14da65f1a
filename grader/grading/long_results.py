"""What long-running cells of the master leave, for students' later cells.

A cell that trains for minutes is run with `--full` only, so a later cell that uses what it leaves
would fail. An assignment names such variables in `long_results`. `grade generate` runs the whole
master and freezes their values. Where a student's notebook would give one of these variables a
value in a statement that is left out, the kernel is given the master's value after that cell.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from grader.assignments.helpers import files_beside
from grader.assignments.records import Assignment
from grader.caches import cached
from grader.errors import AssignmentError, WireError
from grader.execution.cell_steps import CellStep, step_for
from grader.execution.event_loop import run
from grader.execution.outcome import Outcome, Returned
from grader.execution.session import Execution, confinement_for
from grader.grading.master_run import MasterRun, made_of
from grader.notebooks.cells import names_bound, without_calls
from grader.notebooks.read import Cell, read_notebook
from grader.sandbox.level import Level
from grader.values import wire

LONG_RESULTS = MasterRun("long_results.json", "results")


def giving(steps: Sequence[CellStep], assignment: Assignment) -> list[CellStep]:
    """The steps; those of which a statement is left out say what the kernel is given after them.

    The second cell that leaves a variable gets what the master's second one leaves, and so on.
    """
    known = {} if assignment.public_only else _frozen(assignment)
    before: Counter[str] = Counter()
    found = []
    for step in steps:
        names = left_by(step.cell, step.skipped) & known.keys() if step.skipped else set()
        values = {name: known[name][min(before[name], len(known[name]) - 1)] for name in names}
        before.update(names)
        found.append(replace(step, gives=tuple(sorted(values.items()))))
    return found


def left_by(cell: Cell, functions: frozenset[str]) -> set[str]:
    """The names that the statements of a cell bind which are left out with these functions."""
    left_out = without_calls(cell.source, functions)
    kept = names_bound(left_out)
    return names_bound(cell.source) - kept


def frozen_long_results(assignment: Assignment) -> dict[Path, bytes]:
    """Path -> content of what the master's long-running cells leave.

    Empty where the assignment names nothing, or what is frozen was made of the master as it is.
    Raises AssignmentError where a variable has no value that can be sent.
    """
    if not list(long_results_out_of_step(assignment)):
        return {}
    results = run(_left_by_master(assignment))
    return LONG_RESULTS.written(assignment, _made_of(assignment), results)


def long_results_out_of_step(assignment: Assignment) -> Iterator[str]:
    """A line if what is frozen is not what the long-running cells of this master leave."""
    if assignment.long_results and LONG_RESULTS.read(assignment)[0] != _made_of(assignment):
        path = LONG_RESULTS.path(assignment)
        yield f"{path}: is not what this master leaves; generate it again, which runs the master"


@cached()
def _frozen(assignment: Assignment) -> dict[str, list[bytes]]:
    """The encoded values of each variable, in the order of the cells that leave it."""
    if not assignment.long_results:
        return {}
    _, results = LONG_RESULTS.read(assignment)
    try:
        return {
            name: [base64.b64decode(value, validate=True) for value in values]
            for name, values in results.items()
            if name in assignment.long_results and values
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise LONG_RESULTS.not_generated(assignment, error) from None


async def _left_by_master(assignment: Assignment) -> dict[str, list[str]]:
    """What the master's cells leave, as text. It is the author's own code, run as trainings are."""
    wanted = {*assignment.long_results}
    steps = [
        replace(step, reads=tuple(sorted(left_by(step.cell, assignment.long_running) & wanted)))
        for cell in read_notebook(assignment.master).cells
        for step in [step_for(cell, assignment.long_running, full=True)]
    ]
    confinement = confinement_for(assignment.limits, assignment.warm_imports, Level.LIMITS)
    async with Execution(
        steps, files_beside(assignment), assignment.limits, confinement
    ) as execution:
        await execution.run_cells()
    found: dict[str, list[str]] = {name: [] for name in assignment.long_results}
    for step in steps:
        for name in step.reads:
            outcome = execution.values.get((step.cell.number, name))
            found[name].append(_as_text(outcome, name, step.cell, assignment))
    for name, values in found.items():
        if not values:
            raise AssignmentError(
                f"{assignment.master}: no cell that calls a long-running function gives {name!r} "
                "a value, which `long_results` in assignment.toml names"
            )
    return found


def _as_text(outcome: Outcome | None, name: str, cell: Cell, assignment: Assignment) -> str:
    try:
        if isinstance(outcome, Returned):
            return base64.b64encode(wire.encode(outcome.value)).decode()
        how = "is not there after it"
    except WireError as error:
        how = str(error)
    raise AssignmentError(
        f"{assignment.master}, cell {cell.number}: {name!r}, which `long_results` in "
        f"assignment.toml names, cannot be given to students' cells: {how}"
    )


def _made_of(assignment: Assignment) -> str:
    """A hash of what the values rest on: the master's code, the files beside it, and the names."""
    names = (*sorted(assignment.long_running), *assignment.long_results)
    return made_of(assignment, more=[name.encode() for name in names])
