"""Integers and floats.

On the wire `i<n><bytes>`, an integer in two's complement, and `f<8>`, a float as an IEEE double.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..kind import Kind, ValuePath
from ..limits import WireError

if TYPE_CHECKING:
    from ..difference import Difference, Tolerance, Walk
    from ..wire import Reader, Writer

MAX_INT_BYTES = 1024

_FLOAT = struct.Struct("<d")


class Number(Kind):
    """What integers, floats and other numbers have in common."""

    # The types of what may be equal to an expected number.
    comparable: ClassVar[tuple[type, ...]] = (int, float)

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if isinstance(actual, bool) or not isinstance(actual, self.comparable):
            yield walk.wrong_type(expected, actual, path)
        elif expected != actual and (
            isinstance(expected, int) or not _is_near(expected, actual, walk.tolerance)
        ):
            yield wrong_number(expected, actual, walk, path)

    def negative(self, value: Any) -> Any:
        return -value


class _Integer(Number):
    types = (int,)
    tags = b"i"
    words = "an integer"

    def encode(self, value: int, writer: Writer, where: str, depth: int) -> None:
        size = (int.bit_length(value) + 8) // 8
        if size > MAX_INT_BYTES:
            raise WireError(f"{where} is an integer of more than {MAX_INT_BYTES} bytes")
        writer.put_sized(b"i", int.to_bytes(int(value), size, "little", signed=True))

    def decode(self, tag: int, reader: Reader, depth: int) -> int:
        return int.from_bytes(reader.take(reader.length(MAX_INT_BYTES)), "little", signed=True)

    def freeze(self, value: int, inner: Callable[[Any], Any]) -> int:
        return value


class _Float(Number):
    types = (float,)
    tags = b"f"
    marks = ("float",)
    words = "a float"

    def encode(self, value: float, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"f" + _FLOAT.pack(value))

    def decode(self, tag: int, reader: Reader, depth: int) -> Any:
        return _FLOAT.unpack(reader.take(8))[0]

    def freeze(self, value: float, inner: Callable[[Any], Any]) -> Any:
        return value if math.isfinite(value) else {"float": repr(float(value))}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> float:
        return float(frozen["float"])


def _is_near(expected: Any, actual: Any, tolerance: Tolerance) -> bool:
    if expected != expected:
        return bool(actual != actual)
    try:
        return bool(np.isfinite(expected) and abs(actual - expected) <= tolerance.around(expected))
    except OverflowError:  # an int beyond every float
        return False


def wrong_number(
    expected: Any, actual: Any, walk: Walk, path: ValuePath, others: str = ""
) -> Difference:
    """The difference of two numbers, for which `others` says how many more there are."""
    if expected == expected and actual != actual:
        hushed = "is nan where a number is expected"
    elif expected != expected:
        hushed = "is a number where nan is expected"
    else:
        hushed = "differs from what is expected"
    kind = "value" if hushed.startswith("differs") else "nan"
    one, other = _tell_apart(actual, expected)
    apart = ""
    if not isinstance(expected, int) and kind == "value":
        apart = _apart(expected, actual, walk.tolerance)
    return walk.found(path, kind, f"is {one} where {other} is expected{apart}{others}", hushed)


def _tell_apart(one: Any, other: Any) -> tuple[str, str]:
    """Both numbers with as many digits as show that they differ, and one more."""
    if not (isinstance(one, float) and isinstance(other, (float, int))):
        return str(one)[:60], str(other)[:60]
    for digits in range(6, 17):
        if f"{one:.{digits}g}" != f"{other:.{digits}g}":
            return f"{one:.{digits + 1}g}", f"{other:.{digits + 1}g}"
    return repr(one), repr(other)


def _apart(expected: Any, actual: Any, tolerance: Tolerance) -> str:
    try:
        distance = abs(actual - expected)
    except OverflowError:  # an int beyond every float
        return ""
    if not math.isfinite(distance):
        return ""
    return f": {distance:.2g} apart, tolerance {tolerance.around(expected):.1g}"


INTEGER, FLOAT = _Integer(), _Float()
