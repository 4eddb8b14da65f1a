"""Brightspace (D2L): the zip of "Download" of an assignment's submissions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from grader.model import Owner
from grader.submissions.layouts.attempts import numbered
from grader.submissions.layouts.dates import WRITTEN_OUT, written_out
from grader.submissions.layouts.layout import Layout

_START = re.compile(r"(?P<user>[0-9]+)-[0-9]+ ?- ?")
# Of several times in a name the first one is the platform's.
_TIME = re.compile(rf" ?- ?(?P<time>{WRITTEN_OUT})(?: ?- ?(?P<title>.+))?\Z", re.DOTALL)
# A folder ends with the time, also where it is written in a language that cannot be read here.
_ANY_TIME = re.compile(r" ?- (?P<time>(?:(?! - ).)*[0-9]{4}(?:(?! - ).)*)\Z", re.DOTALL)
_INDEX = "index.html"


class _Parts(NamedTuple):
    """What a path says; `title` is the file as the student called it."""

    user: str
    name: str
    time: str
    title: str


class Brightspace(Layout):
    """`11111-222222 - Ann Lee - Mar 1, 2026 1000 AM/work.ipynb`, or that as the file's prefix.

    The first number is the user's, the second one the assignment's. Each time that a student hands
    in, there is one more folder. `index.html` at the top is Brightspace's own.

    From Brightspace come both numbers, the name and the time; from the student what is in the
    folder, or what follows the time in a file's name. A student's own file may be called
    `1-2 - Bob Ray - Mar 1, 2026 1000 AM - y`, so the first time in the name counts.
    """

    name = "brightspace"
    title = "Brightspace download"

    def owners(self, path: PurePath) -> Sequence[Owner]:
        parts = _parts(path)
        if not parts:
            return ()
        ids, when = {"brightspace": parts.user}, written_out(parts.time)
        if not when:
            # Which of several attempts is the last one cannot be told.
            return (Owner(parts.name, ids, submitted_at=parts.time),)
        number = self._attempts[parts.user, when]
        return (Owner(parts.name, ids, submitted_at=when, attempt=number, attempts_of=parts.user),)

    def is_platforms(self, path: PurePath) -> bool:
        return path.parts == (_INDEX,)

    def file_name(self, path: PurePath) -> str:
        parts = _parts(path)
        return PurePath(parts.title).name if parts else path.name

    @cached_property
    def _attempts(self) -> dict[tuple[str, str], int]:
        known = (parts for path in self.files if (parts := _parts(path)))
        return numbered((parts.user, written_out(parts.time)) for parts in known)


def _parts(path: PurePath) -> _Parts | None:
    top, inside = path.parts[0], "/".join(path.parts[1:])
    if not (start := _START.match(top)):
        return None
    time = _TIME.search(top, start.end())
    if inside and (not time or time["title"]):
        time = _ANY_TIME.search(top, start.end())
    title = inside or (time and time.groupdict().get("title"))
    if not time or not title:
        return None
    return _Parts(start["user"], top[start.end() : time.start()].strip(), time["time"], title)
