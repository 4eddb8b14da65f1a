"""The geometry of plots: a window of the plane is mapped to a rectangle of the page.

`pictures.html.jinja` draws them as SVG. All numbers that are drawn are our own, or were checked
when they were put on the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from grader.scenes import Point, Window
from grader.text import number

WIDTH = 350
# The least and the greatest height of a plot.
LOWEST, HIGHEST = 180, 350
# Points are drawn at most this many widths or heights away from the plot's corner: SVG cannot hold
# arbitrarily large numbers.
FARTHEST = 20
# An axis has about this many ticks.
TICKS = 5
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick on an axis: its position in the plot, and the number that is written there."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the plane, shown `WIDTH` wide and `height` high in SVG units."""

    window: Window
    height: int

    width = WIDTH

    def place(self, point: Point) -> Point:
        """The position of a point in the plot, whose y grows downwards."""
        window = self.window
        x = (point[0] - window.left) / (window.right - window.left)
        y = (window.top - point[1]) / (window.top - window.bottom)
        return round(_near(x) * WIDTH, 1), round(_near(y) * self.height, 1)

    def path(self, points: Sequence[Point]) -> str:
        """The line through the points, as an SVG path."""
        return "M" + " ".join(f"{x:g},{y:g}" for x, y in map(self.place, points))

    @property
    def columns(self) -> tuple[Tick, ...]:
        window = self.window
        values = _round_numbers(window.left, window.right)
        return tuple(Tick(self.place((x, window.top))[0], _mark(x)) for x in values)

    @property
    def rows(self) -> tuple[Tick, ...]:
        window = self.window
        values = _round_numbers(window.bottom, window.top)
        return tuple(Tick(self.place((window.left, y))[1], _mark(y)) for y in values)


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies below the lines in every plot of a scene, as SVG paths.

    `id` is unique on a page. `zeros` and `ones` are the points with the label 0 and 1.
    """

    id: str
    contours: str = ""
    zeros: str = ""
    ones: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line in a plot; `path` is its SVG path, and `whose` is "yours" or "reference".

    With `steps`, each of its points has a mark; with `leaves`, it leaves the picture and ends in an
    arrow.
    """

    whose: str
    path: str
    steps: bool = False
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a position in a picture."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines in a frame; `words` say what is to be seen, and `ring` is a point to look at.

    `above` and `below` are the names of the y and the x axis; without `ticks`, `above` is the
    heading instead. With `alone`, the student's line is drawn alone: the reference's is the same.
    """

    title: str
    words: str
    frame: Frame
    above: str
    below: str
    alone: bool
    lines: tuple[Line, ...]
    ground: Ground | None = None
    labels: tuple[Label, ...] = ()
    ring: Point | None = None
    ticks: bool = True

    kind = "plot"

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The plot's legend: "yours" or "reference", each with its words."""
        if self.alone:
            return (("yours", "yours, as the reference's"),)
        return (("yours", "yours"), ("reference", "the reference's"))


def frame_of(window: Window) -> Frame:
    """A frame in which a step to the right looks as long as one upwards, if the window allows."""
    height = WIDTH * (window.top - window.bottom) / (window.right - window.left)
    return Frame(window, round(min(max(height, LOWEST), HIGHEST)))


def leaving(window: Window, inside: Point, outside: Point) -> Point:
    """The point in which the line from a point in the window to one outside meets its edge."""
    (x, y), (to_x, to_y) = inside, outside
    shares = [
        *_share(x, to_x, window.left, window.right),
        *_share(y, to_y, window.bottom, window.top),
    ]
    share = max(0.0, min(shares, default=1.0))
    return x + share * (to_x - x), y + share * (to_y - y)


def shown(value: float) -> str:
    """A number with at most two decimals and a real minus sign."""
    return number(value).replace("-", MINUS)


def _mark(value: float) -> str:
    return f"{value:.4g}".replace("-", MINUS)


def _share(start: float, end: float, low: float, high: float) -> Iterator[float]:
    """The share of the way from start to end after which it is not between low and high any more.

    Nothing, where the end is between them too.
    """
    if end > high:
        yield (high - start) / (end - start)
    elif end < low:
        yield (low - start) / (end - start)


def _near(share: float) -> float:
    return min(max(share, -FARTHEST), FARTHEST)


def _round_numbers(low: float, high: float) -> list[float]:
    """The numbers for an axis: multiples of 1, 2 or 5 times a power of ten, at most TICKS + 1."""
    least = (high - low) / TICKS
    unit = 10.0 ** floor(log10(least))
    step = next(times * unit for times in (1, 2, 5, 10) if times * unit >= least * (1 - 1e-9))
    return [index * step for index in range(ceil(low / step), floor(high / step) + 1)]
