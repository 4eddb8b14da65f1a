"""The files of a student: which may be the notebook, which are the same, which lie beside it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath

from grader.model import Owner
from grader.notebooks.read import MAX_NOTEBOOK_BYTES
from grader.submissions.entries import Entry
from grader.submissions.kinds import (
    Rank,
    called_but_is,
    is_checkpoint,
    is_named_zip,
    is_notebook,
    is_zip,
)

# How many files of a student are opened to see whether there is a notebook in them.
MOST_OPENED = 200
# How many bytes of files that are not called notebooks are looked through for each student.
MOST_BYTES_OPENED = 100_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a student: what was found, and the owner whom its path names.

    `name` is the file's name as the student chose it. `inside` is the zip it was in, if any.
    """

    entry: Entry
    owner: Owner
    name: str
    inside: str = ""

    @property
    def path(self) -> Path:
        return Path(self.entry.path)

    @property
    def place(self) -> PurePath:
        return PurePath(self.entry.place)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a student's notebook, and the others handed in with it, no notebooks."""

    item: Item
    rank: Rank
    others: Sequence[Item]


def is_named(item: Item) -> bool:
    """Whether a file is called a notebook and may be one."""
    if not is_notebook(PurePath(item.name)) or is_checkpoint(item.place):
        return False
    return bool(item.entry.problem) or not called_but_is(item.path)


def is_a_zip(item: Item) -> bool:
    """Whether a file is a zip, or is called a notebook and is one, and can be opened."""
    return not item.entry.problem and (
        is_zip(PurePath(item.name)) or is_named_zip(item.path, PurePath(item.name))
    )


def same_bytes(found: Sequence[Item]) -> dict[str, Item]:
    """Path -> the file that counts of those with the same bytes: the one named shortest."""
    sizes: dict[int, list[Item]] = defaultdict(list)
    kinds: dict[tuple[int, str], list[Item]] = defaultdict(list)
    for each in found:
        with suppress(OSError):
            size = 0 if each.entry.problem else each.path.stat().st_size
            if 0 < size <= MAX_NOTEBOOK_BYTES and not each.path.is_symlink():
                sizes[size].append(each)
    for size, alike in sizes.items():
        for each in alike if len(alike) > 1 else ():
            with suppress(OSError), each.path.open("rb") as file:
                kinds[size, hashlib.file_digest(file, "sha256").hexdigest()].append(each)
    return {
        each.entry.path: min(alike, key=lambda one: (len(one.entry.place), one.entry.place))
        for alike in kinds.values()
        for each in alike
    }


def candidates(items: Iterable[Item], among: Sequence[Item], rank: Rank) -> list[Candidate]:
    """These files as candidates of one rank, with those `among` which they were handed in."""
    others = [
        each for each in among if not each.entry.problem and not is_notebook(PurePath(each.name))
    ]
    return [Candidate(item, rank, others) for item in items]


def files_beside(candidate: Candidate) -> list[Item]:
    """The other files that lie beside a notebook or below its folder."""
    item = candidate.item
    folder = item.entry.place.rpartition("/")[0]
    begin = f"{folder}/" if folder else ""
    return [
        each
        for each in candidate.others
        if each.entry.place.startswith(begin) and each.inside == item.inside and each is not item
    ]


def as_many_as_opened(items: Iterable[Item]) -> Iterator[Item]:
    """The first of these files, as many as may be opened."""
    room = MOST_BYTES_OPENED
    for item in islice(items, MOST_OPENED):
        with suppress(OSError):
            room -= item.path.stat().st_size
        if room < 0:
            return
        yield item


def copied(item: Item, folder: Path) -> str:
    """The path of a copy in `folder`; empty where there is such a file already, or no room."""
    to = folder / PurePath(item.name).name
    if os.path.lexists(to):
        return ""
    try:
        shutil.copyfile(item.path, to)
    except OSError:
        return ""
    return str(to)
