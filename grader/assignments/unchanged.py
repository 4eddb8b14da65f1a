"""Assignments that were read are kept for as long as their files stay the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.assignments.paths import entries_below
from grader.assignments.records import Assignment

# Of so many assignments at most, the one that was read first goes first.
MAX_KEPT = 128
# One that differs tells of a file that was written, replaced, added or removed.
Stamp = frozenset[tuple[str, int, int, int]]


def stamp_of(files: Iterable[os.DirEntry[str]]) -> Stamp:
    """The files' paths, sizes and times (in nanoseconds) of the last change to content and entry.

    A file that is gone before it is looked at is not in the stamp.
    """
    found = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        found.add((file.path, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return frozenset(found)


def stamp_of_folders(folders: Iterable[Path]) -> Stamp:
    """The stamp of all files below the folders, but for hidden and compiled ones."""
    return stamp_of(file for folder in folders for file in entries_below(folder))


@dataclass(frozen=True, slots=True)
class _Kept:
    assignment: Assignment
    stamp: Stamp


class KeptAssignments:
    """Assignments by a key, each read again where `stamp` says that its files have changed.

    Safe from several threads. Only one of them reads at a time: the author's modules are run then.
    """

    def __init__(self, stamp: Callable[[Iterable[Path]], Stamp] = stamp_of_folders) -> None:
        self._stamp = stamp
        self._kept: dict[Hashable, _Kept] = {}
        self._lock = threading.RLock()

    def get(
        self,
        key: Hashable,
        folders: Callable[[], Iterable[Path]],
        read: Callable[[], Assignment],
    ) -> Assignment:
        """The assignment that `read` gives: the one it gave before, if nothing has changed.

        `folders` are those that it would be read from now. Whatever the two raise is passed on.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept and self._stamp(kept.assignment.folders) == kept.stamp:
                return kept.assignment
            # What changes while the files are being read is then read again the next time.
            stamp = self._stamp(folders())
            assignment = read()
            self._kept.pop(key, None)
            self._kept[key] = _Kept(assignment, stamp)
            while len(self._kept) > MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            return assignment
