"""What a grade depends on besides the notebook, as names with hashes or versions.

An earlier result is used again only if every part of the fingerprint is the same; `grade diff` says
which parts have changed. The parts are the code that decides grades, the packages that a notebook
can import, the options of the run, and the author's files. Code that only shows or stores results
is not among them: if the report gets other colours, nobody is graded again.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from grader import __version__
from grader.assignments.paths import files_below
from grader.assignments.records import Assignment
from grader.model import Submission
from grader.sandbox.launch import site_packages

PACKAGE = Path(__file__).parents[1]
# The files and folders of `grader/` that decide a grade.
DECIDES = (
    *("model.py", "encoding.py", "text.py", "caches.py", "authoring.py", "scenes.py"),
    *("values", "notebooks", "assignments", "sandbox", "execution", "grading"),
)
_DISTRIBUTION = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(-py[\d.]+)?\.(dist|egg)-info")
_OWN = "fairgrade"


def basis(assignments: Iterable[Assignment], **options: object) -> dict[str, str]:
    """The parts of the fingerprint: name -> hash, version or value.

    The names are `grader`, `Python`, `package NAME` and `option NAME`, and for each assignment
    `points …`, `tolerance …`, `case …` and `file …`.
    """
    parts = {"grader": program(*DECIDES), "Python": platform.python_version()}
    parts |= {f"package {name}": version for name, version in packages().items()}
    parts |= {f"option {name}": str(value) for name, value in options.items()}
    for assignment in assignments:
        parts |= dict(_assignment_parts(assignment))
    return parts


def installation() -> str:
    """The versions of fairgrade, Python and numpy, and a hash of fairgrade's code, in one line.

    All workers of a cluster must have the same.
    """
    numpy = packages().get("numpy", "")
    return f"{__version__} {program()} Python {platform.python_version()}, numpy {numpy}"


@cache
def packages() -> dict[str, str]:
    """Package name -> version, for the packages that kernels can import."""
    return packages_in(site_packages())


def packages_in(folders: Iterable[str]) -> dict[str, str]:
    """Package name -> version, for the packages in these folders; fairgrade is left out."""
    found = {}
    for folder in filter(os.path.isdir, folders):
        for entry in sorted(os.listdir(folder)):
            match = _DISTRIBUTION.fullmatch(entry)
            if match and match["name"] != _OWN:
                found[match["name"]] = match["version"]
    return found


def digest(parts: dict[str, str]) -> str:
    """One hash of all parts of a fingerprint."""
    return _hash(f"{name}\0{value}\0".encode() for name, value in sorted(parts.items()))


def content(submission: Submission) -> str:
    """The SHA-256 hash of the notebook's bytes; empty where they cannot be read."""
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
    for folder in assignment.folders:
        for path in files_below(folder):
            shown = path.relative_to(folder.parent.parent).as_posix()
            yield f"file {assignment.name} {shown}", _hash([path.read_bytes()])


@cache
def program(*parts: str) -> str:
    """A hash of fairgrade's own code, or of `parts` of it: files and folders below `grader/`."""
    every = [path for part in parts or ("",) for path in _modules(PACKAGE / part)]
    pieces = (
        piece
        for path in every
        for piece in (path.relative_to(PACKAGE).as_posix().encode(), path.read_bytes())
    )
    return _hash(pieces)[:12]


def _modules(place: Path) -> list[Path]:
    files = files_below(place) if place.is_dir() else [place]
    return [path for path in files if path.suffix == ".py"]


def _hash(pieces: Iterable[bytes]) -> str:
    every = hashlib.sha256()
    for piece in pieces:
        every.update(piece)
    return every.hexdigest()
