"""A layout that whoever grades describes: `{name}_{id}_{title}.ipynb`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePath
from typing import NamedTuple
from unicodedata import normalize

from grader.errors import InputError
from grader.model import Owner
from grader.submissions.layouts.attempts import numbered
from grader.submissions.layouts.dates import WRITTEN_OUT, written_out
from grader.submissions.layouts.layout import Layout, is_notebook

# What `layout_of` is given begins with this word where it is a pattern.
PATTERN = "pattern="
# What may be known of a student. A pattern needs at least one of these words.
_WHO = frozenset({"name", "first", "last", "login", "email", "id"})
# Those that are ids, the most telling one last.
_IDS = ("email", "login", "id")
_WORDS = _WHO | {"title", "time", "attempt"}
_TOKEN = re.compile(r"\{(?P<word>[^{}]*)\}|(?P<star>\*)|(?P<brace>[{}])|(?P<text>[^{}*]+)")
_DIGITS = re.compile(
    r"(?P<date>[0-9]{4}[-_.]?[0-9]{2}[-_.]?[0-9]{2})"
    r"(?:[T _-]{0,3}(?P<clock>[0-9]{2}[-_.:h]?[0-9]{2}(?:[-_.:]?[0-9]{2})?))?"
)
_TIME = re.sub(r"\?P<\w+>", "?:", rf"(?:{_DIGITS.pattern}|{WRITTEN_OUT})")
_SUFFIX = re.compile(r"(?:\.ipynb)?\.[A-Za-z0-9]{1,10}\Z|\.ipynb\Z", re.IGNORECASE)


class _Token(NamedTuple):
    """A piece of a pattern: a word, which is `*` for anything, or a text."""

    word: str = ""
    text: str = ""


class Pattern(Layout):
    """Whatever the pattern says: words in braces, `*` for anything, `/` between folders.

    `{title}`, or else the last `*` of each name, is for what students choose. The words before it
    are found from the left and those behind it from the right, so that nothing a student writes
    there changes what the others stand for. Where the words for people are in folders, everything
    in such a folder is theirs. The suffix of the pattern stands for every suffix, since a student
    who handed in a PDF has an owner, too.
    """

    name = "pattern"
    title = "the given pattern"

    def __init__(self, root: Path, files: Collection[PurePath], pattern: str) -> None:
        super().__init__(root, files)
        self._pattern = pattern
        self._names = [re.compile(_expression(name)) for name in _names(pattern)]
        words = {word for name in _names(pattern)[:-1] for word, _ in name}
        self._in_folders = bool(words & _WHO)

    def fits(self) -> bool:
        """Whether at least half of the files fit; loose ones that are no notebooks do not count."""
        yes, no = self._tried
        return yes >= len(no)

    def misfits(self) -> str:
        """What is said where the pattern does not fit."""
        yes, no = self._tried
        examples = " and ".join(repr(str(path)) for path in no[:2])
        return (
            f"the pattern {self._pattern!r} fits {yes} of {yes + len(no)} files, "
            f"and not, for example, {examples}"
        )

    def owners(self, path: PurePath) -> Sequence[Owner]:
        words = self._said(path)
        if not words:
            return ()
        name = words.get("name") or " ".join(filter(None, map(words.get, ("first", "last"))))
        ids: dict[str, str] = {kind: words[kind] for kind in _IDS if kind in words}
        made = _attempt(words)
        return (
            Owner(
                name or list(ids.values())[-1],
                ids or {"pattern": name},
                email=words.get("email", ""),
                submitted_at=_iso(words.get("time", "")),
                attempt=self._attempts[made] if made else 1,
                attempts_of=made[0] if made else "",
            ),
        )

    @cached_property
    def _tried(self) -> tuple[int, list[PurePath]]:
        """How many files fit, and which do not."""
        no = [path for path in self.files if not self._said(path)]
        yes = len(self.files) - len(no)
        return yes, [path for path in no if len(path.parts) > 1 or is_notebook(path)]

    @cached_property
    def _attempts(self) -> dict[tuple[str, str], int]:
        said = (words for path in self.files if (words := self._said(path)))
        return numbered(made for words in said if (made := _attempt(words)))

    def _said(self, path: PurePath) -> dict[str, str]:
        """What each word of the pattern stands for; empty if the path does not fit."""
        parts = [normalize("NFC", part) for part in path.parts]
        folders, last = self._names[:-1], self._names[-1]
        inside = parts[len(folders) :]
        if not inside or (len(inside) > 1 and not self._in_folders):
            return {}
        matches = [form.fullmatch(part) for form, part in zip(folders, parts, strict=False)]
        match = last.fullmatch(_stem(inside[0])) if len(inside) == 1 else None
        if match or not self._in_folders:
            matches.append(match)
        if not all(matches):
            return {}
        return {word: text for each in matches if each for word, text in each.groupdict().items()}


def _attempt(words: dict[str, str]) -> tuple[str, str] | None:
    """Who made an attempt, and when; None if a pattern does not say when."""
    # With zeros before it, a number comes in the right order as a text.
    when = words["attempt"].zfill(6) if "attempt" in words else _iso(words.get("time", ""))
    who = json.dumps([words[word] for word in sorted(_WHO & words.keys())])
    return (who, when) if when else None


def _names(pattern: str) -> list[list[_Token]]:
    """The tokens of each name between slashes; raises InputError for what is no pattern."""
    names = [list(_tokens(pattern, name)) for name in normalize("NFC", pattern).split("/")]
    words = [token.word for name in names for token in name if token.word not in ("", "*")]
    if twice := next((word for word in words if words.count(word) > 1), ""):
        raise _wrong(pattern, f"has {{{twice}}} twice")
    if not _WHO & set(words):
        raise _wrong(pattern, "does not say whose file it is")
    return names


def _tokens(pattern: str, name: str) -> Iterator[_Token]:
    if not name:
        raise _wrong(pattern, "has a folder without a name")
    before = ""
    for match in _TOKEN.finditer(_stem(name)):
        word = "*" if match["star"] else match["word"]
        if match["brace"] or word not in (None, "*", *_WORDS):
            raise _wrong(pattern, f"has {match[0]!r} in it, which is no word of a pattern")
        if before and word:
            raise _wrong(pattern, "needs a text between two words, such as _ or -")
        before = word or ""
        yield _Token(before, match["text"] or "")


def _wrong(pattern: str, why: str) -> InputError:
    return InputError(
        f"the pattern {pattern!r} {why}; a pattern has the words {{name}}, {{first}}, {{last}}, "
        "{login}, {email}, {id}, {title}, {time}, {attempt}, and * for anything else"
    )


def _stem(name: str) -> str:
    """A file's name without its suffix, such as ".ipynb.txt"."""
    match = _SUFFIX.search(name)
    return name[: match.start()] if match and match.start() else name


