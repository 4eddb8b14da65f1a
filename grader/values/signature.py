"""The signature of a value: bytes that are the same for values that are alike.

To find answers that are alike among thousands, they cannot be compared in pairs. So each number is
put into a step of 256 to 512 tolerances, and the steps are hashed. Values that the proof of
adequacy takes to be different (by a thousand tolerances) have different signatures. Values that
differ by the rounding of a computer have the same one, unless a number lies on the border of a
step: with tolerances of 1e-9, that happens to one pair of answers in a million.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np

from grader.values import wire
from grader.values.arrays.array_shape import Array
from grader.values.contents import negative
from grader.values.difference import Tolerance
from grader.values.kind import plain
from grader.values.kinds import KINDS
from grader.values.tables.table import rows_for_signature
from grader.values.tables.table_record import Table

# A step has this many tolerances, up to the next power of two.
WIDTH = 256
# Of a larger array, so many numbers are looked at, from its beginning to its end.
MOST_NUMBERS = 20_000
# So many items of a list are put in order.
MOST_ITEMS = 10_000
# Whole numbers from here on are exact, as they are when answers are compared.
LARGE = 2**24
# Borders of steps are not where people's numbers are, such as 0, 0.5 and 1,000,000.5.
_ASIDE = 1 / 3


def signature(
    value: Any, tolerance: Tolerance, compare: str = "equal", several: bool = False
) -> bytes:
    """The signature of an answer to a case that is compared by `compare`, as SHA-256.

    `several` says that the exercise returns several values, of which each may be in another order
    where `compare` is "order". The value is of the types that the wire decodes.
    """
    if compare == "sign":
        return min(_signature(value, tolerance), _signature(negative(value), tolerance))
    if compare == "order":
        if several and isinstance(value, (list, tuple)):
            value = [_in_order(each, tolerance) for each in value]
        else:
            value = _in_order(value, tolerance)
    if compare == "rows":
        if several and isinstance(value, (list, tuple)):
            value = [_rows_in_order(each, tolerance) for each in value]
        else:
            value = _rows_in_order(value, tolerance)
    return _signature(value, tolerance)


def _rows_in_order(value: Any, tolerance: Tolerance) -> Any:
    if not isinstance(value, Table) or len(value.index) * len(value.data) > MOST_ITEMS:
        return value
    rows = rows_for_signature(value, not value.index.are_numbers_of_rows)
    return (
        value.labels(),
        len(value.index),
        sorted(rows, key=lambda row: _signature(row, tolerance)),
    )


def _in_order(value: Any, tolerance: Tolerance) -> Any:
    """The value with its items in an order that depends on nothing but the items."""
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return np.sort(value)
    if isinstance(value, (list, tuple)) and len(value) <= MOST_ITEMS:
        return sorted(value, key=lambda item: _signature(item, tolerance))
    return value


def _signature(value: Any, tolerance: Tolerance) -> bytes:
    outline = _Outline()
    outline.add(value)
    numbers = np.concatenate([np.array(outline.single, dtype=np.float64), *outline.arrays])
    return sha256(bytes(outline.text) + _steps(numbers, tolerance)).digest()


class _Outline:
    """A value taken apart: its numbers, and as bytes everything else in it.

    `single` are the numbers that stand alone, `arrays` those of each array.
    """

    def __init__(self) -> None:
        self.text = bytearray()
        self.single: list[float] = []
        self.arrays: list[Array] = []

    def add(self, value: Any) -> None:
        value = plain(value)
        while (simple := KINDS.of(value).simplified(value)) is not value:
            value = simple
        match value:
            case bool():
                self.text += _exact(value)
            case int() if abs(value) >= LARGE:
                self.text += f"integer {value:x};".encode()
            case int() | float():
                self.text += b"number;"
                self.single.append(float(value))
            case complex():
                self.text += b"complex;"
                self.single += (value.real, value.imag)
            case np.ndarray() if value.dtype.kind in "biufc":
                self._add_array(value)
            case np.ndarray():
                self._add_items(value)
            case list() | tuple():
                self.text += f"items {len(value)};".encode()
                for item in value:
                    self.add(item)
            case dict():
                self.text += f"keys {len(value)};".encode()
                pairs = [(_exact(key), item) for key, item in value.items()]
                for key, item in sorted(pairs, key=lambda pair: pair[0]):
                    self.text += key
                    self.add(item)
            case _:
                self.text += _exact(value)

    def _add_items(self, array: Array) -> None:
        """Add an array of what is no number, in whatever way numpy keeps it."""
        self.text += f"array {array.shape} {array.dtype.names or ''};".encode()
        if array.dtype.names:
            for name in array.dtype.names:
                self.add(array[name])
            return
        for item in np.ravel(array)[:: array.size // MOST_NUMBERS | 1]:
            self.add(item)

    def _add_array(self, array: Array) -> None:
        kind = array.dtype.kind
        self.text += f"array {array.shape} {'complex' if kind == 'c' else 'numbers'};".encode()
        flat = np.ravel(array)
        if flat.size > MOST_NUMBERS:
            flat = flat[:: flat.size // MOST_NUMBERS | 1]  # not only those of one column
        if kind in "iu" and flat.size and max(int(flat.max()), -int(flat.min())) >= LARGE:
            self.text += f"exact {kind};".encode() + flat.astype(f"<{kind}8").tobytes()
        elif kind == "c":
            self.arrays += [flat.real.astype(np.float64), flat.imag.astype(np.float64)]
        else:
            self.arrays.append(flat.astype(np.float64))


def _exact(value: Any) -> bytes:
    """The value as the wire has it; the items of sets in the order of their bytes."""
    if isinstance(value, (set, frozenset)):
        return b"set;" + b"".join(sorted(map(_exact, value)))
    if isinstance(value, tuple):
        return b"tuple;" + b"".join(map(_exact, value))
    encoded = bytes(wire.encode(value))
    return f"{len(encoded)};".encode() + encoded


def _steps(numbers: Array, tolerance: Tolerance) -> bytes:
    """The step of each number, and how wide it is; what is not finite is left as it is."""
    with np.errstate(all="ignore"):
        around = tolerance.around(numbers)
        rounded = np.isfinite(numbers) & np.isfinite(around) & (around > 0)
        exponents = np.frexp(np.where(rounded, around, 1) * WIDTH)[1]
        steps = np.rint(np.ldexp(numbers, -exponents) + _ASIDE)
    found = np.where(rounded, steps, numbers) + 0.0  # no zero has a sign
    found[np.isnan(found)] = np.nan
    return bytes(found.astype("<f8").tobytes() + exponents.astype("<i4").tobytes())
