"""Arrays of Python's objects, which are single values here: texts and None, for example.

On the wire `o`, the shape, and each item as it is by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Element, ValuePath
from ..limits import MAX_ITEMS, WireError
from .array_shape import (
    Array,
    ArrayKind,
    count_of,
    flat_items,
    plain_array,
    read_shape,
    shape_bytes,
    wrong_form,
)

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer


class _ObjectArray(ArrayKind):
    tags = b"o"
    marks = ("objects",)

    def owns(self, value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype.kind == "O"

    def encode(self, value: Array, writer: Writer, where: str, depth: int) -> None:
        array = plain_array(value, where)
        if array.size > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} values in one")
        writer.put(b"o" + shape_bytes(array))
        for index, item in enumerate(array.flat):
            writer.write_single(item, f"{where}.flat[{index}]", depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Array:
        shape = read_shape(reader)
        count = reader.check_count(count_of(shape))
        return objects([reader.read_single(depth + 1) for _ in range(count)], shape)

    def differences(
        self, expected: Array, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        wrong = next(wrong_form(expected, actual, walk, path, lambda dtype: True), None)
        if wrong:
            yield wrong
            return
        for index, one, other in zip(
            np.ndindex(expected.shape), expected.flat, actual.flat, strict=True
        ):
            yield from walk.value(one, other, (*path, Element(index)))

    def freeze(self, value: Array, inner: Callable[[Any], Any]) -> dict[str, Any]:
        return {"shape": list(value.shape), "objects": [inner(item) for item in value.flat]}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Array:
        items = [inner(each) for each in flat_items(frozen["objects"])]
        return objects(items, tuple(frozen["shape"]))

    def negative(self, value: Array) -> Array:
        return value

    def inner(self, value: Array) -> Iterable[Any]:
        return list(value.flat)

    def mapped(self, value: Array, function: Callable[[Any], Any]) -> Array:
        return objects([function(item) for item in value.flat], value.shape)

    def leaves(self, value: Array, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return (leaf for item in value.flat for leaf in inner(item))

    def size(self, value: Any) -> int:
        return 0


def objects(items: list[Any], shape: tuple[int, ...]) -> Array:
    """An array of these items, none of which is taken for a list of items."""
    array = np.empty(len(items), dtype=object)
    for index, item in enumerate(items):
        array[index] = item
    return array.reshape(shape)


OBJECT_ARRAY = _ObjectArray()
