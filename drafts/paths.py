"""Two paths on one landscape: geometry and words; `pictures.html.jinja` draws them as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import dist

import contourpy
import numpy as np

from grader.canvas import Landscape, Point
from grader.model import Drawing
from grader.report.text import counted

WIDTH = 400
LOWEST_HEIGHT, GREATEST_HEIGHT = 200, 400
GRID = 41
# Two places are the same to the eye if they are nearer than this share of the window's width.
NEAR = 0.01


@dataclass(frozen=True, slots=True)
class Paths:
    """`reference` is empty where the function is right, as its path would hide the other."""

    kind = "paths"
    words: str
    differs: bool
    width: int
    height: int
    contours: str
    lowest: Point
    start: Point
    axes: tuple[str, str]
    yours: str
    reference: str


def paths(
    canvas: Landscape, yours: Drawing | None, reference: Drawing
) -> Paths:
    """The student's path beside the reference's; `yours` is None where it is the reference's."""
    theirs = _points(reference)
    parts = _parts(canvas, _points(yours), theirs) if yours else None
    shown = _points(yours) if yours else theirs
    return Paths(
        words=_words(yours, theirs, parts),
        differs=parts is not None,
        width=WIDTH,
        height=_height(canvas),
        contours=_contours(canvas),
        lowest=_place(canvas, canvas.lowest),
        start=_place(canvas, canvas.start),
        axes=canvas.axes,
        yours=_line(canvas, shown),
        reference=_line(canvas, theirs) if yours else "",
    )


def _points(drawing: Drawing) -> list[Point]:
    return [(x, y) for x, y in drawing.data["points"]]


def _parts(canvas: Landscape, yours: list[Point], theirs: list[Point]) -> int | None:
    """The first step after which the paths are in different places; None if there is none."""
    near = NEAR * (canvas.window.right - canvas.window.left)
    for step, (one, other) in enumerate(zip(yours, theirs, strict=False)):
        if dist(one, other) > near:
            return step
    return len(yours) if len(yours) < len(theirs) else None


def _words(yours: Drawing | None, theirs: list[Point], parts: int | None) -> str:
    end = f"ends at {_said(theirs[-1])} after {counted(len(theirs) - 1, 'step')}"
    if yours is None:
        return f"Your path is the reference's. It {end}."
    if parts is None:
        return f"To the eye, your path is the reference's here: it {end}."
    points = _points(yours)
    if yours.ended:
        stops = f"Your function {yours.ended}, so your path breaks off there."
    else:
        stops = f"Your path ends at {_said(points[-1])}."
    leaves = f"It leaves the reference's path in step {parts}." if parts < len(points) else ""
    return " ".join(filter(None, (stops, leaves, f"The reference's {end}.")))


def _said(point: Point) -> str:
    x, y = (f"{value:.2f}".replace("-", "\N{MINUS SIGN}") for value in point)
    return f"({x}, {y})"


def _height(canvas: Landscape) -> int:
    window = canvas.window
    height = WIDTH * (window.top - window.bottom) / (window.right - window.left)
    return round(min(max(height, LOWEST_HEIGHT), GREATEST_HEIGHT))


def _place(canvas: Landscape, point: Point) -> Point:
    window = canvas.window
    x = (point[0] - window.left) / (window.right - window.left) * WIDTH
    y = (window.top - point[1]) / (window.top - window.bottom) * _height(canvas)
    return round(x, 1), round(y, 1)


def _line(canvas: Landscape, points: list[Point]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in (_place(canvas, point) for point in points))


@lru_cache
def _contours(canvas: Landscape) -> str:
    window = canvas.window
    x, y = np.meshgrid(
        np.linspace(window.left, window.right, GRID), np.linspace(window.bottom, window.top, GRID)
    )
    lines = contourpy.contour_generator(x, y, canvas.height(x, y))
    return "".join(
        f"M{_line(canvas, [(x, y) for x, y in each])}"
        for level in canvas.levels
        for each in lines.lines(level)
    )
