"""A student's path on a landscape beside the reference's: geometry and words."""

from __future__ import annotations

from math import dist

import contourpy
import numpy as np

from grader.model import Drawing
from grader.report.pictures.plots import Frame, Ground, Label, Line, Plot, frame_of, leaving, shown
from grader.scenes import LEAVES, Landscape, Point, Window
from grader.text import counted

# Points look the same if they are nearer to each other than this share of the window's width.
NEAR = 0.01
# A point of a contour is left out if it is nearer than this to the one before, in SVG units.
CLOSE = 7


def path_plot(
    scene: Landscape, title: str, ground: Ground, drawing: Drawing | None, reference: Drawing
) -> Plot:
    """The plot of both paths, or of one where they look the same.

    For a right function, `drawing` is None: its path is the reference's.
    """
    frame = frame_of(scene.window)
    theirs = _points(reference)
    yours = _points(drawing) if drawing else theirs
    apart = _apart(scene.window, yours, theirs)
    same = apart is None and not (drawing and drawing.ended)
    others = () if same else (_line("reference", theirs, frame),)
    return Plot(
        title=title,
        words=_words(drawing, yours, theirs, apart),
        frame=frame,
        above=scene.axes[1],
        below=scene.axes[0],
        alone=same,
        lines=(_line("yours", yours, frame), *others),
        ground=ground,
        labels=(
            Label("start", *frame.place(scene.start)),
            Label("lowest", *frame.place(scene.lowest)),
        ),
        ring=_ring(frame, yours, apart),
    )


def contours(scene: Landscape) -> str:
    """The landscape's lines of equal height, as an SVG path."""
    frame = frame_of(scene.window)
    lines = contourpy.contour_generator(*scene.heights())
    return "".join(
        _thinned(frame, [(x, y) for x, y in line])
        for level in scene.levels
        for line in lines.lines(level)
        if isinstance(line, np.ndarray)
    )


def _thinned(frame: Frame, points: list[Point]) -> str:
    """The line as an SVG path without points that are too near to the one before.

    Each point is given relative to the one before, which takes fewer characters.
    """
    places = list(map(frame.place, points))
    at = places[0]
    path = [f"M{at[0]:g},{at[1]:g}l"]
    for place in places[1:]:
        if dist(place, at) >= CLOSE or place is places[-1]:
            path.append(f"{place[0] - at[0]:.1f},{place[1] - at[1]:.1f}")
            at = place
    return " ".join(path)


def _points(drawing: Drawing) -> list[Point]:
    return [(x, y) for x, y in drawing.data["points"]]


def _line(whose: str, points: list[Point], frame: Frame) -> Line:
    inside = _inside(frame.window, points)
    return Line(whose, frame.path(inside), steps=True, leaves=inside != points)


def _inside(window: Window, points: list[Point]) -> list[Point]:
    """The path up to the window's edge; only its last point may lie beyond it."""
    if len(points) < 2 or window.holds(*points[-1]):
        return points
    return [*points[:-1], leaving(window, points[-2], points[-1])]


def _apart(window: Window, yours: list[Point], theirs: list[Point]) -> int | None:
    """The first step after which the paths are visibly apart; None if there is none."""
    near = NEAR * (window.right - window.left)
    pairs = zip(yours, theirs, strict=False)
    return next((step for step, (one, other) in enumerate(pairs) if dist(one, other) > near), None)


def _ring(frame: Frame, yours: list[Point], apart: int | None) -> Point | None:
    """The position at which the paths part, to be ringed.

    None where they do not part, and outside of the picture, where an arrow shows the direction.
    """
    if apart is None or _stays(yours) or not frame.window.holds(*yours[apart]):
        return None
    return frame.place(yours[apart])


def _words(
    drawing: Drawing | None, yours: list[Point], theirs: list[Point], apart: int | None
) -> str:
    end = f"ends at {_said(theirs[-1])} after {counted(len(theirs) - 1, 'step')}"
    if drawing is None:
        return f"Your function is right, so its path is the reference's, which {end}."
    if apart is None and not drawing.ended:
        return f"To the eye, your path is the reference's, which {end}."
    sentences = [_your_end(drawing, yours)]
    if _stays(yours):
        pass  # a path that stays at its start turns nowhere
    elif apart is None:
        sentences.append("Until then, it is the reference's to the eye.")
    elif (drawing.ended, drawing.steps) != (LEAVES, apart):
        sentences.append(f"It turns away from the reference's in step {apart} (ringed).")
    return " ".join((*sentences, f"The reference's {end}."))


def _your_end(drawing: Drawing, yours: list[Point]) -> str:
    if drawing.ended == LEAVES:
        return f"Your path leaves the picture in step {drawing.steps}."
    if drawing.ended:
        return f"In step {drawing.steps}, your function {drawing.ended}: its path ends there."
    if _stays(yours):
        return "Your path never leaves its start."
    return f"Your path ends at {_said(yours[-1])}."


def _stays(points: list[Point]) -> bool:
    return len(set(points)) == 1


def _said(point: Point) -> str:
    return f"({shown(point[0])}, {shown(point[1])})"
