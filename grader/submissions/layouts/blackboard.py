"""Blackboard: the zip of "Assignment File Download", in Ultra "Download Submissions"."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from grader.model import Owner
from grader.submissions.layouts.attempts import numbered
from grader.submissions.layouts.beginnings import first_line
from grader.submissions.layouts.layout import Layout

# Of several `_attempt_` with a time the first one is the platform's.
_FILE = re.compile(
    r"(?P<whose>.+?)_attempt_(?P<time>[0-9]{4}(?:-[0-9]{2}){5})(?:\.txt|_(?P<title>.+))",
    re.DOTALL,
)
# The first line of the text that Blackboard writes of each attempt.
_NAME = re.compile(r"[^:]{1,30}:(?P<name>.*) \((?P<login>[^()]+)\)")


class _Parts(NamedTuple):
    """What the name of a file says.

    `whose` is the assignment's title and the login. `title` is the student's name of the file,
    and empty where Blackboard wrote it.
    """

    whose: str
    time: str
    title: str


class Blackboard(Layout):
    """`HW1_alee_attempt_2026-03-01-10-00-00_work.ipynb`: assignment, login, time, file.

    Beside the files of each attempt lies `HW1_alee_attempt_2026-03-01-10-00-00.txt`, whose first
    line, `Name: Ann Lee (alee)`, has the student's name and login.

    From Blackboard come the assignment's title, the login and the time; from the student what
    follows the time. A student's own file may be called `x_bray_attempt_2026-03-01-10-00-00_y`, so
    the first `_attempt_` with a time counts. Titles and logins may have underscores: where no text
    tells them apart, the title is what all names begin with.
    """

    name = "blackboard"
    title = "Blackboard download"

    def owners(self, path: PurePath) -> Sequence[Owner]:
        parts = _parts(path)
        if not parts:
            return ()
        login, name = self._people[parts.whose]
        return (
            Owner(
                name,
                {"login": login},
                submitted_at=_iso(parts.time),
                attempt=self._attempts[parts.whose, parts.time],
                attempts_of=parts.whose,
            ),
        )

    def is_platforms(self, path: PurePath) -> bool:
        """The text of an attempt is Blackboard's, unless it is all that there is of a student."""
        parts = _parts(path)
        return bool(parts and not parts.title and parts.whose in self._with_files)

    def file_name(self, path: PurePath) -> str:
        parts = _parts(path)
        return (parts.title if parts else "") or path.name

    @cached_property
    def _known(self) -> tuple[tuple[PurePath, _Parts], ...]:
        return tuple((path, parts) for path in self.files if (parts := _parts(path)))

    @cached_property
    def _with_files(self) -> frozenset[str]:
        return frozenset(parts.whose for _, parts in self._known if parts.title)

    @cached_property
    def _people(self) -> dict[str, tuple[str, str]]:
        """Assignment's title and login -> the login and the name."""
        told = dict(self._told())
        everybody = {parts.whose for _, parts in self._known}
        title = _title(everybody, told)
        logins = {each: each.removeprefix(title) for each in everybody}
        return {each: told.get(each, (login, login)) for each, login in logins.items()}

    def _told(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """What the texts say of students, as in `_people`."""
        for path, parts in self._known:
            match = None if parts.title else _NAME.fullmatch(first_line(self.root / path))
            if match and parts.whose.endswith(f"_{match['login']}"):
                yield parts.whose, (match["login"], match["name"].strip() or match["login"])

    @cached_property
    def _attempts(self) -> dict[tuple[str, str], int]:
        return numbered((parts.whose, parts.time) for _, parts in self._known)


def _parts(path: PurePath) -> _Parts | None:
    match = _FILE.fullmatch(path.name) if len(path.parts) == 1 else None
    return _Parts(match["whose"], match["time"], match["title"] or "") if match else None


def _title(everybody: set[str], told: dict[str, tuple[str, str]]) -> str:
    """The assignment's title with an underscore, as it stands before the logins."""
    for whose, (login, _) in told.items():
        return whose.removesuffix(login)
    # The longest common beginning of strings is wanted, not of paths. Of one name alone, the login
    # is what follows the last underscore.
    common = os.path.commonprefix(sorted(everybody))  # noqa: RUF071
    return common[: common.rfind("_") + 1]


def _iso(time: str) -> str:
    year, month, day, hour, minute, second = time.split("-")
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}"
