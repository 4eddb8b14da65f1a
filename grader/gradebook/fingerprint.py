"""What a grade rests on besides the notebook: a short name and a hash for each part of it.

Results are kept for as long as every part stays the same, and `grade diff` says which part did not.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from grader import __version__
from grader.assignments.records import Assignment
from grader.model import Submission

PACKAGE = Path(__file__).parents[1]
GENERATED = "__pycache__"


def basis(assignments: Iterable[Assignment], **options: object) -> dict[str, str]:
    """The parts by name: `grader`, `option …`, and of each assignment points, cases and files."""
    parts = {"grader": installation()}
    parts |= {f"option {name}": str(value) for name, value in options.items()}
    for assignment in assignments:
        parts |= dict(_assignment_parts(assignment))
    return parts


def installation() -> str:
    """What grades here: fairgrade's version and its code's hash, Python's and numpy's version."""
    return f"{__version__} {program()} Python {platform.python_version()}, numpy {np.__version__}"


def digest(parts: dict[str, str]) -> str:
    """One hash for all parts."""
    return _hash(f"{name}\0{value}\0".encode() for name, value in sorted(parts.items()))


def content(submission: Submission) -> str:
    """A hash of the notebook's bytes; empty where they cannot be read."""
    if submission.problem:
        return ""
    try:
        with submission.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _assignment_parts(assignment: Assignment) -> Iterator[tuple[str, str]]:
    for exercise in assignment.exercises:
        place = f"{assignment.name}/{exercise.name}"
        yield f"points {place}", f"{exercise.points:g}"
        for case in exercise.cases:
            yield f"tolerance {place}/{case.name}", repr(case.tolerance)
            yield f"case {place}/{case.name}", f"{case.weight:g} {case.visibility} {case.title}"
    for folder in folders_of(assignment):
        for path in files_below(folder):
            shown = path.relative_to(folder.parent.parent).as_posix()
            yield f"file {assignment.name} {shown}", _hash([path.read_bytes()])


def folders_of(assignment: Assignment) -> tuple[Path, ...]:
    """The folders with everything that belongs to the assignment."""
    folders = [assignment.folder, assignment.solutions, assignment.shared_folder]
    if assignment.shared_folder != assignment.folder:
        folders.append(assignment.solutions.parent / assignment.shared_folder.name)
    return tuple(dict.fromkeys(folders))


def files_below(folder: Path) -> list[Path]:
    """Every file below the folder but hidden and compiled ones."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not _passed_over(path.relative_to(folder)))


def _passed_over(path: Path) -> bool:
    return any(part.startswith(".") or part == GENERATED for part in path.parts)


@cache
def program() -> str:
    """A hash of fairgrade's own code, so that results do not outlive a change to it."""
    return _hash(path.read_bytes() for path in files_below(PACKAGE) if path.suffix == ".py")[:12]


def _hash(pieces: Iterable[bytes]) -> str:
    every = hashlib.sha256()
    for piece in pieces:
        every.update(piece)
    return every.hexdigest()
