"""A list that is kept on the disk, for what would take too much memory in a large class."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """A list that can only be appended to, and iterated over as often as one likes.

    Its items are pickled in a temporary file without a name. So no other program can write to the
    file, which makes unpickling safe, and it is gone with the list.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the list)
        self._count = self._end = 0
        weakref.finalize(self, self._file.close)

    def append(self, item: T) -> None:
        self._file.seek(self._end)
        pickle.dump(item, self._file)
        self._end = self._file.tell()
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        place = 0
        while place < self._end:
            self._file.seek(place)
            item: T = pickle.load(self._file)
            place = self._file.tell()
            yield item
