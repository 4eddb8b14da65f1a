"""A list that lies on the disk, for what a large class has too much of."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """What was appended, from the beginning, as often as one likes.

    It is in a file without a name, which nobody else can write to and which goes with the list.
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
