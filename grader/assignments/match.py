"""Find out which assignment a notebook belongs to, and say so where it is not the one graded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from grader.assignments.kinds import answers_in
from grader.assignments.load import FILE, assignment_names, load_assignment, read_settings
from grader.assignments.records import Assignment
from grader.assignments.written import without_written
from grader.errors import AssignmentError, SubmissionError
from grader.files import Stamp, stamp_of
from grader.notebooks.cells import functions
from grader.notebooks.read import Notebook
from grader.text import counted, one_line

# What a remark begins with that says so.
ANOTHER = "another assignment"
_MOST_SHOWN = 60
_MOST_NAMES = 3


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
    if not fitting and notebook.assignment:
        raise SubmissionError(
            f"{ANOTHER}: {_is_of(notebook.assignment)}, which this course does not have"
        )
    why = (
        f"it could be {' or '.join(a.name for a in fitting)}"
        if fitting
        else (f"it defines no function of {' or '.join(names)}")
    )
    raise SubmissionError(f"belongs to no assignment for certain: {why}; it has to be named")


def another_assignment(notebook: Notebook, assignment: Assignment) -> str:
    """A remark that this is the notebook of another assignment than the one it is graded as.

    The remark is empty where it is not. The metadata decide, and where they name no assignment, the
    functions that the notebook defines. Raises SubmissionError where it has nothing that could be
    graded, because it defines no function of `assignment` either.
    """
    named, own = notebook.assignment, _defined(notebook, assignment)
    others = [] if own and named == assignment.name else _others(assignment)
    fitting = _fitting(notebook, [assignment, *others])
    elsewhere = [each.name for each in fitting] if assignment not in fitting else []
    functions_asked = len(without_written(assignment).exercises)
    asked = counted(functions_asked, "function")
    if named not in ("", assignment.name):
        if own == functions_asked:
            return f"{ANOTHER}? its metadata name {_shown(named)}, but it defines all {asked} here"
        what = f"{ANOTHER}: {_is_of(named)}, as its metadata say"
    elif elsewhere and (own == 0 or not named):
        what = f"{ANOTHER}: {_is_of(' or '.join(elsewhere))}, as its functions say"
    elif own == 0 and functions_asked and not named and (names := _functions(notebook)):
        return (
            f"{ANOTHER}? it defines none of the {asked} that {assignment.name} asks for, but "
            f"{', '.join(names)}; unless these were given other names"
        )
    else:
        return ""
    what += f"; it defines {own} of the {asked} that {assignment.name} asks for"
    if own == 0 and functions_asked:
        raise SubmissionError(what)
    return what


def _is_of(name: str) -> str:
    return f"this is the notebook of {_shown(name)}"


def _shown(name: str) -> str:
    return one_line(name[:_MOST_SHOWN])


def _functions(notebook: Notebook) -> list[str]:
    """The first few names of functions that the notebook defines."""
    names = (name for cell in notebook.cells for name in functions(cell.source))
    return [_shown(name) for name in list(dict.fromkeys(names))[:_MOST_NAMES]]


def _others(assignment: Assignment) -> Iterable[Assignment]:
    """The settings of the course's other assignments, of those that can be read."""
    if assignment.public_only:
        return ()
    files = assignment.folder.parent.glob(f"*/{FILE}")
    return _read_others(assignment.folder, stamp_of(files))


@lru_cache(maxsize=16)
def _read_others(own: Path, stamp: Stamp) -> tuple[Assignment, ...]:
    """The settings in the files of this stamp, without those in the folder `own`."""
    found = []
    for path, *_ in sorted(stamp):
        folder = Path(path).parent
        if folder != own:
            try:
                found.append(read_settings(folder, folder))
            except AssignmentError:
                continue  # it is not what is graded now
    return tuple(found)


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
    asked = without_written(assignment).exercises
    return sum(bool(answers_in(each, notebook)) for each in asked)
