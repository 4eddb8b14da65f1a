"""Structured arrays: of records with named fields, of which each has plain items.

On the wire `r`, the shape, the number of fields, and for each its name and an array of its items.
A single record of numpy's goes as an array of no dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import ValuePath
from ..limits import WireError
from .array import frozen_whole
from .array_shape import Array, ArrayKind, plain_array, read_shape, shape_bytes, wrong_form

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

MAX_FIELDS = 1_000
_FIELDS = "biufcUSmM"


class _RecordArray(ArrayKind):
    types = (np.void, np.record)
    tags = b"r"
    marks = ("fields",)

    def owns(self, value: Any) -> bool:
        return isinstance(value, (np.ndarray, np.void)) and value.dtype.kind == "V"

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        array = plain_array(value, where)
        names = array.dtype.names or ()
        kinds = [array.dtype[name] for name in names]
        if not names or len(names) > MAX_FIELDS or any(each.kind not in _FIELDS for each in kinds):
            raise WireError(f"{where} is an array of type {array.dtype}, not of plain records")
        writer.put(b"r" + shape_bytes(array))
        writer.claim(array.nbytes)
        writer.put_length(b"", len(names))
        for name in names:
            writer.write(name, f"the name of a field of {where}", depth + 1)
            writer.write(array[name], f"{where}[{name!r}]", depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Array:
        shape, count = read_shape(reader), reader.length(MAX_FIELDS)
        fields = [(reader.read(depth + 1), reader.read(depth + 1)) for _ in range(count)]
        for name, items in fields:
            if type(name) is not str or type(items) is not np.ndarray or items.shape != shape:
                raise WireError("a structured array with fields that are none")
            if items.dtype.kind not in _FIELDS:
                raise WireError(f"a structured array with a field of {items.dtype}")
        reader.claim(sum(items.nbytes for _, items in fields))
        return _joined_fields(fields, shape)

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        expected = np.asarray(expected)
        if isinstance(actual, np.void):
            actual = np.asarray(actual)

        def fits(dtype: np.dtype[Any]) -> bool:
            return dtype.kind == "V"

        wrong = next(wrong_form(expected, actual, walk, path, fits), None)
        names, others = expected.dtype.names or (), None if wrong else actual.dtype.names
        if wrong:
            yield wrong
        elif names != others:
            what = f"has the fields {_listed_names(others)} where {_listed_names(names)} are"
            yield walk.found(path, "keys", f"{what} expected", "has other fields than expected")
        else:
            for name in names:
                yield from walk.value(expected[name], actual[name], (*path, name))

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        array = np.asarray(value)
        fields = {name: _frozen_field(array[name], inner) for name in array.dtype.names or ()}
        return {"shape": list(array.shape), "fields": fields}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Array:
        fields = [(name, inner(items)) for name, items in frozen["fields"].items()]
        return _joined_fields(fields, tuple(frozen["shape"]))

    def keys(self, value: Any) -> Iterable[Any]:
        return value.dtype.names or ()

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        array = np.asarray(value)
        fields = [array[name] for name in array.dtype.names or ()]
        return (leaf for each in fields for leaf in inner(each))

    def size(self, value: Any) -> int:
        return int(np.size(value)) * len(value.dtype.names or ())


def _joined_fields(fields: list[tuple[str, Array]], shape: tuple[int, ...]) -> Array:
    dtype = np.dtype([(name, items.dtype) for name, items in fields])
    if not fields or dtype.names != tuple(name for name, _ in fields):
        raise ValueError("a structured array with fields of no name")
    array = np.empty(shape, dtype)
    for name, items in fields:
        array[name] = items
    return array


def _frozen_field(items: Array, inner: Callable[[Any], Any]) -> Any:
    return frozen_whole(items) if items.dtype.kind in "biufc" else inner(items)


def _listed_names(names: Any) -> str:
    shown = ", ".join(map(repr, (names or ())[:8]))
    return f"{shown}, ..." if len(names or ()) > 8 else shown


RECORD_ARRAY = _RecordArray()
