"""What is in a value: for those who look through one whatever its kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from .kinds import KINDS


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
