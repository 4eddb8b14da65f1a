"""pandas' single points in time and durations, which are compared as numpy's or Python's.

On the wire `w` and the time as numpy has it or, where it has a zone, as Python does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Kind, ValuePath
from ..limits import WireError
from .pandas_there import is_pandas, pandas_if_imported, pandas_to_make

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer


@dataclass(frozen=True, slots=True)
class PandasTime:
    """A Timestamp, Timedelta or NaT of pandas, by what numpy or Python has for it."""

    value: Any


class _PandasTime(Kind):
    types = (PandasTime,)
    tags = b"w"
    marks = ("pandas_time",)

    def owns(self, value: Any) -> bool:
        return plain_time(value) is not value

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put(b"w")
        writer.write(plain_time(value), where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> PandasTime:
        value = reader.read_part(depth + 1)
        if type(value) not in (np.datetime64, np.timedelta64, datetime):
            raise WireError("a time that is none")
        return PandasTime(value)

    def built(self, value: PandasTime) -> Any:
        pandas = pandas_to_make()
        if isinstance(value.value, np.timedelta64):
            return pandas.Timedelta(value.value)
        return pandas.Timestamp(value.value)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        return {"pandas_time": inner(plain_time(value))}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> PandasTime:
        return PandasTime(inner(frozen["pandas_time"]))

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        return walk.value(plain_time(expected), plain_time(actual), path)

    def simplified(self, value: PandasTime) -> Any:
        return value.value

    def name(self, value: Any) -> str:
        return "a point in time" if isinstance(plain_time(value), np.datetime64) else "a time"

    def brief(self, value: Any) -> str:
        return str(plain_time(value))

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return inner(plain_time(value))


def plain_time(value: Any) -> Any:
    """The time as numpy or Python has it, if it is pandas'; else the value itself."""
    if isinstance(value, PandasTime):
        return value.value
    pandas = pandas_if_imported()
    if pandas is None:
        return value
    if value is pandas.NaT or is_pandas(value, "Timedelta"):
        return value.asm8
    if is_pandas(value, "Timestamp"):
        return value.asm8 if value.tzinfo is None else value.to_pydatetime(warn=False)
    return value


PANDAS_TIME = _PandasTime()
