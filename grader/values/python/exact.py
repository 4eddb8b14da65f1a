"""Decimals and fractions.

On the wire `x<n><ascii>`, a decimal as Python writes it, and `q` with numerator and denominator, in
lowest terms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..kind import Kind, ValuePath
from ..limits import WireError

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

# Digits of a decimal, and its exponent: to compare it with a fraction, it is written out.
MAX_DIGITS, MAX_EXPONENT = 1_000, 10_000
_DECIMAL = re.compile(r"-?(\d{1,1000}(\.\d{1,1000})?(E[+-]\d{1,5})?|Infinity|NaN)")
# Differences are worked out with more digits than Python's usual 28.
_PRECISE = Context(prec=60)


class _Decimal(Kind):
    types = (Decimal,)
    tags = b"x"
    marks = ("decimal",)
    words = "a Decimal"

    def encode(self, value: Decimal, writer: Writer, where: str, depth: int) -> None:
        text = Decimal.__str__(value)
        if not _is_sent(text):
            raise WireError(f"{where} is a Decimal beyond what can be sent")
        writer.put_sized(b"x", text.encode("ascii"))

    def decode(self, tag: int, reader: Reader, depth: int) -> Decimal:
        text = reader.take(reader.length(2 * MAX_DIGITS + 20)).decode("ascii")
        if not _is_sent(text):
            raise WireError("a decimal of another form")
        return Decimal(text)

    def freeze(self, value: Decimal, inner: Callable[[Any], Any]) -> dict[str, str]:
        return {"decimal": str(value)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Decimal:
        return Decimal(frozen["decimal"])

    def differences(
        self, expected: Decimal, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if type(actual) not in (Decimal, int):
            yield walk.wrong_type(expected, actual, path)
        elif not _is_near_decimal(expected, actual, walk.tolerance):
            shown = f"is {str(actual)[:60]} where {str(expected)[:60]} is expected"
            yield walk.found(path, "value", shown, "differs from what is expected")

    def simplified(self, value: Decimal) -> float:
        return float(value)

    def negative(self, value: Decimal) -> Decimal:
        return -value

    def brief(self, value: Any) -> str:
        return str(value)


class _Fraction(Kind):
    types = (Fraction,)
    tags = b"q"
    marks = ("fraction",)
    words = "a fraction"

    def encode(self, value: Fraction, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"q")
        for part in Fraction.as_integer_ratio(value):
            writer.write(part, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Fraction:
        above, below = reader.read(depth + 1), reader.read(depth + 1)
        if type(above) is not int or type(below) is not int:
            raise WireError("a fraction of what is no integer")
        value = Fraction(above, below)
        if value.denominator != below:
            raise WireError("a fraction that is not in lowest terms")
        return value

    def freeze(self, value: Fraction, inner: Callable[[Any], Any]) -> dict[str, str]:
        return {"fraction": str(value)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Fraction:
        return Fraction(frozen["fraction"])

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        actual = Fraction(actual) if type(actual) is int else actual
        return super().differences(expected, actual, walk, path)

    def simplified(self, value: Fraction) -> Any:
        return value.numerator if value.denominator == 1 else value

    def negative(self, value: Fraction) -> Fraction:
        return -value

    def brief(self, value: Any) -> str:
        return str(value)


def _is_sent(text: str) -> bool:
    if len(text) > 2 * MAX_DIGITS + 20 or not _DECIMAL.fullmatch(text):
        return False
    _, _, exponent = text.partition("E")
    return abs(int(exponent or 0)) <= MAX_EXPONENT


def _is_near_decimal(expected: Decimal, actual: Any, tolerance: Any) -> bool:
    if expected.is_nan():
        return isinstance(actual, Decimal) and actual.is_nan()
    if expected == actual:
        return True
    actual = Decimal(actual)
    if actual.is_nan() or not (expected.is_finite() and actual.is_finite()):
        return False
    around = _PRECISE.multiply(Decimal(tolerance.rtol), abs(expected))
    allowed = _PRECISE.add(Decimal(tolerance.atol), around)
    return abs(_PRECISE.subtract(expected, actual)) <= allowed


DECIMAL, FRACTION = _Decimal(), _Fraction()
