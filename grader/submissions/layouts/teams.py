"""Microsoft Teams: the class' files in SharePoint, downloaded or synchronized by OneDrive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from grader.model import Owner
from grader.submissions.layouts.attempts import numbered
from grader.submissions.layouts.layout import Layout

# "Version 1", as many languages call it.
_VERSION = re.compile(
    r"(?:v[eé]rsi[oó]ne?|versão|versie|versjon|versio|wersja|verze|verzia|verzió|версия|версія"
    r"|έκδοση|sürüm|バージョン|버전|版本|الإصدار|גירסה) ?(?P<number>[0-9]{1,6})",
    re.IGNORECASE,
)
_SUBMITTED, _WORKING = "submitted files", "working files"


class _Parts(NamedTuple):
    student: str
    assignment: str
    version: int


class Teams(Layout):
    """`Submitted files/Ann Lee/HW1/Version 1/work.ipynb`: student, assignment, version, file.

    `Submitted files` may be missing. What lies beside it in `Working files`, without a version, was
    not handed in.

    From Teams come the names of all these folders, the student's included; from the student what
    lies in the folder of a version. The name is all that Teams says of a student.
    """

    name = "teams"
    title = "Teams' submitted files"

    def owners(self, path: PurePath) -> Sequence[Owner]:
        parts = _parts(path)
        if not parts:
            return ()
        of = _attempts_of(parts)
        number = self._attempts[of, parts.version]
        return (Owner(parts.student, {"teams": parts.student}, attempt=number, attempts_of=of),)

    def is_platforms(self, path: PurePath) -> bool:
        """Files that students work on in Teams, and have not handed in."""
        return len(path.parts) > 1 and path.parts[0].casefold() == _WORKING and self._has_submitted

    def remarks(self) -> Sequence[str]:
        number = sum(map(self.is_platforms, self.files))
        if not number:
            return ()
        return (f"{number} in the folder of working files: not handed in, so not graded",)

    @cached_property
    def _has_submitted(self) -> bool:
        return any(path.parts[0].casefold() == _SUBMITTED for path in self.files)

    @cached_property
    def _attempts(self) -> dict[tuple[str, int], int]:
        known = (parts for path in self.files if (parts := _parts(path)))
        return numbered((_attempts_of(parts), parts.version) for parts in known)


def _parts(path: PurePath) -> _Parts | None:
    above = 1 if path.parts[0].casefold() == _SUBMITTED else 0
    if len(path.parts) < above + 4:
        return None
    student, assignment, version = path.parts[above : above + 3]
    match = _VERSION.fullmatch(version)
    return _Parts(student, assignment, int(match["number"])) if match else None


def _attempts_of(parts: _Parts) -> str:
    return f"{parts.student}/{parts.assignment}"
