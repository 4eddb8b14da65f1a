"""Moodle: the zip of "Download all submissions", in folders or without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout

_PREFIX = re.compile(r"(?P<name>.+)_(?P<participant>\d+)_assignsubmission_file(_.*)?", re.DOTALL)


class Moodle(Layout):
    """`Full Name_12345_assignsubmission_file_/work.ipynb`, or that as the file's prefix."""

    name = "moodle"
    title = "Moodle download"

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        match = _PREFIX.fullmatch(notebook.parts[0])
        if not match:
            return ()
        return (Owner(match["name"], {"moodle": match["participant"]}),)
