"""Ranges. On the wire `g` with start, stop and step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kind import Kind
from ..limits import WireError

if TYPE_CHECKING:
    from ..wire import Reader, Writer


class _Range(Kind):
    types = (range,)
    tags = b"g"
    marks = ("range",)
    words = "a range"

    def encode(self, value: range, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"g")
        for part in (value.start, value.stop, value.step):
            writer.write(part, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> range:
        parts = [reader.read(depth + 1) for _ in range(3)]
        if any(type(part) is not int for part in parts):
            raise WireError("a range of what is no integer")
        return range(*parts)

    def freeze(self, value: range, inner: Callable[[Any], Any]) -> dict[str, list[int]]:
        return {"range": [value.start, value.stop, value.step]}

    def simplified(self, value: range) -> Any:
        if not value:
            return "a range of nothing"
        first, last = value[0], value[-1]
        return "a range", first, last, value.step if first != last else 0

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> range:
        return range(*frozen["range"])


RANGE = _Range()
