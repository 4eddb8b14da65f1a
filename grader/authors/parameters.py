"""Find what is wrong with the parameters of a notebook, before anything is graded with them."""

from __future__ import annotations

from collections.abc import Iterator

from grader.assignments.attached import Parameter
from grader.assignments.load import FILE
from grader.assignments.paths import PARAMETERS
from grader.assignments.records import Assignment
from grader.assignments.reference import parametric
from grader.authoring import EXAMPLE
from grader.errors import AssignmentError, SubmissionError
from grader.grading.drawn.parameters import check_drawn, given_cells
from grader.notebooks.cells import names_bound, without_assignments
from grader.notebooks.read import Notebook, read_notebook


def unusable_parameters(assignment: Assignment) -> Iterator[str]:
    """A line for each parameter that no given cell binds, or that cannot be drawn, and for each
    exercise that has what does not know a parameter."""
    if not assignment.parameters:
        return
    try:
        master = read_notebook(assignment.master)
        check_drawn(assignment.parameters, EXAMPLE)
    except SubmissionError:
        return  # it is told of the master
    except AssignmentError as error:
        yield str(error)
        return
    for parameter in assignment.parameters:
        if problem := _unbound(parameter, master):
            where = assignment.shared_solutions / "cases.py"
            yield f"{where}: the parameter {parameter.name!r} {problem} ({assignment.master})"
    yield from _not_knowing(assignment)


def left_over(assignment: Assignment) -> Iterator[str]:
    """A line if the file with parameters is there, and there are none any more."""
    path = assignment.folder / PARAMETERS
    if path.exists() and not assignment.parameters:
        yield f"{path}: is of parameters that are no more; delete it"


def _unbound(parameter: Parameter, master: Notebook) -> str:
    """Why no cell can be said to bind it; empty where there is one."""
    name, cells = parameter.name, given_cells(parameter, master)
    if not cells:
        which = f"the cell {parameter.cell!r}" if parameter.cell else "no given cell"
        does = "does not bind" if parameter.cell else "binds"
        return (
            f"has no place: {which} {does} {name!r} where students write nothing; write "
            f"`{name} = …` into a cell without START CODE HERE"
        )
    if len(cells) > 1:
        numbers = ", ".join(str(each.number) for each in cells)
        return (
            f"has several places: the given cells {numbers} bind it; name one by its id, as in "
            f'@parameter("{name}", cell="…")'
        )
    (cell,) = cells
    if name in names_bound(without_assignments(cell.source, frozenset({name}))):
        return (
            f"is not bound by a plain assignment in the cell {cell.number}; write `{name} = …` on "
            "a line of its own, which its value can take the place of"
        )
    return ""


def _not_knowing(assignment: Assignment) -> Iterator[str]:
    """Exercises that read a parameter, and have what runs outside of the notebook."""
    names = " or ".join(repr(each.name) for each in assignment.parameters)
    depending = parametric(assignment)
    for exercise in assignment.exercises:
        used = sorted(depending.intersection(exercise.uses))
        where = f"{assignment.folder / FILE}: {exercise.name!r}"
        if used:
            yield f"{where} has {used[0]!r} in `uses`, which reads the parameter {names}: {_WHY}"
        for what in ("variants", "pictures"):
            if exercise.name in depending and getattr(exercise, what):
                yield f"{where} reads the parameter {names}, and can have no {what}: {_WHY}"
    if assignment.long_results:
        yield (
            f"{assignment.folder / FILE}: `long_results` are the master's for everybody, and go "
            f"with no parameter; there is {names}"
        )


_WHY = "these run outside of the notebook, where nobody knows its value"
