"""Lists and tuples, one of which may stand for the other.

On the wire `l<n>` and `t<n>` with n values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..kind import Index, Kind, ValuePath

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer


class OfItems(Kind):
    """What lists, tuples and named tuples have in common."""

    compound = True

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.write_items(self.tags, list(value), where, depth)

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, (list, tuple)):
            yield walk.wrong_type(expected, actual, path)
            return
        for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from walk.value(one, other, (*path, Index(index)))
        if len(actual) != len(expected):
            yield wrong_count(expected, actual, walk, path)

    def named(self, name: str, value: Any, plain: bool) -> Iterator[tuple[str, Any]]:
        return ((f"{name}[{index}]", item) for index, item in enumerate(value))

    def inner(self, value: list[Any] | tuple[Any, ...]) -> Iterable[Any]:
        return value

    def mapped(self, value: Any, function: Callable[[Any], Any]) -> Any:
        return self.types[0](map(function, value))

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (leaf for item in value for leaf in inner(item))

    def size(self, value: Any) -> int:
        return 0


class _List(OfItems):
    types = (list,)
    tags = b"l"

    def decode(self, tag: int, reader: Reader, depth: int) -> list[Any]:
        return [reader.read(depth + 1) for _ in range(reader.count())]

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> Any:
        return [inner(item) for item in value]


class _Tuple(OfItems):
    types = (tuple,)
    tags = b"t"
    marks = ("tuple",)

    def decode(self, tag: int, reader: Reader, depth: int) -> tuple[Any, ...]:
        return tuple([reader.read(depth + 1) for _ in range(reader.count())])

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> Any:
        return {"tuple": [inner(item) for item in value]}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> tuple[Any, ...]:
        return tuple(inner(item) for item in frozen["tuple"])


def wrong_count(expected: Any, actual: Any, walk: Walk, path: ValuePath) -> Difference:
    few = "few" if len(actual) < len(expected) else "many"
    has = f"has {walk.plural(len(actual), 'item')} where {walk.expects(len(expected))}"
    return walk.found(path, "count", has, f"has too {few} items")


LIST, TUPLE = _List(), _Tuple()
