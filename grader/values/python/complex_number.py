"""Complex numbers. On the wire `c<8><8>`: real and imaginary part as IEEE doubles."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .number import Number

if TYPE_CHECKING:
    from ..wire import Reader, Writer

_COMPLEX = struct.Struct("<dd")


class _Complex(Number):
    types = (complex,)
    tags = b"c"
    marks = ("complex",)
    words = "a complex number"
    comparable = (int, float, complex)

    def encode(self, value: complex, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"c" + _COMPLEX.pack(value.real, value.imag))

    def decode(self, tag: int, reader: Reader, depth: int) -> complex:
        return complex(*_COMPLEX.unpack(reader.take(16)))

    def freeze(self, value: complex, inner: Callable[[Any], Any]) -> dict[str, Any]:
        return {"complex": [repr(value.real), repr(value.imag)]}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> complex:
        real, imag = frozen["complex"]
        return complex(float(real), float(imag))


COMPLEX = _Complex()
