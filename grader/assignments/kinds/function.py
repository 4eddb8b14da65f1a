"""A function that students write, called with the inputs of its cases."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from grader.assignments.kinds.kind import ExerciseKind
from grader.assignments.records import Exercise
from grader.assignments.untouched import Template, untouched_cells
from grader.notebooks.cells import defines, functions
from grader.notebooks.read import Cell, Notebook


class _Function(ExerciseKind):
    noun = "function"
    is_called = True

    def cells(self, exercise: Exercise, notebook: Notebook, template: Template) -> list[Cell]:
        return notebook.cells_defining(exercise.names)

    def untouched(
        self, exercise: Exercise, cells: Sequence[Cell], template: Template
    ) -> Collection[int]:
        return untouched_cells(exercise, list(cells), template)

    def code(self, exercise: Exercise, cells: Sequence[Cell]) -> str:
        readable = [c.source for c in cells if functions(c.source).keys() & {*exercise.names}]
        return readable[-1] if readable else ""

    def names_in(self, cell: Cell) -> Collection[str]:
        return functions(cell.source).keys()

    def problem(self, exercise: Exercise, master: Notebook) -> str:
        if any(defines(cell.source, exercise.name) for cell in master.cells):
            return ""
        defined = {name for cell in master.cells for name in functions(cell.source)}
        near = difflib.get_close_matches(exercise.name, defined, n=1)
        hint = f" (it defines {near[0]!r})" if near else ""
        return f"no cell defines the exercise {exercise.name!r}{hint}"


FUNCTION = _Function()
