"""Arrays of plain numbers, numpy's single numbers, and what is kept of an array that is large.

On the wire `a<kind><ndim><dim>..<0>..<data>`: two characters of type, dims as u64, zeros up to a
multiple of eight bytes from the start of the whole, and the data in C order. A single number goes
as Python's.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .kind import CannotFreeze, Element, Kind, ValuePath
from .limits import MAX_BYTES, WireError
from .number import wrong_number

if TYPE_CHECKING:
    from .difference import Difference, Walk
    from .wire import Reader, Writer

Array: TypeAlias = np.ndarray[Any, Any]

# Larger arrays are kept as shape, digest and first values: nobody reviews 14 MB of numbers.
MAX_NUMBERS = 2_000
MAX_NDIM = 16
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


class _Array(Kind):
    types = (np.ndarray, np.generic, *_SCALARS)
    tags = b"a"
    marks = ("array",)

    def encode(self, value: Array | np.generic, writer: Writer, where: str, depth: int) -> None:
        if isinstance(value, np.generic) and value.dtype.newbyteorder("<") in _CODES:
            writer.write(value.item(), where, 0)
            return
        if isinstance(value, np.generic):
            Kind.encode(self, value, writer, where, depth)
        if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
            raise WireError(f"{where} is an array with masked values")
        array = np.asarray(value)
        dtype = array.dtype.newbyteorder("<")
        if dtype not in _CODES or array.ndim > MAX_NDIM:
            raise WireError(f"{where} is an array of type {array.dtype}, not of plain numbers")
        if array.nbytes > MAX_BYTES:
            raise WireError(f"{where} is an array of {array.nbytes} bytes")
        dims = struct.pack(f"<{array.ndim}Q", *array.shape)
        header = b"".join((b"a", _CODES[dtype], bytes([array.ndim]), dims))
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
        ndim = reader.take(1)[0]
        if ndim > MAX_NDIM:
            raise WireError(f"an array of {ndim} dimensions, where at most {MAX_NDIM} can be")
        shape: tuple[int, ...] = struct.unpack(f"<{ndim}Q", reader.take(8 * ndim))
        if any(dim > MAX_BYTES for dim in shape):
            raise WireError(f"an array of shape {shape}")
        if any(reader.take(-reader.position % ALIGNMENT)):
            raise WireError(f"bytes that are not zero before the array at {reader.position}")
        size = dtype.itemsize
        for dim in shape:
            size *= dim
        # A copy is aligned, writable, native, and has no hold on the message it came in.
        flat = np.frombuffer(reader.view(size), dtype=dtype)
        try:
            return flat.reshape(shape).astype(dtype.newbyteorder("="), copy=reader.copied)
        except ValueError:  # an empty array whose other dimensions are beyond numpy's
            raise WireError(f"an array of shape {shape}") from None

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> Any:
        if isinstance(value, np.generic):
            return _number(value, inner)
        if value.dtype.kind == "c":
            raise CannotFreeze("with arrays of complex numbers")
        if value.size > MAX_NUMBERS:
            return DIGEST.freeze(_digested(value), inner)
        kind = {"dtype": value.dtype.name, "shape": list(value.shape)}
        return {**kind, "array": _numbers(value.tolist())}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> Array:
        flat = [float(v) if isinstance(v, str) else v for v in _flat(frozen["array"])]
        return np.array(flat, dtype=frozen["dtype"]).reshape(frozen["shape"])

    def differences(
        self, expected: Any, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        if not isinstance(actual, np.ndarray):
            yield walk.wrong_type(expected, actual, path)
        elif actual.shape != expected.shape:
            shapes = f"has shape {actual.shape} where {expected.shape} is expected"
            yield walk.found(path, "shape", shapes, "has another shape than expected")
        elif not _kind_fits(np.dtype(expected.dtype), actual.dtype):
            what = f"holds {_dtype_words(actual.dtype)} where {_dtype_words(expected.dtype)} are"
            yield walk.found(path, "dtype", f"{what} expected", f"{what} expected")
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

    def line(self, name: str, value: Any, shapes: bool) -> str:
        return f"shape of {name}: {value.shape}" if shapes else f"{name} = {value}"

    def condensed(self, value: Any) -> Any:
        return _digested(value) if value.size > MAX_NUMBERS else value

    def leaves(self, value: Any, inner: Callable[[Any], Iterator[Any]]) -> Iterable[Any]:
        return list(np.ravel(value).tolist())

    def size(self, value: Array) -> int:
        return value.size


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
        if plain.dtype.kind == "f" and expected.values:
            values = expected.values()
            if values is not None and not [*super()._elements(values, plain, walk, path)]:
                return
        head = tuple(actual.flat[: len(expected.head)])
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


def _digested(array: Array) -> Digest:
    head = tuple(float(number) for number in array.flat[:3])
    return Digest(array.shape, array.dtype.name, digest(array), head)


def _number(value: np.generic, inner: Callable[[Any], Any]) -> Any:
    """A single number of numpy's, frozen as Python's."""
    if value.dtype not in _CODES:
        raise CannotFreeze(f"of type {type(value).__name__}")
    return inner(value.item())


def _numbers(values: Any) -> Any:
    if isinstance(values, list):
        return [_numbers(value) for value in values]
    return repr(values) if isinstance(values, float) and not np.isfinite(values) else values


def _flat(values: Any) -> Iterator[Any]:
    if isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield values


def _kind_fits(expected: np.dtype[Any], actual: np.dtype[Any]) -> bool:
    """Whether numbers of one kind may stand for the other: a wider kind, of the same values."""
    wider = {"b": "biuf", "i": "iuf", "u": "iuf", "f": "f", "c": "c"}
    return actual.kind in wider[expected.kind]


def _dtype_words(dtype: Any) -> str:
    words = {"b": "booleans", "i": "integers", "u": "integers", "f": "floats"}
    return words.get(np.dtype(dtype).kind, "complex numbers")


ARRAY, DIGEST = _Array(), _Digest()
