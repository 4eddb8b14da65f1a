"""How platforms arrange what students handed in: a class for each layout.

A new layout is a subclass of `Layout` with a name, a title and `owners`, listed in LAYOUTS.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from grader.layouts.canvas import Canvas
from grader.layouts.classroom import Classroom
from grader.layouts.folders import TIMESTAMP, Flat, Folders, Nbgrader
from grader.layouts.gradescope import METADATA, Gradescope
from grader.layouts.layout import Layout, Owner
from grader.layouts.moodle import Moodle

__all__ = ["LAYOUTS", "OWN_FILES", "Flat", "Layout", "Owner", "layout_of"]

# What platforms write beside the notebooks, and layouts read.
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


def layout_of(root: Path, notebooks: Sequence[PurePath], name: str = "") -> tuple[Layout, int]:
    """The layout called `name`, or else the first one that fits, and how many folders lie around.

    That is 1 where everything lies in one folder that the layout knows nothing of, as in many zips.
    Raises CommandError where the layout's own files cannot be read.
    """
    kinds = [kind for kind in LAYOUTS if kind.name == (name or kind.name)]
    tops = {notebook.parts[0] for notebook in notebooks}
    depths = [0, 1] if len(tops) == 1 and all(len(each.parts) > 1 for each in notebooks) else [0]
    below = {
        depth: [PurePath(*each.parts[depth:]) for each in notebooks] if depth else notebooks
        for depth in depths
    }
    for kind in kinds:
        for depth in depths:
            inner = root.joinpath(*notebooks[0].parts[:depth]) if notebooks else root
            layout = kind(inner, below[depth])
            if layout.fits():
                return layout, depth
    return kinds[0](root, notebooks), 0
