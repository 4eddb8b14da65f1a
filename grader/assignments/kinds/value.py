"""The value of a variable, when the notebook has run or right after a cell."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterator, Sequence

from grader.assignments.anchors import find_cell
from grader.assignments.kinds.kind import ExerciseKind, Words
from grader.assignments.records import Case, Exercise
from grader.assignments.untouched import Template
from grader.authoring import NO_ARGUMENTS
from grader.model import Visibility
from grader.notebooks.cells import bindings, names_bound
from grader.notebooks.parsing import parsed_cell
from grader.notebooks.read import Cell, Notebook
from grader.notebooks.stubs import is_marked
from grader.values.difference import Returns, Tolerance


class Value(ExerciseKind):
    noun = "variable"
    decorator = "value"
    is_observed = True
    words = Words(
        gives="{name} is",
        incomparable="{name} is something that cannot be compared",
        too_slow="{name} had not been read",
        crashed="the Python process ended when {name} was read",
        missing="there is no variable of this name once the notebook has run",
        not_tried="not looked at",
    )

    def cells(self, exercise: Exercise, notebook: Notebook, template: Template) -> list[Cell]:
        given = template.given
        home, beside = _anchored(exercise, notebook, template)
        binding = [cell for cell in notebook.cells if self.defines(exercise, cell)]
        own = [cell for cell in binding if cell.source.strip() not in given]
        if exercise.at == "cell":
            if home:
                own = [cell for cell in own if cell.number in (*home, *beside)]
            elif not template.notebook.cells:  # a master, or a student's own folder
                own = [cell for cell in own if is_marked(cell.source)] or own
        stubs = [each for each in binding if _is_stub(each, exercise.name)]
        return own or [each for each in notebook.cells if each.number in home[-1:]] or stubs

    def untouched(
        self, exercise: Exercise, cells: Sequence[Cell], template: Template
    ) -> Collection[int]:
        given = template.given
        return {
            cell.number
            for cell in cells
            if cell.source.strip() in given or _is_stub(cell, exercise.name)
        }

    def copies(self, cells: Sequence[Cell], untouched: Collection[int]) -> Collection[int]:
        alone = {cell.number for cell in cells if len(parsed_cell(cell.source).tree.body) == 1}
        return {number for number in untouched if number in alone}

    def defines(self, exercise: Exercise, cell: Cell) -> bool:
        return exercise.name in self.names_in(cell)

    def names_in(self, cell: Cell) -> Collection[str]:
        return names_bound(cell.source)

    def cases(self, exercise: Exercise) -> tuple[Case, ...]:
        title = f"The value of {exercise.name}."
        case = Case("value", title, Visibility.HIDDEN, Tolerance(), 1, lambda: NO_ARGUMENTS)
        return (case,)

    def returns(self, exercise: Exercise) -> Returns:
        return Returns((exercise.name,))

    def problem(self, exercise: Exercise, master: Notebook) -> str:
        binding = [cell for cell in master.cells if self.defines(exercise, cell)]
        if not binding:
            known = {name for cell in master.cells for name in self.names_in(cell)}
            near = difflib.get_close_matches(exercise.name, known, n=1)
            hint = f" (one assigns {near[0]!r})" if near else ""
            return f"no cell assigns the variable {exercise.name!r}{hint}"
        if not any(is_marked(cell.source) for cell in binding):
            return (
                f"no line `### START CODE HERE ###` stands in a cell that assigns "
                f"{exercise.name!r}, nor END CODE HERE, so students would get the solution"
            )
        return ""


def cell_to_read_after(exercise: Exercise, cells: Sequence[Cell], copies: Collection[int]) -> int:
    """The number of the cell after which the variable is read; 0 where there is none."""
    return next((each.number for each in reversed(cells) if each.number not in copies), 0)


def _anchored(
    exercise: Exercise, notebook: Notebook, template: Template
) -> tuple[list[int], list[int]]:
    """The numbers of the code cells in the place of the template's stub, and of those beside."""
    cell_id = exercise.cell or _stub_id(exercise, template)
    found = find_cell(cell_id, exercise.name, notebook, template.notebook)
    home, beside = (
        sorted(each.number for each in cells if each.kind == "code")
        for cells in (found.cells, found.beside)
    )
    return home, beside


def _stub_id(exercise: Exercise, template: Template) -> str:
    for cell in template.notebook.every:
        if cell.kind == "code" and _is_stub(Cell(cell.number, cell.source), exercise.name):
            return cell.id
    return ""


def _is_stub(cell: Cell, name: str) -> bool:
    """Whether all that the cell assigns to the variable is `...` or None."""
    values = list(_assigned(cell, name))
    return bool(values) and all(
        isinstance(each, ast.Constant) and each.value in (..., None) for each in values
    )


def _assigned(cell: Cell, name: str) -> Iterator[ast.AST]:
    """What the cell assigns to the variable; another node where that is not `name = value`."""
    for statement, names in bindings(cell.source):
        if name not in names:
            continue
        match statement:
            case ast.Assign(targets=[ast.Name()], value=value):
                yield value
            case ast.AnnAssign(value=ast.expr() as value):
                yield value
            case _:
                yield statement


VALUE = Value()
