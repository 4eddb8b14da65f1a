"""What a cell prints, compared as text or by the numbers in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.assignments.anchors import find_cell
from grader.assignments.kinds.kind import ExerciseKind, Words
from grader.assignments.records import Case, Exercise
from grader.assignments.untouched import Template
from grader.authoring import NO_ARGUMENTS
from grader.model import Visibility
from grader.notebooks.read import Cell, Notebook
from grader.notebooks.stubs import is_marked, is_untouched
from grader.values.difference import Returns, Tolerance


class _Printed(ExerciseKind):
    decorator = "printed"
    is_observed = True
    reads_output = True
    words = Words(
        gives="what is printed is",
        incomparable="what is printed cannot be compared",
        too_slow="its cell was not done",
        crashed="its cell ended the Python process it ran in",
        missing="the cell of this exercise is not in the notebook",
        not_tried="not looked at",
    )

    def cells(self, exercise: Exercise, notebook: Notebook, template: Template) -> list[Cell]:
        found = find_cell(exercise.cell, exercise.name, notebook, template.notebook)
        home = {each.number for each in found.cells if each.kind == "code"}
        beside = {each.number for each in found.beside if each.kind == "code"}
        here = [cell for cell in notebook.cells if cell.number in home]
        # Somebody may leave the stub as it is, and write in a cell of their own next to it.
        if here and len(self.untouched(exercise, here, template)) == len(here):
            own = [
                each
                for each in notebook.cells
                if each.number in beside and not is_marked(each.source)
            ]
            return sorted((*here, *own), key=lambda cell: cell.number)
        return here

    def untouched(
        self, exercise: Exercise, cells: Sequence[Cell], template: Template
    ) -> Collection[int]:
        given = template.given
        return {
            cell.number
            for cell in cells
            if not cell.source.strip()
            or cell.source.strip() in given
            or is_untouched(cell.source, "", None, template.marks)
        }

    def copies(self, cells: Sequence[Cell], untouched: Collection[int]) -> Collection[int]:
        return ()

    def cases(self, exercise: Exercise) -> tuple[Case, ...]:
        compare = exercise.compare or "text"
        title, tolerance = "What the cell prints.", Tolerance()
        given = "printed", title, Visibility.HIDDEN, tolerance, 1, lambda: NO_ARGUMENTS
        return (Case(*given, compare=compare),)

    def returns(self, exercise: Exercise) -> Returns:
        return Returns()

    def problem(self, exercise: Exercise, master: Notebook) -> str:
        if not exercise.cell:
            return f"{exercise.name!r} is of the kind print, and names no `cell` in assignment.toml"
        cells = [each for each in master.every if each.id == exercise.cell]
        if not cells:
            return f"no cell has the id {exercise.cell!r}, which {exercise.name!r} names"
        if not any(is_marked(each.source) for each in cells):
            return (
                f"no line `### START CODE HERE ###` stands in the cell {exercise.cell!r} of "
                f"{exercise.name!r}, nor END CODE HERE, so students would get the solution"
            )
        return ""


PRINTED = _Printed()
