"""How platforms arrange what students handed in: a class for each layout.

A new layout is a subclass of `Layout` with a name, a title and `owners`, listed in LAYOUTS.
"""

from __future__ import annotations

from dataclasses import replace

from grader.model import Owner
from grader.submissions.layouts.canvas import Canvas
from grader.submissions.layouts.classroom import Classroom
from grader.submissions.layouts.folders import TIMESTAMP, Flat, Folders, Nbgrader
from grader.submissions.layouts.gradescope import METADATA, Gradescope
from grader.submissions.layouts.layout import Layout, NotebookPaths
from grader.submissions.layouts.moodle import Moodle

__all__ = ["LAYOUTS", "OWN_FILES", "Flat", "Layout", "NotebookPaths", "Owner", "layout_of"]

# Names of the files that platforms write beside the notebooks, and that layouts read.
OWN_FILES = frozenset({METADATA, TIMESTAMP})
# In the order in which they are tried; the last one always fits.
LAYOUTS: tuple[type[Layout], ...] = (
    Gradescope,
    Moodle,
    Canvas,
    Nbgrader,
    Classroom,
    Folders,
    Flat,
)


def layout_of(places: NotebookPaths, name: str = "") -> tuple[Layout, int]:
    """The layout called `name`, or else the first one that fits, and how many folders to skip.

    That number is 1 where the whole class lies in one more folder, as in many zips, and else 0.
    Raises InputError where the layout's own files cannot be read.
    """
    kinds = [kind for kind in LAYOUTS if kind.name == (name or kind.name)]
    root = places.root.resolve()
    around = [(root, places)]
    if top := _only_folder(places):
        around.append((root / top, replace(places, depth=1)))
    for kind in kinds:
        for depth, (inner, below) in enumerate(around):
            layout = kind(inner, below)
            if layout.fits():
                return layout, depth
    return kinds[0](root, places), 0


def _only_folder(places: NotebookPaths) -> str:
    """The one folder in which all notebooks lie; empty if there is no such folder."""
    tops = {place.parts[0] if len(place.parts) > 1 else "" for place in places}
    return tops.pop() if len(tops) == 1 else ""
