"""What a grade depends on besides the notebook, as names with hashes or versions.

An earlier result is used again only if every part of the fingerprint is the same; `grade diff` says
which parts have changed. The parts are the code that decides grades, the packages that a notebook
can import, the options of the run, and the author's files. Code that only shows or stores results
is not among them: if the report gets other colours, nobody is graded again.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator

from grader.assignments.paths import files_below
from grader.assignments.records import Assignment
from grader.execution.installation import hash_of, packages, program
from grader.model import Submission
from grader.notebooks.companions import companions_hash

# The files and folders of `grader/` that decide a grade.
DECIDES = (
    *("model.py", "encoding.py", "text.py", "formulas.py", "caches.py"),
    *("authoring.py", "marks.py", "scenes.py", "checkers.py", "drivers.py"),
    *("values", "notebooks", "assignments", "sandbox", "execution", "grading"),
)


def fingerprint(assignments: Iterable[Assignment], **options: object) -> dict[str, str]:
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


def digest(parts: dict[str, str]) -> str:
    """One hash of all parts of a fingerprint."""
    return hash_of(f"{name}\0{value}\0".encode() for name, value in sorted(parts.items()))


def content(submission: Submission, *, draws: bool = False) -> str:
    """The SHA-256 hash of the notebook's bytes, and of the files that came with it, if any did.

    If the assignment `draws` inputs for each student, the student's id is hashed, too. Empty where
    the notebook cannot be read.
    """
    if submission.problem:
        return ""
    try:
        with submission.path.open("rb") as file:
            notebook = hashlib.file_digest(file, "sha256")
    except OSError:
        return ""
    beside = companions_hash(submission)
    more = [beside] if beside else []
    more += (
        [f"student {submission.owner.drawn_for}".encode("utf-8", "surrogatepass")] if draws else []
    )
    return hash_of([notebook.digest(), *more]) if more else notebook.hexdigest()


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
            yield f"file {assignment.name} {shown}", hash_of([path.read_bytes()])
