"""The layouts that belong to no platform, and nbgrader's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath

from grader.model import Owner
from grader.submissions.kinds import is_checkpoint, is_notebook, stem
from grader.submissions.layouts.beginnings import first_line
from grader.submissions.layouts.layout import Layout

TIMESTAMP = "timestamp.txt"


class Nbgrader(Layout):
    """`submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb`; the path given may be `submitted` itself.

    If nbgrader collected the notebook, `timestamp.txt` in the assignment's folder has the time.

    From nbgrader come the folders of students and assignments. What is in them is the student's,
    the time, too: `nbgrader submit` writes it as the student.
    """

    name = "nbgrader"
    title = "nbgrader's folder of submissions"

    def fits(self) -> bool:
        if self.root.name == "submitted":
            return super().fits()
        # Beside `submitted` there may be nbgrader's other folders, such as `source`.
        inside = [path for path in self.files if path.parts[0] == "submitted"]
        return 2 * sum(bool(self.owners(path)) for path in inside) > len(inside)

    def owners(self, path: PurePath) -> Sequence[Owner]:
        above = 1 if path.parts[0] == "submitted" else 0
        parts = path.parts[above:]
        if len(parts) < 2 or (not above and self.root.name != "submitted"):
            return ()
        folder = self.root.joinpath(*path.parts[: above + 2])
        when = first_line(folder / TIMESTAMP) if len(parts) > 2 else ""
        return (Owner(parts[0], {"login": parts[0]}, submitted_at=when),)

    def is_platforms(self, path: PurePath) -> bool:
        """The time is nbgrader's, unless it is all that there is of a student's assignment."""
        return path.name == TIMESTAMP and path.parent in self._with_files

    @cached_property
    def _with_files(self) -> frozenset[PurePath]:
        """The folders of assignments in which something was handed in."""
        above = 2 if self.root.name == "submitted" else 3
        places = ((PurePath(*path.parts[:above]), path.parts[above:]) for path in self.files)
        return frozenset(folder for folder, inside in places if inside not in ((), (TIMESTAMP,)))


class Folders(Layout):
    """`STUDENT/work.ipynb`: a folder for each student.

    Whoever grades made the folders; what is in them is the students'.
    """

    name = "folders"
    title = "a folder for each student"

    def fits(self) -> bool:
        """Whether the folders are those of students, and not of groups or sections.

        They are if the roster knows most of them, and are not if it knows the files instead.
        Without a roster, most must have one notebook each, or the same notebooks as others.
        """
        inside = self._notebooks()
        if self.is_known and self.files:
            tops = {path.parts[0] for path in self.files if len(path.parts) > 1}
            if 2 * sum(map(self.is_known, tops)) > len(tops):
                return super().fits()
            stems = {stem(path) for path in self.files if is_notebook(path)}
            if 2 * sum(map(self.is_known, stems)) > len(stems):
                return False
        if len(inside) < 2:
            return False
        alone = sum(len(notebooks) == 1 for notebooks in inside.values())
        return (2 * alone > len(inside) or _are_alike(inside)) and super().fits()

    def _notebooks(self) -> dict[str, set[PurePath]]:
        """The notebooks in each folder that has some, without checkpoints."""
        inside: dict[str, set[PurePath]] = defaultdict(set)
        for path in self.files:
            if len(path.parts) > 1 and is_notebook(path) and not is_checkpoint(path):
                inside[path.parts[0]].add(PurePath(*path.parts[1:]))
        return inside

    def owners(self, path: PurePath) -> Sequence[Owner]:
        name = path.parts[0]
        return (Owner(name, {"login": name}),) if len(path.parts) > 1 else ()


def _are_alike(inside: dict[str, set[PurePath]]) -> bool:
    """Whether most folders have a notebook that most others have, too."""
    counts = Counter(path for notebooks in inside.values() for path in notebooks)
    common = {path for path, count in counts.items() if 2 * count > len(inside)}
    return 2 * sum(bool(common & notebooks) for notebooks in inside.values()) > len(inside)


class Flat(Layout):
    """Notebooks anywhere, named after their files: the layout where no other one fits.

    The names of files are all that is known, and students may have chosen them.
    """

    name = "flat"
    title = "notebooks"

    def fits(self) -> bool:
        return True

    def owners(self, path: PurePath) -> Sequence[Owner]:
        return ()
