"""pandas' DataFrames and Series, as plain arrays with labels.

On the wire `P<labels><labels><n>`, a DataFrame with the labels of its rows and columns and n
columns, and `R<labels><name><column>`, a Series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..kind import Kind, ValuePath
from ..limits import MAX_KEYS, WireError
from .column import COLUMN, MOST_CELLS, condensed_column, recorded_column, simplified_rows
from .column_record import Column
from .labels import LABELS, Labels, made_labels, recorded_labels
from .pandas_there import is_pandas, pandas_to_make
from .table_compared import table_differences
from .table_record import Table, as_text

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

_NAMES_OF_SERIES = (type(None), str, int, float, bool, tuple)


class _Table(Kind):
    """What DataFrames and Series have in common; a Series is a table of one column."""

    compound = True

    def recorded(self, value: Any) -> Table:
        raise NotImplementedError

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        # An author's checker may compare tables that pandas has, too.
        wanted, table = self.recorded(expected), recorded_table(actual)
        if type(table) is not type(wanted):
            yield walk.wrong_type(expected, actual, path)
        else:
            yield from table_differences(wanted, table, walk, path)

    def condensed(self, value: Table) -> Table:
        return replace(value, data=tuple(map(condensed_column, value.data)))

    def simplified(self, value: Table) -> Any:
        index, every = LABELS.simplified(value.index), self.size(value) // MOST_CELLS | 1
        data = [simplified_rows(column, every) for column in value.data]
        return type(value).__name__, value.labels(), index, data

    def line(self, name: str, value: Any, shapes: bool) -> str:
        table = self.recorded(value)
        if shapes:
            return f"shape of {name}: {table.shape}"
        return f"{name} =\n{as_text(table)}" if table.is_whole else f"{name} = {self.brief(table)}"

    def brief(self, value: Any) -> str:
        rows, columns = len(self.recorded(value).index), len(self.recorded(value).data)
        return f"<{rows} rows, {columns} columns>"

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        table = self.recorded(value)
        return (leaf for each in (table.index, *table.data) for leaf in inner(each))

    def size(self, value: Any) -> int:
        table = self.recorded(value)
        return len(table.index) * max(1, len(table.data))


class Frame(Table):
    """A DataFrame."""


class Series(Table):
    """A Series: a table of one column, whose label is the name."""


class _Frame(_Table):
    types = (Frame,)
    tags = b"P"
    marks = ("frame",)

    def owns(self, value: Any) -> bool:
        return is_pandas(value, "DataFrame")

    def recorded(self, value: Any) -> Table:
        if isinstance(value, Table):
            return value
        index, columns = recorded_labels(value.index), recorded_labels(value.columns)
        data = (recorded_column(value.iloc[:, place]) for place in range(len(columns)))
        return Frame(index, columns, tuple(data))

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        count = len(value.columns)
        if count > MAX_KEYS:
            raise WireError(f"{where} is a DataFrame of {count} columns")
        table = self.recorded(value)
        writer.put(b"P")
        for labels in (table.index, table.columns):
            writer.write(labels, where, depth + 1)
        writer.put_length(b"", count)
        for place, column in enumerate(table.data):
            writer.write(column, f"column {table.columns.at(place)!r} of {where}", depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Frame:
        index, columns = reader.read_part(depth + 1), reader.read_part(depth + 1)
        count = reader.keys()
        if type(index) is not Labels or type(columns) is not Labels or len(columns) != count:
            raise WireError("a DataFrame with labels that are none")
        data = [reader.read_part(depth + 1) for _ in range(count)]
        if any(type(each) is not Column or len(each) != len(index) for each in data):
            raise WireError("a DataFrame whose columns have other lengths than its index")
        return Frame(index, columns, tuple(data))

    def built(self, value: Frame) -> Any:
        index = made_labels(value.index)
        data = {place: _made_series(column, index) for place, column in enumerate(value.data)}
        made = pandas_to_make().DataFrame(data, index=index)
        made.columns = made_labels(value.columns)
        return made

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        table = self.recorded(value)
        parts = {"columns": inner(table.columns), "index": inner(table.index)}
        return {"frame": list(map(inner, table.data)), **parts}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Frame:
        data = tuple(map(inner, frozen["frame"]))
        return Frame(inner(frozen["index"]), inner(frozen["columns"]), data)

    def keys(self, value: Any) -> Iterable[Any]:
        return self.recorded(value).labels()

    def name(self, value: Any) -> str:
        return "a DataFrame"


class _Series(_Table):
    types = (Series,)
    tags = b"R"
    marks = ("series",)

    def owns(self, value: Any) -> bool:
        return is_pandas(value, "Series")

    def recorded(self, value: Any) -> Table:
        if isinstance(value, Table):
            return value
        return Series(recorded_labels(value.index), value.name, (recorded_column(value),))

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        table = self.recorded(value)
        writer.put(b"R")
        writer.write(table.index, where, depth + 1)
        writer.write(table.columns, f"the name of {where}", depth + 1)
        writer.write(table.data[0], where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Series:
        index, name, column = (reader.read_part(depth + 1) for _ in range(3))
        if type(name) not in _NAMES_OF_SERIES:
            raise WireError("a Series with a name that is none")
        if type(index) is not Labels or type(column) is not Column or len(index) != len(column):
            raise WireError("a Series of another length than its index")
        return Series(index, name, (column,))

    def built(self, value: Series) -> Any:
        return _made_series(value.data[0], made_labels(value.index), value.columns)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        table = self.recorded(value)
        parts = {"name": inner(table.columns), "index": inner(table.index)}
        return {"series": inner(table.data[0]), **parts}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Series:
        return Series(inner(frozen["index"]), inner(frozen["name"]), (inner(frozen["series"]),))

    def simplified(self, value: Table) -> Any:
        return "Series", LABELS.simplified(value.index), simplified_rows(value.data[0])

    def name(self, value: Any) -> str:
        return "a Series"


def recorded_table(value: Any) -> Any:
    """The table, or one with what a DataFrame or Series of pandas holds; None for all else."""
    kind = next((each for each in (FRAME, SERIES) if each.owns(value)), None)
    return kind.recorded(value) if kind else value if isinstance(value, Table) else None


def _made_series(column: Column, index: Any, name: Any = None) -> Any:
    # pandas takes objects that are all texts for texts, unless it is told.
    dtype = object if column.dtype == "object" else None
    return pandas_to_make().Series(COLUMN.built(column), index=index, name=name, dtype=dtype)


def rows_for_signature(table: Table, labelled: bool) -> list[tuple[Any, ...]]:
    """What stands for each row in a signature, with its label if it counts."""
    labels = [table.index.all()] if labelled else []
    columns = [simplified_rows(column)[1:] for column in table.data]
    return list(zip(*labels, *columns, strict=True))


FRAME, SERIES = _Frame(), _Series()
