"""What pictures of a student's work are drawn on: a landscape, groups, a training.

An author declares a scene once. Each function that is drawn gets a sheet of it, on which a driver
puts what the function returned, piece by piece. Sheets believe nothing: what they are given was
returned by a stranger's code. A sheet that is given what cannot be drawn raises `Ended`, and keeps
what it had. `data()` is what is on the sheet, as JSON.
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
GRID = (48, 36)
FINE = 61
# A place outside of the window is kept, so that the line to it has its direction, but no farther.
FARTHEST = 10
DECIMALS = 4
LEAVES = "leaves the picture"
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?(e[-+]?[0-9]+)?|[-+]?(nan|inf)", re.IGNORECASE)


# How a drawing ends where a function returns what its driver cannot take.
ANOTHER_FORM = "returns something of another form than is asked for"


class Ended(Exception):
    """A drawing ends before its driver does. The message tells the student what their function, or
    their training, does, as "returns NaN"."""


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
    """A height over a plane, shown by lines of equal height, on which a path is drawn.

    `height` takes arrays of x and y and returns one of their shape; `levels` are the heights that
    get a line; `axes` names the two directions.
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
        """x, y and height on a fine grid of the window, as arrays of one shape.

        Raises whatever `height` raises, and ValueError where it gives no such array of numbers.
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
    """The places a function goes to, one after another."""

    landscape: Landscape
    points: list[Point] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.points.append(self.landscape.start)

    def add(self, x: object, y: object) -> Point:
        """Put the next place, two numbers, and return it as floats."""
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
    """Items, numbered from 0, that a function puts into groups; `group` is the word for one.

    Each group has a row for each of `rows`, which should hold the same items in the same order.
    """

    items: int
    item: str
    group: str
    rows: tuple[str, ...]

    def sheet(self) -> Grouping:
        return Grouping(self)


@dataclass(slots=True)
class Grouping:
    """Which items a function has put into which group."""

    scene: Groups
    groups: list[list[list[int | None]]] = field(default_factory=list)

    def add(self, *rows: Sequence[int | None]) -> None:
        """Put the next group: for each row its items, None for what is no item at all."""
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
    """Labelled points (2, m), 0 or 1, that a network learns to tell apart where the notebook calls
    the function `calls`.

    `prints` is the line that tells the cost: "After {step} steps, the cost is {cost}", say. `step`
    is the word for what is counted.
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
        """The places (2, k) whose labels show where it decides for which, row by row upwards."""
        columns, rows = GRID
        window = self.window
        x, y = np.meshgrid(
            np.linspace(window.left, window.right, columns),
            np.linspace(window.bottom, window.top, rows),
        )
        return np.stack([x.ravel(), y.ravel()])


@dataclass(slots=True)
class Lesson:
    """The cost after some steps, and the label of each place of the grid after the last."""

    scene: Training
    steps: list[int] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    labels: str = ""
    right: float | None = None

    def read(self, printed: str) -> None:
        """Put the costs that a training has printed, up to the first that is none."""
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
        """Put which places get the label 1; `label` takes places (2, k) and returns k booleans."""
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
    """A finite float of what should be one real number, alone or in an array."""
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
    """Of the arrays in `value` those that `form` has, as float64 of the same shapes, all finite."""
    if not isinstance(value, dict):
        raise Ended("does not return a dictionary where one is asked for")
    return {key: _array(value.get(key), key, array.shape) for key, array in form.items()}


def _array(value: object, key: str, shape: tuple[int, ...]) -> Array:
    if not isinstance(value, (np.ndarray, int, float)):
        raise Ended(f'returns no array "{key}"')
    array = np.asarray(value)
    if array.shape != shape or array.dtype.kind not in "fiub":
        raise Ended(f'returns "{key}" in the shape {array.shape}, where {shape} is asked for')
    if not np.all(np.isfinite(array)):
        raise Ended(f'returns numbers in "{key}" that are not finite')
    return array.astype(np.float64)
