"""Pictures as students' cells and files may have them, written by hand."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def header(width: int, height: int) -> bytes:
    """The first chunk of a grey PNG with eight bits for each pixel."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A black PNG, with `more` chunks before its pixels."""
    rows = zlib.compress(bytes((width + 1) * height))
    return SIGNATURE + header(width, height) + b"".join(more) + chunk(b"IDAT", rows) + END


END = chunk(b"IEND", b"")


def jpeg(width: int, height: int, frame: int = 0xC0) -> bytes:
    """The beginning of a JPEG of that size: no browser could draw it."""
    segment = struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)
    length = struct.pack(">H", len(segment) + 2)
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff" + bytes([frame]) + length + segment
