"""Run a whole master in our process, for functions that need more of it than definitions."""

from __future__ import annotations

import ast
import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.assignments.helpers import files_beside
from grader.assignments.modules import importable
from grader.assignments.records import Assignment
from grader.errors import AssignmentError
from grader.execution.cell_steps import Reach, source_of, step_for
from grader.grading.long_results import giving
from grader.notebooks.parsing import parsed_cell
from grader.notebooks.read import read_notebook
from grader.values import wire


@contextlib.contextmanager
def in_its_folder(assignment: Assignment) -> Iterator[None]:
    """Have the assignment's files in this process's working directory, while the context lasts.

    It is for processes that do nothing else meanwhile, as the working directory is the process's.
    """
    with tempfile.TemporaryDirectory() as name:
        for file, content in files_beside(assignment).items():
            path = Path(name, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        before = os.getcwd()
        os.chdir(name)
        try:
            yield
        finally:
            os.chdir(before)


def whole_master(assignment: Assignment) -> dict[str, Any]:
    """The names that the master binds, after all its statements but those that train.

    Raises AssignmentError where a statement fails.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    # A master that draws would open windows.
    os.environ.setdefault("MPLBACKEND", "agg")
    with importable(assignment.folder):
        cells = read_notebook(assignment.master).cells
        steps = [step_for(cell, assignment.long_running, full=False) for cell in cells]
        for step in giving(steps, assignment):
            cell, source = step.cell, source_of(step, Reach.ALL)
            body = parsed_cell(source).tree.body
            try:
                exec(compile(ast.Module(body, []), str(assignment.master), "exec"), names)
            except Exception as error:  # whatever the author's code may raise
                raise AssignmentError(
                    f"{assignment.master}, cell {cell.number}: raises {type(error).__name__}: "
                    f"{error}"
                ) from error
            names |= {name: wire.decode(value) for name, value in step.gives}
    return names
