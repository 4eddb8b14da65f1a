"""What an author's driver sees of a class, a callback or a figure, in the kernel."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.assignments.kinds.kind import ExerciseKind, Words
from grader.assignments.records import Exercise
from grader.assignments.untouched import Template
from grader.notebooks.cells import functions, names_bound
from grader.notebooks.read import Cell, Notebook
from grader.notebooks.stubs import is_marked, is_untouched
from grader.values.difference import Returns


class _Driver(ExerciseKind):
    decorator = "driver"
    words = Words(
        gives="what is seen of it is",
        incomparable="something that is seen of it cannot be compared",
        too_slow="was not done",
        missing="{names} {are} not there once the notebook has run",
        not_tried="not tried",
    )

    def cells(self, exercise: Exercise, notebook: Notebook, template: Template) -> list[Cell]:
        given = template.given
        binding = [cell for cell in notebook.cells if self.defines(exercise, cell)]
        own = [cell for cell in binding if cell.source.strip() not in given]
        stubs = [cell for cell in binding if is_marked(cell.source)]
        return own or stubs or binding

    def untouched(
        self, exercise: Exercise, cells: Sequence[Cell], template: Template
    ) -> Collection[int]:
        given = template.given
        return {
            cell.number
            for cell in cells
            if cell.source.strip() in given or _is_stub(exercise, cell, template)
        }

    def copies(self, cells: Sequence[Cell], untouched: Collection[int]) -> Collection[int]:
        return ()

    def defines(self, exercise: Exercise, cell: Cell) -> bool:
        return bool(self.names_in(cell) & _names(exercise))

    def names_in(self, cell: Cell) -> set[str]:
        return names_bound(cell.source)

    def returns(self, exercise: Exercise) -> Returns:
        return Returns(("observations",))

    def missing(self, exercise: Exercise) -> str:
        names = sorted(_names(exercise))
        are = "is" if len(names) == 1 else "are"
        return self.words.missing.format(names=" or ".join(names), are=are)

    def problem(self, exercise: Exercise, master: Notebook) -> str:
        found = {name for cell in master.cells for name in self.names_in(cell)}
        for name in sorted(_names(exercise) - found):
            if "*" not in found:
                return f"no cell defines {name!r}, which a driver of {exercise.name!r} takes"
        cells = [cell for cell in master.cells if self.defines(exercise, cell)]
        if not any(is_marked(cell.source) for cell in cells):
            return (
                "no line `### START CODE HERE ###` stands in a cell that defines what the drivers "
                f"of {exercise.name!r} take, nor END CODE HERE, so students would get the solution"
            )
        return ""


def _names(exercise: Exercise) -> set[str]:
    """The names of the notebook that the drivers take; the exercise's own if none is known."""
    taken = {name for case in exercise.cases if case.driver for name in case.driver.takes}
    return taken or {*exercise.names}


def _is_stub(exercise: Exercise, cell: Cell, template: Template) -> bool:
    names = _names(exercise) & functions(cell.source).keys() or {""}
    return any(is_untouched(cell.source, name, None, template.marks) for name in names)


DRIVER = _Driver()
