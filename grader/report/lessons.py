"""A network trained by a student's function beside one trained by the reference."""

from __future__ import annotations

from itertools import pairwise

import contourpy
import numpy as np
from numpy.typing import NDArray

from grader.model import Drawing
from grader.report.plots import Frame, Ground, Line, Plot, frame_of, shown
from grader.report.text import counted
from grader.scenes import GRID, Point, Training, Window

COST_HEIGHT = 240
# The costs are shown up to this many times the highest of the reference's.
ROOM = 1.25


def lesson_words(drawing: Drawing | None, reference: Drawing) -> str:
    """How both trainings ended."""
    theirs = reference.data
    rightly = _rightly(theirs)
    if drawing is None:
        return (
            "Your function is right, so it trains the network as the reference does: "
            f"{_cost(theirs)}, and {rightly} of the points are told apart rightly."
        )
    if drawing.ended:
        yours = f"In step {drawing.steps}, your function {drawing.ended}: its training ends there."
        return f"{yours} The reference's goes on: {_cost(theirs)}."
    return (
        f"With your function, {_cost(drawing.data)}; with the reference, {_cost(theirs)}. "
        f"Of the points, {_rightly(drawing.data)} and {rightly} are told apart rightly."
    )


def cost_plot(drawing: Drawing | None, reference: Drawing) -> Plot:
    """The cost after each step."""
    theirs = reference.data["costs"]
    window = Window(0, max(len(theirs), 1), 0, ROOM * max(*theirs, 1e-3))
    frame = Frame(window, COST_HEIGHT)
    yours = drawing.data["costs"] if drawing else theirs
    return Plot(
        title="The cost, step by step",
        words=_course(yours, theirs, drawing, window.top),
        frame=frame,
        above="cost",
        below="step",
        alone=drawing is None,
        lines=_lines(drawing, _curve(frame, yours), _curve(frame, theirs)),
    )


def decision_plot(
    scene: Training, ground: Ground, drawing: Drawing | None, reference: Drawing
) -> Plot:
    """Where the trained networks' decision changes."""
    theirs = reference.data["labels"]
    yours = drawing.data["labels"] if drawing else theirs
    frame = frame_of(scene.window)
    return Plot(
        title="Where the trained network decides for the one or the other",
        words=_decision(yours, theirs, drawing),
        frame=frame,
        above="where the decision changes",
        below="",
        alone=drawing is None,
        ticks=False,
        lines=_lines(drawing, _boundary(frame, yours), _boundary(frame, theirs)),
        ground=ground,
    )


def dots(scene: Training) -> tuple[str, str]:
    """The points with the label 0 and those with the label 1, as SVG paths."""
    frame = frame_of(scene.window)
    groups: tuple[list[str], list[str]] = ([], [])
    for x, y, label in zip(*scene.points, scene.labels.ravel(), strict=True):
        left, top = frame.place((float(x), float(y)))
        sign = f"M{left:g},{top:g}h0" if label == 0 else f"M{left - 3:g},{top - 3:g}l6,6m0-6l-6,6"
        groups[int(label != 0)].append(sign)
    return "".join(groups[0]), "".join(groups[1])


def _cost(data: dict[str, list[float]]) -> str:
    costs = data["costs"]
    return f"the cost is {_brief(costs[-1])} after {counted(len(costs), 'step')}"


def _brief(cost: float) -> str:
    """The first two digits that say something: 0.69, 0.0039, 1.2e+09."""
    return f"{cost:.2g}"


def _rightly(data: dict[str, float | None]) -> str:
    return f"{shown(100 * (data['right'] or 0))} %"


def _lines(drawing: Drawing | None, yours: str, theirs: str) -> tuple[Line, ...]:
    lines = (Line("yours", yours), Line("reference", theirs if drawing else ""))
    return tuple(line for line in lines if line.path)


def _curve(frame: Frame, costs: list[float]) -> str:
    points = [(float(step), cost) for step, cost in enumerate(costs, start=1)]
    return frame.path(_thinned(points)) if points else ""


def _thinned(points: list[Point]) -> list[Point]:
    """At most about a hundred and fifty of them: each is wider than a dot of the screen."""
    every = len(points) // 150 + 1
    return [*points[:-1:every], points[-1]]


def _boundary(frame: Frame, labels: str) -> str:
    columns, rows = GRID
    if not labels:
        return ""
    window = frame.window
    heights = _smooth(np.array([float(label) for label in labels]).reshape(rows, columns))
    lines = contourpy.contour_generator(
        np.linspace(window.left, window.right, columns),
        np.linspace(window.bottom, window.top, rows),
        heights,
    ).lines(0.5)
    return "".join(
        frame.path([(x, y) for x, y in line]) for line in lines if isinstance(line, np.ndarray)
    )


def _smooth(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each height as the mean of it and its neighbours: a boundary without stairs."""
    around = np.pad(heights, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3))
    return np.asarray(windows.mean(axis=(2, 3)), dtype=np.float64)


def _course(yours: list[float], theirs: list[float], drawing: Drawing | None, top: float) -> str:
    if drawing is None:
        return f"The cost falls from {_brief(theirs[0])} to {_brief(theirs[-1])}."
    if not yours:
        return "Your cost has no first step."
    course = f"Your cost goes from {_brief(yours[0])} to {_brief(yours[-1])}"
    high = ", and rises out of the picture" if max(yours) > top else ""
    way = ", up and down" if _turns(yours) > len(yours) / 4 else ""
    return f"{course}{way}{high}; the reference's from {_brief(theirs[0])} to {_brief(theirs[-1])}."


def _turns(costs: list[float]) -> int:
    """How often the costs change from falling to rising, or back."""
    rises = [later > earlier for earlier, later in pairwise(costs)]
    return sum(one != other for one, other in pairwise(rises))


def _decision(yours: str, theirs: str, drawing: Drawing | None) -> str:
    if drawing is None:
        return "The boundary is the reference's."
    if not yours:
        return "Your network was not trained to the end, so it has no boundary here."
    if len(set(yours)) == 1:
        return "Your network decides for the same everywhere, so it has no boundary."
    other = sum(one != another for one, another in zip(yours, theirs, strict=True))
    share = shown(100 * other / len(theirs))
    return f"In {share} % of the picture, your network decides otherwise than the reference's."
