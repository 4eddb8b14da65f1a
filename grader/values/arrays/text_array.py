"""Arrays of texts and of bytes, which numpy keeps with as many characters each.

On the wire `u<4>` (texts) or `y<4>` (bytes): the characters of each item, the shape, and the items
in C order, a character of a text in four bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..kind import ValuePath
from ..limits import MAX_BYTES, WireError
from .array_shape import (
    Array,
    ArrayKind,
    count_of,
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

_LAST_CHARACTER = 0x10FFFF
_WIDTH = struct.Struct("<I")


class _CharacterArray(ArrayKind):
    # numpy's letter for the kind of dtype, how many bytes a character has, what the items are.
    letter: ClassVar[str]
    each: ClassVar[int]
    noun: ClassVar[str]

    def owns(self, value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype.kind == self.letter

    def encode(self, value: Array, writer: Writer, where: str, depth: int) -> None:
        array = plain_array(value, where)
        width = max(1, array.dtype.itemsize // self.each)
        writer.put(self.tags + _WIDTH.pack(width) + shape_bytes(array))
        put_items(writer, array.astype(f"<{self.letter}{width}", copy=False))

    def decode(self, tag: int, reader: Reader, depth: int) -> Array:
        (width,) = _WIDTH.unpack(reader.take(4))
        if not 0 < width <= MAX_BYTES // self.each:
            raise WireError(f"an array of texts of {width} characters")
        shape = read_shape(reader)
        array = read_items(reader, np.dtype(f"<{self.letter}{width}"), shape)
        self.check(array, width * count_of(shape))
        return array

    def check(self, array: Array, characters: int) -> None:
        """Raise WireError where what was read cannot be in such an array."""

    def differences(
        self, expected: Array, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        def fits(dtype: np.dtype[Any]) -> bool:
            # pandas and others keep texts in arrays of objects.
            return dtype.kind in (self.letter, "O")

        wrong = next(wrong_form(expected, actual, walk, path, fits), None)
        if wrong:
            yield wrong
        elif actual.dtype.kind == self.letter:
            yield from wrong_item(expected != actual, expected, actual, walk, path, self.noun)
        else:
            unequal = expected.astype(object) != actual
            yield from wrong_item(unequal, expected, actual, walk, path, self.noun)

    def freeze(self, value: Array, inner: Callable[[Any], Any]) -> dict[str, Any]:
        width = max(1, value.dtype.itemsize // self.each)
        kind = {"dtype": f"{self.letter}{width}", "shape": list(value.shape)}
        return {**kind, self.marks[0]: self.listed(value)}

    def listed(self, value: Array) -> Any:
        """The items for JSON, in lists in lists."""
        return value.tolist()

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Array:
        if not str(frozen["dtype"]).startswith(self.letter):
            raise ValueError(f"{self.noun} in an array of {frozen['dtype']}")
        items = [self.item(each) for each in flat_items(frozen[self.marks[0]])]
        return np.array(items, dtype=frozen["dtype"]).reshape(frozen["shape"])

    def item(self, frozen: Any) -> Any:
        return frozen

    def leaves(self, value: Array, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return list(np.ravel(value).tolist())


class _TextArray(_CharacterArray):
    tags = b"u"
    marks = ("texts",)
    letter = "U"
    each = 4
    noun = "texts"

    def check(self, array: Array, characters: int) -> None:
        if not array.size:
            return
        points = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
        if int(points.max()) > _LAST_CHARACTER:
            raise WireError("an array with characters that do not exist")


class _BytesArray(_CharacterArray):
    tags = b"y"
    marks = ("bytes_items",)
    letter = "S"
    each = 1
    noun = "items"

    def listed(self, value: Array) -> Any:
        return [item.hex() for item in np.ravel(value).tolist()]

    def item(self, frozen: Any) -> Any:
        return bytes.fromhex(frozen)


TEXT_ARRAY, BYTES_ARRAY = _TextArray(), _BytesArray()
