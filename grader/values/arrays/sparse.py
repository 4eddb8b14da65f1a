"""scipy's sparse matrices and arrays of two dimensions, by the places that have a number.

On the wire `S<format>` with the numbers of rows and columns as u64, and arrays of the rows, the
columns and the numbers, by row and then by column.
"""

from __future__ import annotations

import importlib
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Element, Kind, ValuePath
from ..limits import WireError
from ..python.number import wrong_number
from .array import frozen_whole, kind_fits
from .array_shape import Array, holds

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

MAX_SIDE = 2**31
_FORMATS = ("coo", "csr", "csc", "lil", "dok", "dia", "bsr")
_SHAPE = struct.Struct("<QQ")


@dataclass(frozen=True, slots=True, eq=False)
class Sparse:
    """A sparse matrix: its shape, and row, column and number of each place that has one.

    Places are in ascending order, each once; numbers may be zero. `layout` is scipy's name of how
    it is kept, which makes no difference.
    """

    shape: tuple[int, int]
    rows: Array
    columns: Array
    numbers: Array
    layout: str = "csr"


class _Sparse(Kind):
    compound = True
    types = (Sparse,)
    tags = b"S"
    marks = ("sparse",)

    def owns(self, value: Any) -> bool:
        scipy = sys.modules.get("scipy.sparse")
        return scipy is not None and bool(scipy.issparse(value))

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        if len(value.shape) != 2:
            raise WireError(f"{where} is a sparse array of {len(value.shape)} dimensions")
        given = _recorded_sparse(value)
        if max(given.shape) > MAX_SIDE:
            raise WireError(f"{where} is a sparse matrix of shape {given.shape}")
        writer.put(b"S" + bytes([_FORMATS.index(given.layout)]) + _SHAPE.pack(*given.shape))
        for array in (given.rows, given.columns, given.numbers):
            writer.write(array, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Sparse:
        place, shape = reader.take(1)[0], _SHAPE.unpack(reader.take(_SHAPE.size))
        if place >= len(_FORMATS) or max(shape) > MAX_SIDE:
            raise WireError(f"a sparse matrix of shape {shape}")
        rows, columns, numbers = (reader.read(depth + 1) for _ in range(3))
        for array in (rows, columns, numbers):
            if type(array) is not np.ndarray or array.ndim != 1 or array.size != rows.size:
                raise WireError("a sparse matrix with arrays of different lengths")
        if rows.dtype != np.int64 or columns.dtype != np.int64 or numbers.dtype.kind not in "biufc":
            raise WireError("a sparse matrix of what is no number")
        for places, side in ((rows, shape[0]), (columns, shape[1])):
            if places.size and not (places.min() >= 0 and places.max() < side):
                raise WireError("a sparse matrix with a number outside of it")
        found = Sparse(shape, rows, columns, numbers, _FORMATS[place])
        if (np.diff(_keys(found)) <= 0).any():
            raise WireError("a sparse matrix with places in another order")
        return found

    def built(self, value: Sparse) -> Any:
        scipy = importlib.import_module("scipy.sparse")
        places = (value.numbers, (value.rows, value.columns))
        return scipy.coo_matrix(places, shape=value.shape).asformat(value.layout)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        given = _recorded_sparse(value)
        numbers = {"numbers": frozen_whole(given.numbers), "layout": given.layout}
        places = {"rows": given.rows.tolist(), "columns": given.columns.tolist()}
        return {"sparse": list(given.shape), **places, **numbers}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Sparse:
        rows, columns = (np.array(frozen[name], np.int64) for name in ("rows", "columns"))
        one, other = frozen["sparse"]
        return Sparse((one, other), rows, columns, inner(frozen["numbers"]), frozen["layout"])

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, Sparse) and not self.owns(actual):
            yield walk.wrong_type(expected, actual, path)
            return
        if tuple(actual.shape) != tuple(expected.shape):
            shapes = f"has shape {tuple(actual.shape)} where {tuple(expected.shape)} is expected"
            yield walk.found(path, "shape", shapes, "has another shape than expected")
            return
        expected, actual = _recorded_sparse(expected), _recorded_sparse(actual)
        kind, other = expected.numbers.dtype, actual.numbers.dtype
        if not kind_fits(kind, other):
            what = f"holds {holds(other)} where {holds(kind)} are expected"
            yield walk.found(path, "dtype", what, what)
        else:
            yield from _first_number(expected, actual, walk, path)

    def simplified(self, value: Sparse) -> Any:
        there = value.numbers != 0
        places = value.rows[there], value.columns[there]
        return "sparse", value.shape, *places, value.numbers[there]

    def negative(self, value: Sparse) -> Sparse:
        if value.numbers.dtype.kind not in "ifc":
            return value
        return Sparse(value.shape, value.rows, value.columns, -value.numbers, value.layout)

    def name(self, value: Any) -> str:
        return "a sparse matrix"

    def brief(self, value: Any) -> str:
        given = _recorded_sparse(value)
        return f"<sparse, shape {given.shape}, {given.numbers.size} numbers>"

    def line(self, name: str, value: Any, shapes: bool) -> str:
        return f"shape of {name}: {value.shape}" if shapes else f"{name} = {self.brief(value)}"

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return inner(_recorded_sparse(value).numbers)

    def size(self, value: Any) -> int:
        return int(_recorded_sparse(value).numbers.size)


def _recorded_sparse(value: Any) -> Sparse:
    """The matrix with each place once, by row and then by column."""
    if isinstance(value, Sparse):
        return value
    whole = value.tocoo(copy=True)
    whole.sum_duplicates()
    rows, columns = (np.asarray(places, np.int64) for places in (whole.row, whole.col))
    order = np.lexsort((columns, rows))
    shape = (int(value.shape[0]), int(value.shape[1]))
    numbers = np.asarray(whole.data)[order]
    return Sparse(shape, rows[order], columns[order], numbers, str(value.format))


def _keys(value: Sparse) -> Array:
    """A number for each place; those of a shape are told apart by it."""
    return value.rows * max(1, value.shape[1]) + value.columns


def _first_number(
    expected: Sparse, actual: Sparse, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """The difference of the first place that has another number, where 0 is none."""
    one_keys, other_keys = _keys(expected), _keys(actual)
    places = np.union1d(one_keys, other_keys)
    one, other = (
        np.zeros(places.size, expected.numbers.dtype),
        np.zeros(places.size, actual.numbers.dtype),
    )
    one[np.searchsorted(places, one_keys)] = expected.numbers
    other[np.searchsorted(places, other_keys)] = actual.numbers
    with np.errstate(invalid="ignore", over="ignore"):
        wrong = one != other
        if one.dtype.kind in "fc":
            near = np.abs(other - one) <= walk.tolerance.around(one)
            wrong &= ~(near & np.isfinite(one) | np.isnan(one) & np.isnan(other))
    if wrong.any():
        first = int(np.argmax(wrong))
        row, column = divmod(int(places[first]), max(1, expected.shape[1]))
        others = f"; {int(wrong.sum())} numbers differ" if wrong.sum() > 1 else ""
        numbers = one[first].item(), other[first].item()
        yield wrong_number(*numbers, walk, (*path, Element((row, column))), others)


SPARSE = _Sparse()
