"""Canvas: the zip of "Download Submissions"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout

# Behind the user's number: the file's number and its title, or what Canvas calls a text or a link.
_FILE = r"(?:[0-9]+_(?P<title>.+)|(?P<entered>(?:text|link)\.html))"
# Names have no blanks or brackets, as those of other platforms do, whatever title comes after them.
_NAMED = re.compile(rf"(?P<name>[^\s()]*?)(?P<late>_LATE)?_(?P<user>[0-9]+)_{_FILE}", re.DOTALL)
_ANONYMOUS = re.compile(
    rf"(?P<late>LATE_)?anon(?P<late_too>_LATE)?_(?P<user>[A-Za-z0-9]{{5}})_{_FILE}", re.DOTALL
)


class Canvas(Layout):
    """`name_12345_67890_title.ipynb`: the student's name, the numbers of user and file, the title.

    After the name there may be `_LATE`. In anonymous grading `anon`, or `LATE_anon`, stands for the
    name, and the user has five letters and digits. What was entered as a text or a link is called
    `name_12345_text.html`. The zip holds only files of each student's last attempt, so all of them
    count. A title ends with `-1` where the student had uploaded a file of that name before.

    From Canvas come the name, in small letters and without blanks, and the numbers; from the
    student the title. A title may hold other numbers, `x_12345_67890_y`, so those that come first
    count. Canvas leaves out `_12345_` in names, which students may choose in some schools.
    """

    name = "canvas"
    title = "Canvas download"

    def owners(self, path: PurePath) -> Sequence[Owner]:
        match = self._match(path)
        if not match:
            return ()
        user, late = match["user"], bool(match["late"])
        if self._anonymous:
            late = late or bool(match["late_too"])
            return (Owner(f"anon {user}", {"canvas_anonymous": user}, late=late),)
        return (Owner(match["name"] or user, {"canvas": user}, late=late),)

    def file_name(self, path: PurePath) -> str:
        match = self._match(path)
        return (match["title"] if match else "") or path.name

    def _match(self, path: PurePath) -> re.Match[str] | None:
        form = _ANONYMOUS if self._anonymous else _NAMED
        return form.fullmatch(path.name) if len(path.parts) == 1 else None

    @cached_property
    def _anonymous(self) -> bool:
        """Whether this is anonymous grading: then it is so for everybody."""
        names = [path.name for path in self.files if len(path.parts) == 1]
        anonymous, named = (
            {match["user"] for name in names if (match := form.fullmatch(name))}
            for form in (_ANONYMOUS, _NAMED)
        )
        return len(anonymous) > len(named)
