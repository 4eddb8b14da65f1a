"""The geometry of plots: a window of numbers, laid over a rectangle of the page.

`pictures.html.jinja` draws them as SVG. Whatever is drawn here is a number of ours or was checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from grader.scenes import Point, Window
from grader.text import number

WIDTH = 350
LOWEST, HIGHEST = 180, 350
# Nothing is drawn farther outside than this many widths or heights: SVG has no room for any number.
FARTHEST = 20
TICKS = 5
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it is on the page, and the number there."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the plane, shown `WIDTH` wide and `height` high; the page's y grows downwards."""

    window: Window
    height: int

    width = WIDTH

    def place(self, point: Point) -> Point:
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
    """What lies below the lines of every plot of a scene, as SVG paths; `id` is its own on a page.

    `zeros` and `ones` are points with the label 0 or 1.
    """

    id: str
    contours: str = ""
    zeros: str = ""
    ones: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """`whose` is "yours" or "reference". One of `steps` has a mark at each of its places, and one
    that `leaves` the picture has an arrow at its end."""

    whose: str
    path: str
    steps: bool = False
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A named place."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines in a frame. `ring` is a place to look at; `words` say what is to be seen.

    `above` and `below` name the axes, or `above` what is shown where there are no `ticks`. `alone`
    says that what is yours is the reference's, too.
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
        """Whose lines there are, and the words for that."""
        if self.alone:
            return (("yours", "yours, as the reference's"),)
        return (("yours", "yours"), ("reference", "the reference's"))


def frame_of(window: Window) -> Frame:
    """A frame in which a step to the right looks as long as one upwards, if the window allows."""
    height = WIDTH * (window.top - window.bottom) / (window.right - window.left)
    return Frame(window, round(min(max(height, LOWEST), HIGHEST)))


def leaving(window: Window, inside: Point, outside: Point) -> Point:
    """Where the way from a place inside of the window to one outside crosses its edge."""
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
    """What share of the way from start to end lies between low and high, if not all."""
    if end > high:
        yield (high - start) / (end - start)
    elif end < low:
        yield (low - start) / (end - start)


def _near(share: float) -> float:
    return min(max(share, -FARTHEST), FARTHEST)


def _round_numbers(low: float, high: float) -> list[float]:
    least = (high - low) / TICKS
    unit = 10.0 ** floor(log10(least))
    step = next(times * unit for times in (1, 2, 5, 10) if times * unit >= least * (1 - 1e-9))
    return [index * step for index in range(ceil(low / step), floor(high / step) + 1)]
