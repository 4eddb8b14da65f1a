"""What pictures of a student's work are drawn on: a landscape, groups of items, or a training.

An author declares a scene once. For each function that is drawn, the scene makes a new sheet
(`scene.sheet()`). The author's driver calls the function step by step and puts what it returned on
the sheet. These values come from untrusted code, so a sheet checks all of them: where one cannot be
drawn it raises `Ended`, and keeps what was drawn before. `data()` is the sheet's content as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]

MAX_GROUPS, MAX_ITEMS, MAX_COSTS = 12, 40, 1000
# Columns and rows of the grid on which the decision of a trained network is shown.
GRID = (48, 36)
# Points on each side of the grid on which the height of a landscape is computed.
FINE = 61
# A point outside of the window is kept, so that the line to it has the right direction; but it is
# moved to at most this many widths or heights of the window from the window's edge.
FARTHEST = 10
DECIMALS = 4
LEAVES = "leaves the picture"
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?(e[-+]?[0-9]+)?|[-+]?(nan|inf)", re.IGNORECASE)


# How a drawing ends where a function returns what its driver cannot take.
ANOTHER_FORM = "returns something of another form than is asked for"


class Ended(Exception):
    """Raised where a drawing ends before its driver does.

    The message is the end of a sentence about the student's function or training, such as
    "returns NaN".
    """


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the plane that a picture shows."""

    left: float
    right: float
    bottom: float
    top: float

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """A height over a plane, shown by its contour lines, on which a function's path is drawn.

    `height` takes arrays of x and of y and returns the heights as an array of the same shape.
    `start` is where every path begins, and `lowest` the point that is labelled as the lowest.
    `levels` are the heights that get a contour line; `axes` are the names of the x and the y axis.
    """

    height: Callable[[Array, Array], Array]
    window: Window
    start: Point
    lowest: Point
    levels: Sequence[float]
    axes: tuple[str, str]

    def sheet(self) -> Path:
        return Path(self)

    def heights(self) -> tuple[Array, Array, Array]:
        """x, y and height on a grid over the window: three arrays of shape (FINE, FINE).

        Raises whatever `height` raises, and ValueError where it does not return a finite number
        for each point.
        """
        window = self.window
        x, y = np.meshgrid(
            np.linspace(window.left, window.right, FINE),
            np.linspace(window.bottom, window.top, FINE),
        )
        with np.errstate(all="ignore"):
            heights = np.asarray(self.height(x, y), dtype=np.float64)
        if heights.shape != x.shape or not np.all(np.isfinite(heights)):
            raise ValueError("`height` is to return a finite number for each place of the window")
        return x, y, heights


@dataclass(slots=True)
class Path:
    """The sheet of a landscape: the points that a function goes to, from the start on."""

    landscape: Landscape
    points: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.points.append(self.landscape.start)

    def add(self, x: object, y: object) -> Point:
        """Append the next point, given as two numbers, and return it as floats.

        Raises Ended where one of them is no finite number, and where the point lies outside of the
        window; in the second case it has been appended.
        """
        place = number(x), number(y)
        self.points.append(self._near(place))
        if not self.landscape.window.holds(*place):
            raise Ended(LEAVES)
        return place

    def data(self) -> dict[str, Any]:
        return {"points": [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in self.points]}

    def _near(self, place: Point) -> Point:
        window = self.landscape.window
        wide, high = (
            FARTHEST * (window.right - window.left),
            FARTHEST * (window.top - window.bottom),
        )
        x, y = place
        return (
            min(max(x, window.left - wide), window.right + wide),
            min(max(y, window.bottom - high), window.top + high),
        )


@dataclass(frozen=True, slots=True)
class Groups:
    """Items, numbered from 0 to `items` - 1, that a function divides into groups.

    `item` and `group` are the words for one of each, such as "column" and "mini-batch". A group has
    one list of items for each name in `rows`, such as ("X", "Y"). Where the function is right, all
    rows of a group hold the same items in the same order.
    """

    items: int
    item: str
    group: str
    rows: tuple[str, ...]

    def sheet(self) -> Grouping:
        return Grouping(self)


