"""Evidence for a result: the student's cell, what the notebook printed, and flags on its cells."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from grader.assignments.records import Assignment
from grader.execution.outcome import CellRun
from grader.grading.answers import Answer
from grader.model import ExerciseResult
from grader.notebooks.cells import bindings
from grader.notebooks.read import Cell, Notebook
from grader.text import beginning, counted, one_line, plain

MAX_SHOWN = 20_000
# Of the line in which a cell stopped.
MAX_LINE = 80
# How many different remarks there are on cells, and how many cells one of them names.
MAX_REMARKS, MAX_CELLS = 20, 5
# How a cell that failed has ended.
WORDS = {
    "timeout": "ran out of time",
    "crashed": "ended the Python process it ran in",
    "error": "raised an error",
}


def spans(notebook: Notebook, answers: Sequence[Answer]) -> dict[str, list[Cell]]:
    """For each exercise the cell that answers it and those after it, up to the next exercise's."""
    answered: dict[int, list[str]] = {}
    for answer in answers:
        if answer.cells:
            answered.setdefault(answer.cells[-1].number, []).append(answer.exercise.name)
    found: dict[str, list[Cell]] = {}
    current: list[Cell] = []
    for cell in notebook.cells:
        if cell.number in answered:
            current = []
            found |= dict.fromkeys(answered[cell.number], current)
        current.append(cell)
    return found


def shown_code(source: str) -> str:
    """A cell's source as results and pages have it."""
    return plain(source[:MAX_SHOWN])


def with_evidence(
    result: ExerciseResult, span: Sequence[Cell], runs: dict[int, CellRun]
) -> ExerciseResult:
    """The result with the code of the span's first cell, and what all its cells printed.

    Both are cut after `MAX_SHOWN` characters. `runs` is by the cell's number.
    """
    if not span:
        return result
    printed = "".join(runs[cell.number].printed for cell in span if cell.number in runs)
    return replace(result, code=shown_code(span[0].source), printed=printed[:MAX_SHOWN])


def passed_over(notebook: Notebook, assignment: Assignment) -> tuple[str, ...]:
    """A line on the functions of other editions that the notebook defines and nobody grades."""
    names = [name for name in assignment.not_graded if notebook.cells_defining((name,))]
    if not names:
        return ()
    are = "is" if len(names) == 1 else "are"
    return (f"{' and '.join(names)} {are} not graded: this assignment does not ask for it",)


def flags(notebook: Notebook, copies: set[int], runs: dict[int, CellRun]) -> tuple[str, ...]:
    """A line each on the notebook's format, cells that were left out, and cells that failed.

    Cells of which the same is to be said share a line. `copies` are the numbers of untouched stubs
    that another cell answers.
    """
    alike: dict[tuple[str, str, str], list[int]] = {}
    sources = {cell.number: cell.source for cell in notebook.cells}
    for number, run in sorted(runs.items()):
        if run.ended in WORDS:
            how = run.ended, _line(sources.get(number, ""), run), run.error[:200]
            alike.setdefault(how, []).append(number)
    remarks = [_left_out(sorted(copies))] if copies else []
    remarks += [_failed(numbers, *how) for how, numbers in islice(alike.items(), MAX_REMARKS)]
    if more := sum(map(len, islice(alike.values(), MAX_REMARKS, None))):
        remarks.append(f"{counted(more, 'more cell')} failed")
    return (*notebook.flags, *remarks)


def _failed(numbers: Sequence[int], ended: str, line: str, error: str) -> str:
    its = "in its" if len(numbers) == 1 else "each in"
    return f"{_cells(numbers)} {WORDS[ended]}{line and f' {its} {line}'}{error and f': {error}'}"


def _left_out(numbers: Sequence[int]) -> str:
    are = "is an untouched copy, and was" if len(numbers) == 1 else "are untouched copies, and were"
    return f"{_cells(numbers)} {are} left out"


def _cells(numbers: Sequence[int]) -> str:
    """The cells by their numbers: `cell 3`, `cells 3 and 5`, `cells 1, 2, 3, 4, 5 and 7 more`."""
    if len(numbers) == 1:
        return f"cell {numbers[0]}"
    more = len(numbers) - MAX_CELLS
    shown = numbers[:MAX_CELLS] if more > 0 else numbers[:-1]
    last = f"{more} more" if more > 0 else numbers[-1]
    return f"cells {', '.join(map(str, shown))} and {last}"


def _line(source: str, run: CellRun) -> str:
    """In which line of its source a cell stopped, and that line; empty where that is not known."""
    lines = source.split("\n")
    if run.line is None or run.line > len(lines):
        return ""
    text = one_line(lines[run.line - 1].strip())
    shown = text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]}..."
    return f"line {run.line}, `{shown}`" if shown else f"line {run.line}"


# Modules by the names that notebooks usually give them, and how they are imported.
IMPORTS = {
    "np": "import numpy as np",
    "plt": "import matplotlib.pyplot as plt",
    "pd": "import pandas as pd",
    **{name: f"import {name}" for name in ("numpy", "math", "copy", "random", "scipy", "sklearn")},
}


def unmade(name: str, notebook: Notebook, runs: Mapping[int, CellRun]) -> str:
    """Why a name has no value: the cell that would give it one, and how that stopped, or the import
    that no cell has. Empty where nothing of that kind is known."""
    bound = False
    for cell in notebook.cells:
        run = runs.get(cell.number)
        failed = run if run and run.ended in WORDS else None
        for statement, names in bindings(cell.source):
            bound = bound or name in names
            if failed and name in names:
                return _unmade_by(name, cell, statement, failed)
    if bound:
        return ""
    for cell in notebook.cells:
        run = runs.get(cell.number)
        for statement, names in bindings(cell.source):
            if "*" in names and run and _failed_in(statement, run):
                where = f"`{_text_of(statement)}` failed in cell {cell.number}: {run.error[:200]}"
                return f"If `{name}` was to come from another module: {where}."
    if name in IMPORTS:
        return f"No cell of the notebook has `{IMPORTS[name]}`."
    return ""


def _unmade_by(name: str, cell: Cell, statement: ast.stmt, run: CellRun) -> str:
    error = run.error[:200]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        what = f"`{_text_of(statement)}` in line {statement.lineno} of cell {cell.number}"
        if _failed_in(statement, run):
            return f"`{name}` has no value, because {what} failed: {error}."
        if run.ended == "error" and (run.line or 0) < statement.lineno:  # it was run alone then
            return f"`{name}` has no value, because {what} failed."
    line = _line(cell.source, run)
    how = f"{WORDS[run.ended]}{line and f' in its {line}'}{error and f' with {error}'}"
    return f"Cell {cell.number} would give `{name}` a value, but it {how}."


def _failed_in(statement: ast.stmt, run: CellRun) -> bool:
    """Whether the cell stopped in this statement."""
    end = statement.end_lineno or statement.lineno
    return run.ended in WORDS and run.line is not None and statement.lineno <= run.line <= end


def _text_of(statement: ast.stmt) -> str:
    return beginning(one_line(ast.unparse(statement)), MAX_LINE)
