"""Python's dates, times of day, both together, and durations.

On the wire `D` (date and time), `A` (date) or `C` (time of day) with numbers of fixed size, where
one with an offset from UTC has it in microseconds, and `B` (duration) with days, seconds and
microseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.time_array import as_moment, instant, same_times
from ..kind import Kind, ValuePath
from ..tables.pandas_time import plain_time

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

_DATE, _CLOCK, _DURATION = struct.Struct("<HBB"), struct.Struct("<BBBI"), struct.Struct("<iII")
_OFFSET = struct.Struct("<q")
_MICROSECOND = timedelta(microseconds=1)


class _Written(Kind):
    """What ISO 8601 has a form for."""

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, str]:
        return {self.marks[0]: value.isoformat()}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Any:
        return self.types[0].fromisoformat(frozen[self.marks[0]])  # type: ignore[attr-defined]

    def brief(self, value: Any) -> str:
        return str(value)

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (value.isoformat(),)


class _DateTime(_Written):
    types = (datetime,)
    tags = b"D"
    marks = ("datetime",)
    words = "a datetime"

    def encode(self, value: datetime, writer: Writer, where: str, depth: int) -> None:
        parts = _DATE.pack(value.year, value.month, value.day) + _packed_clock(value)
        writer.put(b"D" + parts + _packed_offset(datetime.utcoffset(value)))

    def decode(self, tag: int, reader: Reader, depth: int) -> datetime:
        day = _DATE.unpack(reader.take(_DATE.size))
        clock = _CLOCK.unpack(reader.take(_CLOCK.size))
        return datetime.combine(date(*day), time(*clock), _read_offset(reader))

    def differences(
        self, expected: datetime, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        actual = plain_time(actual)
        if isinstance(actual, np.datetime64) and expected.tzinfo is None:
            yield from walk.value(np.datetime64(expected), actual, path)
        else:
            yield from super().differences(expected, actual, walk, path)

    def name(self, value: Any) -> str:
        return super().name(value) + (" with a time zone" if value.tzinfo else "")

    def simplified(self, value: datetime) -> str:
        moment = instant(as_moment(value.replace(tzinfo=None))) or 0
        offset = value.utcoffset()
        if offset is None:
            return f"datetime64 {moment}"
        return f"datetime with an offset {moment - offset // _MICROSECOND * 10**12}"


class _Date(_Written):
    types = (date,)
    tags = b"A"
    marks = ("date",)
    words = "a date"

    def encode(self, value: date, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"A" + _DATE.pack(value.year, value.month, value.day))

    def decode(self, tag: int, reader: Reader, depth: int) -> date:
        return date(*_DATE.unpack(reader.take(_DATE.size)))


class _TimeOfDay(_Written):
    types = (time,)
    tags = b"C"
    marks = ("time_of_day",)
    words = "a time of day"

    def encode(self, value: time, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"C" + _packed_clock(value) + _packed_offset(time.utcoffset(value)))

    def decode(self, tag: int, reader: Reader, depth: int) -> time:
        clock = _CLOCK.unpack(reader.take(_CLOCK.size))
        return time(*clock).replace(tzinfo=_read_offset(reader))


class _Duration(Kind):
    types = (timedelta,)
    tags = b"B"
    marks = ("timedelta",)
    words = "a timedelta"

    def encode(self, value: timedelta, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"B" + _DURATION.pack(value.days, value.seconds, value.microseconds))

    def decode(self, tag: int, reader: Reader, depth: int) -> timedelta:
        return timedelta(*_DURATION.unpack(reader.take(_DURATION.size)))

    def freeze(self, value: timedelta, inner: Callable[[Any], Any]) -> dict[str, list[int]]:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> timedelta:
        return timedelta(*frozen["timedelta"])

    def differences(
        self, expected: timedelta, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        other = as_moment(actual)
        if not isinstance(other, np.timedelta64):
            yield walk.wrong_type(expected, actual, path)
        elif not same_times(
            np.asarray(as_moment(expected)), np.asarray(other), walk.tolerance.rtol
        ):
            shown = f"is {actual} where {expected} is expected"
            yield walk.found(path, "value", shown, "differs from what is expected")

    def simplified(self, value: timedelta) -> str:
        return f"timedelta64 {instant(as_moment(value))}"

    def negative(self, value: timedelta) -> timedelta:
        return -value

    def brief(self, value: Any) -> str:
        return str(value)

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (str(value),)


def _packed_clock(value: Any) -> bytes:
    return _CLOCK.pack(value.hour, value.minute, value.second, value.microsecond)


def _packed_offset(offset: timedelta | None) -> bytes:
    return b"\0" if offset is None else b"\1" + _OFFSET.pack(offset // _MICROSECOND)


def _read_offset(reader: Reader) -> timezone | None:
    if reader.take(1) == b"\0":
        return None
    (count,) = _OFFSET.unpack(reader.take(_OFFSET.size))
    return timezone(timedelta(microseconds=count))


DATE_TIME, DATE, TIME_OF_DAY, DURATION = _DateTime(), _Date(), _TimeOfDay(), _Duration()
