"""Google Classroom: an assignment's folder in the teacher's Google Drive, downloaded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout, is_notebook

_NAMED = re.compile(r"(?P<name>.+?)(?<! ) ++[-\u2013] +(?P<title>.+)", re.DOTALL)
# What Drive puts before or behind the title of a copy, in several languages.
_COPY = re.compile(
    r"(?:copy of|kopie von|copie de|copia de|cópia de|kopie van|kopia|kopi av|kopi af|копия) "
    r"|(?: |^)copy$|(?:のコピー|의 사본|的副本)$| ?\([0-9]+\)$",
    re.IGNORECASE,
)


class GoogleClassroom(Layout):
    """`HW1/Ann Lee - Averages.ipynb`: the student's name and the title of the assignment's file.

    Most titles are the same, apart from "Copy of" and the like; by that the layout is recognized.

    Google Classroom writes the name, but a student can rename a file in Drive until it is handed
    in: the whole name is the student's word. Nothing else tells whose file it is. Several files of
    a name are no attempts, since nothing says which is the later one.
    """

    name = "google_classroom"
    title = "Google Classroom's folder (by file names, which students can change)"

    def fits(self) -> bool:
        names = {name for name, _ in self._known}
        return len(names) > 1 and 2 * self._alike > len(self._known) and super().fits()

    def owners(self, path: PurePath) -> Sequence[Owner]:
        match = _NAMED.fullmatch(path.name) if len(path.parts) == 1 else None
        return (Owner(match["name"], {"google_classroom": match["name"]}),) if match else ()

    def file_name(self, path: PurePath) -> str:
        match = _NAMED.fullmatch(path.name)
        return match["title"] if match else path.name

    @cached_property
    def _known(self) -> tuple[tuple[str, str], ...]:
        """The names and titles of the notebooks."""
        paths = (path for path in self.files if len(path.parts) == 1 and is_notebook(path))
        matches = (_NAMED.fullmatch(path.stem) for path in paths)
        return tuple((match["name"], _title(match["title"])) for match in matches if match)

    @cached_property
    def _alike(self) -> int:
        """How many notebooks have the title that most have."""
        return max(Counter(title for _, title in self._known).values(), default=0)


def _title(title: str) -> str:
    before = ""
    while before != title:
        before, title = title, _COPY.sub("", title, count=1).strip()
    return title.casefold()
