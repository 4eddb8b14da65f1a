"""Values as bytes, bytes as values: what passes between our process and a student's kernel.

A value is one of None, bool, int, float, complex, str, bytes, list, tuple, dict, set and
numpy.ndarray of a plain number type, nested. On the wire each is a one-byte tag and its content,
little-endian, with lengths as unsigned 32-bit integers:

    N T F             None, True, False
    i<n><bytes>       int, two's complement
    f<8> c<16>        float, complex as IEEE doubles
    s<n><utf-8>       str
    b<n><bytes>       bytes
    l<n>.. t<n>..     list, tuple of n values
    d<n>..            dict of n key-value pairs, in order
    e<n>..            set of n values
    a<kind><ndim><dim>..<0>..<data>   array: two characters of type, dims as u64, zeros up to a
                                      multiple of eight bytes from the start, C-order data

`encode` runs inside the kernel on whatever a student's function returned, so it turns subclasses
into their base types and refuses the rest. `decode` runs in our process on bytes that a hostile
program may have written: it builds exact base types only, checks every length against what is
there before it allocates, and raises `WireError` and nothing else.

This module runs inside kernels too: it imports numpy and the standard library, nothing of ours.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, ClassVar, cast

import numpy as np

try:
    from grader.errors import WireError
except ModuleNotFoundError:  # inside a kernel, where this file stands alone

    class WireError(Exception):  # type: ignore[no-redef]
        """A value that cannot be sent, or bytes that cannot be read."""


MAX_BYTES = 32 * 1024 * 1024
MAX_ITEMS = 200_000
# Of all dicts and sets together: keys chosen to collide cost time that grows with their square.
MAX_KEYS = 10_000
MAX_DEPTH = 32
MAX_INT_BYTES = 1024
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
_LENGTH = struct.Struct("<I")
_FLOAT = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")


def encode(value: Any) -> bytes | memoryview:
    """The bytes of `value`; a large array's data is copied once.

    Raises WireError, naming the type and where it stands, for a value of any other type than the
    module's list (or a subclass of one), and for one beyond the limits.
    """
    writer = _Writer()
    writer.write(value, "the value", 0)
    return writer.joined()


def decode(data: bytes | memoryview, *, copied: bool = True) -> Any:
    """The value in `data`, of exact base types; an array's data is copied once.

    Unless `copied`, arrays are views of `data`, and as writable as that is.

    Raises WireError for anything but one whole value within the limits.
    """
    if len(data) > MAX_BYTES:
        raise WireError(f"{len(data)} bytes, where at most {MAX_BYTES} are read")
    reader = _Reader(data, copied)
    value = reader.read(0)
    if reader.position != len(data):
        raise WireError(f"{len(data) - reader.position} bytes too many after the value")
    return value


class _Writer:
    def __init__(self) -> None:
        # Large arrays stand here as they are, to be copied straight to their place.
        self.parts: list[bytes | np.ndarray[Any, Any]] = []
        self.size = 0
        self.items = 0

    def joined(self) -> bytes | memoryview:
        if all(isinstance(part, bytes) for part in self.parts):
            return b"".join(cast(list[bytes], self.parts))
        # An array's memory comes in large pages, which costs half the time of a bytes object's.
        whole = np.empty(self.size, np.uint8).data
        position = 0
        for part in self.parts:
            size = _size(part)
            if isinstance(part, bytes):
                whole[position : position + size] = part
            else:
                room = np.frombuffer(whole, part.dtype, part.size, position)
                np.copyto(room.reshape(part.shape), part)
            position += size
        return whole

    def put(self, *parts: bytes | np.ndarray[Any, Any]) -> None:
        self.size += sum(map(_size, parts))
        if self.size > MAX_BYTES:
            raise WireError(f"larger than {MAX_BYTES // 1024**2} MiB")
        self.parts += parts

    def write(self, value: Any, where: str, depth: int) -> None:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} values in one")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        if value is None:
            self.put(b"N")
        elif isinstance(value, (bool, np.bool_)):
            self.put(b"T" if value else b"F")
        elif isinstance(value, str):
            self.write_bytes(b"s", str.encode(value, "utf-8", "surrogatepass"))
        elif isinstance(value, (bytes, bytearray)):
            self.write_bytes(b"b", bytes(value))
        elif isinstance(value, (np.ndarray, np.generic)):
            self.write_numpy(value, where)
        elif isinstance(value, (int, float, complex)):
            self.write_number(value, where)
        else:
            self.write_container(value, where, depth)

    def write_number(self, value: complex, where: str) -> None:
        if isinstance(value, int):
            size = (int.bit_length(value) + 8) // 8
            if size > MAX_INT_BYTES:
                raise WireError(f"{where} is an integer of more than {MAX_INT_BYTES} bytes")
            data = int.to_bytes(int(value), size, "little", signed=True)
            self.put(b"i", _LENGTH.pack(size), data)
        elif isinstance(value, float):
            self.put(b"f", _FLOAT.pack(value))
        else:
            self.put(b"c", _COMPLEX.pack(value.real, value.imag))

    def write_bytes(self, tag: bytes, data: bytes) -> None:
        self.put(tag, _LENGTH.pack(min(len(data), 2**32 - 1)), data)

    def write_numpy(self, value: np.ndarray[Any, Any] | np.generic, where: str) -> None:
        if isinstance(value, np.generic) and value.dtype.newbyteorder("<") in _CODES:
            self.write(value.item(), where, 0)
            return
        array = np.asarray(value)
        dtype = array.dtype.newbyteorder("<")
        if dtype not in _CODES or array.ndim > MAX_NDIM:
            raise WireError(f"{where} is an array of type {array.dtype}, not of plain numbers")
        if array.nbytes > MAX_BYTES:
            raise WireError(f"{where} is an array of {array.nbytes} bytes")
        dims = struct.pack(f"<{array.ndim}Q", *array.shape)
        array = array.astype(dtype, copy=False)
        data = array if array.nbytes > LARGE_BYTES else array.tobytes("C")
        header = b"".join((b"a", _CODES[dtype], bytes([array.ndim]), dims))
        self.put(header, bytes(-(self.size + len(header)) % ALIGNMENT), data)

    def write_container(self, value: Any, where: str, depth: int) -> None:
        if isinstance(value, dict):
            self.put(b"d", _LENGTH.pack(dict.__len__(value)))
            for key, item in dict.items(value):
                self.write(key, f"a key of {where}", depth + 1)
                self.write(item, f"{where}[{_short(key)}]", depth + 1)
            return
        for tag, kind in ((b"l", list), (b"t", tuple), (b"e", (set, frozenset))):
            if isinstance(value, kind):
                items = list(value)
                self.put(tag, _LENGTH.pack(len(items)))
                for index, item in enumerate(items):
                    self.write(item, f"{where}[{index}]", depth + 1)
                return
        raise WireError(f"{where} is of type {type(value).__name__}, which cannot be compared")


class _Reader:
    def __init__(self, data: bytes | memoryview, copied: bool) -> None:
        self.data = memoryview(data)
        self.copied = copied
        self.position = 0
        self.items = 0
        self.keys = 0

    def view(self, count: int) -> memoryview:
        end = self.position + count
        if end > len(self.data):
            raise WireError(f"the bytes end in the middle of a value, at {len(self.data)}")
        part = self.data[self.position : end]
        self.position = end
        return part

    def take(self, count: int) -> bytes:
        return bytes(self.view(count))

    def length(self, limit: int) -> int:
        (count,) = _LENGTH.unpack(self.take(4))
        if count > limit:
            raise WireError(f"a length of {count}, where at most {limit} can be")
        return int(count)

    def read(self, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} values in one")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        tag = self.take(1)
        if tag in b"ltde":
            return self.container(tag, depth)
        read = self.SCALARS.get(tag)
        if read is None:
            raise WireError(f"an unknown tag {tag!r} at byte {self.position - 1}")
        return read(self)

    def integer(self) -> int:
        return int.from_bytes(self.take(self.length(MAX_INT_BYTES)), "little", signed=True)

    def text(self) -> str:
        data = self.take(self.length(MAX_BYTES))
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def container(self, tag: bytes, depth: int) -> Any:
        # Every value takes a byte at least, so no count beyond the rest of the bytes is honest.
        count = self.length(max(0, min(MAX_ITEMS, len(self.data) - self.position - 4)))
        if tag in b"de":
            self.keys += count
            if self.keys > MAX_KEYS:
                raise WireError(f"more than {MAX_KEYS} keys in dicts and sets")
        if tag == b"d":
            pairs = ((self.read(depth + 1), self.read(depth + 1)) for _ in range(count))
            return self.hashed(dict, pairs, count)
        items = (self.read(depth + 1) for _ in range(count))
        if tag == b"e":
            return self.hashed(set, items, count)
        return list(items) if tag == b"l" else tuple(items)

    def hashed(self, kind: type[dict[Any, Any]] | type[set[Any]], items: Any, count: int) -> Any:
        try:
            built = kind(items)
        except TypeError:
            raise WireError(f"a {kind.__name__} with a key that cannot be one") from None
        if len(built) != count:
            raise WireError(f"a {kind.__name__} with the same key twice")
        return built

    def array(self) -> np.ndarray[Any, Any]:
        dtype = _DTYPES.get(self.take(2))
        if dtype is None:
            raise WireError("an array of a type that is not allowed")
        ndim = self.take(1)[0]
        if ndim > MAX_NDIM:
            raise WireError(f"an array of {ndim} dimensions, where at most {MAX_NDIM} can be")
        shape: tuple[int, ...] = struct.unpack(f"<{ndim}Q", self.take(8 * ndim))
        if any(dim > MAX_BYTES for dim in shape):
            raise WireError(f"an array of shape {shape}")
        if any(self.take(-self.position % ALIGNMENT)):
            raise WireError(f"bytes that are not zero before the array at {self.position}")
        size = dtype.itemsize
        for dim in shape:
            size *= dim
        # A copy is aligned, writable, native, and has no hold on the message it came in.
        flat = np.frombuffer(self.view(size), dtype=dtype)
        try:
            return flat.reshape(shape).astype(dtype.newbyteorder("="), copy=self.copied)
        except ValueError:  # an empty array whose other dimensions are beyond numpy's
            raise WireError(f"an array of shape {shape}") from None

    SCALARS: ClassVar[dict[bytes, Callable[[_Reader], Any]]] = {
        b"N": lambda _: None,
        b"T": lambda _: True,
        b"F": lambda _: False,
        b"i": integer,
        b"f": lambda reader: _FLOAT.unpack(reader.take(8))[0],
        b"c": lambda reader: complex(*_COMPLEX.unpack(reader.take(16))),
        b"s": text,
        b"b": lambda reader: reader.take(reader.length(MAX_BYTES)),
        b"a": array,
    }


def _size(part: bytes | np.ndarray[Any, Any]) -> int:
    return len(part) if isinstance(part, bytes) else part.nbytes


def _short(key: Any) -> str:
    return repr(key)[:40] if isinstance(key, (str, int)) else "..."
