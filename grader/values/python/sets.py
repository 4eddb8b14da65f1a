"""Sets, of which all items are compared at once. On the wire `e<n>` with n values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..kind import Kind

if TYPE_CHECKING:
    from ..wire import Reader, Writer


class _Set(Kind):
    compound = True
    types = (set, frozenset)
    tags = b"e"
    marks = ("set",)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.write_items(b"e", list(value), where, depth)

    def decode(self, tag: int, reader: Reader, depth: int) -> set[Any]:
        count = reader.keys()
        items = [reader.key(depth + 1) for _ in range(count)]
        reader.check_keys(items)
        built = {item for item, _ in items}
        reader.check_distinct(built, count)
        return built

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        return {"set": sorted((inner(item) for item in value), key=json.dumps)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> set[Any]:
        return {inner(item) for item in frozen["set"]}

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (leaf for item in value for leaf in inner(item))


SET = _Set()
