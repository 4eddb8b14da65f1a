"""Pictures of a student's: only those come through that a browser can show at ease."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader.execution.pictures import (
    JPEG,
    MAX_BYTES,
    MAX_CHUNKS,
    MAX_PIXELS,
    MAX_SIDE,
    PNG,
    picture_in,
    shown_picture,
)
from tests.pictures import END, SIGNATURE, chunk, header, jpeg, png


def test_a_png_and_a_jpeg_are_shown_in_their_size() -> None:
    for form, media in (("PNG", PNG), ("JPEG", JPEG)):
        file = io.BytesIO()
        Image.new("RGB", (30, 20), "red").save(file, form)
        found = picture_in(file.getvalue())
        assert found is not None
        assert (found.media, found.width, found.height) == (media, 30, 20)
        with Image.open(io.BytesIO(found.data)) as kept:
            assert kept.size == (30, 20)
            assert kept.convert("RGB").getpixel((0, 0))[0] > 250  # type: ignore[index]


def test_of_a_png_only_the_picture_is_kept() -> None:
    texts = chunk(b"tEXt", b"Author\0ann"), chunk(b"iTXt", b"<script>"), chunk(b"iCCP", b"x\0\0")
    frames = chunk(b"acTL", bytes(8)), chunk(b"fcTL", bytes(26)), chunk(b"fdAT", bytes(9))
    found = picture_in(png(3, 2, *texts, *frames) + b"<html>")
    assert found is not None
    assert found.data == png(3, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a\x01\x00\x01\x00",
        SIGNATURE,
        SIGNATURE + header(3, 2) + END,
        SIGNATURE + chunk(b"IDAT", b"") + header(3, 2) + END,
        SIGNATURE + header(3, 2) + header(9, 9) + chunk(b"IDAT", b"") + END,
        SIGNATURE + chunk(b"IHDR", b"short") + chunk(b"IDAT", b"") + END,
        png(3, 2)[:-1],
        png(3, 2, *[chunk(b"tEXt", b"")] * MAX_CHUNKS),
        png(3, 2).replace(b"IDAT", b"IDAt"),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\x00\x00" * 9,
        jpeg(3, 2)[:-9],
        jpeg(3, 2, frame=0xC9),
        b"\xff\xd8\xff\xda\x00\x02" + jpeg(3, 2)[2:],
    ],
)
def test_what_is_no_whole_picture_is_not_shown(data: bytes) -> None:
    assert picture_in(data) is None


@pytest.mark.parametrize("made", [png, jpeg])
@pytest.mark.parametrize(
    "size", [(0, 5), (5, 0), (MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (MAX_SIDE, MAX_PIXELS // 5_000)]
)
def test_a_picture_that_is_nothing_or_huge_is_not_shown(made: type, size: tuple[int, int]) -> None:
    assert picture_in(made(*size)) is None
    assert picture_in(made(40, 30)) is not None


def test_more_bytes_than_a_picture_may_have_are_not_looked_at() -> None:
    large = png(3, 2, chunk(b"tEXt", bytes(MAX_BYTES)))
    assert picture_in(large) is None
    assert shown_picture({PNG: b64encode(large).decode()}) is None


def test_of_several_forms_the_first_that_can_be_shown_counts() -> None:
    right = b64encode(png(3, 2)).decode()
    wrapped = "\n".join(right[at : at + 20] for at in range(0, len(right), 20)) + "\n"
    found = shown_picture({PNG: wrapped})
    assert found is not None
    assert found.data == png(3, 2)
    other = shown_picture({PNG: "no base64!", JPEG: b64encode(jpeg(3, 2)).decode()})
    assert other is not None
    assert other.media == JPEG
    assert shown_picture({PNG: "", "image/svg+xml": right}) is None


@given(st.binary(max_size=60), st.integers(0, 90))
def test_bytes_of_any_kind_are_read_without_an_error(more: bytes, at: int) -> None:
    for whole in (png(3, 2), jpeg(3, 2)):
        found = picture_in(whole[:at] + more + whole[at:])
        assert found is None or 0 < found.width * found.height <= MAX_PIXELS
