"""Moodle: the zip of "Download all submissions", in folders or without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from grader.model import Owner
from grader.submissions.layouts.beginnings import is_blank_page
from grader.submissions.layouts.layout import Layout
from grader.text import counted

# Of several such words in a name the first one is the platform's.
_PREFIX = re.compile(
    r"(?P<whose>.+?)_assign(?P<kind>submission|feedback)_(?P<plugin>[a-z][a-z0-9]*)(?:_(?P<title>.*))?",
    re.DOTALL,
)
_NUMBERED = re.compile(r"(?P<name>.*)_(?P<number>[0-9]+)", re.DOTALL)


class _Parts(NamedTuple):
    """What a path says; `title` is the file as the student called it."""

    whose: str
    kind: str
    plugin: str
    title: str


class Moodle(Layout):
    """`Full Name_12345_assignsubmission_file/work.ipynb`, or that as the file's prefix.

    The number is the participant's in this assignment. Where groups hand in, name and number are
    the group's, and there is no number for those who are in no group.

    A text that was entered online lies in `Full Name_12345_assignsubmission_onlinetext/`, and in
    most classes it is blank. What begins with `_assignfeedback_` was not handed in.

    From Moodle comes everything up to `_assignsubmission_file`, where blanks stand for underscores
    in names; from the student what is in the folder, or follows in the file's name. A student's own
    file may be called `Dora Friend_303_assignsubmission_file_x.ipynb`, so the first
    `_assignsubmission_` counts.
    """

    name = "moodle"
    title = "Moodle download"

    def owners(self, path: PurePath) -> Sequence[Owner]:
        parts = _parts(path)
        if not parts:
            return ()
        if numbered := _NUMBERED.fullmatch(parts.whose):
            name = numbered["name"] or numbered["number"]
            return (Owner(name, {"moodle": numbered["number"]}),)
        return (Owner(parts.whose, {"moodle_group": parts.whose}),)

    def is_platforms(self, path: PurePath) -> bool:
        """Feedback, and texts that are blank or were entered by somebody who handed in files."""
        parts = _parts(path)
        if not parts or parts.kind == "feedback":
            return bool(parts)
        return _is_text(parts) and (
            parts.whose in self._with_files or is_blank_page(self.root / path)
        )

    def remarks(self) -> Sequence[str]:
        number = sum(map(self._is_written_beside, self.files))
        if not number:
            return ()
        return (f"{counted(number, 'student')} also entered a text online, which is not graded",)

    def file_name(self, path: PurePath) -> str:
        parts = _parts(path)
        return PurePath(parts.title).name if parts else path.name

    def _is_written_beside(self, path: PurePath) -> bool:
        parts = _parts(path)
        return bool(
            parts
            and _is_text(parts)
            and parts.whose in self._with_files
            and not is_blank_page(self.root / path)
        )

    @cached_property
    def _with_files(self) -> frozenset[str]:
        known = (parts for path in self.files if (parts := _parts(path)))
        return frozenset(
            parts.whose for parts in known if parts.kind == "submission" and not _is_text(parts)
        )


def _parts(path: PurePath) -> _Parts | None:
    match = _PREFIX.fullmatch(path.parts[0])
    inside = "/".join(path.parts[1:])
    if not match or not (inside or match["title"]):
        return None
    return _Parts(match["whose"], match["kind"], match["plugin"], inside or match["title"])


def _is_text(parts: _Parts) -> bool:
    """Whether it is the page that Moodle makes of a text, rather than a picture in that text."""
    return parts.plugin == "onlinetext" and parts.title.endswith(".html")
