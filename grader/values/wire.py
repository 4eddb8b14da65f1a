"""Values as bytes, bytes as values: what passes between our process and a student's kernel.

On the wire a value is a one-byte tag and its content, little-endian, with lengths as unsigned
32-bit integers; the file of each kind says what its content is. A value that holds others holds
them as they are written by themselves.

`encode` runs inside the kernel on whatever a student's function returned, so it turns subclasses
into their base types and refuses what is of no kind. `decode` runs in our process on bytes that a
hostile program may have written: it builds exact base types only, checks every length against what
is there before it allocates, and raises `WireError` and nothing else.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

import numpy as np

from .kind import CannotRead, Kind, Kinds, plain
from .kinds import KINDS
from .limits import MAX_ALIKE_BYTES, MAX_BYTES, MAX_DEPTH, MAX_ITEMS, MAX_KEYS, WireError

__all__ = ["MAX_BYTES", "MAX_ITEMS", "MAX_KEYS", "Budget", "WireError", "decode", "encode"]

_LENGTH = struct.Struct("<I")
# The hash of these is random in every process, so nobody can choose keys that collide.
_RANDOMLY_HASHED = (str, bytes)


@dataclass(slots=True)
class Budget:
    """What may still be decoded of several values together: so many values in them, so many bytes.

    It is spent when either is not above zero.
    """

    items: int
    bytes: int

    @property
    def spent(self) -> bool:
        return self.items <= 0 or self.bytes <= 0


def encode(value: Any, *, kinds: Kinds = KINDS, inputs: bool = False) -> bytes | memoryview:
    """The bytes of `value`; a large array's data is copied once.

    `inputs` says that a function is to be called with it, so it has to be of a kind that can be
    made anew in the kernel. Raises WireError, naming the type and where it stands, for a value of
    no kind that is sent, and for one beyond the limits.
    """
    writer = Writer(kinds, inputs)
    try:
        writer.write(value, "the value", 0)
    except (WireError, MemoryError):
        raise
    except CannotRead as what:
        raise WireError(str(what)) from None
    except Exception as error:  # what an object's own methods raise, or those of its library
        raise WireError(f"the value cannot be read: {type(error).__name__}") from None
    return writer.joined()


def decode(
    data: bytes | memoryview,
    *,
    copied: bool = True,
    kinds: Kinds = KINDS,
    budget: Budget | None = None,
    build: bool = False,
) -> Any:
    """The value in `data`, of exact base types; an array's data is copied once.

    With `build`, which is for inputs in a kernel, values are made that need a library: a DataFrame,
    for example, where there is a record of its columns otherwise.

    Unless `copied`, arrays are views of `data`, and as writable as that is. What this value takes
    is subtracted from the `budget`; whether that is spent is for the caller to ask.

    Raises WireError for anything but one whole value within the limits.
    """
    if len(data) > MAX_BYTES:
        raise WireError(f"{len(data)} bytes, where at most {MAX_BYTES} are read")
    reader = Reader(data, copied, kinds, build)
    try:
        return _whole(reader, data)
    finally:
        if budget:
            budget.items -= reader.items
            budget.bytes -= len(data) + reader.claimed


def _whole(reader: Reader, data: bytes | memoryview) -> Any:
    try:
        value = reader.read(0)
    except (ArithmeticError, LookupError, TypeError, ValueError, struct.error) as error:
        # A kind that has not thought of these bytes is as strict as the others all the same.
        raise WireError(f"bytes that are no value: {type(error).__name__}") from None
    if reader.position != len(data):
        raise WireError(f"{len(data) - reader.position} bytes too many after the value")
    return value


class Writer:
    """The bytes of one value as they come to be; `size` is how many there are so far."""

    def __init__(self, kinds: Kinds, inputs: bool = False) -> None:
        self._inputs = inputs
        # Large arrays stand here as they are, to be copied straight to their place.
        self._parts: list[bytes | np.ndarray[Any, Any]] = []
        self._has_arrays = False
        self._kind_of = kinds.of
        self._items = 0
        self._claimed = 0
        self.size = 0

    def write(self, value: Any, where: str, depth: int) -> None:
        """Write a value; `where` is its place in words, and `depth` how many values it is in."""
        self._items += 1
        if self._items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} values in one")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        kind = self._kind_of(value)
        if self._inputs and not kind.is_input:
            name = type(value).__name__
            raise WireError(
                f"{where} is of type {name}, whose class a kernel does not know; a driver can make "
                f"it, which takes {name} from the notebook (see docs/kinds.md)"
            )
        kind.encode(value, self, where, depth)

    def write_single(self, value: Any, where: str, depth: int) -> None:
        """Write a value that may not hold others."""
        value = plain(value) if isinstance(value, np.generic) else value
        if self._kind_of(value).compound:
            raise WireError(f"{where} is of type {type(value).__name__}, not a single value")
        self.write(value, where, depth)

    def put(self, data: bytes) -> None:
        self._count(len(data))
        self._parts.append(data)

    def put_sized(self, tag: bytes, data: bytes) -> None:
        """The tag, the number of bytes, and these."""
        self.put_length(tag, min(len(data), 2**32 - 1))
        self.put(data)

    def put_length(self, tag: bytes, length: int) -> None:
        self.put(tag + _LENGTH.pack(length))

    def claim(self, count: int) -> None:
        """Count so many bytes of memory that a value takes beyond those on the wire."""
        self._claimed += count
        self._count(0)

    def put_array(self, array: np.ndarray[Any, Any]) -> None:
        """The values of an array, in C order."""
        self._count(array.nbytes)
        self._parts.append(array)
        self._has_arrays = True

    def write_items(self, tag: bytes, items: list[Any], where: str, depth: int) -> None:
        """The tag, the number of items, and these."""
        self.put_length(tag, len(items))
        for index, item in enumerate(items):
            self.write(item, f"{where}[{index}]", depth + 1)

    def joined(self) -> bytes | memoryview:
        if not self._has_arrays:
            return b"".join(cast(list[bytes], self._parts))
        # An array's memory comes in large pages, which costs half the time of a bytes object's.
        whole = np.empty(self.size, np.uint8).data
        position = 0
        for part in self._parts:
            if isinstance(part, bytes):
                size = len(part)
                whole[position : position + size] = part
            else:
                size = part.nbytes
                room = np.frombuffer(whole, part.dtype, part.size, position)
                np.copyto(room.reshape(part.shape), part)
            position += size
        return whole

    def _count(self, size: int) -> None:
        self.size += size
        if self.size + self._claimed > MAX_BYTES:
            raise WireError(f"larger than {MAX_BYTES // 1024**2} MiB")


class Reader:
    """The bytes of one value, read from `position` on.

    If `copied`, nothing that is read keeps a hold on the bytes. `items` is how many values have
    been read, `claimed` how much memory beyond the bytes that they have on the wire.
    """

    def __init__(
        self, data: bytes | memoryview, copied: bool, kinds: Kinds, build: bool = False
    ) -> None:
        self._build = build
        self._data = memoryview(data)
        self._end = len(data)
        self._kinds: dict[int, Kind] = kinds.by_tag
        self._keys = 0
        self._alike_bytes = 0
        self.items = 0
        self.claimed = 0
        self.copied = copied
        self.position = 0

    def read(self, depth: int) -> Any:
        """The next value, which is in so many others."""
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} values in one")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        tag = self.take(1)[0]
        kind = self._kinds.get(tag)
        if kind is None:
            raise WireError(f"an unknown tag {bytes([tag])!r} at byte {self.position - 1}")
        value = kind.decode(tag, self, depth)
        return kind.built(value) if self._build else value

    def read_part(self, depth: int) -> Any:
        """The next value as it is read, though what it is a part of is built with `build`."""
        build, self._build = self._build, False
        try:
            return self.read(depth)
        finally:
            self._build = build

    def read_single(self, depth: int) -> Any:
        """The next value, which may not hold others."""
        kind = self._kinds.get(self._data[self.position]) if self.position < self._end else None
        if kind and kind.compound:
            raise WireError("a value that holds others where a single one is expected")
        return self.read(depth)

    def view(self, count: int) -> memoryview:
        """So many bytes, as a part of those that are read."""
        end = self.position + count
        if end > self._end:
            raise WireError(f"the bytes end in the middle of a value, at {len(self._data)}")
        part = self._data[self.position : end]
        self.position = end
        return part

    def take(self, count: int) -> bytes:
        return bytes(self.view(count))

    def length(self, limit: int) -> int:
        """A length of no more than that."""
        (count,) = _LENGTH.unpack(self.take(4))
        if count > limit:
            raise WireError(f"a length of {count}, where at most {limit} can be")
        return int(count)

    def count(self) -> int:
        """A number of values that may stand in the rest of the bytes."""
        # Every value takes a byte at least, so no count beyond the rest of the bytes is honest.
        return self.length(max(0, min(MAX_ITEMS, self._end - self.position - 4)))

    def check_count(self, count: int) -> int:
        """The number, if so many values may stand in the rest of the bytes."""
        if count > min(MAX_ITEMS, self._end - self.position):
            raise WireError(f"{count} values, which cannot be in the rest of the bytes")
        return count

    def keys(self) -> int:
        """Likewise a number of keys, of which there may be fewer in all."""
        count = self.count()
        self._keys += count
        if self._keys > MAX_KEYS:
            raise WireError(f"more than {MAX_KEYS} keys in dicts and sets")
        return count

    def claim(self, count: int) -> None:
        """Count so many bytes of memory that a value takes beyond those on the wire."""
        self.claimed += count
        if len(self._data) + self.claimed > MAX_BYTES:
            raise WireError(f"more than {MAX_BYTES // 1024**2} MiB of memory for one value")

    def key(self, depth: int) -> tuple[Any, int]:
        """The next value, which is to be a key, and the number of its bytes."""
        start = self.position
        return self.read(depth), self.position - start

    def check_keys(self, keys: Sequence[tuple[Any, int]]) -> None:
        """Make sure that these, with the number of their bytes, can be the keys of one dict or set.

        Raises WireError where they cannot, or where too many of them have the same hash.
        """
        try:
            hashes = sorted(
                (hash(key), size) for key, size in keys if type(key) not in _RANDOMLY_HASHED
            )
        except TypeError:
            raise WireError("a dict or set with a key that cannot be one") from None
        for _, alike in groupby(hashes, key=lambda each: each[0]):
            sizes = [size for _, size in alike]
            self._alike_bytes += len(sizes) * (len(sizes) - 1) // 2 * sizes[-1]
        if self._alike_bytes > MAX_ALIKE_BYTES:
            raise WireError("too many keys with the same hash in dicts and sets")

    def check_distinct(self, built: dict[Any, Any] | set[Any], count: int) -> None:
        """Raise WireError where a dict or set has fewer items than were read for it."""
        if len(built) != count:
            raise WireError(f"a {type(built).__name__} with the same key twice")
