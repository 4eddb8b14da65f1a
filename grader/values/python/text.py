"""Texts and bytes. On the wire `s<n><utf-8>` and `b<n><bytes>`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kind import Kind, ValuePath
from ..limits import MAX_BYTES, WireError

if TYPE_CHECKING:
    from ..difference import Difference, Walk
    from ..wire import Reader, Writer

# Of smaller texts the memory is not worked out: it is bounded by how many values there can be.
SMALL_BYTES = 64
# Quotation marks and dashes, which programs set in the place of those that are typed.
_AS_TYPED = str.maketrans(
    "\u2018\u2019\u201c\u201d\u2010\u2011\u2012\u2013\u2014\u2212", "''\"\"------"
)
# How many characters or bytes are put into words; what is said of a value is cut to fewer.
MAX_BRIEF = 200


class _Text(Kind):
    types = (str,)
    tags = b"s"
    words = "a string"

    def encode(self, value: str, writer: Writer, where: str, depth: int) -> None:
        data = str.encode(value, "utf-8", "surrogatepass")
        writer.put_sized(b"s", data)
        writer.claim(_beyond(data))

    def decode(self, tag: int, reader: Reader, depth: int) -> str:
        data = reader.take(reader.length(MAX_BYTES))
        reader.claim(_beyond(data))
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise WireError("text that is not UTF-8") from None

    def freeze(self, value: str, inner: Callable[[Any], Any]) -> str:
        return value

    def differences(
        self, expected: str, actual: Any, walk: Walk, path: ValuePath
    ) -> Iterator[Difference]:
        for found in super().differences(expected, actual, walk, path):
            if found.kind != "value":
                yield found
                continue
            shown = walk.brief(expected), walk.brief(actual)
            also = unseen_difference(expected, actual, *shown)
            yield replace(found, message=found.message + also)

    def brief(self, value: Any) -> str:
        value = value[:MAX_BRIEF]
        return repr(value) if '"' in value else f'"{value}"'


class _Bytes(Kind):
    types = (bytes, bytearray)
    tags = b"b"
    marks = ("bytes",)

    def encode(self, value: Any, writer: Writer, where: str, depth: int) -> None:
        writer.put_sized(b"b", bytes(value))

    def decode(self, tag: int, reader: Reader, depth: int) -> bytes:
        return reader.take(reader.length(MAX_BYTES))

    def brief(self, value: Any) -> str:
        return repr(value[:MAX_BRIEF])

    def freeze(self, value: Any, inner: Callable[[Any], Any]) -> dict[str, str]:
        return {"bytes": value.hex()}

    def thaw(self, frozen: dict[str, Any], inner: Callable[[Any], Any]) -> bytes:
        return bytes.fromhex(frozen["bytes"])


def unseen_difference(expected: Any, actual: Any, right: str, shown: str) -> str:
    """Which character differs first, where that is not seen in what is `shown` of two texts.

    Empty where it is seen, and for what is no text. `right` is what is shown of the expected one.

    >>> unseen_difference("a b", "a\\xa0b", "a b", "a\\xa0b")
    '; character 2 is U+00A0 (no-break space) where U+0020 (space) is expected'
    """
    if not (isinstance(expected, str) and isinstance(actual, str) and _look_alike(right, shown)):
        return ""
    pairs = zip(expected, actual, strict=False)
    place = next((place for place, (one, other) in enumerate(pairs) if one != other), None)
    if place is not None:
        one, other = _character(expected[place]), _character(actual[place])
        return f"; character {place + 1} is {other} where {one} is expected"
    place = min(len(expected), len(actual))
    if len(actual) == place:
        more = _character(expected[place])
        return f"; it ends after character {place}, where {more} is expected"
    more = _character(actual[place])
    return f"; it should end after character {place}, where it has {more}"


def _look_alike(one: str, other: str) -> bool:
    """Whether people would take two texts for the same.

    These differ in white space, in characters that are not seen, in how an accent, a quotation mark
    or a dash is written, or in the script that a letter belongs to.
    """
    if _as_seen(one) == _as_seen(other):
        return True
    return len(one) == len(other) and all(
        left == right or (left.isalpha() and right.isalpha() and _script(left) != _script(right))
        for left, right in zip(one, other, strict=True)
    )


def _as_seen(text: str) -> str:
    seen = unicodedata.normalize("NFKC", text).translate(_AS_TYPED)
    # A page shows several spaces, or the end of a line, as one space.
    return re.sub(r"\s+", " ", "".join(c for c in seen if unicodedata.category(c) != "Cf"))


def _script(letter: str) -> str:
    """The first word of a letter's name, such as LATIN or CYRILLIC."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _character(character: str) -> str:
    if "!" <= character <= "~":
        return f'"{character}"'
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X}" + (f" ({name})" if name else "")


def _beyond(data: bytes) -> int:
    """How many bytes of memory the text takes beyond those that it has in UTF-8.

    One character beyond U+FFFF makes Python keep all of them in four bytes each.
    """
    if len(data) < SMALL_BYTES or data.isascii():
        return 0
    each = np.frombuffer(data, np.uint8)
    characters = len(data) - int(np.count_nonzero((each & 0xC0) == 0x80))
    first = int(each.max())
    width = 4 if first >= 0xF0 else 2 if first >= 0xC4 else 1
    return max(0, characters * width - len(data))


TEXT, BYTES = _Text(), _Bytes()
