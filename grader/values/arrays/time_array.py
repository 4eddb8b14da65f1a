"""numpy's points in time and durations: arrays of them, and single ones.

On the wire `M<kind><unit>`, `kind` being `M` (points in time) or `m` (durations) and `unit` the
place in `_UNITS`; then the shape and each item as i64. `W` instead of `M` stands before a single
one, which has no shape.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Kind, ValuePath
from ..limits import WireError
from ..tables.pandas_time import plain_time
from .array_shape import (
    Array,
    ArrayKind,
    flat_items,
    plain_array,
    put_items,
    read_items,
    read_shape,
    shape_bytes,
    wrong_form,
    wrong_item,
)

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

# Each with the attoseconds that it has; years and months have no fixed number of days.
_UNITS = {
    "Y": 0,
    "M": 0,
    "W": 7 * 86_400 * 10**18,
    "D": 86_400 * 10**18,
    "h": 3600 * 10**18,
    "m": 60 * 10**18,
    "s": 10**18,
    "ms": 10**15,
    "us": 10**12,
    "ns": 10**9,
    "ps": 10**6,
    "fs": 10**3,
    "as": 1,
}
_PLACES = {unit: place for place, unit in enumerate(_UNITS)}
_NAMES = tuple(_UNITS)
_NOT_A_TIME = -(2**63)
_EACH = struct.Struct("<q")


class _TimeArray(ArrayKind):
    tags = b"M"
    marks = ("times",)

    def owns(self, value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype.kind in "mM"

    def encode(self, value: Array, writer: Writer, where: str, depth: int) -> None:
        array = _in_plain_unit(_with_unit(plain_array(value, where), where))
        writer.put(b"M" + _header(array) + shape_bytes(array))
        put_items(writer, array.astype(array.dtype.newbyteorder("<"), copy=False))

    def decode(self, tag: int, reader: Reader, depth: int) -> Array:
        name = _read_header(reader)
        shape = read_shape(reader)
        array: Array = read_items(reader, np.dtype("<i8"), shape).view(name)
        return array

    def differences(
        self, expected: Array, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        def fits(dtype: np.dtype[Any]) -> bool:
            return bool(dtype.kind == expected.dtype.kind)

        wrong = next(wrong_form(expected, actual, walk, path, fits), None)
        if wrong:
            yield wrong
            return
        unequal = ~same_times(expected, actual, walk.tolerance.rtol)
        noun = "times" if expected.dtype.kind == "M" else "durations"
        yield from wrong_item(unequal, expected, actual, walk, path, noun)

    def freeze(self, value: Array, inner: Callable[[Any], Any]) -> dict[str, Any]:
        array = _in_plain_unit(value)
        dtype = {"dtype": array.dtype.name, "shape": list(array.shape)}
        return {**dtype, "times": _written(array)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Array:
        dtype = np.dtype(frozen["dtype"])
        if dtype.kind not in "mM":
            raise ValueError(f"times in an array of {dtype}")
        items = [_thawed(each, dtype) for each in flat_items(frozen["times"])]
        return np.array(items, dtype=dtype).reshape(frozen["shape"])

    def negative(self, value: Array) -> Array:
        return -value if value.dtype.kind == "m" else value

    def leaves(self, value: Array, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return [str(each) for each in value.flat]


class _Moment(Kind):
    """A single point in time, or duration, of numpy's."""

    types = (np.datetime64, np.timedelta64)
    tags = b"W"
    marks = ("time",)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        array = _in_plain_unit(_with_unit(np.asarray(value), where))
        writer.put(b"W" + _header(array) + _EACH.pack(int(_counts(array))))

    def decode(self, tag: int, reader: Reader, depth: int) -> Any:
        name = _read_header(reader)
        (count,) = _EACH.unpack(reader.take(_EACH.size))
        return np.array(count, np.int64).view(name)[()]

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        actual = as_moment(actual)
        if type(actual) is not type(expected):
            yield walk.wrong_type(expected, actual, path)
        elif not same_times(np.asarray(expected), np.asarray(actual), walk.tolerance.rtol):
            shown = f"is {moment_text(actual)} where {moment_text(expected)} is expected"
            yield walk.found(path, "value", shown, "differs from what is expected")

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        array = _in_plain_unit(np.asarray(value))
        return {"dtype": array.dtype.name, "time": _written(array)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Any:
        dtype = np.dtype(frozen["dtype"])
        return np.array(_thawed(frozen["time"], dtype), dtype=dtype)[()]

    def simplified(self, value: Any) -> str:
        return f"{type(value).__name__} {instant(value)}"

    def negative(self, value: Any) -> Any:
        return -value if isinstance(value, np.timedelta64) else value

    def name(self, value: Any) -> str:
        return "a point in time" if isinstance(value, np.datetime64) else "a duration"

    def brief(self, value: Any) -> str:
        return moment_text(value)

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (str(value),)


def same_times(expected: Array, actual: Array, rtol: float = 0) -> Any:
    """Where two arrays of times are the same, whatever their units; NaT is the same as NaT.

    Durations may differ by the share `rtol`, as numbers may.
    """
    expected, actual = _in_plain_unit(expected), _in_plain_unit(actual)
    with np.errstate(all="ignore"):
        try:
            there = actual.astype(expected.dtype)
            # What does not come back is lost in the other unit, or beyond what it can hold.
            back = _counts(there.astype(actual.dtype))
            exact = (back == _counts(actual)) & (_counts(there) == _counts(expected))
        except (OverflowError, TypeError):
            exact = np.zeros(expected.shape, bool)
        both = np.isnat(expected) & np.isnat(actual)
        alike = _has_seconds(expected) == _has_seconds(actual)
        if expected.dtype.kind == "M" or not rtol or not alike:
            return exact | both
        one, other = _seconds(expected), _seconds(actual)
        return exact | both | (np.abs(one - other) <= rtol * np.abs(one))


def instant(value: Any) -> int | None:
    """The attoseconds from 1970 on, or of a duration; months and years of durations are negative.

    None for NaT. It is the same for times that are the same in different units.
    """
    array = _in_plain_unit(np.asarray(value))
    unit, count = _unit(array.dtype), int(_counts(array))
    if count == _NOT_A_TIME:
        return None
    if not _UNITS[unit]:
        if array.dtype.kind == "m":
            return -1 - abs(count) * (12 if unit == "Y" else 1)
        with np.errstate(all="ignore"):
            unit, count = "D", int(_counts(array.astype("M8[D]")))
    return count * _UNITS[unit]


def _seconds(durations: Array) -> Any:
    unit = _unit(durations.dtype)
    counts = _counts(durations).astype(np.float64)
    counts[np.isnat(durations)] = np.nan
    # Months and years have no seconds, and are compared with each other only.
    return counts * (_UNITS[unit] / 1e18 or {"Y": 12.0, "M": 1.0}[unit])


def _counts(array: Array) -> Any:
    """The times as numbers of their unit."""
    return array.astype(array.dtype.newbyteorder("=")).view(np.int64)


def _has_seconds(durations: Array) -> bool:
    return bool(_UNITS.get(_unit(durations.dtype)))


def _unit(dtype: np.dtype[Any]) -> str:
    return str(np.datetime_data(dtype)[0])


def moment_text(value: Any) -> str:
    """The time as people write it: a day alone, where it is midnight."""
    count = instant(value)
    if count is None:
        return "NaT"
    if isinstance(value, np.datetime64):
        day, _, clock = str(value).partition("T")
        clock = clock.rstrip("0").rstrip(".") if "." in clock else clock
        return day if clock in ("", "00:00:00", "00:00", "00") else f"{day} {clock}"
    microseconds, rest = divmod(count, 10**12)
    is_known = _has_seconds(np.asarray(value)) and not rest and abs(microseconds) < 10**18
    return str(timedelta(microseconds=microseconds) if is_known else value)


def as_moment(value: Any) -> Any:
    """Another's date with time, without an offset, or duration as numpy's; else the value."""
    value = plain_time(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return np.datetime64(value, "us")
    return np.timedelta64(value, "us") if isinstance(value, timedelta) else value


def _with_unit(array: Array, where: str) -> Array:
    if _unit(array.dtype) == "generic" and not np.isnat(array).all():
        raise WireError(f"{where} has durations of no unit")
    return array


def _in_plain_unit(array: Array) -> Array:
    """The array in its unit, of which an item has one, and this machine's order of bytes.

    `[25s]` becomes `[s]`. What has no unit, as NaT may, is in seconds.
    """
    unit = _unit(array.dtype)
    if unit == "generic":
        return array.astype(f"{array.dtype.kind}8[s]")
    return array.astype(f"{array.dtype.kind}8[{unit}]", copy=False)


def _header(array: Array) -> bytes:
    return bytes([ord(array.dtype.kind), _PLACES[_unit(array.dtype)]])


def _read_header(reader: Reader) -> str:
    letter, place = reader.take(1), reader.take(1)[0]
    if letter not in (b"M", b"m") or place >= len(_NAMES):
        raise WireError("times of a kind that is not allowed")
    return f"{letter.decode()}8[{_NAMES[place]}]"


def _written(array: Array) -> Any:
    """Points in time as ISO 8601 has them, durations as numbers of their unit."""
    if array.dtype.kind == "m":
        return _counts(array).tolist()
    return np.datetime_as_string(array).tolist()


def _thawed(written: Any, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "M":
        return np.array(written, dtype)[()]
    return np.array(written, np.int64).view(dtype)[()]


TIME_ARRAY, MOMENT = _TimeArray(), _Moment()
