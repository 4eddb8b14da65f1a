"""Find out which assignment a notebook belongs to."""

from __future__ import annotations

from pathlib import Path

from grader.assignments.load import assignment_names, load_assignment
from grader.assignments.records import Assignment
from grader.errors import SubmissionError
from grader.notebooks.read import Notebook


def which_assignment(notebook: Notebook, path: Path, root: Path) -> str:
    """The name of the assignment that a notebook belongs to.

    It is the only assignment of the course. If there are several, it is the one that the metadata
    name, or else the one whose functions the notebook defines, or else the one that the file is
    named after. Raises SubmissionError where none of these, or more than one assignment, fits.
    """
    names = assignment_names(root)
    if len(names) == 1:
        return names[0]
    if notebook.assignment in names:
        return notebook.assignment
    assignments = [load_assignment(root, name) for name in names]
    fitting = _fitting(notebook, assignments) or [
        each for each in assignments if Path(each.notebook).stem.lower() in path.stem.lower()
    ]
    if len(fitting) == 1:
        return fitting[0].name
    why = (
        f"it could be {' or '.join(a.name for a in fitting)}"
        if fitting
        else (f"it defines no function of {' or '.join(names)}")
    )
    raise SubmissionError(f"belongs to no assignment for certain: {why}; it has to be named")


def _fitting(notebook: Notebook, assignments: list[Assignment]) -> list[Assignment]:
    """The assignments of which the notebook defines the most functions.

    Among them, those with the fewest exercises: an assignment may contain all of another one's.
    """
    defined = {each.name: _defined(notebook, each) for each in assignments}
    most = max(defined.values(), default=0)
    if most == 0:
        return []
    fitting = [each for each in assignments if defined[each.name] == most]
    fewest = min(len(each.exercises) for each in fitting)
    return [each for each in fitting if len(each.exercises) == fewest]


def _defined(notebook: Notebook, assignment: Assignment) -> int:
    return sum(bool(notebook.cells_defining(each.names)) for each in assignment.exercises)
