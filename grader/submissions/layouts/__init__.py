"""How platforms arrange what students handed in: a class for each layout.

A new layout is a subclass of `Layout` with a name, a title and `owners`, listed in LAYOUTS.
`owners` is asked for every file that was handed in, whether it is a notebook or not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from grader.errors import InputError
from grader.model import Owner
from grader.submissions.layouts.blackboard import Blackboard
from grader.submissions.layouts.brightspace import Brightspace
from grader.submissions.layouts.canvas import Canvas
from grader.submissions.layouts.classroom import Classroom
from grader.submissions.layouts.folders import Flat, Folders, Nbgrader
from grader.submissions.layouts.google_classroom import GoogleClassroom
from grader.submissions.layouts.gradescope import Gradescope
from grader.submissions.layouts.layout import FilePaths, Layout, is_notebook
from grader.submissions.layouts.moodle import Moodle
from grader.submissions.layouts.pattern import PATTERN, Pattern
from grader.submissions.layouts.sakai import Sakai
from grader.submissions.layouts.teams import Teams

__all__ = ["LAYOUTS", "PATTERN", "FilePaths", "Flat", "Folders", "Layout", "Owner", "layout_of"]

# In the order in which they are tried; the last one always fits.
LAYOUTS: tuple[type[Layout], ...] = (
    Gradescope,
    Moodle,
    Blackboard,
    Brightspace,
    Canvas,
    Sakai,
    Teams,
    Nbgrader,
    Classroom,
    GoogleClassroom,
    Folders,
    Flat,
)
# Those that are tried only where no platform's layout fits, neither here nor one folder below: what
# lies in a student's folder must not be taken for a whole class.
_ANYBODYS = (Folders, Flat)
# In how many folders the whole class may lie, such as `HW 1` of a platform in one of your own.
_MOST_AROUND = 2


def layout_of(
    root: Path,
    paths: Sequence[str],
    name: str = "",
    is_known: Callable[[str], bool] | None = None,
) -> tuple[Layout, FilePaths]:
    """The layout called `name`, or else the first one that fits, and the paths as it sees them.

    It sees them without their first folders where the whole class lies in one more folder or two,
    as in many zips. `is_known` says whether a student of the roster is called so. A `name` such as
    "pattern={name}_{title}.ipynb" describes a layout. Raises InputError where the layout's own
    files cannot be read, and where a pattern does not fit.
    """
    around = [(root.resolve(), FilePaths(paths))]
    while len(around) <= _MOST_AROUND and (top := _only_folder(around[-1][1])):
        inner, outer = around[-1]
        around.append((inner / top, FilePaths(paths, depth=outer.depth + 1)))
    if name.startswith(PATTERN):
        return _by_pattern(around, name.removeprefix(PATTERN))
    kinds = [kind for kind in LAYOUTS if kind.name == (name or kind.name)]
    platforms = [kind for kind in kinds if kind not in _ANYBODYS]
    others = [kind for kind in kinds if kind in _ANYBODYS]
    # A platform's layout of the folder itself comes before any of the folder in it, which may be
    # that of a class' only student.
    tried = [(kind, *each) for each in around for kind in platforms]
    tried += [(kind, *each) for kind in others for each in around]
    for kind, inner, below in tried:
        layout = kind(inner, below, is_known)
        if layout.fits():
            return layout, below
    inner, below = around[0]
    return kinds[0](inner, below, is_known), below


def _by_pattern(around: Sequence[tuple[Path, FilePaths]], pattern: str) -> tuple[Layout, FilePaths]:
    layouts = [(Pattern(inner, below, pattern), below) for inner, below in around]
    for layout, below in layouts:
        if layout.fits():
            return layout, below
    raise InputError(layouts[0][0].misfits())


def _only_folder(paths: FilePaths) -> str:
    """The one folder in which all files lie; empty if there is no such folder.

    Loose files that are no notebooks, such as a table of the students, do not count.
    """
    several = (path for path in paths if len(path.parts) > 1 or is_notebook(path))
    tops = {path.parts[0] if len(path.parts) > 1 else "" for path in several}
    return tops.pop() if len(tops) == 1 else ""
