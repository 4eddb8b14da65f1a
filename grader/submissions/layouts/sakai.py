"""Sakai: the zip of "Download All" of an assignment."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cached_property
from html import unescape
from pathlib import PurePath
from typing import NamedTuple

from grader.model import Owner
from grader.submissions.layouts.beginnings import beginning, first_line, is_blank_page
from grader.submissions.layouts.layout import Layout

_PERSON = r"[^;]*,[^;]*\([^();]+\)"
_PEOPLE = re.compile(rf"{_PERSON}(?:; {_PERSON})*", re.DOTALL)
# Without folders, what follows the first closing bracket and "_" is no longer a person.
_FLAT = re.compile(r"(?P<people>[^/]*?\([^()/]+\))_(?P<rest>.+)", re.DOTALL)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_GROUP = re.compile(rf"(?P<name>.*) \((?P<id>{_UUID})\)", re.DOTALL)
_ANONYMOUS = re.compile(rf"(?P<id>{_UUID}) .*", re.DOTALL)
_ATTACHED = "Submission attachment(s)"
_FEEDBACK = "Feedback "
_TEXT = re.compile(r".*_submissionText\.(?:html|txt)", re.DOTALL)
TIMESTAMP = "timestamp.txt"
_OWN = frozenset({TIMESTAMP, "feedbackText.html", "comments.txt", "members.txt"})
_OLD_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}")


class _Parts(NamedTuple):
    """What a path says: whose folder, and the file as Sakai or the student called it.

    `attached` says whether the student handed it in as a file.
    """

    whose: str
    name: str
    attached: bool


class Sakai(Layout):
    """`HW1/Lee, Ann(alee)/Submission attachment(s)/work.ipynb`: name, login, file.

    Without folders the file is called `Lee, Ann(alee)_Submission attachment(s)_work.ipynb`. In
    anonymous grading a long number stands for the student. Where groups hand in, the folder has the
    group's name, and `members.txt` in it all members.

    From Sakai come the assignment's folder, the names and logins, the names of the folders below,
    `timestamp.txt`, `members.txt` and `grades.csv` in their places; from the student what lies in
    the folder of attachments, or what follows the first bracket with "_" in a file's name. Names
    lack accents, and letters other than Latin ones, so `grades.csv` is asked for them.
    """

    name = "sakai"
    title = "Sakai download"

    def owners(self, path: PurePath) -> Sequence[Owner]:
        parts = _parts(path)
        return self._owners(parts.whose, len(path.parts) > 1) if parts else ()

    def is_platforms(self, path: PurePath) -> bool:
        """Sakai's own files; a text that was entered is one if there are files besides."""
        parts = _parts(path)
        if not parts:
            return len(path.parts) == 1 and path.stem == "grades"
        if parts.attached or not _TEXT.fullmatch(parts.name):
            if not parts.attached and parts.name == TIMESTAMP:
                # It is there if something was handed in, such as a text that was not downloaded.
                return parts.whose in self._with_any
            own = not parts.attached and parts.name in _OWN
            return own or parts.name.startswith(_FEEDBACK)
        return parts.whose in self._with_files or is_blank_page(self.root / path)

    def file_name(self, path: PurePath) -> str:
        parts = _parts(path)
        return PurePath(parts.name).name if parts else path.name

    @cached_property
    def _with_files(self) -> frozenset[str]:
        known = (parts for path in self.files if (parts := _parts(path)))
        return frozenset(parts.whose for parts in known if parts.attached)

    @cached_property
    def _with_any(self) -> frozenset[str]:
        """Those who handed in files, or a text that is not blank."""
        known = ((path, parts) for path in self.files if (parts := _parts(path)))
        texts = (
            parts.whose
            for path, parts in known
            if _TEXT.fullmatch(parts.name) and not is_blank_page(self.root / path)
        )
        return self._with_files | frozenset(texts)

    def _owners(self, whose: str, folder: bool) -> Sequence[Owner]:
        when = _iso(first_line(self.root / whose / TIMESTAMP)) if folder else ""
        if group := _GROUP.fullmatch(whose):
            members = unescape(beginning(self.root / whose / "members.txt")) if folder else ""
            people = self._people(members.strip(), when)
            return people or (
                Owner(group["name"], {"sakai_group": group["id"]}, submitted_at=when),
            )
        if anonymous := _ANONYMOUS.fullmatch(whose):
            number = anonymous["id"]
            return (Owner(f"anonymous {number[:8]}", {"sakai": number}, submitted_at=when),)
        return self._people(whose, when)

    def _people(self, text: str, when: str) -> Sequence[Owner]:
        if not _PEOPLE.fullmatch(text):
            return ()
        people = (each.removesuffix(")").rpartition("(") for each in text.split("; "))
        return tuple(
            Owner(
                self._names.get(login) or _name(name) or login, {"login": login}, submitted_at=when
            )
            for name, _, login in people
        )

    @cached_property
    def _names(self) -> dict[str, str]:
        """Login -> "last name, first name", as `grades.csv` has them, with all their letters."""
        rows = csv.reader(beginning(self.root / "grades.csv", 10_000_000).splitlines())
        return {row[1]: f"{row[2]}, {row[3]}" for row in rows if len(row) > 3 and row[2]}


def _parts(path: PurePath) -> _Parts | None:
    if len(path.parts) > 1:
        whose, *inside = path.parts
        # An assignment's title, such as "Lab 3, part (1)", may look like a student's folder.
        known = _is_whose(whose) and not (len(inside) > 1 and _is_whose(inside[0]))
        return _Parts(whose, "/".join(inside), len(inside) > 1) if known else None
    match = _FLAT.fullmatch(path.name)
    if not match or not _PEOPLE.fullmatch(match["people"]):
        return None
    rest, attached = match["rest"], f"{_ATTACHED}_"
    return _Parts(match["people"], rest.removeprefix(attached), rest.startswith(attached))


def _is_whose(folder: str) -> bool:
    return any(form.fullmatch(folder) for form in (_PEOPLE, _GROUP, _ANONYMOUS))


def _name(name: str) -> str:
    return name.strip().removesuffix(",").removeprefix(", ")


def _iso(time: str) -> str:
    """Sakai's time in ISO 8601; before version 12 it had only digits, in universal time."""
    match = _OLD_TIME.fullmatch(time)
    return "{}-{}-{}T{}:{}:{}+00:00".format(*match.groups()) if match else time
