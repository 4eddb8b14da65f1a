"""A training of the student's notebook beside that of the reference: its plots, and its words."""

from __future__ import annotations

from typing import Any

import contourpy
import numpy as np
from numpy.typing import NDArray

from grader.model import Drawing
from grader.report.pictures.plots import Frame, Ground, Line, Plot, frame_of, shown
from grader.scenes import GRID, Point, Training, Window

COST_HEIGHT = 240
# The axis of the costs ends at this many times the highest cost of the reference.
ROOM = 1.25
# Costs and decisions that differ by no more than this share look the same in the plots.
NEAR = 0.01


def lesson_words(scene: Training, drawing: Drawing, reference: Drawing, right: bool) -> str:
    """How both trainings ended, in words; `right` says that the exercise's function is right."""
    yours, theirs = drawing.data, reference.data
    if drawing.ended:
        return _unfinished(scene, drawing, theirs)
    if _same(drawing, reference):
        return (
            f"Your notebook trains the network as the reference does: {_cost(scene, yours)}, and "
            f"{_rightly(yours)} of the points are told apart rightly."
        )
    words = (
        f"In your notebook, {_cost(scene, yours)}; with the reference, {_cost(scene, theirs)}. "
        f"Of the points, {_rightly(yours)} and {_rightly(theirs)} are told apart rightly."
    )
    if right:
        words += (
            " This function is right: what differs is something else that takes part in the "
            "training, another function or a setting."
        )
    return words


def lesson_plots(
    scene: Training, ground: Ground, drawing: Drawing, reference: Drawing
) -> tuple[Plot, ...]:
    """The plots of the costs and of the decisions, each only if the student's training has any."""
    same = _same(drawing, reference)
    costs = _cost_plot(scene, drawing, reference, same)
    decisions = _decision_plot(scene, ground, drawing, reference, same)
    found = ((costs, drawing.data["costs"]), (decisions, drawing.data["labels"]))
    return tuple(plot for plot, data in found if data)


def _same(drawing: Drawing, reference: Drawing) -> bool:
    """Whether the plots of the two would look the same."""
    yours, theirs = drawing.data, reference.data
    if drawing.ended or len(yours["costs"]) != len(theirs["costs"]):
        return False
    near = NEAR * max(theirs["costs"])
    costs = zip(yours["costs"], theirs["costs"], strict=True)
    return all(abs(a - b) <= near for a, b in costs) and _apart(yours, theirs) <= NEAR


def _apart(yours: dict[str, str], theirs: dict[str, str]) -> float:
    """The share of the grid's points on which the two networks decide differently."""
    pairs = list(zip(yours["labels"], theirs["labels"], strict=True))
    return sum(one != another for one, another in pairs) / len(pairs)


def _cost_plot(scene: Training, drawing: Drawing, reference: Drawing, same: bool) -> Plot:
    yours, theirs = drawing.data, reference.data
    top = ROOM * max(*theirs["costs"], 1e-3)
    frame = Frame(Window(0, max(theirs["steps"][-1], 1), 0, top), COST_HEIGHT)
    return Plot(
        title="The cost during the training",
        words=_course(yours["costs"], theirs["costs"], same, top),
        frame=frame,
        above="cost",
        below=scene.step,
        alone=same,
        lines=_lines(same, _curve(frame, yours), _curve(frame, theirs)),
    )


def _decision_plot(
    scene: Training, ground: Ground, drawing: Drawing, reference: Drawing, same: bool
) -> Plot:
    """The plot of the boundaries on which the trained networks' decisions change."""
    yours, theirs = drawing.data, reference.data
    frame = frame_of(scene.window)
    return Plot(
        title="Where the trained network decides for the one or the other",
        words=_decision(yours, theirs, same) if yours["labels"] else "",
        frame=frame,
        above="where the decision changes",
        below="",
        alone=same,
        ticks=False,
        lines=_lines(same, _boundary(frame, yours["labels"]), _boundary(frame, theirs["labels"])),
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


def _unfinished(scene: Training, drawing: Drawing, theirs: dict[str, Any]) -> str:
    words = f"Your notebook's training {drawing.ended}"
    if not drawing.data["costs"]:
        return f"{words}. So there is nothing to draw of it."
    whole = drawing.data["steps"] == theirs["steps"]
    until = "" if whole else " and its curve ends before that"
    return (
        f"{words}, so there is no boundary to draw{until}. In it, {_cost(scene, drawing.data)}; "
        f"with the reference, {_cost(scene, theirs)}."
    )


def _cost(scene: Training, data: dict[str, Any]) -> str:
    return f"the cost is {_brief(data['costs'][-1])} after {scene.step} {data['steps'][-1]}"


def _brief(cost: float) -> str:
    """The cost with its first two significant digits: 0.69, 0.0039, 1.2e+09."""
    return f"{cost:.2g}"


def _rightly(data: dict[str, Any]) -> str:
    return f"{shown(100 * (data['right'] or 0))} %"


def _lines(same: bool, yours: str, theirs: str) -> tuple[Line, ...]:
    lines = (Line("yours", yours), Line("reference", "" if same else theirs))
    return tuple(line for line in lines if line.path)


def _curve(frame: Frame, data: dict[str, Any]) -> str:
    points = [(float(s), cost) for s, cost in zip(data["steps"], data["costs"], strict=True)]
    return frame.path(_thinned(points)) if points else ""


def _thinned(points: list[Point]) -> list[Point]:
    """About 150 of the points at most, and the last: more could not be told apart on a screen."""
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
    """Each height as the mean of it and its neighbours, which makes the boundary's steps smooth."""
    around = np.pad(heights, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3))
    return np.asarray(windows.mean(axis=(2, 3)), dtype=np.float64)


def _course(yours: list[float], theirs: list[float], same: bool, top: float) -> str:
    if not yours:
        return ""
    course = f"Your cost goes from {_brief(yours[0])} to {_brief(yours[-1])}"
    if same:
        return f"{course}, as the reference's does."
    high = ", and rises out of the picture" if max(yours) > top else ""
    return f"{course}{high}; the reference's from {_brief(theirs[0])} to {_brief(theirs[-1])}."


def _decision(yours: dict[str, str], theirs: dict[str, str], same: bool) -> str:
    if same:
        return "The boundary is the reference's."
    if len(set(yours["labels"])) == 1:
        return "Your network decides for the same everywhere, so it has no boundary."
    share = shown(100 * _apart(yours, theirs))
    return f"In {share} % of the picture, your network decides otherwise than the reference's."
