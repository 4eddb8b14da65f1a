"""Canvas: the zip of "Download Submissions"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout

_NAMED = re.compile(
    r"(?P<name>.+?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<title>.*)", re.DOTALL
)
_ANONYMOUS = re.compile(
    r"(?P<name>anon)(?P<late>_LATE)?_(?P<user>[A-Za-z0-9]{5})_(?P<file>\d+)_(?P<title>.*)",
    re.DOTALL,
)
_UPLOADED_AGAIN = re.compile(r"(?P<title>.+)-(?P<again>\d{1,3})", re.DOTALL)


class Canvas(Layout):
    """`name_12345_67890_title.ipynb`: the student's name, the numbers of user and file, the title.

    After the name there may be `_LATE`, after the title `-1`, `-2`, ... if it was uploaded again.
    In anonymous grading the name is `anon`, and the user has five letters and digits.
    """

    name = "canvas"
    title = "Canvas download"

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        anonymous = _ANONYMOUS.fullmatch(notebook.stem)
        match = anonymous or _NAMED.fullmatch(notebook.stem)
        if not match or len(notebook.parts) > 1:
            return ()
        again = _UPLOADED_AGAIN.fullmatch(match["title"])
        user = match["user"]
        return (
            Owner(
                f"anon {user}" if anonymous else match["name"],
                {"canvas_anonymous" if anonymous else "canvas": user},
                late=bool(match["late"]),
                attempt=int(again["again"]) + 1 if again else 1,
                attempts_of=f"{user}/{again['title'] if again else match['title']}",
            ),
        )
