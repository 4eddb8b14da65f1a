"""A column of a table, as plain arrays: what pandas calls an extension array, or a Series' values.

On the wire `K<dtype><form>`: pandas' name of the dtype, and one byte.

- `v`: an array of the values, a boolean and, if it is true, an array of what is missing;
- `t`: texts, as an array of their lengths, one text of all, and an array of what is missing;
- `c`: categories, as an array of codes (-1 for what is missing), the categories as a column, and
  whether they have an order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.array import MAX_NUMBERS, Digest, digested, frozen_whole
from ..arrays.array_shape import Array
from ..arrays.object_array import objects
from ..kind import Kind, ValuePath
from ..limits import MAX_BYTES, WireError
from .column_compared import column_differences, is_missing
from .column_made import NULLABLE, column_of, made_array
from .column_record import Column
from .pandas_there import pandas_if_imported

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

# Of a larger table, so many values are looked at for a signature.
MOST_CELLS = 20_000
# What a text takes beyond its characters.
_TEXT_BYTES = 64
_NUMPYS = "biufcmM"
_ZONED = re.compile(r"(datetime64\[(s|ms|us|ns))(, [A-Za-z0-9_+:/-]{1,64})\]")
_INTERVAL = re.compile(r"interval\[[a-z0-9\[\]]{1,30}, (left|right|both|neither)\]")
_TEXTS = re.compile(r"object|str|string|period\[[A-Za-z0-9-]{1,20}\]")


class _Column(Kind):
    compound = True
    types = (Column,)
    tags = b"K"
    marks = ("column",)

    def owns(self, value: Any) -> bool:
        pandas = pandas_if_imported()
        return pandas is not None and isinstance(value, pandas.api.extensions.ExtensionArray)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        column = recorded_column(value)
        writer.put_sized(b"K", column.dtype.encode())
        if column.categories is not None:
            writer.put(b"c")
            for part in (column.values, column.categories, column.ordered):
                writer.write(part, where, depth + 1)
        elif _has_texts(column):
            _write_texts(writer, column, where, depth)
        else:
            writer.put(b"v")
            writer.write(column.values, where, depth + 1)
            writer.write(column.missing is not None, where, depth + 1)
            if column.missing is not None:
                writer.write(column.missing, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Column:
        dtype, form = reader.take(reader.length(100)).decode("ascii"), reader.take(1)
        if form == b"c" and dtype == "category":
            return _read_categories(reader, depth)
        if form == b"t" and _TEXTS.fullmatch(dtype):
            return _read_texts(dtype, reader, depth)
        if form != b"v":
            raise WireError(f"a column of dtype {dtype!r} in another form")
        values, missing = reader.read_part(depth + 1), None
        if _flag(reader, depth):
            missing = _mask(reader, depth)
        column = Column(dtype, values, missing)
        if not _fits_its_dtype(column):
            raise WireError(f"a column of dtype {dtype!r} of other values")
        return column

    def built(self, value: Column) -> Any:
        return made_array(value)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        return frozen_column(recorded_column(value), inner)

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Column:
        if "codes" in frozen:
            codes = np.array(frozen["codes"], np.int64)
            categories = inner(frozen["categories"])
            return Column("category", codes, None, categories, frozen["ordered"])
        values, missing = inner(frozen["values"]), None
        if "missing" in frozen:
            missing = np.zeros(values.shape[0], bool)
            missing[frozen["missing"]] = True
        return Column(frozen["column"], values, missing)

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if isinstance(actual, np.ndarray) and actual.ndim == 1:
            texts = actual.dtype.kind == "U"
            actual = Column(actual.dtype.name, actual.astype(object) if texts else actual)
        if not isinstance(actual, Column) and not self.owns(actual):
            yield walk.wrong_type(expected, actual, path)
        else:
            one, other = recorded_column(expected), recorded_column(actual)
            yield from column_differences(one, other, walk, path)

    def condensed(self, value: Column) -> Column:
        return condensed_column(value)

    def simplified(self, value: Column) -> Any:
        return simplified_rows(value)

    def name(self, value: Any) -> str:
        return f"a pandas array of {recorded_column(value).dtype}"

    def brief(self, value: Any) -> str:
        column = recorded_column(value)
        shown = [str(column.at(row)) for row in range(min(len(column), 5))]
        return f"<{column.dtype}: {', '.join(shown)}{', ...' if len(column) > 5 else ''}>"

    def line(self, name: str, value: Any, shapes: bool) -> str:
        column = recorded_column(value)
        return f"length of {name}: {len(column)}" if shapes else f"{name} = {self.brief(column)}"

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        column = recorded_column(value)
        if isinstance(column.values, Digest):
            return inner(column.values)
        return (leaf for row in range(len(column)) for leaf in inner(column.at(row)))

    def size(self, value: Any) -> int:
        return len(recorded_column(value))


def recorded_column(value: Any) -> Column:
    """The column itself, or one with what a pandas array, Series or Index holds."""
    return value if isinstance(value, Column) else Column(*column_of(value))


def frozen_column(
    column: Column, inner: Callable[[Any], Any], whole: bool = False
) -> dict[str, Any]:
    """The column for JSON; of many numbers the digest, unless it is to be `whole`."""
    kind = {"column": column.dtype}
    if column.categories is not None:
        categories = frozen_column(column.categories, inner, whole=True)
        found = {"codes": column.values.tolist(), "categories": categories}
        return {**kind, **found, "ordered": column.ordered}
    values, numbers = column.values, column.values.dtype.kind in "iufc"
    plain = values.dtype.kind == "b" or (numbers and (whole or values.size <= MAX_NUMBERS))
    rows = [] if column.missing is None else np.flatnonzero(column.missing).tolist()
    masked = {} if column.missing is None else {"missing": rows}
    return {**kind, "values": frozen_whole(values) if plain else inner(values), **masked}


def condensed_column(column: Column) -> Column:
    """The column, with a digest of its numbers where these are many."""
    array = column.values
    if column.categories is None and array.size > MAX_NUMBERS and array.dtype.kind in "iufc":
        return replace(column, values=digested(array))
    return column


def simplified_rows(column: Column, every: int = 1) -> list[Any]:
    """The values for a signature, in which everything that is missing is the same.

    Of a long column, values `every` so many rows are enough.
    """
    every = max(every, len(column) // MOST_CELLS | 1)
    gone, rows = is_missing(column), range(0, len(column), every)
    return [len(column), *(None if gone[row] else column.at(row) for row in rows)]


def _has_texts(column: Column) -> bool:
    values = column.values
    if values.dtype.kind != "O" or not _TEXTS.fullmatch(column.dtype):
        return False
    if column.dtype == "object":  # which has different values for what is missing
        return all(type(item) is str for item in values)
    return all(item is None or type(item) is str for item in values)


def _write_texts(writer: Writer, column: Column, where: str, depth: int) -> None:
    missing = np.array([item is None for item in column.values], bool)
    texts = [item or "" for item in column.values]
    writer.put(b"t")
    writer.write(np.array([len(text) for text in texts], np.int64), where, depth + 1)
    writer.write("".join(texts), where, depth + 1)
    writer.write(missing, where, depth + 1)
    writer.claim(_TEXT_BYTES * len(texts))


def _read_texts(dtype: str, reader: Reader, depth: int) -> Column:
    lengths, joined = reader.read_part(depth + 1), reader.read_part(depth + 1)
    missing = _mask(reader, depth)
    if not _is_vector(lengths, "i") or type(joined) is not str or lengths.size != missing.size:
        raise WireError("a column of texts that are none")
    if lengths.size and (int(lengths.min()) < 0 or int(lengths.max()) > MAX_BYTES):
        raise WireError("a column of texts of no length that there is")
    reader.claim(_TEXT_BYTES * lengths.size + len(joined))
    ends = np.cumsum(lengths).tolist()
    if (ends[-1] if ends else 0) != len(joined):
        raise WireError("a column of texts of other lengths")
    starts = [0, *ends[:-1]]
    texts: list[Any] = [joined[a:b] for a, b in zip(starts, ends, strict=True)] if ends else []
    for row in np.flatnonzero(missing):
        texts[row] = None
    return Column(dtype, objects(texts, (len(texts),)))


def _read_categories(reader: Reader, depth: int) -> Column:
    codes, categories = reader.read_part(depth + 1), reader.read_part(depth + 1)
    ordered = _flag(reader, depth)
    if not _is_vector(codes, "i") or type(categories) is not Column or categories.categories:
        raise WireError("a column of categories that are none")
    if codes.size and not (codes.min() >= -1 and codes.max() < len(categories)):
        raise WireError("a column with codes of no category")
    return Column("category", codes, None, categories, ordered)


def _flag(reader: Reader, depth: int) -> bool:
    found = reader.read_part(depth + 1)
    if type(found) is not bool:
        raise WireError("a column with something else than a boolean")
    return found


def _mask(reader: Reader, depth: int) -> Array:
    found = reader.read_part(depth + 1)
    if not _is_vector(found, "b"):
        raise WireError("a column with something else than booleans")
    return np.asarray(found)


def _is_vector(value: Any, kinds: str) -> bool:
    return type(value) is np.ndarray and value.ndim == 1 and value.dtype.kind in kinds


def _fits_its_dtype(column: Column) -> bool:
    """Whether the values of what was decoded are such as the name of the dtype says."""
    values, dtype, missing = column.values, column.dtype, column.missing
    if type(values) is not np.ndarray or values.ndim not in (1, 2):
        return False
    if missing is not None and missing.shape != values.shape[:1]:
        return False
    if values.ndim == 2:
        is_interval = bool(_INTERVAL.fullmatch(dtype)) and values.dtype.kind in _NUMPYS
        return is_interval and values.shape[1] == 2 and missing is not None
    if NULLABLE.fullmatch(dtype):
        name = "bool" if dtype == "boolean" else dtype.lower()
        return bool(values.dtype.name == name) and missing is not None
    if missing is not None:
        return False
    if zoned := _ZONED.fullmatch(dtype):
        return bool(values.dtype.name == f"{zoned[1]}]")
    if values.dtype.kind in _NUMPYS:
        return bool(values.dtype.name == dtype)
    return bool(values.dtype.kind == "O") and dtype == "object"


COLUMN = _Column()
