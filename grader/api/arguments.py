"""What the arguments of a call stand for: a task, paths, the people of a course, a gradebook."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path

from grader.assignments.load import read_settings
from grader.assignments.records import Assignment
from grader.assignments.student_copy import load_handed_out
from grader.errors import AssignmentError
from grader.files import identity, scratch_folder
from grader.gradebook.store import GRADEBOOK
from grader.grading.task import Task
from grader.model import Owner, Submission
from grader.submissions.entries import composed
from grader.submissions.find import Found
from grader.submissions.people import Known, Student
from grader.submissions.roster import read_groups, read_roster, with_groups, with_roster


def task_of(
    source: str | Path | bytes, folder: Path, student: str, public_only: bool
) -> tuple[Task, Assignment]:
    """The task to grade one notebook, and the assignment's settings."""
    if not (folder / "assignment.toml").exists():
        raise AssignmentError(f"{folder}: is no assignment's folder: it has no assignment.toml")
    root, solutions = folder.parent.parent, folder.parent.parent / "solutions" / folder.name
    settings = load_handed_out(folder) if public_only else read_settings(folder, solutions)
    path = Path("notebook.ipynb" if isinstance(source, bytes) else source)
    owner = Owner(student)
    submission = Submission(student or path.stem, path.name, str(path.absolute()), owner=owner)
    task = Task(
        root=folder if public_only else root,
        submission=submission,
        assignment=settings.name,
        public_only=public_only,
    )
    return task, settings


def paths_of(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """One path, or several, as a list."""
    return [Path(each) for each in ([paths] if isinstance(paths, (str, Path)) else paths)]


def people_of(
    roster: str | Path | None, groups: str | Path | None, partial: bool
) -> tuple[Callable[[Found], Found], Callable[[str], bool] | None]:
    """Read the roster and the table of groups, for what they say of the students.

    Two functions come of them: one gives the submissions what they say, and one, if there is a
    roster, says whether one of its students has a name, an email address or an id.
    """
    notices: list[str] = []
    members = read_groups(Path(groups), notices) if groups else ()
    students = read_roster(Path(roster), notices) if roster else ()

    def with_people(found: Found) -> Found:
        if roster:
            found = with_roster(found, students, members, partial=partial)
        elif members:
            found = with_groups(found, members)
        return replace(found, notices=(*notices, *found.notices))

    return with_people, _known_names(students) if roster else None


def _known_names(students: Iterable[Student]) -> Callable[[str], bool]:
    """Whether one student of the roster is called so, by name, email address or an id."""
    known = Known(students)
    return lambda name: known.find(Owner(composed(name), {"login": composed(name)})) is not None


def held_open(folder: Path, held: ExitStack) -> tuple[int, int] | None:
    """The folder's identity, which no other folder gets while this one is open."""
    held.callback(os.close, os.open(folder, os.O_RDONLY))
    return identity(folder)


def private_folders(*places: str | Path | Iterable[str | Path] | None) -> Iterator[Path]:
    """The folders of a run that no kernel may read, and those that hold the files."""
    for path in chain.from_iterable(paths_of(each) for each in places if each):
        yield path if path.is_dir() else path.absolute().parent


def gradebook_file(given: str | Path | None, output: Path | None, held: ExitStack) -> Path:
    """The file given, or one in the output folder, or one that is removed when `held` closes."""
    if given or output:
        return Path(given) if given else (output or Path()) / GRADEBOOK
    return Path(held.enter_context(scratch_folder("fairgrade-book-"))) / GRADEBOOK
