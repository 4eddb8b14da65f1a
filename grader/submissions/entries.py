"""The entries of a folder or a zip in which submissions are searched."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from grader.submissions.archives import Unpacked
from grader.submissions.kinds import REPOSITORIES, is_clutter, is_hidden


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below a root, or something else that is there.

    `place` is its path relative to the root, `path` its path on the disk. `problem`, if not empty,
    says why it cannot be opened. What `is_clutter` was left behind by a program. Only of an entry
    that `is_file`, or stands for one, it may be asked who handed it in.
    """

    place: str
    path: str
    problem: str = ""
    is_clutter: bool = False
    is_file: bool = True


def below(root: Path, output: Path) -> Iterator[Entry]:
    """The entries below `root`, without the folder `output`. Hidden folders are not searched."""
    unread: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=unread.append):
        here = Path(folder)
        hidden = sorted(name for name in folders if is_hidden(name))
        folders[:] = sorted(name for name in folders if not is_hidden(name))
        folders[:] = [name for name in folders if (here / name).resolve() != output]
        for name in folders:
            if (here / name).is_symlink():
                yield _entry(here / name, root, "is a link to a folder, which is not followed")
        for name in hidden:
            if name not in REPOSITORIES:
                yield _entry(here / name, root, "is a hidden folder and is not searched", True)
        for name in sorted(names):
            if name not in REPOSITORIES:
                yield _entry(here / name, root)
        if not folders and not hidden and not names and here != root:
            yield _no_file(here, root, "an empty folder")
    for error in unread:
        yield _no_file(Path(error.filename), root, f"cannot be read: {error.strerror}")


def unpacked(archive: Unpacked) -> Iterator[Entry]:
    """The entries of a zip that was unpacked."""
    for member in archive.members:
        is_left = is_clutter(PurePath(member.place))
        yield Entry(member.place, member.path, member.problem, is_left)


def _entry(path: Path, root: Path, problem: str = "", hidden: bool = False) -> Entry:
    place = path.relative_to(root)
    is_regular = problem or path.is_symlink() or path.is_file()
    return Entry(
        os.fspath(place),
        os.fspath(path),
        problem or ("" if is_regular else "is not a regular file"),
        hidden or is_clutter(place),
    )


def _no_file(path: Path, root: Path, problem: str) -> Entry:
    return Entry(os.fspath(path.relative_to(root)), os.fspath(path), problem, is_file=False)


def link_problem(path: Path, root: Path) -> str:
    """Why a file that may be a link is not opened; empty if it leads to a file below `root`."""
    if path.is_symlink():
        if not path.exists():
            return "is a link that leads nowhere"
        if path.is_dir():
            return "is a link to a folder, which is not followed"
        if target(path, root) is None:
            return "is a link that leads out of its folder, which is not followed"
    return "" if path.is_file() else "is not a regular file"


def target(path: Path, root: Path) -> str | None:
    """Where a link leads to, relative to `root`; None if that is not below it."""
    end, above = path.resolve(), root.resolve()
    return os.fspath(end.relative_to(above)) if end.is_relative_to(above) else None


def readable(name: str | PurePath) -> str:
    """A file's name as text that can be written as UTF-8; other bytes are escaped, as in \\xe9."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def composed(name: str) -> str:
    """A name as `readable`, with accents and their letters composed to one character each.

    A Mac writes names decomposed, where everybody else writes them composed.
    """
    return unicodedata.normalize("NFC", readable(name))
