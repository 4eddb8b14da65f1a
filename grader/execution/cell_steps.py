"""Plan how much of each cell is run, and what of a cell that failed is run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from grader.execution.outcome import CellRun
from grader.notebooks.cells import (
    anchored,
    assignments_after,
    calls,
    definitions,
    definitions_and_constants,
    statements,
    syntax_error,
    without_bindings,
    without_calls,
)
from grader.notebooks.read import Cell


class Reach(IntEnum):
    """How much of a cell is run; `DEFINITIONS` are imports, definitions and constants."""

    NOTHING = 0
    DEFINITIONS = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class CellStep:
    """A cell to run, and how much of it.

    Statements that call one of the `skipped` functions are left out. A `long` cell may take
    `Limits.long_cell_seconds`. `reads` names the variables whose values are read after the cell.
    The functions that `keeps` names are kept as they are after the cell, for `Call.kept`. `gives`
    are variables with encoded values that the kernel is given after the cell, in the place of those
    that statements would give which are left out. What it `draws` is kept, if that is asked for.
    """

    cell: Cell
    reach: Reach = Reach.ALL
    skipped: frozenset[str] = frozenset()
    long: bool = False
    reads: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    gives: tuple[tuple[str, bytes], ...] = ()
    draws: bool = False


def step_for(cell: Cell, long_running: frozenset[str], full: bool) -> CellStep:
    """The cell as a step.

    If it calls a `long_running` function, it is a long cell if `full`; else those calls are left
    out.
    """
    if calls(cell.source) & long_running:
        return CellStep(cell, long=True) if full else CellStep(cell, skipped=long_running)
    return CellStep(cell)


def definitions_of(
    steps: Sequence[CellStep], without: Mapping[int, frozenset[str]] | None = None
) -> CellStep:
    """One cell with the imports, definitions and constants of all steps that are run.

    One cell runs faster than many. By the number of a cell, `without` has names that it is not to
    bind, since it would take them from a function.
    """
    ran = [
        without_bindings(step.cell.source, without[step.cell.number])
        if without and step.cell.number in without
        else step.cell.source
        for step in steps
        if step.reach > Reach.NOTHING
    ]
    return CellStep(Cell(0, "\n".join(filter(None, map(definitions_and_constants, ran)))))


def source_of(step: CellStep, reach: Reach) -> str:
    """What is run of the step's cell."""
    match reach:
        case Reach.NOTHING:
            return ""
        case Reach.DEFINITIONS:
            return anchored(definitions_and_constants(step.cell.source))
    source = without_calls(step.cell.source, step.skipped) if step.skipped else step.cell.source
    return anchored(source)


def second_try(source: str, run: CellRun) -> list[str]:
    """The statements of a cell that failed which are run all the same, one by one.

    So one line that fails costs only itself. After an error these are all statements that come
    after it, or all that can be parsed if the cell has a syntax error. After an interrupt they are
    only those that define something or assign, since what takes long is seldom that.
    """
    if run.ended == "timeout":
        return assignments_after(source, run.done) if run.done is not None else []
    if run.ended != "error":
        return []
    if syntax_error(source):
        return statements(source)
    return definitions(source) if run.done is None else statements(source)[run.done + 1 :]
