"""Tell in which encoding a table was saved.

UTF-8 and UTF-16 are told for certain. Of the older ones, which give every byte a letter, the one is
taken in which the letters look like names: no signs within words, no capital letter behind a small
one, no words of two alphabets. Where none does, those of East Asia are tried: one is taken if the
text is mostly of characters in common use in it, and in no other.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from grader.submissions.zip_names import share_in_common_use

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
# In the order in which equally good ones are preferred.
_OLD = {
    "cp1252": "Windows-1252 (Western Europe)",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
}
# Encoding -> the one of which Windows makes it, and its name.
_EAST_ASIAN = {
    "gbk": ("cp936", "GBK (simplified Chinese)"),
    "big5": ("cp950", "Big5 (traditional Chinese)"),
    "shift_jis": ("cp932", "Shift-JIS (Japanese)"),
    "euc_kr": ("cp949", "EUC-KR (Korean)"),
}
# How much of a text has to be in common use in the language of its encoding.
_IN_COMMON_USE = 0.7
# The bytes of Korean syllables are Chinese characters in GBK. Of so many of those, some would be no
# Korean syllables.
_SURELY_KOREAN = 20
_TURKISH = "Windows-1254 (Turkish)"
_OTHER_FILES = (
    (b"PK\x03\x04", "is an Excel workbook or another zip, whatever its name says, and no CSV file"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook (.xls), and no CSV file"),
    (b"%PDF", "is a PDF, and no CSV file"),
    (b"{\\rtf", "is a text document (RTF), and no CSV file"),
    (b"\x1f\x8b", "is a compressed file, and no CSV file"),
)
_PAGE = re.compile(rb"\s*<(?:!doctype|html|table|\?xml|meta|style)", re.IGNORECASE)
# Signs that occur in tables; the apostrophes also within words.
_APOSTROPHES = "\u2019\u2018\u00b4\u00b7"
_SIGNS = _APOSTROPHES + "\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014\u2026\u00b0\u00a0\u20ac"
_RARE = "\u0192\u00aa\u00ba\ufb01\ufb02\u00b5\u0178\u0131"
# The vowels of alphabets that are not Latin.
_VOWELS = {"cp1251": "аеёиоуыэюяіїє", "cp1253": "αάεέηήιίϊΐοόυύϋΰωώ"}
# How much may look wrong for each letter that is not ASCII before nothing is believed any more.
_BELIEVED = 0.5


class Unreadable(ValueError):
    """The bytes are no text, or in an encoding that cannot be told; the message says which."""


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and the name of its encoding if that is not UTF-8.

    A mark at the beginning of a file in UTF-8 stays in the text. Raises Unreadable.
    """
    for start, what in _OTHER_FILES:
        if data.startswith(start):
            raise Unreadable(what)
    if _PAGE.match(data):
        raise Unreadable("is a web page or XML, which some platforms call .xls, and no CSV file")
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            text = _strict(data, codec)
            return (text if not name else text.removeprefix("\ufeff")), name
    if codec := _wide(data):
        return _strict(data, codec), "UTF-16"
    if b"\0" in data:
        raise Unreadable("holds zero bytes, so it is no text")
    try:
        return data.decode(), ""
    except UnicodeDecodeError:
        return _guessed(data)


def _strict(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"begins like {codec.upper()}, but byte {error.start} is none of it"
        ) from None


def _wide(data: bytes) -> str:
    """The variant of UTF-16 of a text without a mark, told by the zero bytes of ASCII."""
    head = data[:2000]
    if len(head) < 4 or len(data) % 2:
        return ""
    half = len(head) // 2
    for codec, zeros, others in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        if zeros.count(0) * 2 > half and not others.count(0):
            return codec
    return ""


def _guessed(data: bytes) -> tuple[str, str]:
    tried: list[tuple[float, str, str]] = []
    for codec, name in _OLD.items():
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        tried.append((_oddness(text, codec), text, name))
    bare = b"\r" in data and b"\n" not in data
    if bare:  # line ends of old Macs
        tried.sort(key=lambda each: each[2] != _OLD["mac_roman"])
    best = min(tried, key=lambda each: each[0], default=(1.0, "", ""))
    odd, text, name = best
    letters = sum(not char.isascii() for char in text)
    if odd > _BELIEVED * letters:
        return _east_asian(data)
    if name == _OLD["cp1252"] and _is_turkish(text):
        return data.decode("cp1254"), _TURKISH
    return text, name


def _east_asian(data: bytes) -> tuple[str, str]:
    """The text and its encoding, where it is Chinese, Japanese or Korean in exactly one."""
    fitting: dict[str, str] = {}
    for encoding, (codec, _) in _EAST_ASIAN.items():
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if share_in_common_use(text, encoding) >= _IN_COMMON_USE:
            fitting[encoding] = text
    korean = [char for char in fitting.get("euc_kr", "") if char.isalpha() and not char.isascii()]
    if len(korean) >= _SURELY_KOREAN and all("\uac00" <= char <= "\ud7a3" for char in korean):
        fitting.pop("gbk", None)
    if len(fitting) != 1:
        raise Unreadable("is not in UTF-8, and nobody can say in which encoding it is")
    ((encoding, text),) = fitting.items()
    return text, _EAST_ASIAN[encoding][1]


def _is_turkish(text: str) -> bool:
    """Whether letters that only Icelandic has in Windows-1252 are rather those of Turkish."""
    return bool(set(text) & set("ðýþÐÝÞ")) and not set(text) & set("áíúóéæÁÍÚÓÉÆ")


def _oddness(text: str, codec: str) -> float:
    """How much in the text does not look like names: 0 for nothing."""
    odd = 0.0
    padded = f" {text} "
    for match in re.finditer(r"[^\x00-\x7f]", padded):
        place = match.start()
        odd += _odd_letter(padded, place, codec in _VOWELS)
    return odd + _without_vowels(text, codec)


def _without_vowels(text: str, codec: str) -> float:
    """One for each letter where few are vowels, as when Greek is read as Russian."""
    letters = [char for char in text.casefold() if char.isalpha() and not char.isascii()]
    vowels = sum(char in _VOWELS.get(codec, "") for char in letters)
    return len(letters) if codec in _VOWELS and 4 * vowels < len(letters) else 0


def _odd_letter(text: str, place: int, other_alphabet: bool) -> float:
    before, char, after = text[place - 1], text[place], text[place + 1]
    within = before.isalpha() and after.isalpha()
    if not char.isalpha():
        if char not in _SIGNS:
            return 3
        if char in _APOSTROPHES:
            # "O'Brien" has one behind its first letter, "Garc'a" has an accent that was misread.
            return 1 if within and text[max(place - 3, 0) : place].isalpha() else 0
        return 2 if within else 0
    latin = unicodedata.name(char, "").startswith("LATIN")
    if other_alphabet:
        mixed = any(each.isascii() and each.isalpha() for each in (before, after))
        return 3 if latin or mixed else _odd_case(before, char, after)
    crowd = all(each.isalpha() and not each.isascii() for each in (before, after))
    return (0 if latin else 3) + 2 * crowd + (char in _RARE) + _odd_case(before, char, after)


def _odd_case(before: str, char: str, after: str) -> float:
    if char.isupper() and (before.islower() or (before.isalpha() and after.islower())):
        return 2
    if char.islower() and after.isupper():
        return 2
    return 1 if char.islower() and not before.isalpha() and after.islower() else 0
