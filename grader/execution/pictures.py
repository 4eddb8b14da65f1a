"""Pictures that a cell shows or a student hands in, read strictly: students control the bytes.

A picture is a PNG or a JPEG of one frame whose header says how large it is, and no larger than a
browser decodes at ease. Nothing is decompressed here. Other forms are not taken: how much work an
SVG makes for a browser, for example, cannot be told from its size.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import crc32
from collections.abc import Iterator, Mapping
from itertools import islice

from grader.model import Picture

# How many pictures of one cell are kept.
MAX_OF_CELL = 4
PNG, JPEG = "image/png", "image/jpeg"
# Of one picture: its bytes in the file, and its pixels when it is decoded.
MAX_BYTES = 1_000_000
MAX_SIDE, MAX_PIXELS = 10_000, 16_000_000
# Programs write a PNG in chunks of 8 KiB or more.
MAX_CHUNKS = 2_000

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks of a PNG that are kept: the picture itself, and how its colours and pixels are meant. So
# no texts, profiles or further frames come through.
_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs")
)
# The segments of a JPEG that say how large it is, of the three forms that browsers decode.
_FRAMES = (0xC0, 0xC1, 0xC2)
_SCAN = 0xDA


def shown_picture(forms: Mapping[str, str]) -> Picture | None:
    """The picture that a cell shows in these forms, by their types: base64 as Jupyter has it.

    None where none of them can be shown.
    """
    for media in (PNG, JPEG):
        text = "".join(forms.get(media, "").split())
        if 0 < len(text) <= MAX_BYTES * 4 // 3 + 4:
            try:
                data = b64decode(text, validate=True)
            except ValueError:
                continue
            if found := picture_in(data):
                return found
    return None


def picture_in(data: bytes) -> Picture | None:
    """The picture that these bytes of a file are; None where they are none that can be shown."""
    if len(data) > MAX_BYTES:
        return None
    media, kept, size = PNG, _plain_png(data), None
    if kept:
        size = int.from_bytes(kept[16:20]), int.from_bytes(kept[20:24])
    else:
        media, kept, size = JPEG, data, _size_of_jpeg(data)
    if size is None or not _is_shown(*size):
        return None
    return Picture(media, *size, kept)


def _is_shown(width: int, height: int) -> bool:
    short, long = sorted((width, height))
    return short > 0 and long <= MAX_SIDE and short * long <= MAX_PIXELS


def _plain_png(data: bytes) -> bytes:
    """The PNG with those chunks only that are `_KEPT`; empty where the bytes are no PNG."""
    chunks = list(islice(_chunks(data), MAX_CHUNKS))
    kinds = [kind for kind, _ in chunks]
    whole = kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"] and b"IDAT" in kinds
    if not whole or kinds.count(b"IHDR") > 1 or len(chunks[0][1]) != 12 + 13:
        return b""
    return _SIGNATURE + b"".join(chunk for kind, chunk in chunks if kind in _KEPT)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk of a PNG with its kind, up to the end or the first that is damaged."""
    if not data.startswith(_SIGNATURE):
        return
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND" and at + 12 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 12 + length
        chunk = data[at:end]
        if end > len(data) or crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            return
        yield kind, chunk
        at = end


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG, from the first frame before its first scan."""
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF and data[at + 1] != _SCAN:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        if length < 2:
            return None
        at += 2 + length
    return None
