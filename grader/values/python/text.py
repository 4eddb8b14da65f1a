"""Texts and bytes. On the wire `s<n><utf-8>` and `b<n><bytes>`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Kind
from ..limits import MAX_BYTES, WireError

if TYPE_CHECKING:
    from ..wire import Reader, Writer

# Of smaller texts the memory is not worked out: it is bounded by how many values there can be.
SMALL_BYTES = 64
# How many characters or bytes are put into words; what is said of a value is cut to fewer.
MAX_BRIEF = 200


class _Text(Kind):
    types = (str,)
    tags = b"s"
    words = "a string"

    def encode(self, value: str, writer: Writer, where: str, depth: int) -> None:
        data = str.encode(value, "utf-8", "surrogatepass")
        writer.put_sized(b"s", data)
        writer.claim(_beyond(data))

    def decode(self, tag: int, reader: Reader, depth: int) -> str:
        data = reader.take(reader.length(MAX_BYTES))
        reader.claim(_beyond(data))
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def freeze(self, value: str, inner: Callable[[Any], Any]) -> str:
        return value

    def brief(self, value: Any) -> str:
        value = value[:MAX_BRIEF]
        return repr(value) if '"' in value else f'"{value}"'


class _Bytes(Kind):
    types = (bytes, bytearray)
    tags = b"b"
    marks = ("bytes",)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put_sized(b"b", bytes(value))

    def decode(self, tag: int, reader: Reader, depth: int) -> bytes:
        return reader.take(reader.length(MAX_BYTES))

    def brief(self, value: Any) -> str:
        return repr(value[:MAX_BRIEF])

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, str]:
        return {"bytes": value.hex()}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> bytes:
        return bytes.fromhex(frozen["bytes"])


def _beyond(data: bytes) -> int:
    """How many bytes of memory the text takes beyond those that it has in UTF-8.

    One character beyond U+FFFF makes Python keep all of them in four bytes each.
    """
    if len(data) < SMALL_BYTES or data.isascii():
        return 0
    each = np.frombuffer(data, np.uint8)
    characters = len(data) - int(np.count_nonzero((each & 0xC0) == 0x80))
    first = int(each.max())
    width = 4 if first >= 0xF0 else 2 if first >= 0xC4 else 1
    return max(0, characters * width - len(data))


TEXT, BYTES = _Text(), _Bytes()
