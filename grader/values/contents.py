"""What is in a value: for those who look through one whatever its kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from .kinds import KINDS

# Values of these very types, and integers below 2**63, are the same on both sides of the wire.
_EXACT = (float, bool, str, type(None))


class NotSmall(Exception):
    """A value that is large, or not made of exact base types and plain arrays only."""


def keys_of(value: Any) -> Iterator[Any]:
    """The keys of the value and of all values in it."""
    kind = KINDS.of(value)
    yield from kind.keys(value)
    for item in kind.inner(value):
        yield from keys_of(item)


def leaves(value: Any) -> Iterator[Any]:
    """Every number, text and other single value in it, keys of dicts too."""
    yield from KINDS.of(value).leaves(value, leaves)


def size_of(value: Any) -> int:
    """How many numbers the value holds, roughly."""
    kind = KINDS.of(value)
    return kind.size(value) + sum(map(size_of, kind.inner(value)))


def small_copy(value: Any, most: int = 1_000) -> Any:
    """A copy of a small value, equal to the one that the wire would give, in a tenth of the time.

    Raises NotSmall for one with more than `most` values and numbers in it, and for one with other
    types in it than exact base types and arrays of plain numbers.

    >>> small_copy({"lr": 0.1, "layers": [2, 3]})
    {'lr': 0.1, 'layers': [2, 3]}
    """
    return _Copying(most).copy(value)


class _Copying:
    def __init__(self, room: int) -> None:
        self._room = room

    def copy(self, value: Any) -> Any:
        exact = type(value)
        array = exact is np.ndarray
        self._room -= 1 + (value.size if array else 0)
        if self._room < 0:
            raise NotSmall
        if array and value.dtype.isnative and value.dtype.char in "?bhilqBHILQfd":
            return value.copy()
        if exact in _EXACT or (exact is int and value.bit_length() < 64):
            return value
        if exact in (list, tuple):
            return exact([self.copy(item) for item in value])
        if exact is dict and all(type(key) is str for key in value):
            return {key: self.copy(item) for key, item in value.items()}
        raise NotSmall


def condensed(value: Any) -> Any:
    """The value, with what is too large to be kept as it is frozen."""
    kind = KINDS.of(value)
    return kind.condensed(kind.mapped(value, condensed))


def negative(value: Any) -> Any:
    """The value with the other sign of every number in it."""
    kind = KINDS.of(value)
    return kind.negative(kind.mapped(value, negative))


def lines(
    name: str, value: Any, *, plain: Collection[str] = (), shapes: bool = False
) -> Iterator[str]:
    """The value for a notebook's text, a line for each single value in it.

    The keys of dicts in `plain` go without the dict's name; with `shapes`, arrays are shown by
    their shape only.
    """
    kind = KINDS.of(value)
    named = kind.named(name, value, name in plain)
    if named is None:
        yield kind.line(name, value, shapes)
        return
    for inner_name, item in named:
        yield from lines(inner_name, item, plain=plain, shapes=shapes)
