"""Find the cells of a notebook in which students have not written anything yet."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assignments.helpers import files_beside
from grader.assignments.records import Assignment, Exercise
from grader.caches import cached
from grader.errors import AssignmentError, SubmissionError
from grader.notebooks.cells import functions, syntax_error
from grader.notebooks.parsing import ParsedCells, parsed_once
from grader.notebooks.read import Cell, Notebook, read_notebook
from grader.notebooks.stubs import OUR_MARKS, Marks, is_untouched, skeleton

NO_NOTEBOOK = Notebook(())


@dataclass(frozen=True, slots=True)
class Template:
    """What is known of the template, the notebook that students are given.

    `skeletons` has the skeleton of each exercise's function, under each of the exercise's names;
    see `notebooks.stubs.skeleton`. `parsed` has all cells of the template, so that cells which a
    student has not changed need not be parsed again. `marks` are the template's own and those of
    the assignment's other editions. `names` are those of the exercises, and of all functions that
    the template and the helper modules define. `notebook` is the template itself, by which cells
    of exercises are found; it has no cells where only a student's own copy is there.
    """

    skeletons: dict[str, str]
    parsed: ParsedCells
    marks: tuple[Marks, ...] = (OUR_MARKS,)
    names: frozenset[str] = frozenset()
    notebook: Notebook = NO_NOTEBOOK

    @property
    def given(self) -> frozenset[str]:
        """The sources of the template's code cells, without white space around them."""
        return frozenset(cell.source.strip() for cell in self.notebook.cells)


NO_TEMPLATE = Template({}, ParsedCells())


@cached()
def template_of(assignment: Assignment) -> Template:
    """The assignment's template; raises AssignmentError where it cannot be read.

    An assignment from a student's folder has an empty one: the notebook there is the student's own.
    """
    notebook = NO_NOTEBOOK if assignment.public_only else _read(assignment)
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
    return Template(skeletons, parsed, marks_of(assignment), _names(assignment, notebook), notebook)


def marks_of(assignment: Assignment) -> tuple[Marks, ...]:
    """The marks of stubs: the template's own, and those of other editions."""
    others = (Marks.of(each.start, each.end) for each in assignment.editions if each.start)
    return (OUR_MARKS, *others)


def _names(assignment: Assignment, notebook: Notebook) -> frozenset[str]:
    """The names that stand for something: see `Template`. A helper that cannot be read has none."""
    sources = [cell.source for cell in notebook.cells]
    for name, content in files_beside(assignment).items():
        if name.endswith(".py") and isinstance(content, bytes):
            sources.append(content.decode("utf-8", "replace"))
    exercises = (name for each in assignment.exercises for name in each.names)
    defined = (name for source in sources for name in functions(source))
    return frozenset((*exercises, *defined, *assignment.not_graded))


def untouched_cells(exercise: Exercise, cells: list[Cell], template: Template) -> set[int]:
    """The numbers of the cells in which the exercise's function is still a stub."""
    return {
        cell.number
        for cell in cells
        if any(
            is_untouched(cell.source, name, template.skeletons.get(name), template.marks)
            for name in exercise.names
        )
    }


def _read(assignment: Assignment) -> Notebook:
    try:
        return read_notebook(assignment.template)
    except SubmissionError as error:
        raise AssignmentError(f"{assignment.template}: {error}") from None