def _expression(tokens: Sequence[_Token]) -> str:
    """A regular expression for one name.

    What students choose stands between what is found from the left and what is found from the
    right. On the left a word ends where the text behind it begins for the first time, on the right
    it also begins behind the last time of the text before it. Only a name before an id may go on
    behind that text. So there is one way to match, and it is found quickly.
    """
    stars = [place for place, token in enumerate(tokens) if token.word == "*"]
    titles = [place for place, token in enumerate(tokens) if token.word == "title"]
    middle = (titles or stars or [len(tokens)])[-1]
    left = "".join(_form(tokens, place, True) for place in range(middle))
    right = "".join(_form(tokens, place, False) for place in range(middle + 1, len(tokens)))
    return f"(?s:(?>{left})(?P<title>.*){right})" if middle < len(tokens) else f"(?s:{left})"


def _form(tokens: Sequence[_Token], place: int, left: bool) -> str:
    """The expression for a token; `left` where it is found from the left."""
    word, text = tokens[place]
    if not word:
        return re.escape(text)
    before = re.escape(tokens[place - 1].text) if place else ""
    behind = re.escape(tokens[place + 1].text) if place + 1 < len(tokens) else ""
    neither = _without(behind) if left and word != "id" else _without(before, behind)
    forms = {
        "id": rf"{neither}*?[0-9]{neither}*",
        "email": r"[^@\s]+@[A-Za-z0-9.-]+",
        "time": _TIME,
        "attempt": "[0-9]{1,6}",
    }
    form = forms.get(word, f"{neither}+")
    if word == "name" and left and place + 2 < len(tokens) and tokens[place + 2].word in forms:
        form = ".+?"
    return f"(?:{form})" if word == "*" else f"(?P<{word}>{form})"


def _without(*texts: str) -> str:
    """An expression for a character at which none of the texts begins."""
    ends = "|".join(filter(None, texts))
    return f"(?:(?!{ends}).)" if ends else "."


def _iso(text: str) -> str:
    """A time in ISO 8601, as far as it is known; empty if there is none."""
    match = _DIGITS.fullmatch(text)
    if not match:
        return written_out(text)
    digits = re.sub(r"[^0-9]", "", match["date"] + (match["clock"] or ""))
    year, month, day, *clock = (digits[:4], digits[4:6], digits[6:8], digits[8:10], digits[10:12])
    second = digits[12:14] or "00"
    return f"{year}-{month}-{day}" + (f"T{clock[0]}:{clock[1]}:{second}" if clock[0] else "")
