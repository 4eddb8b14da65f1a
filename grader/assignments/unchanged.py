"""A cache of loaded assignments, each valid as long as its files stay the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.assignments.paths import entries_below
from grader.assignments.records import Assignment
from grader.files import Stamp, stamp_of

# How many assignments are kept; beyond that, the one that was read first is dropped.
MAX_KEPT = 128


def stamp_of_folders(folders: Iterable[Path]) -> Stamp:
    """The stamp of all files below the folders; hidden and compiled ones are left out."""
    return stamp_of(file for folder in folders for file in entries_below(folder))


@dataclass(frozen=True, slots=True)
class _Kept:
    assignment: Assignment
    stamp: Stamp


class KeptAssignments:
    """Loaded assignments by a key. One is loaded again when the `stamp` of its files has changed.

    It may be used by several threads. Only one of them loads at a time, because that runs the
    author's modules.
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
        """The assignment kept under the key; what `read` returns if its files have changed.

        `folders` returns the folders that `read` would read from. What the two raise is passed on.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept and self._stamp(kept.assignment.folders) == kept.stamp:
                return kept.assignment
            # Taken before reading, so that a change during it is noticed at the next call.
            stamp = self._stamp(folders())
            assignment = read()
            self._kept.pop(key, None)
            self._kept[key] = _Kept(assignment, stamp)
            while len(self._kept) > MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            return assignment
