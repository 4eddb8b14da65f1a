"""numpy's polynomials, by their coefficients.

On the wire `p<class><n>` with n arrays: the coefficients and, but for `poly1d`, domain and window.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Attribute, Kind, ValuePath
from ..limits import WireError
from .array import frozen_whole
from .array_shape import Array

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

_CLASSES = ("poly1d", "Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE")


@dataclass(frozen=True, slots=True, eq=False)
class Series1d:
    """A polynomial: the name of numpy's class, the coefficients, and domain and window, if any."""

    class_name: str
    coefficients: Array
    intervals: tuple[Array, ...] = ()


class _Polynomial(Kind):
    compound = True
    types = (Series1d,)
    tags = b"p"
    marks = ("polynomial",)

    def owns(self, value: Any) -> bool:
        return _class_name(value) != ""

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        given = _recorded(value)
        arrays = (given.coefficients, *given.intervals)
        writer.put(b"p" + bytes([_CLASSES.index(given.class_name), len(arrays)]))
        for array in arrays:
            if array.dtype.kind not in "biufc":
                raise WireError(f"{where} is a polynomial with coefficients of {array.dtype}")
            writer.write(array, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Series1d:
        place, count = reader.take(2)
        if place >= len(_CLASSES) or count != (3 if place else 1):
            raise WireError("a polynomial of no class that there is")
        arrays = [reader.read(depth + 1) for _ in range(count)]
        for array, size in zip(arrays, (None, 2, 2), strict=False):
            if type(array) is not np.ndarray or array.dtype.kind not in "biufc" or array.ndim != 1:
                raise WireError("a polynomial with coefficients that are none")
            if not array.size or size not in (None, array.size):
                raise WireError("a polynomial with too many or too few numbers")
        return Series1d(_CLASSES[place], arrays[0], tuple(arrays[1:]))

    def built(self, value: Series1d) -> Any:
        if not value.intervals:
            return np.poly1d(value.coefficients)
        polynomials = importlib.import_module("numpy.polynomial")
        domain, window = value.intervals
        return getattr(polynomials, value.class_name)(value.coefficients, domain, window)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        given = _recorded(value)
        arrays = [frozen_whole(each) for each in (given.coefficients, *given.intervals)]
        return {"polynomial": given.class_name, "numbers": arrays}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Series1d:
        coefficients, *intervals = map(inner, frozen["numbers"])
        return Series1d(frozen["polynomial"], coefficients, tuple(intervals))

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, Series1d) and not self.owns(actual):
            yield walk.wrong_type(expected, actual, path)
            return
        one, other = _recorded(expected), _recorded(actual)
        if one.class_name != other.class_name:
            yield walk.wrong_type(expected, actual, path)
            return
        named = zip(("domain", "window"), one.intervals, other.intervals, strict=False)
        for name, left, right in named:
            yield from walk.value(left, right, (*path, Attribute(name)))
        # Zeros of the highest degrees make it no other polynomial.
        coefficients = _of_one_length(one, other)
        name = "coef" if one.intervals else "coeffs"
        yield from walk.value(*coefficients, (*path, Attribute(name)))

    def simplified(self, value: Series1d) -> Any:
        highest = slice(None, None, 1 if value.intervals else -1)
        used = np.flatnonzero(value.coefficients[highest])
        count = int(used[-1]) + 1 if used.size else 0
        return value.class_name, value.coefficients[highest][:count], *value.intervals

    def negative(self, value: Series1d) -> Series1d:
        return Series1d(value.class_name, -value.coefficients, value.intervals)

    def name(self, value: Any) -> str:
        return f"a {_recorded(value).class_name}"

    def brief(self, value: Any) -> str:
        given = _recorded(value)
        return f"{given.class_name}({given.coefficients.tolist()})"

    def line(self, name: str, value: Any, shapes: bool) -> str:
        return f"{name} = {self.brief(value)}"

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return inner(_recorded(value).coefficients)

    def size(self, value: Any) -> int:
        return int(_recorded(value).coefficients.size)


def _class_name(value: Any) -> str:
    """The name of numpy's class that the value is of; empty where it is no polynomial."""
    if isinstance(value, np.poly1d):
        return "poly1d"
    base = sys.modules.get("numpy.polynomial._polybase")
    if base is None or not isinstance(value, base.ABCPolyBase):
        return ""
    known = (each.__name__ for each in type(value).__mro__)
    return next((name for name in known if name in _CLASSES), "")


def _recorded(value: Any) -> Series1d:
    if isinstance(value, Series1d):
        return value
    name = _class_name(value)
    if name == "poly1d":
        return Series1d(name, np.asarray(value.coeffs))
    return Series1d(
        name, np.asarray(value.coef), tuple(map(np.asarray, (value.domain, value.window)))
    )


def _of_one_length(one: Series1d, other: Series1d) -> tuple[Array, Array]:
    """The coefficients of both, with zeros for the degrees that only one has."""
    first, second = one.coefficients, other.coefficients
    size = max(first.size, second.size)
    highest_first = not one.intervals

    def padded(array: Array) -> Array:
        missing = size - array.size
        return np.pad(array, (missing, 0) if highest_first else (0, missing))

    return padded(first), padded(second)


POLYNOMIAL = _Polynomial()