@dataclass(slots=True)
class Grouping:
    """The sheet of `Groups`: which items a function has put into which group, by row."""

    scene: Groups
    groups: list[list[list[int | None]]] = field(default_factory=list)

    def add(self, *rows: Sequence[int | None]) -> None:
        """Append the next group: for each row its items, with None for a value that is no item.

        Raises Ended at the group number MAX_GROUPS + 1, and where a row has more than MAX_ITEMS.
        """
        assert len(rows) == len(self.scene.rows)
        if len(self.groups) == MAX_GROUPS:
            raise Ended(f"makes more than {MAX_GROUPS} of them")
        self.groups.append([list(row[:MAX_ITEMS]) for row in rows])
        if any(len(row) > MAX_ITEMS for row in rows):
            raise Ended(f"puts more than {MAX_ITEMS} {self.scene.item}s into one")

    def data(self) -> dict[str, Any]:
        return {"groups": self.groups}


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Points (2, m) with labels 0 or 1, which a network in the notebook learns to tell apart.

    `calls` is the name of the notebook's function that trains. `prints` is the form of the line in
    which it prints a cost, such as "After {step} steps, the cost is {cost}"; `step` is the word for
    what is counted there. Raises ValueError where `prints` lacks one of the two.
    """

    points: Array
    labels: NDArray[Any]
    window: Window
    calls: str
    prints: str
    step: str = "step"

    def __post_init__(self) -> None:
        if not all(self.prints.count(each) == 1 for each in ("{step}", "{cost}")):
            raise ValueError("`prints` is to have {step} and {cost} in it, once each")

    def sheet(self) -> Lesson:
        return Lesson(self)

    def grid(self) -> Array:
        """The points (2, k) at which the network's decision is shown, row by row upwards.

        k is the number of points in GRID.
        """
        columns, rows = GRID
        window = self.window
        x, y = np.meshgrid(
            np.linspace(window.left, window.right, columns),
            np.linspace(window.bottom, window.top, rows),
        )
        return np.stack([x.ravel(), y.ravel()])


@dataclass(slots=True)
class Lesson:
    """The sheet of a training: the costs that it printed, and what the trained network decides.

    `labels` has a "0" or "1" for each point of the scene's grid, and `right` is the share of the
    scene's own points that get their label; "" and None until `decide` is called.
    """

    scene: Training
    steps: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    labels: str = ""
    right: float | None = None

    def read(self, printed: str) -> None:
        """Append the costs in the lines that a training has printed.

        Raises Ended at the first cost that is no finite number or is not of a later step, at the
        cost number MAX_COSTS + 1, and where no line has a cost.
        """
        line = re.escape(self.scene.prints)
        line = line.replace(r"\{step\}", "(?P<step>[0-9]{1,9})")
        line = line.replace(r"\{cost\}", r"(?P<cost>\S{1,400})")
        for match in filter(None, map(re.compile(line).fullmatch, printed.splitlines())):
            self._add(int(match["step"]), match["cost"])
        if not self.costs:
            raise Ended("prints no cost")

    def _add(self, step: int, cost: str) -> None:
        if len(self.costs) == MAX_COSTS:
            raise Ended(f"prints more than {MAX_COSTS} costs")
        if self.steps and step <= self.steps[-1]:
            raise Ended(f"prints a cost of {self.scene.step} {step} after that of {self.steps[-1]}")
        if not _NUMBER.fullmatch(cost):
            raise Ended(f"prints a cost after {self.scene.step} {step} that is no number")
        if not isfinite(float(cost)):
            what = "NaN" if "nan" in cost.lower() else "infinite"
            raise Ended(f"has a cost after {self.scene.step} {step} that is {what}")
        self.steps.append(step)
        self.costs.append(round(float(cost), DECIMALS))

    def decide(self, label: Callable[[Array], NDArray[np.bool_]]) -> None:
        """Record what the trained network decides at each point of the grid.

        `label` takes points (2, k) and returns k booleans, True for the label 1.
        """
        self.labels = "".join("1" if each else "0" for each in label(self.scene.grid()).ravel())
        found = label(self.scene.points).ravel()
        self.right = round(float(np.mean(found == self.scene.labels.ravel())), DECIMALS)

    def data(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "costs": self.costs,
            "labels": self.labels,
            "right": self.right,
        }


Scene: TypeAlias = Landscape | Groups | Training
Sheet: TypeAlias = Path | Grouping | Lesson


def number(value: object) -> float:
    """The value as a float, where it is one finite real number or an array of exactly one.

    Raises Ended where it is anything else.
    """
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0].item()
    if not isinstance(value, (int, float)):
        raise Ended("returns no number where one is asked for")
    try:
        found = float(value)
    except OverflowError:
        found = float("inf")
    if not isfinite(found):
        raise Ended(f"returns {'NaN' if found != found else 'infinity'}")
    return found


def like(value: object, form: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays that the dictionary `value` has under the keys of `form`, as float64.

    Each must have the shape that it has in `form`, and finite numbers only; Ended is raised where
    one does not, or is missing. Other keys of `value` are ignored.
    """
    if not isinstance(value, dict):
        raise Ended("does not return a dictionary where one is asked for")
    return {key: _array(value.get(key), key, array.shape) for key, array in form.items()}


def _array(value: object, key: str, shape: tuple[int, ...]) -> Array:
    if not isinstance(value, (np.ndarray, int, float)):
        raise Ended(f'returns no array "{key}"')
    array = np.asarray(value)
    if array.shape != shape:
        raise Ended(f'returns "{key}" in the shape {array.shape}, where {shape} is asked for')
    if array.dtype.kind not in "fiub":
        raise Ended(f'returns something else than real numbers in "{key}"')
    if not np.all(np.isfinite(array)):
        raise Ended(f'returns numbers in "{key}" that are not finite')
    return array.astype(np.float64)
