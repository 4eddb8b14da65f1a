"""Arrays of plain numbers, numpy's single numbers, and what is kept of an array that is large.

On the wire `a<kind><ndim><dim>..<0>..<data>`: two characters of type, dims as u64, zeros up to a
multiple of eight bytes from the start of the whole, and the data in C order. A single number goes
as Python's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import CannotFreeze, Element, Kind, ValuePath
from ..limits import WireError
from ..python.number import wrong_number
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

# Larger arrays are kept as shape, digest and first values: nobody reviews 14 MB of numbers.
MAX_NUMBERS = 2_000
LARGE_BYTES = 64 * 1024
ALIGNMENT = 8

_DTYPES = {
    code: np.dtype(name).newbyteorder("<")
    for code, name in {
        b"?1": "bool",
        **{b"i%d" % n: f"i{n}" for n in (1, 2, 4, 8)},
        **{b"u%d" % n: f"u{n}" for n in (1, 2, 4, 8)},
        **{b"f%d" % n: f"f{n}" for n in (2, 4, 8)},
        b"c8": "c8",
        b"cg": "c16",
    }.items()
}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_SCALARS = tuple(dtype.type for dtype in _DTYPES.values() if dtype.kind != "b")
# Arrays that were seen to have a digest, by it: to compare the next with is ten times as quick as
# to work its digest out.
_matched: dict[str, Array] = {}
_MOST_MATCHED = 8


@dataclass(frozen=True, slots=True)
class Digest:
    """A large array, remembered by its shape, dtype name, SHA-256 and first three values.

    `values`, if it is there, works out the whole array, or returns None where that cannot be done.
    Only then can other numbers be known to be within the tolerance.
    """

    shape: tuple[int, ...]
    dtype: str
    sha256: str
    head: tuple[float, ...]
    values: Callable[[], Array | None] | None = field(default=None, compare=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled, it is what was frozen: `values` belongs to the process that made it."""
        return Digest, (self.shape, self.dtype, self.sha256, self.head)


