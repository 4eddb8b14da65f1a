"""A matcher of regular expressions that counts its steps.

It walks the tree that Python's own parser makes of a pattern, and tries what `re` tries, in the
same order: greedy and lazy repetitions, possessive ones and atomic groups, alternatives from left
to right, one starting place after the other. `re` itself cannot be asked how many steps it took.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

# Every repetition that can be given back is a call inside of the one before.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))

_Items = list[tuple[Any, Any]]
_Next = Callable[[int], bool]
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    sre.CATEGORY_DIGIT: str.isdecimal,
    sre.CATEGORY_NOT_DIGIT: lambda c: not c.isdecimal(),
    sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_NOT_SPACE: lambda c: not c.isspace(),
    sre.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
    sre.CATEGORY_NOT_WORD: lambda c: not (c.isalnum() or c == "_"),
}
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
# Of each kind one that a pattern may be waiting for.
_CHARACTERS = "a_1A .,;:=-+/\\\n\t\r\"'`()[]<>{}#%!?$&*@^|~\x1b\x9b\x07\0Tex\u0301\u202eé"


class TooManySteps(Exception):
    """Raised where a match takes more steps than it may."""


class Matcher:
    """Matches one pattern, and counts the steps in `steps`."""

    def __init__(self, pattern: str, flags: int = 0, most: int = 30_000) -> None:
        tree = parser.parse(pattern, flags)
        self.flags = tree.state.flags
        self.items: _Items = list(tree)
        self.most = most
        self.steps = 0
        self._text = ""
        self._groups: dict[int, tuple[int, int]] = {}

    def search(self, text: str, anchored: bool = False, whole: bool = False) -> bool:
        """Whether the pattern is found: anywhere, at the beginning, or only as the whole text."""
        self._text, self.steps = text, 0
        for start in range(1 if anchored else len(text) + 1):
            self._groups = {}
            if self._sequence(
                self.items, 0, start, lambda place: place == len(text) if whole else True
            ):
                return True
        return False

    def all(self, text: str) -> None:
        """Find every match in the text, as `sub` and `findall` do."""
        self._text, self.steps, start = text, 0, 0
        while start <= len(text):
            self._groups = {}
            end = self._first_end(self.items, start)
            start = start + 1 if end is None else max(start + 1, end)

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self.most:
            raise TooManySteps

    def _sequence(self, items: _Items, index: int, place: int, then: _Next) -> bool:
        # Characters one by one, and only what can be tried in several ways by recursion.
        while index < len(items) and _is_simple(items[index]):
            self._step()
            if not self._matches(items[index], place):
                return False
            place, index = place + 1, index + 1
        if index == len(items):
            return then(place)
        return self._one(items[index], place, lambda at: self._sequence(items, index + 1, at, then))

    def _matches(self, item: tuple[Any, Any], place: int) -> bool:
        if place >= len(self._text):
            return False
        character = self._text[place]
        if self.flags & re.IGNORECASE:
            return any(
                _is_in(item, each, self.flags) for each in {character.lower(), character.upper()}
            )
        return _is_in(item, character, self.flags)

    def _one(self, item: tuple[Any, Any], place: int, then: _Next) -> bool:
        self._step()
        kind, value = item
        if kind is sre.AT:
            return self._at(value, place) and then(place)
        if kind is sre.BRANCH:
            return any(self._sequence(list(each), 0, place, then) for each in value[1])
        if kind is sre.SUBPATTERN:
            group, _, _, inner = value
            return self._sequence(
                list(inner), 0, place, lambda at: self._kept(group, place, at, then)
            )
        if kind is sre.ATOMIC_GROUP:
            end = self._first_end(list(value), place)
            return end is not None and then(end)
        if kind in (sre.ASSERT, sre.ASSERT_NOT):
            return self._looked(value, place) is (kind is sre.ASSERT) and then(place)
        if kind is sre.GROUPREF:
            start, end = self._groups.get(value, (0, 0))
            known = self._text[start:end]
            return self._text.startswith(known, place) and then(place + len(known))
        if kind in _REPEATS:
            return self._repeat(kind, value, place, then)
        raise NotImplementedError(str(kind))

    def _kept(self, group: int | None, start: int, end: int, then: _Next) -> bool:
        before = dict(self._groups)
        if group is not None:
            self._groups[group] = start, end
        if then(end):
            return True
        self._groups = before
        return False

    def _first_end(self, items: _Items, place: int) -> int | None:
        ends: list[int] = []

        def ended(at: int) -> bool:
            ends.append(at)
            return True

        return ends[0] if self._sequence(items, 0, place, ended) else None

    def _looked(self, value: Any, place: int) -> bool:
        direction, inner = value
        if direction > 0:
            return self._first_end(list(inner), place) is not None
        least, _ = inner.getwidth()
        if place < least:
            return False
        return self._first_end(list(inner), place - least) == place

    def _repeat(self, kind: Any, value: Any, place: int, then: _Next) -> bool:
        least, most, inner = value
        items = list(inner)
        if len(items) == 1 and _is_simple(items[0]):
            return self._repeat_one(kind, items[0], least, most, place, then)
        if kind is sre.POSSESSIVE_REPEAT:
            count = 0
            while count < most:
                end = self._first_end(items, place)
                if end is None or (end == place and count >= least):
                    break
                place, count = end, count + 1
            return count >= least and then(place)
        return self._again(kind, items, least, most, place, 0, then)

    def _again(
        self, kind: Any, items: _Items, least: int, most: int, place: int, count: int, then: _Next
    ) -> bool:
        def more() -> bool:
            return count < most and self._sequence(
                items,
                0,
                place,
                lambda at: (
                    (at > place or count < least)
                    and self._again(kind, items, least, most, at, count + 1, then)
                ),
            )

        if count < least:
            return more()
        return then(place) or more() if kind is sre.MIN_REPEAT else more() or then(place)

    def _repeat_one(
        self, kind: Any, item: tuple[Any, Any], least: int, most: int, place: int, then: _Next
    ) -> bool:
        if kind is sre.MIN_REPEAT:
            count = 0
            while True:
                if count >= least and then(place + count):
                    return True
                self._step()
                if count >= most or not self._matches(item, place + count):
                    return False
                count += 1
        count = 0
        while count < most and self._matches(item, place + count):
            self._step()
            count += 1
        if kind is sre.POSSESSIVE_REPEAT:
            return count >= least and then(place + count)
        for each in range(count, least - 1, -1):
            self._step()
            if then(place + each):
                return True
        return False

    def _at(self, where: Any, place: int) -> bool:
        text, end = self._text, len(self._text)
        lines = self.flags & re.MULTILINE
        if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            first = place == 0
            return first or bool(lines and where is sre.AT_BEGINNING and text[place - 1] == "\n")
        if where is sre.AT_END:
            last = place == end or (place == end - 1 and text[place] == "\n")
            return last or bool(lines and place < end and text[place] == "\n")
        if where is sre.AT_END_STRING:
            return place == end
        word = _CATEGORIES[sre.CATEGORY_WORD]
        edge = (place > 0 and word(text[place - 1])) != (place < end and word(text[place]))
        return edge if where is sre.AT_BOUNDARY else not edge


def _is_simple(item: tuple[Any, Any]) -> bool:
    return item[0] in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)


def _is_in(item: tuple[Any, Any], character: str, flags: int) -> bool:
    kind, value = item
    if kind is sre.LITERAL:
        return bool(ord(character) == value)
    if kind is sre.NOT_LITERAL:
        return bool(ord(character) != value)
    if kind is sre.ANY:
        return bool(flags & re.DOTALL) or character != "\n"
    found = any(_is_of(each, character) for each in value if each[0] is not sre.NEGATE)
    return found != (value[0][0] is sre.NEGATE)


def _is_of(item: tuple[Any, Any], character: str) -> bool:
    kind, value = item
    if kind is sre.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    if kind is sre.CATEGORY:
        return _CATEGORIES[value](character)
    return bool(ord(character) == value)


def pumps(pattern: str, flags: int = 0) -> Iterator[tuple[str, str]]:
    """For each repetition without an end in the pattern: what leads to it, and what it repeats.

    The latter is what the repeated part may match: some characters, or a text.
    """
    tree = parser.parse(pattern, flags)
    flags = tree.state.flags
    simple = list(_simple_items(list(tree)))
    # Of characters that the whole pattern does not tell apart, one is enough.
    kinds = {tuple(_is_in(item, each, flags) for item in simple): each for each in _CHARACTERS}
    yield from _pumps(list(tree), "", flags, sorted(kinds.values()))


def _inner(kind: Any, value: Any) -> list[_Items]:
    if kind in _REPEATS:
        return [list(value[2])]
    if kind is sre.SUBPATTERN:
        return [list(value[3])]
    if kind is sre.ATOMIC_GROUP:
        return [list(value)]
    if kind is sre.BRANCH:
        return [list(each) for each in value[1]]
    return []


def _simple_items(items: _Items) -> Iterator[tuple[Any, Any]]:
    for item in items:
        if _is_simple(item):
            yield item
        for each in _inner(*item):
            yield from _simple_items(each)


def _pumps(items: _Items, before: str, flags: int, letters: list[str]) -> Iterator[tuple[str, str]]:
    for kind, value in items:
        if kind in _REPEATS and value[1] > 20:
            yield from ((before, each) for each in _samples(list(value[2]), flags, letters))
        for each in _inner(kind, value):
            yield from _pumps(each, before, flags, letters)
        before += _shortest([(kind, value)], flags)


def _samples(items: _Items, flags: int, letters: list[str]) -> list[str]:
    if len(items) == 1 and _is_simple(items[0]):
        fits = [each for each in letters if _is_in(items[0], each, flags)]
        return fits or [_shortest(items, flags)]
    found = [_shortest(items, flags)]
    for item in items:
        for each in _inner(*item):
            found += _samples(each, flags, letters)
    return [each for each in dict.fromkeys(found) if each]


def _shortest(items: _Items, flags: int) -> str:
    """A short text that the items match; of what looks around, nothing."""
    text = ""
    for kind, value in items:
        if kind is sre.LITERAL:
            text += chr(value)
        elif kind in (sre.NOT_LITERAL, sre.IN, sre.ANY):
            fits = [each for each in _CHARACTERS if _is_in((kind, value), each, flags)]
            text += fits[0] if fits else chr(_first_of(value))
        elif kind in _REPEATS:
            text += _shortest(list(value[2]), flags) * max(1, min(value[0], 20))
        elif kind is sre.SUBPATTERN:
            text += _shortest(list(value[3]), flags)
        elif kind is sre.ATOMIC_GROUP:
            text += _shortest(list(value), flags)
        elif kind is sre.BRANCH:
            text += _shortest(list(value[1][0]), flags)
    return text


def _first_of(value: Any) -> int:
    kind, found = value[0]
    return int(found[0] if kind is sre.RANGE else found)
