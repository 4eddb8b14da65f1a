"""numpy's masked arrays that have a masked item: what is there, and where there is nothing.

On the wire `m`, an array of booleans, true where an item is masked, and the array of the items,
with zeros, or what stands for them, where they are masked. What was below the mask, and the fill
value, are not sent. A masked array without a masked item is sent as a plain array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import CannotFreeze, Element, Kind, ValuePath, has_masked_items
from ..limits import WireError
from .array import MAX_NUMBERS, frozen_whole
from .array_shape import Array, holds

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

_MASKABLE = "biufcUSmM"


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """A masked array: `mask` is true where there is no item, and `data` is zero there."""

    data: Array
    mask: Array


class _MaskedArray(Kind):
    compound = True
    types = (Masked,)
    tags = b"m"
    marks = ("masked",)

    def owns(self, value: Any) -> bool:
        return has_masked_items(value)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        given = _recorded_masked(value)
        if given.data.dtype.kind not in _MASKABLE:
            raise WireError(f"{where} is a masked array of {holds(given.data.dtype)}")
        writer.put(b"m")
        writer.write(given.mask, where, depth + 1)
        writer.write(given.data, where, depth + 1)

    def decode(self, tag: int, reader: Reader, depth: int) -> Masked:
        mask, data = reader.read_part(depth + 1), reader.read_part(depth + 1)
        if type(mask) is not np.ndarray or mask.dtype != np.bool_ or not mask.any():
            raise WireError("a masked array without a masked item")
        if type(data) is not np.ndarray or data.shape != mask.shape:
            raise WireError("a masked array with items of another shape than its mask")
        if data.dtype.kind not in _MASKABLE:
            raise WireError(f"a masked array of {data.dtype}")
        if (data[mask] != np.zeros((), data.dtype)).any():
            raise WireError("a masked array with something below its mask")
        return Masked(data, mask)

    def built(self, value: Masked) -> Any:
        return np.ma.MaskedArray(value.data, mask=value.mask)

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, Any]:
        given = _recorded_masked(value)
        if given.data.size > MAX_NUMBERS:
            raise CannotFreeze(f"with masked arrays of more than {MAX_NUMBERS:,} items")
        plain = given.data.dtype.kind in "biufc"
        data = frozen_whole(given.data) if plain else inner(given.data)
        return {"masked": frozen_whole(given.mask), "data": data}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Masked:
        return Masked(inner(frozen["data"]), inner(frozen["masked"]))

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, (Masked, np.ndarray)):
            yield walk.wrong_type(expected, actual, path)
            return
        one, other = _recorded_masked(expected), _recorded_masked(actual)
        wrong = one.mask != other.mask if one.mask.shape == other.mask.shape else np.zeros(1, bool)
        if wrong.any():
            yield _wrong_mask(wrong, one.mask, walk, path)
        else:  # of both, there are zeros below the mask
            yield from walk.value(one.data, other.data, path)

    def negative(self, value: Masked) -> Masked:
        return Masked(-value.data, value.mask) if value.data.dtype.kind in "ifc" else value

    def name(self, value: Any) -> str:
        return "a masked array"

    def brief(self, value: Any) -> str:
        mask = _recorded_masked(value).mask
        return f"<masked array, shape {mask.shape}, {int(mask.sum())} masked>"

    def line(self, name: str, value: Any, shapes: bool) -> str:
        shape = _recorded_masked(value).mask.shape
        return f"shape of {name}: {shape}" if shapes else f"{name} = {self.brief(value)}"

    def simplified(self, value: Any) -> Any:
        given = _recorded_masked(value)
        return "masked", given.mask, given.data

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        given = _recorded_masked(value)
        return inner(given.data[~given.mask])

    def size(self, value: Any) -> int:
        return 2 * int(_recorded_masked(value).mask.size)


def _recorded_masked(value: Any) -> Masked:
    """The array, masked or plain, with zeros below its mask."""
    if isinstance(value, Masked):
        return value
    mask, data = np.ma.getmaskarray(value), np.array(np.ma.getdata(value, subok=False))
    if data.dtype.kind in _MASKABLE:
        data[mask] = np.zeros((), data.dtype)
    return Masked(data, mask)


def _wrong_mask(wrong: Array, expected: Array, walk: Walk, path: ValuePath) -> Difference:
    """The difference of the first place at which only one of two arrays is masked."""
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    others = f"; {int(wrong.sum())} of {wrong.size} items differ in that" if wrong.size > 1 else ""
    masked = "is not masked where it should be"
    what = masked if expected[index] else "is masked where a value is expected"
    return walk.found((*path, Element(index)), "value", f"{what}{others}", what)


MASKED_ARRAY = _MaskedArray()
