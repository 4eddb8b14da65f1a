"""The labels of rows or columns: what pandas calls an Index or a MultiIndex.

On the wire `X<n>` with n pairs of name and column, one for each level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import CannotRead, Kind, ValuePath
from ..limits import MAX_BYTES, WireError
from .column import COLUMN, frozen_column, recorded_column
from .column_compared import column_differences
from .column_record import Column
from .pandas_there import is_pandas, pandas_to_make

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

MAX_LEVELS = 32
_NAMES_OF_LEVELS = (type(None), str, int, float, bool, tuple)


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Labels with several levels, mostly one: a name, or None, and a column for each."""

    names: tuple[Any, ...]
    levels: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.levels[0])

    def at(self, place: int) -> Any:
        """The label at a place; a tuple, if there are several levels."""
        if len(self.levels) == 1:
            return self.levels[0].at(place)
        return tuple(level.at(place) for level in self.levels)

    def all(self) -> list[Any]:
        return [self.at(place) for place in range(len(self))]

    @property
    def are_numbers_of_rows(self) -> bool:
        """Whether they are 0, 1, 2 and so on, as pandas numbers rows that have no labels."""
        values = self.levels[0].values
        alone = len(self.levels) == 1 and self.levels[0].categories is None
        return bool(
            alone and values.dtype.kind == "i" and np.array_equal(values, np.arange(len(values)))
        )


class _Labels(Kind):
    compound = True
    types = (Labels,)
    tags = b"X"
    marks = ("labels",)

    def owns(self, value: Any) -> bool:
        return is_pandas(value, "Index")

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        labels = recorded_labels(value)
        if not 0 < len(labels.levels) <= MAX_LEVELS:
            raise WireError(f"{where} is an index of {len(labels.levels)} levels")
        writer.put_length(b"X", len(labels.levels))
        for name, level in zip(labels.names, labels.levels, strict=True):
            writer.write(name, f"a name of {where}", depth + 1)
            writer.write(level, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Labels:
        count = reader.length(MAX_LEVELS)
        pairs = [(reader.read_part(depth + 1), reader.read_part(depth + 1)) for _ in range(count)]
        if not pairs or any(type(name) not in _NAMES_OF_LEVELS for name, _ in pairs):
            raise WireError("an index with names that are none")
        levels = [level for _, level in pairs]
        if any(type(each) is not Column or len(each) != len(levels[0]) for each in levels):
            raise WireError("an index whose levels have different lengths")
        return Labels(tuple(name for name, _ in pairs), tuple(levels))

    def built(self, value: Labels) -> Any:
        return made_labels(value)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        labels = recorded_labels(value)
        names = {"names": list(map(inner, labels.names))}
        if labels.are_numbers_of_rows:
            return {"labels": len(labels), **names}
        return {
            "labels": [frozen_column(each, inner, whole=True) for each in labels.levels],
            **names,
        }

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Labels:
        labels = frozen["labels"]
        numbers = [Column("int64", np.arange(labels))] if isinstance(labels, int) else None
        levels = numbers or list(map(inner, labels))
        return Labels(tuple(map(inner, frozen["names"])), tuple(levels))

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, Labels) and not self.owns(actual):
            yield walk.wrong_type(expected, actual, path)
            return
        expected, actual = recorded_labels(expected), recorded_labels(actual)
        if len(actual.levels) != len(expected.levels):
            has, wanted = len(actual.levels), len(expected.levels)
            what = f"has {walk.plural(has, 'level')} where {walk.expects(wanted)}"
            yield walk.found(path, "count", what, "has another number of levels than expected")
            return
        for one, other in zip(expected.levels, actual.levels, strict=True):
            yield from column_differences(one, other, walk, path)

    def simplified(self, value: Labels) -> Any:
        return [COLUMN.simplified(level) for level in value.levels]

    def name(self, value: Any) -> str:
        return "a MultiIndex" if len(recorded_labels(value).levels) > 1 else "an Index"

    def brief(self, value: Any) -> str:
        labels = recorded_labels(value)
        shown = [repr(labels.at(place)) for place in range(min(len(labels), 5))]
        return f"Index([{', '.join(shown)}{', ...' if len(labels) > 5 else ''}])"

    def line(self, name: str, value: Any, shapes: bool) -> str:
        labels = recorded_labels(value)
        return f"length of {name}: {len(labels)}" if shapes else f"{name} = {self.brief(labels)}"

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (leaf for level in recorded_labels(value).levels for leaf in inner(level))

    def size(self, value: Any) -> int:
        return len(recorded_labels(value))


def recorded_labels(value: Any) -> Labels:
    if isinstance(value, Labels):
        return value
    if len(value) * 8 > MAX_BYTES:
        raise CannotRead(f"an index of {len(value)} labels is too large")
    levels = [value]
    if is_pandas(value, "MultiIndex"):
        levels = [value.get_level_values(number) for number in range(value.nlevels)]
    return Labels(tuple(value.names), tuple(map(recorded_column, levels)))


def made_labels(labels: Labels) -> Any:
    """The labels as pandas has them."""
    pandas = pandas_to_make()
    arrays = [COLUMN.built(level) for level in labels.levels]
    if len(arrays) > 1:
        return pandas.MultiIndex.from_arrays(arrays, names=labels.names)
    if labels.are_numbers_of_rows:
        return pandas.RangeIndex(len(labels), name=labels.names[0])
    dtype = "object" if labels.levels[0].dtype == "object" else None
    return pandas.Index(arrays[0], name=labels.names[0], dtype=dtype)


LABELS = _Labels()