class _Array(ArrayKind):
    types = (np.generic, *_SCALARS)
    tags = b"a"
    marks = ("array",)

    def owns(self, value: Any) -> bool:
        return isinstance(value, (np.ndarray, np.generic))

    def encode(self, value: Array | np.generic, writer: Writer, where: str, depth: int) -> None:
        if isinstance(value, np.generic) and value.dtype.newbyteorder("<") in _CODES:
            writer.write(value.item(), where, 0)
            return
        if isinstance(value, np.generic):
            Kind.encode(self, value, writer, where, depth)
        array = plain_array(value, where)
        dtype = array.dtype.newbyteorder("<")
        if dtype not in _CODES:
            raise WireError(f"{where} is an array of type {array.dtype}, not of plain numbers")
        header = b"".join((b"a", _CODES[dtype], shape_bytes(array)))
        writer.put(header + bytes(-(writer.size + len(header)) % ALIGNMENT))
        array = array.astype(dtype, copy=False)
        if array.nbytes > LARGE_BYTES:
            writer.put_array(array)
        else:
            writer.put(array.tobytes("C"))

    def decode(self, tag: int, reader: Reader, depth: int) -> Array:
        dtype = _DTYPES.get(reader.take(2))
        if dtype is None:
            raise WireError("an array of a type that is not allowed")
        shape = read_shape(reader)
        if any(reader.take(-reader.position % ALIGNMENT)):
            raise WireError(f"bytes that are not zero before the array at {reader.position}")
        # A copy is aligned, writable, native, and has no hold on the message it came in.
        flat = np.frombuffer(reader.view(count_of(shape) * dtype.itemsize), dtype=dtype)
        array: Array = flat.reshape(shape).astype(dtype.newbyteorder("="), copy=reader.copied)
        return array

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> Any:
        if isinstance(value, np.generic):
            return _number(value, inner)
        if value.size > MAX_NUMBERS:
            return DIGEST.freeze(digested(value), inner)
        return frozen_whole(value)

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Array:
        dtype = np.dtype(frozen["dtype"])
        flat = [float(v) if isinstance(v, str) else v for v in flat_items(frozen["array"])]
        parts = np.array(flat, dtype=_half(dtype) if dtype.kind == "c" else dtype)
        array: Array = parts.view(dtype).reshape(frozen["shape"])
        return array

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        def fits(dtype: np.dtype[Any]) -> bool:
            return kind_fits(np.dtype(expected.dtype), dtype)

        wrong = next(wrong_form(expected, actual, walk, path, fits), None)
        if wrong:
            yield wrong
        else:
            yield from self._elements(expected, actual, walk, path)

    def _elements(
        self, expected: Any, actual: Array, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        wrong = actual != expected
        if expected.dtype.kind in "fc" and wrong.any():
            with np.errstate(invalid="ignore", over="ignore"):
                near = np.abs(actual - expected) <= walk.tolerance.around(expected)
            both_nan = np.isnan(actual) & np.isnan(expected)
            wrong &= ~(near & np.isfinite(expected) | both_nan)
        if not wrong.any():
            return
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        others = f"; {int(wrong.sum())} of {wrong.size} numbers differ" if wrong.size > 1 else ""
        one, other = expected[index].item(), actual[index].item()
        yield wrong_number(one, other, walk, (*path, Element(index)), others)

    def negative(self, value: Array) -> Array:
        return -value if value.dtype.kind in "ifc" else value

    def name(self, value: Any) -> str:
        return Kind.name(self, value) if isinstance(value, np.generic) else "an array"

    def condensed(self, value: Any) -> Any:
        return digested(value) if value.size > MAX_NUMBERS else value

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return list(np.ravel(value).tolist())


class _Digest(_Array):
    """Only ever expected: it is not sent, and nothing that is returned is one."""

    types = (Digest,)
    tags = b""
    marks = ("sha256",)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        Kind.encode(self, value, writer, where, depth)

    def freeze(self, value: Digest, inner: Callable[[Any], Any]) -> dict[str, Any]:
        kind = {"dtype": value.dtype, "shape": list(value.shape)}
        return {**kind, "sha256": value.sha256, "head": list(value.head)}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Any:
        shape, head = tuple(frozen["shape"]), tuple(frozen["head"])
        return Digest(shape, frozen["dtype"], frozen["sha256"], head)

    def _elements(
        self, expected: Digest, actual: Array, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        plain = actual.astype(expected.dtype, copy=False)
        same = plain.dtype == actual.dtype or np.array_equal(plain, actual)
        if same and has_digest(plain, expected.sha256):
            return
        if plain.dtype.kind in "fc" and expected.values:
            values = expected.values()
            if values is not None and not [*super()._elements(values, plain, walk, path)]:
                return
        head = head_of(plain)
        start = ", ".join(f"{value:.8g}" for value in expected.head)
        what = "holds other values than expected"
        if head == expected.head:
            shown = f"{what}, though it starts with {start} as it should"
        else:
            shown = f"{what}: it should start with {start}"
        yield walk.found(path, "value", shown, what)

    def negative(self, value: Any) -> Any:
        return value

    def line(self, name: str, value: Digest, shapes: bool) -> str:
        return f"shape of {name}: {value.shape}, starts with {np.array(value.head)}"

    def condensed(self, value: Any) -> Any:
        return value

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return tuple(value.head)

    def size(self, value: Any) -> int:
        return 1000  # about what an array costs whose digest has been worked out before


def digest(array: Array) -> str:
    """The SHA-256 of an array's values, little-endian and in C order, as 64 hex digits."""
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return hashlib.sha256(plain.data).hexdigest()


def has_digest(array: Array, sha256: str) -> bool:
    """Whether this is the array's digest, of all arrays of its shape and dtype."""
    matched = _matched.get(sha256)
    if matched is not None and matched.shape == array.shape and matched.dtype == array.dtype:
        return np.array_equal(_bytes(matched), _bytes(array))
    if digest(array) != sha256:
        return False
    if len(_matched) == _MOST_MATCHED:
        _matched.clear()
    _matched[sha256] = array.copy()
    return True


def _bytes(array: Array) -> Array:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def digested(array: Array) -> Digest:
    """What is kept of a large array."""
    return Digest(array.shape, array.dtype.name, digest(array), head_of(array))


def head_of(array: Array) -> tuple[float, ...]:
    """The first three numbers of an array, of complex ones each part."""
    first = np.array(array.flat[:3])
    parts = first.view(_half(first.dtype)) if first.dtype.kind == "c" else first
    return tuple(float(number) for number in parts)


def _half(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """What the parts of a complex number are."""
    return np.dtype(f"f{dtype.itemsize // 2}")


def frozen_whole(array: Array) -> dict[str, Any]:
    """An array of numbers for JSON, however many there are; a complex one as its two parts."""
    kind = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], axis=-1)
    return {**kind, "array": _numbers(array.tolist())}


def _number(value: np.generic, inner: Callable[[Any], Any]) -> Any:
    """A single number of numpy's, frozen as Python's."""
    if value.dtype not in _CODES:
        raise CannotFreeze(f"of type {type(value).__name__}")
    return inner(value.item())


def _numbers(values: Any) -> Any:
    if isinstance(values, list):
        return [_numbers(value) for value in values]
    return repr(values) if isinstance(values, float) and not np.isfinite(values) else values


def kind_fits(expected: np.dtype[Any], actual: np.dtype[Any]) -> bool:
    """Whether numbers of one kind may stand for the other: a wider kind, of the same values."""
    wider = {"b": "biuf", "i": "iuf", "u": "iuf", "f": "f", "c": "c"}
    return actual.kind in wider[expected.kind]


ARRAY, DIGEST = _Array(), _Digest()
