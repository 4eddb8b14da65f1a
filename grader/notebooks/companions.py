"""Read the other files that a student handed in with a notebook."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from grader.model import Submission

# Of one file, and of all of a submission together.
MAX_FILE_BYTES = 10_000_000
MAX_COMPANION_BYTES = 20_000_000
MAX_COMPANIONS = 200


def companions(submission: Submission) -> dict[str, bytes]:
    """The content of the files by their path below the notebook's folder, with `/` in it.

    Links, what is larger than `MAX_FILE_BYTES`, and what cannot be read are left out, and so is
    what comes after the first `MAX_COMPANION_BYTES`.
    """
    found: dict[str, bytes] = {}
    left = MAX_COMPANION_BYTES
    for name, path in _named(submission):
        content = _content(path, min(left, MAX_FILE_BYTES))
        if content is not None:
            found[name] = content
            left -= len(content)
    return found


def companion_names(submission: Submission) -> list[str]:
    """The paths of all companions below the notebook's folder, also of those that are not read."""
    return [name for name, _ in _named(submission)]


def companions_hash(submission: Submission) -> bytes:
    """A hash of everything that `companions` reads; empty where there is nothing."""
    found = companions(submission)
    every = hashlib.sha256()
    for name, content in sorted(found.items()):
        every.update(name.encode("utf-8", "surrogateescape") + b"\0")
        every.update(hashlib.sha256(content).digest())
    return every.digest() if found else b""


def _named(submission: Submission) -> Iterator[tuple[str, Path]]:
    folder = submission.path.absolute().parent
    for file in submission.companions[:MAX_COMPANIONS]:
        path = Path(file)
        inside = path.is_relative_to(folder) and ".." not in path.parts
        name = path.relative_to(folder).as_posix() if inside else path.name
        yield str(PurePosixPath(name)), path


def _content(path: Path, most: int) -> bytes | None:
    """The content of a regular file of at most so many bytes; None of all else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return content if len(content) <= most else None
