"""Find the cells of a notebook in which students have not written anything yet."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assignments.records import Assignment, Exercise
from grader.caches import cached
from grader.errors import AssignmentError, SubmissionError
from grader.notebooks.cells import ParsedCells, is_untouched, parsed_once, skeleton, syntax_error
from grader.notebooks.read import Cell, Notebook, read_notebook


@dataclass(frozen=True, slots=True)
class Template:
    """What is known of the template, the notebook that students are given.

    `skeletons` has the skeleton of each exercise's function, under each of the exercise's names;
    see `notebooks.cells.skeleton`. `parsed` has all cells of the template, so that cells which a
    student has not changed need not be parsed again.
    """

    skeletons: dict[str, str]
    parsed: ParsedCells


@cached()
def template_of(assignment: Assignment) -> Template:
    """The assignment's template; raises AssignmentError where it cannot be read.

    An assignment from a student's folder has an empty one: the notebook there is the student's own.
    """
    notebook = Notebook(()) if assignment.public_only else _read(assignment)
    with parsed_once() as parsed:
        for cell in notebook.cells:
            syntax_error(cell.source)
        skeletons = {
            name: found
            for exercise in assignment.exercises
            for cell in notebook.cells_defining((exercise.name,))[-1:]
            for name in exercise.names
            if (found := skeleton(cell.source, name)) is not None
        }
    return Template(skeletons, parsed)


def untouched_cells(exercise: Exercise, cells: list[Cell], template: Template) -> set[int]:
    """The numbers of the cells in which the exercise's function is still a stub."""
    return {
        cell.number
        for cell in cells
        if any(
            is_untouched(cell.source, name, template.skeletons.get(name)) for name in exercise.names
        )
    }


def _read(assignment: Assignment) -> Notebook:
    try:
        return read_notebook(assignment.template)
    except SubmissionError as error:
        raise AssignmentError(f"{assignment.template}: {error}") from None
