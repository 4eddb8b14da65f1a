"""Evidence for a result: the student's cell, what the notebook printed, and flags on its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.assignments.records import Assignment
from grader.execution.cell_runner import CellRun
from grader.execution.session import CellStep
from grader.model import ExerciseResult
from grader.notebooks.read import Cell, Notebook
from grader.text import counted, plain

MAX_SHOWN = 20_000


def spans(notebook: Notebook, assignment: Assignment) -> dict[str, list[Cell]]:
    """For each exercise the cell that defines it and those after it, up to the next exercise's."""
    answers = {
        cells[-1].number: exercise.name
        for exercise in assignment.exercises
        if (cells := notebook.cells_defining(exercise.names))
    }
    found: dict[str, list[Cell]] = {}
    current: list[Cell] = []
    for cell in notebook.cells:
        if cell.number in answers:
            current = found[answers[cell.number]] = []
        current.append(cell)
    return found


def with_evidence(
    result: ExerciseResult, span: Sequence[Cell], runs: dict[int, CellRun]
) -> ExerciseResult:
    """The result with the code of the span's first cell, and what all its cells printed.

    Both are cut after `MAX_SHOWN` characters. `runs` is by the cell's number.
    """
    if not span:
        return result
    printed = "".join(runs[cell.number].printed for cell in span if cell.number in runs)
    return replace(result, code=plain(span[0].source[:MAX_SHOWN]), printed=printed[:MAX_SHOWN])


def flags(
    notebook: Notebook, steps: Sequence[CellStep], copies: set[int], runs: dict[int, CellRun]
) -> tuple[str, ...]:
    """A line each on the notebook's format, cells that were left out, and cells that failed.

    `copies` are the numbers of untouched stubs that another cell answers.
    """
    remarks = list(notebook.flags)
    remarks += [
        f"cell {number} is an untouched copy, and was left out" for number in sorted(copies)
    ]
    long = sum(bool(step.skipped) for step in steps)
    if long:
        remarks.append(f"{counted(long, 'long-running cell')} skipped")
    words = {
        "timeout": "ran out of time",
        "crashed": "ended the Python process it ran in",
        "error": "raised an error",
    }
    for number, run in sorted(runs.items()):
        if run.ended in words:
            error = f": {run.error[:200]}" if run.error else ""
            remarks.append(f"cell {number} {words[run.ended]}{error}")
    return tuple(remarks)
