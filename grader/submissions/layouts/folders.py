"""The layouts that belong to no platform, and nbgrader's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath

from grader.model import Owner
from grader.submissions.layouts.layout import Layout
from grader.text import one_line

TIMESTAMP = "timestamp.txt"


class Nbgrader(Layout):
    """`submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb`; the path given may be `submitted` itself.

    If nbgrader collected the notebook, `timestamp.txt` beside it has the time.
    """

    name = "nbgrader"
    title = "nbgrader's folder of submissions"

    def fits(self) -> bool:
        inside = self.root.name == "submitted" or any(
            notebook.parts[0] == "submitted" for notebook in self.notebooks
        )
        return inside and super().fits()

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        parts = notebook.parts[1:] if notebook.parts[0] == "submitted" else notebook.parts
        if len(parts) < 3:
            return ()
        when = _first_line(self.root / notebook.parent / TIMESTAMP)
        return (Owner(parts[0], {"login": parts[0]}, submitted_at=when),)


class Folders(Layout):
    """`STUDENT/work.ipynb`: a folder for each student."""

    name = "folders"
    title = "a folder for each student"

    def fits(self) -> bool:
        count = Counter(path.parts[0] for path in self.notebooks if len(path.parts) > 1)
        # Most folders must have exactly one notebook: those of groups or sections have more.
        alone = sum(number == 1 for number in count.values())
        return len(count) > 1 and 2 * alone > len(count) and super().fits()

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        name = notebook.parts[0]
        return (Owner(name, {"login": name}),) if len(notebook.parts) > 1 else ()


class Flat(Layout):
    """Notebooks anywhere, named after their files: the layout where no other one fits."""

    name = "flat"
    title = "notebooks"

    def fits(self) -> bool:
        return True

    def owners(self, notebook: PurePath) -> Sequence[Owner]:
        return ()


def _first_line(path: Path) -> str:
    """The beginning of a file's first line; empty where there is no file, or a link."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return one_line(file.readline(100).strip())
