"""Pack what workers need of a course, assignments and solutions, into one zip.

The zip is named by its hash.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.assignments.paths import files_below
from grader.assignments.records import Assignment


def pack(assignments: Iterable[Assignment]) -> bytes:
    """A zip with all files of the assignments; the same files give the same bytes."""
    paths = dict(pair for each in assignments for pair in _files(each))
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name in sorted(paths):
            # `ZipInfo` has a fixed date; the file's would change the bytes.
            archive.writestr(ZipInfo(name), paths[name].read_bytes(), ZIP_DEFLATED)
    return packed.getvalue()


def _files(assignment: Assignment) -> Iterator[tuple[str, Path]]:
    """The files of an assignment: path below the course's root, with slashes; path on disk."""
    for folder in assignment.folders:
        for path in files_below(folder):
            yield path.relative_to(folder.parent.parent).as_posix(), path


def name_of(course_zip: bytes, *besides: str) -> str:
    """A name made of a hash of the zip and of the texts `besides`."""
    known_by = hashlib.sha256(course_zip)
    for each in besides:
        known_by.update(f"\0{each}".encode())
    return f"fairgrade-{known_by.hexdigest()[:16]}"


def unpack(course_zip: bytes, root: Path) -> None:
    """Write the files below `root`."""
    with ZipFile(io.BytesIO(course_zip)) as archive:
        archive.extractall(root)
