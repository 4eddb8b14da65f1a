"""Masters of nbgrader's and otter-grader's for the tests, written as those programs expect them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

Cell = nbformat.NotebookNode


def text(source: str, **notes: Any) -> Cell:
    """A text cell; with notes, one that nbgrader knows."""
    cell: Cell = new_markdown_cell(_plain(source), metadata=_metadata(notes))
    return cell


def code(source: str, **notes: Any) -> Cell:
    """A code cell; with notes, one that nbgrader knows."""
    cell: Cell = new_code_cell(_plain(source), metadata=_metadata(notes))
    return cell


def answer(name: str, source: str) -> Cell:
    """A cell of nbgrader's that students write, and that tests grade."""
    return code(source, grade_id=name, solution=True)


def graded(name: str, points: float, source: str) -> Cell:
    """A cell of nbgrader's with tests."""
    return code(source, grade_id=name, grade=True, locked=True, points=points)


def raw(source: str) -> Cell:
    """A raw cell, as otter-grader has them between the parts of a question."""
    cell: Cell = new_raw_cell(_plain(source))
    return cell


def question(config: str, *, solution: list[Cell], tests: list[str]) -> list[Cell]:
    """The cells of a question of otter-grader's."""
    cells = [raw(f"# BEGIN QUESTION\n{_plain(config)}"), text("**Question.** Do it.")]
    cells += [raw("# BEGIN SOLUTION"), *solution, raw("# END SOLUTION")]
    if tests:
        cells += [raw("# BEGIN TESTS"), *map(code, tests), raw("# END TESTS")]
    return [*cells, raw("# END QUESTION")]


def written(path: Path, *cells: Cell, language: str = "python") -> Path:
    """The notebook of these cells, at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": language}
    notebook = new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)
    return path


def _plain(source: str) -> str:
    return textwrap.dedent(source).strip("\n")


def _metadata(notes: dict[str, Any]) -> dict[str, Any]:
    if not notes:
        return {}
    usual = {"schema_version": 3, "grade": False, "solution": False, "locked": False}
    return {"nbgrader": usual | notes}
