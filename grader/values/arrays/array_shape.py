"""What arrays of every kind of item have in common: their shape on the wire, and words.

A shape is `<ndim><dim>..`: one byte, and each dimension as u64.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..kind import Element, Kind, ValuePath, has_masked_items
from ..limits import MAX_BYTES, WireError
from ..python.text import unseen_difference

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

Array: TypeAlias = np.ndarray[Any, Any]
Shape: TypeAlias = tuple[int, ...]

MAX_NDIM = 16
# What arrays of each of numpy's kinds of dtype hold, in words.
_HOLD = {
    "b": "booleans",
    "i": "integers",
    "u": "integers",
    "f": "floats",
    "c": "complex numbers",
    "U": "texts",
    "S": "bytes",
    "M": "dates and times",
    "m": "durations",
    "O": "objects",
    "V": "records",
}


class ArrayKind(Kind):
    """A kind of array. What is inherited from here is right for what has a shape."""

    compound = True

    def name(self, value: Any) -> str:
        return "an array"

    def line(self, name: str, value: Any, shapes: bool) -> str:
        return f"shape of {name}: {value.shape}" if shapes else f"{name} = {value}"

    def size(self, value: Any) -> int:
        return int(value.size)


def plain_array(value: Any, where: str) -> Array:
    """The array as one of numpy's own type; raises WireError where that would lose something."""
    if has_masked_items(value):
        raise WireError(f"{where} is an array with masked values")
    array = np.asarray(value)
    if array.ndim > MAX_NDIM:
        raise WireError(f"{where} is an array of {array.ndim} dimensions")
    if array.nbytes > MAX_BYTES:
        raise WireError(f"{where} is an array of {array.nbytes} bytes")
    return array


def shape_bytes(array: Array) -> bytes:
    return bytes([array.ndim]) + struct.pack(f"<{array.ndim}Q", *array.shape)


def read_shape(reader: Reader) -> Shape:
    ndim = reader.take(1)[0]
    if ndim > MAX_NDIM:
        raise WireError(f"an array of {ndim} dimensions, where at most {MAX_NDIM} can be")
    shape: Shape = struct.unpack(f"<{ndim}Q", reader.take(8 * ndim))
    if any(dim > MAX_BYTES for dim in shape):
        raise WireError(f"an array of shape {shape}")
    return shape


def put_items(writer: Writer, array: Array) -> None:
    """The items of an array that all have the same number of bytes, in C order."""
    # Objects are not among them.
    writer.put(array.tobytes("C"))


def read_items(reader: Reader, dtype: np.dtype[Any], shape: Shape) -> Array:
    """An array of as many items of that dtype, which owns its memory and is writable."""
    flat = np.frombuffer(reader.view(count_of(shape) * dtype.itemsize), dtype=dtype)
    # An empty array may have other dimensions that are beyond numpy's: that is a ValueError.
    array: Array = flat.reshape(shape).astype(dtype.newbyteorder("="))
    return array


def count_of(shape: Shape) -> int:
    """How many items an array of the shape has, however many that is."""
    count = 1
    for dim in shape:
        count *= dim
    return count


def wrong_form(
    expected: Any, actual: Any, walk: Walk, path: ValuePath, fits: Callable[[Any], bool]
) -> Iterator[Difference]:
    """The difference of what is no array of the expected shape and of a kind that fits, if any."""
    if not isinstance(actual, np.ndarray) or has_masked_items(actual):
        yield walk.wrong_type(expected, actual, path)
    elif actual.shape != expected.shape:
        shapes = f"has shape {actual.shape} where {expected.shape} is expected"
        yield walk.found(path, "shape", shapes, "has another shape than expected")
    elif not fits(actual.dtype):
        what = f"holds {holds(actual.dtype)} where {holds(expected.dtype)} are expected"
        yield walk.found(path, "dtype", what, what)


def wrong_item(
    wrong: Array, expected: Array, actual: Array, walk: Walk, path: ValuePath, noun: str
) -> Iterator[Difference]:
    """The difference of the first item that is `wrong`, of which there may be none."""
    if not wrong.any():
        return
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    others = f"; {int(wrong.sum())} of {wrong.size} {noun} differ" if wrong.size > 1 else ""
    items = expected[index], actual[index]
    one, other = map(walk.brief, items)
    unseen = unseen_difference(*items, one, other)
    shown = f"is {other} where {one} is expected{unseen}{others}"
    yield walk.found((*path, Element(index)), "value", shown, "differs from what is expected")


def holds(dtype: Any) -> str:
    """What an array of the dtype holds, in words."""
    return _HOLD[np.dtype(dtype).kind]


def flat_items(nested: Any) -> Iterator[Any]:
    """All items of lists in lists, in order."""
    if isinstance(nested, list):
        for each in nested:
            yield from flat_items(each)
    else:
        yield nested
