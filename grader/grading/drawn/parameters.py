"""The parameters of a notebook: names that a given cell binds, with a value for each student.

The kernel is given the value before that cell, which is run without the assignment, and once more
when it has run, in the student's notebook and in the master. So what the cell itself binds counts
nowhere in grading, whatever a student has made of the cell, or put into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from grader.assignments.anchors import find_cell
from grader.assignments.attached import Parameter
from grader.assignments.modules import error_at, words_of
from grader.errors import WireError
from grader.execution.cell_steps import CellStep
from grader.grading.judging.expected import brief
from grader.notebooks.cells import names_bound, syntax_error, without_assignments
from grader.notebooks.read import Cell, Notebook
from grader.notebooks.stubs import is_marked
from grader.values import wire

# Names with encoded values, as `CellStep.gives` has them.
Values: TypeAlias = tuple[tuple[str, bytes], ...]


def drawn(parameters: Sequence[Parameter], student: str) -> tuple[Parameter, ...]:
    """The parameters with the values of the student of this id.

    Raises AssignmentError where one cannot be drawn, or cannot be sent to a kernel.
    """
    return tuple(replace(each, value=_value(each, student)) for each in parameters)


def _value(parameter: Parameter, student: str) -> bytes | memoryview:
    function = parameter.draws.function
    assert function is not None
    try:
        return wire.encode(function(student), inputs=True)
    except WireError as error:
        problem = f"the value of the parameter {parameter.name!r} cannot be sent to a kernel"
        raise error_at(function, f"{problem}: {error}") from None
    except Exception as error:  # whatever the author's code may raise
        problem = f"the parameter {parameter.name!r} raises {words_of(error)}"
        raise error_at(function, f"{problem}, for the id {student!r}") from error


def in_words(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """What each of them is for a student, as code says it, or the beginning of that."""
    values = ((each.name, wire.decode(each.value)) for each in parameters if each.value)
    return tuple(f"{name} = {brief(value)}" for name, value in values)


def values_of(parameters: Sequence[Parameter]) -> Values:
    """Name and value of those that have one."""
    return tuple((each.name, bytes(each.value)) for each in parameters if each.value)


def given_cells(parameter: Parameter, notebook: Notebook) -> list[Cell]:
    """The cells of a master or template that bind the name, and in which students write nothing.

    Where the author has named a cell, it is no other than that.
    """
    ids = _ids(notebook)
    return [
        cell
        for cell in notebook.cells
        if parameter.cell in ("", ids.get(cell.number))
        and parameter.name in names_bound(cell.source)
        and not is_marked(cell.source)
    ]


def cell_id(parameter: Parameter, notebook: Notebook) -> str:
    """The id of the given cell in a master or template; empty where it has none."""
    ids = _ids(notebook)
    return next((ids.get(each.number, "") for each in given_cells(parameter, notebook)), "")


def _ids(notebook: Notebook) -> dict[int, str]:
    return {each.number: each.id for each in notebook.every}


def setting(
    steps: Sequence[CellStep],
    parameters: Sequence[Parameter],
    notebook: Notebook,
    template: Notebook,
) -> list[CellStep]:
    """The steps, in which the kernel is given those of the parameters that have a value.

    What belongs to no cell of the notebook is given before the first one.
    """
    gives: dict[int, Values] = {}
    for each in parameters:
        for number in _cells(each, notebook, template) or (0,):
            gives[number] = (*gives.get(number, ()), *values_of([each]))
    return [
        *_before(gives.get(0, ())),
        *(part for each in steps for part in around(each, gives.get(each.cell.number, ()))),
    ]


def around(step: CellStep, values: Values) -> list[CellStep]:
    """The step of a cell that binds these names, which have the values from its start on."""
    if not values:
        return [step]
    source = step.cell.source
    rest = without_assignments(source, frozenset(name for name, _ in values))
    if rest.strip() and not syntax_error(source):
        step = replace(step, cell=Cell(step.cell.number, rest))
    return [*_before(values), replace(step, gives=(*step.gives, *values))]


def _before(values: Values) -> list[CellStep]:
    """A step that runs nothing and gives the values, if there are any."""
    return [CellStep(Cell(0, ""), gives=values)] if values else []


def _cells(parameter: Parameter, notebook: Notebook, template: Notebook) -> list[int]:
    """The numbers of the cells after which it is set: those in the place of the template's.

    Else it is the first one that binds the name. A master, and a student's own copy, come without
    a template.
    """
    if template.cells:
        known = cell_id(parameter, template)
        found = find_cell(known, "", notebook, template).cells if known else ()
        numbers = [each.number for each in found if each.kind == "code"]
    else:
        numbers = [each.number for each in given_cells(parameter, notebook)[:1]]
    binding = (cell for cell in notebook.cells if parameter.name in names_bound(cell.source))
    return numbers or [cell.number for cell in binding][:1]


def check_drawn(parameters: Sequence[Parameter], student: str) -> None:
    """Raise AssignmentError where one cannot be drawn, or is another value every time."""
    for once, again in zip(drawn(parameters, student), drawn(parameters, student), strict=True):
        if bytes(once.value) != bytes(again.value):
            assert once.draws.function is not None
            raise error_at(
                once.draws.function,
                f"the parameter {once.name!r} is another value every time; draw it from "
                "`generator_for(student)`",
            )
