"""Follow a function line by line, and note what it gives some of its variables, and in which line.

It runs in a kernel for a student's function, and in our process for the reference, so it imports
nothing of ours: how values are encoded is an argument.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import CodeType, FrameType
from typing import Any, TypeAlias

import numpy as np

# The key or index of an item of a dictionary or list; None for a variable itself.
Key: TypeAlias = str | int | None
# One change: the variable, the item, the line that has set it, and the encoded value. That is empty
# where it cannot be encoded, or where the variable's items are followed.
Change: TypeAlias = tuple[str, Key, int, bytes]
Encode: TypeAlias = Callable[[Any], "bytes | memoryview"]
# Items of a dictionary or list that are followed, and characters of a key.
MOST_ITEMS, LONGEST_KEY = 200, 80
# Of a larger array, the shape, a digest and about so many of its numbers stand for the whole.
LARGE_BYTES, SAMPLED = 64 * 1024, 1_000
# What such a tuple begins with.
ARRAY = "a large array"


class TooMuch(BaseException):
    """The function takes more lines, or has larger values, than are followed.

    A function that handles every Exception does not go on after it.
    """


@dataclass(slots=True)
class _Noted:
    """The value that a variable or item has; when it is changed in place, `seen` is another.

    `change` is None for a value that was there when the call began.
    """

    value: Any
    seen: bytes
    change: int | None = None


@dataclass(slots=True)
class Tracer:
    """What one call of `function` does, which stands in `file`; calls that it makes of itself are
    not followed.

    Followed are the variables of these `names`, and items of those that are dictionaries, or lists
    of something else than numbers. A variable that is bound anew has a change each time. If its
    value is changed in place, its last change is updated. Of an item, only the last change is kept.
    `given` are variables that have a value when the call begins, with their items. `ended` says
    that the call was followed to its end.
    """

    file: str
    function: str
    names: Collection[str]
    encode: Encode
    most_lines: int
    most_bytes: int
    changes: dict[int, Change] = field(default_factory=dict)
    given: list[tuple[str, Key]] = field(default_factory=list)
    ended: bool = False
    _noted: dict[tuple[str, Key], _Noted] = field(default_factory=dict)
    _frame: FrameType | None = None
    _line: int = 0
    _lines: int = 0
    _count: int = 0

    def call(self, function: Callable[..., Any], args: Sequence[Any], kwargs: Any) -> Any:
        """Call the function; raises what it raises, or TooMuch."""
        before = sys.gettrace()
        sys.settrace(self._entered)
        try:
            return function(*args, **kwargs)
        finally:
            sys.settrace(before)
            self._frame = None

    def _entered(self, frame: FrameType, event: str, arg: Any) -> Callable[..., Any] | None:
        if self._frame is not None or self.ended or not self._is_followed(frame.f_code):
            return None
        self._frame = frame
        self._look(frame, given=True)
        return self._stepped

    def _is_followed(self, code: CodeType) -> bool:
        return code.co_filename == self.file and code.co_name == self.function

    def _stepped(self, frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
        self._lines += 1
        if self._lines > self.most_lines:
            raise TooMuch
        self._look(frame)
        if event == "line":
            self._line = frame.f_lineno
        self.ended = event == "return"
        return self._stepped

    def _look(self, frame: FrameType, given: bool = False) -> None:
        """Note what the line that was run before has changed."""
        found = frame.f_locals
        for name in self.names:
            if name in found:
                before, value = self._noted.get((name, None)), found[name]
                self._note(name, None, value, given)
                # In a copy, all items may be other objects, though nobody has set them.
                copied = before is not None and before.value is not value
                for key, item in _items(value):
                    self._note(name, key, item, given, copied)
        for place in list(self._noted):
            if place[1] is not None and not _has(found.get(place[0]), place[1]):
                self._forget(place)

    def _note(self, name: str, key: Key, value: Any, given: bool, copied: bool = False) -> None:
        place = name, key
        followed = key is None and _has_items(value)
        known, seen = self._noted.get(place), b"" if followed else self._encoded(value, False)
        unbound = known is not None and (copied or known.value is value)
        if known and unbound and known.seen == seen:
            known.value = value
        elif given:
            self.given.append(place)
            self._noted[place] = _Noted(value, seen)
        else:
            if known and (unbound or key is not None):
                self._forget(place)
            self._count += 1
            data = b"" if followed else self._encoded(value)
            self.changes[self._count] = (name, key, self._line, data)
            self._noted[place] = _Noted(value, seen, self._count)
            self.most_bytes -= len(data)
            if self.most_bytes < 0:
                raise TooMuch

    def _forget(self, place: tuple[str, Key]) -> None:
        noted = self._noted.pop(place)
        self.changes.pop(noted.change or 0, None)

    def _encoded(self, value: Any, digest: bool = True) -> bytes:
        try:
            return bytes(self.encode(condensed(value, digest)))
        except Exception:  # a value of no kind that is sent, or of a class that may do anything
            return b""


def condensed(value: Any, digest: bool = True) -> Any:
    """The value, with a tuple in place of each large array in it.

    It has the array's shape, type, a digest (empty without `digest`), and numbers from all of it.
    """
    if type(value) in (list, tuple):
        return type(value)([condensed(each, digest) for each in value])
    if type(value) is dict:
        return {key: condensed(each, digest) for key, each in value.items()}
    if type(value) is not np.ndarray or value.nbytes <= LARGE_BYTES or value.dtype.hasobject:
        return value
    # An odd step comes by every column where their number is even.
    sample = value.flat[:: value.size // SAMPLED | 1]
    return (ARRAY, value.shape, value.dtype.str, _digest(value) if digest else "", sample)


def _digest(array: np.ndarray[Any, Any]) -> str:
    """A digest of all numbers and their places: the sums of their bits along each axis, hashed.

    To hash the numbers would take ten times as long, and longer still for columns of an array.
    """
    size = array.dtype.itemsize
    if size not in (1, 2, 4, 8):
        return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
    bits, whole = array.view(f"u{size}"), hashlib.sha256()
    for axis in range(array.ndim):
        others = tuple(each for each in range(array.ndim) if each != axis)
        whole.update(bits.sum(axis=others, dtype=np.uint64).tobytes())
    return whole.hexdigest()


def _has_items(value: Any) -> bool:
    """Whether a value is a dictionary, or a list of something else than numbers."""
    if type(value) is list:
        return not all(map(_is_number, value)) or not value
    return type(value) is dict


def _is_number(value: Any) -> bool:
    return type(value) in (int, float, bool) or issubclass(type(value), np.generic)


def _items(value: Any) -> Iterator[tuple[str | int, Any]]:
    """The items of a dictionary with keys that are short texts or whole numbers, or of a list."""
    if not _has_items(value):
        return
    if type(value) is list:
        yield from enumerate(value[:MOST_ITEMS])
        return
    for key, item in list(islice(value.items(), MOST_ITEMS)):
        if (type(key) is str and len(key) <= LONGEST_KEY) or type(key) is int:
            yield key, item


def _has(value: Any, key: Key) -> bool:
    if type(value) is list:
        return _has_items(value) and type(key) is int and key < len(value)
    return type(value) is dict and key in value
