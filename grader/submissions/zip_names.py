"""Read the names in a zip, which need not say in which encoding they are.

A zip marks names in UTF-8. Names without the mark are in whatever the system that made it used.
Each encoding is tried on all of them: the one counts by which most are known, as names in the
roster, and else the one that gives the most plausible text.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

UTF8_MARK = 0x800
# The number of the extra field in which some programs repeat the name in UTF-8.
_UNICODE_PATH = 0x7075
# Those before are preferred to those behind where two are equally plausible.
_ENCODINGS = (
    *("cp437", "cp850", "gbk", "shift_jis", "big5", "euc_kr", "cp866", "cp852", "cp737"),
    *("cp857", "cp862", "cp1252", "cp1251"),
)
_SHOWN = {
    "cp437": "DOS (cp437)",
    "cp850": "DOS (cp850)",
    "gbk": "GBK",
    "shift_jis": "Shift-JIS",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
}
# How many names are looked at for a guess.
_MOST_NAMES = 2000
# Encoding -> another one, and the first bytes in it of the characters that are in common use.
_COMMON = {
    "gbk": ("gb2312", range(0xB0, 0xD8)),
    "shift_jis": ("euc_jp", range(0xA4, 0xD0)),
    "big5": ("big5", range(0xA4, 0xC7)),
    "euc_kr": ("euc_kr", range(0xB0, 0xC9)),
}


@dataclass(frozen=True, slots=True)
class ZipNames:
    """The members' names, in their order, and a remark on how they were read; may be empty."""

    names: tuple[str, ...]
    remark: str = ""


def read_names(
    members: Sequence[zipfile.ZipInfo], is_known: Callable[[str], bool] | None = None
) -> ZipNames:
    """The names of a zip's members, with `/` between folders.

    `is_known` says whether somebody is called so; without it, plausibility alone decides.
    """
    unmarked = [raw for each in members if (raw := _unmarked(each)) is not None]
    encoding = _encoding_of(unmarked, is_known) if unmarked else "utf-8"
    names = tuple(_name(each, encoding).replace("\\", "/") for each in members)
    if not unmarked or encoding == "utf-8":
        return ZipNames(names)
    shown = _SHOWN.get(encoding, encoding)
    return ZipNames(
        names,
        f"the zip does not say in which encoding its names are; they were read as {shown}, which "
        "is a guess",
    )


def share_in_common_use(text: str, encoding: str) -> float:
    """From 0 to 1: how much of a text beyond ASCII is in common use in the encoding's language.

    `encoding` is one of China, Taiwan, Japan or Korea.
    """
    letters = [char for char in text if char.isalpha() and not char.isascii()]
    return sum(_of_one(char, encoding) for char in letters) / max(1, len(letters))


def _name(member: zipfile.ZipInfo, encoding: str) -> str:
    raw = _unmarked(member)
    if raw is None:
        return _unicode_path(member) or member.orig_filename
    text = _decoded(raw, encoding)
    # A byte that the encoding lacks is written out, so that different names stay different.
    return raw.decode("ascii", "backslashreplace").replace("\\", "_") if text is None else text


def _unmarked(member: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name that is in an encoding nobody names; None if its text is certain."""
    name = member.orig_filename
    if member.flag_bits & UTF8_MARK or name.isascii() or _unicode_path(member):
        return None
    try:
        return name.encode("cp437")  # as Python has decoded it
    except UnicodeEncodeError:
        return None


def _unicode_path(member: zipfile.ZipInfo) -> str:
    """The name in UTF-8 that a program put beside the other one; empty if there is none."""
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == _UNICODE_PATH and size > 5 and extra[4] == 1:
            try:
                return extra[9 : 4 + size].decode()
            except UnicodeDecodeError:
                return ""
        extra = extra[4 + size :]
    return ""


def _encoding_of(names: list[bytes], is_known: Callable[[str], bool] | None) -> str:
    if all(_decoded(each, "utf-8") is not None for each in names):
        return "utf-8"
    scores = {each: _score(names[:_MOST_NAMES], each, is_known) for each in _ENCODINGS}
    return max(_ENCODINGS, key=lambda each: scores[each])


def _score(
    names: list[bytes], encoding: str, is_known: Callable[[str], bool] | None
) -> tuple[int, float]:
    """How many names are known, and how plausible all are on average."""
    known, plausible = 0, 0.0
    for name in names:
        text = _decoded(name, encoding)
        if text is None:
            plausible -= 2
            continue
        # The parts are separated after decoding: in GBK, a backslash may be half a character.
        parts = [part for part in re.split(r"[/\\]", text) if not part.isascii()]
        plausible += sum(_plausible(part, encoding) for part in parts) / max(1, len(parts))
        known += any(_is_known(part, is_known) for part in parts)
    return known, round(plausible / max(1, len(names)), 6)


def _is_known(part: str, is_known: Callable[[str], bool] | None) -> bool:
    if is_known is None:
        return False
    # Platforms put ids behind the name: "Ann Lee_101_assignsubmission_file".
    found = re.match(r"[^_\d]+", part)
    return is_known(part) or (found is not None and is_known(found[0].strip()))


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _plausible(text: str, encoding: str) -> float:
    """From -1 to 1: how much the characters beyond ASCII look like letters of one language."""
    scores = []
    before = ""
    for char in text:
        if not char.isascii():
            scores.append(_of_one(char, encoding))
        if before and before.isalpha() and char.isalpha() and _script(before) != _script(char):
            scores.append(-1.0)
        # A capital letter within a word: what was a small one in another encoding.
        if before.islower() and char.isupper() and not char.isascii():
            scores.append(-0.5)
        before = char
    # In Latin script, a word without any plain letter is one of another script, read wrongly.
    words = re.findall(r"[^\W\d_]{3,}", text)
    scores += [-1.0 for word in words if _is_strange_latin(word)]
    return sum(scores) / len(scores) if scores else 0.0


def _is_strange_latin(word: str) -> bool:
    return all(not char.isascii() and _script(char) == "LATIN" for char in word)


def _of_one(char: str, encoding: str) -> float:
    if not char.isalpha() or unicodedata.category(char) == "Lm":
        return -1.0
    if encoding in _COMMON:
        other, common = _COMMON[encoding]
        try:
            raw = char.encode(other)
        except UnicodeEncodeError:
            return 0.0
        # Characters of one byte, as Japan's narrow katakana, are rare in names.
        return 1.0 if len(raw) == 2 and raw[0] in common else 0.2
    # Names have few of Greek's letters among Latin ones, which cp437 has for mathematics.
    return 0.9 if _script(char) == "LATIN" else 0.6


def _script(char: str) -> str:
    if char.isascii():
        return "LATIN"
    name = unicodedata.name(char, "").split(" ")[0]
    return "CJK" if name in ("CJK", "HIRAGANA", "KATAKANA") else name
