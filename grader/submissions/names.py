"""The words of people's names, by which names are compared however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bb\u02bc\u2032\uff07]")
# Letters that do not come apart into a plain one and an accent, and other ways to write some.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
    }
)
_LONG = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})


@lru_cache(10_000)
def words_of(name: str, spelling: int = 1) -> tuple[str, ...]:
    """The words of a name in small letters, without apostrophes.

    In spelling 0 they have their accents, in 1 none, and in 2 "ü" is "ue".
    """
    # An apostrophe is taken out first: of some, Unicode makes a space and an accent.
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFC", name))
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    if spelling == 2:
        text = text.translate(_LONG)
    if spelling:
        text = unicodedata.normalize("NFD", text.translate(_PLAIN))
        text = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", text))
    kept = (c if c.isalnum() or unicodedata.category(c) in ("Mn", "Mc") else " " for c in text)
    return tuple("".join(kept).split())


def letters_of(name: str) -> str:
    """The letters of a name without accents and spaces, by which names of groups are compared."""
    return "".join(words_of(name))


def _joined(name: str, spelling: int) -> str:
    return "".join(words_of(name, spelling))


@lru_cache(10_000)
def _scripts_of(name: str) -> frozenset[str]:
    """The scripts of a name's letters, such as {"LATIN"}."""
    return frozenset(
        unicodedata.name(char, "").partition(" ")[0]
        for char in unicodedata.normalize("NFKC", name)
        if char.isalpha()
    )


def may_be_same(one: str, two: str) -> bool:
    """Whether two names have something in common, or cannot be compared.

    They cannot where one of them has no letters, or is in another script.
    """
    if not letters_of(one) or not letters_of(two) or not _scripts_of(one) & _scripts_of(two):
        return True
    common = set(words_of(one)) & set(words_of(two))
    if any(len(word) > 1 or not word.isascii() for word in common):
        return True
    if _keys_of_letters(one, 1) & _keys_of_letters(two, 1):
        return True
    return any(
        _begins_with_two(letters, pieces)
        or _begins_with_two(letters[::-1], {each[::-1] for each in pieces})
        for letters in {_joined(two, 1), _joined(two, 2)}
        for pieces in map(_pieces_of, (words_of(one, 1), words_of(one, 2)))
    )


def name_keys(name: str, level: int) -> Iterator[tuple[str, str]]:
    """Keys that are the same for a name in any order of its words, and without spaces.

    At `level` 0 accents count. At level 1 they do not, and "Müller" is also "Mueller".
    """
    for spelling in (0,) if level == 0 else (1, 2):
        words = words_of(name, spelling)
        if words:
            yield f"words {spelling}", " ".join(sorted(words))
    yield from (("letters", each) for each in _keys_of_letters(name, level))


def _keys_of_letters(name: str, level: int) -> set[str]:
    """The words of a name in one, beginning with each of them: "annlee" and "leeann"."""
    found = set()
    for spelling in (0,) if level == 0 else (1, 2):
        words = words_of(name, spelling)
        for first in range(min(len(words), 8)):
            found.add(f"{spelling}{''.join(words[first:] + words[:first])}")
    return found


def _pieces_of(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) > 1 or not word.isascii()}


def _begins_with_two(letters: str, words: set[str], used: int = 0) -> bool:
    """Whether letters without spaces begin with at least two of the words, or consist of them."""
    if used > 1 or (used and not letters):
        return True
    return any(
        _begins_with_two(letters.removeprefix(word), words - {word}, used + 1)
        for word in words
        if letters.startswith(word)
    )


def is_part(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether the words of the shorter name are all in the longer one, at least two of them whole.

    A single letter stands for a word that begins with it.
    """
    short, long = sorted((one, two), key=len)
    left = [word for word in long if word not in short]
    rest = [word for word in short if word not in long]
    whole = {word for word in short if word in long and len(word) > 1}
    for word in rest:
        match = next((each for each in left if _initial(word, each)), None)
        if match is None:
            return False
        left.remove(match)
    return len(whole) > 1


def _initial(one: str, two: str) -> bool:
    return min(len(one), len(two)) == 1 and one[0] == two[0]
