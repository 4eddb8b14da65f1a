"""Texts and bytes. On the wire `s<n><utf-8>` and `b<n><bytes>`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .kind import Kind
from .limits import MAX_BYTES, WireError

if TYPE_CHECKING:
    from .wire import Reader, Writer


class _Text(Kind):
    types = (str,)
    tags = b"s"
    words = "a string"

    def encode(self, value: str, writer: Writer, where: str, depth: int) -> None:
        writer.put_sized(b"s", str.encode(value, "utf-8", "surrogatepass"))

    def decode(self, tag: int, reader: Reader, depth: int) -> str:
        data = reader.take(reader.length(MAX_BYTES))
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def freeze(self, value: str, inner: Callable[[Any], Any]) -> str:
        return value

    def brief(self, value: Any) -> str:
        return repr(value) if '"' in value else f'"{value}"'


class _Bytes(Kind):
    types = (bytes, bytearray)
    tags = b"b"
    marks = ("bytes",)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put_sized(b"b", bytes(value))

    def decode(self, tag: int, reader: Reader, depth: int) -> bytes:
        return reader.take(reader.length(MAX_BYTES))

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, str]:
        return {"bytes": value.hex()}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> bytes:
        return bytes.fromhex(frozen["bytes"])


TEXT, BYTES = _Text(), _Bytes()
