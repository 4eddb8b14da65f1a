"""The geometry of the class page's pictures; `charts.html.jinja` draws them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.text import counted, number

BINS = 10
WIDTH, HEIGHT = 480, 200
LEFT, TOP, BOTTOM = 8, 24, 44
GAP = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram: how many totals lie between two marks, and where it is drawn."""

    low: str
    high: str
    count: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Histogram:
    """How the totals are spread over ten equal ranges. `words` says it without the picture."""

    bars: tuple[Bar, ...]
    words: str

    left = LEFT
    width = WIDTH
    height = HEIGHT
    base = HEIGHT - BOTTOM

    def mark(self, index: int) -> float:
        """Where on the axis the range of this index begins."""
        return round(LEFT + (WIDTH - 2 * LEFT) / BINS * index, 2)


def histogram(totals: Sequence[float], max_score: float, noun: str = "total") -> Histogram:
    """The spread of totals from 0 to `max_score`; a total at a mark counts in the range above it.

    Totals outside of the range count in the first or last one.
    """
    counts = [0] * BINS
    for total in totals:
        counts[_bin(total, max_score)] += 1
    bars = tuple(_bar(index, counts, max_score) for index in range(BINS))
    return Histogram(bars, _words(bars, noun))


def _bin(total: float, max_score: float) -> int:
    share = total / max_score if max_score > 0 else 0
    # A total such as 0.7 * 3 must not fall below its mark by a rounding error.
    return min(max(int(share * BINS + 1e-9), 0), BINS - 1)


def _bar(index: int, counts: list[int], max_score: float) -> Bar:
    step = (WIDTH - 2 * LEFT) / BINS
    height = round((HEIGHT - TOP - BOTTOM) * counts[index] / max(*counts, 1), 2)
    return Bar(
        low=number(max_score * index / BINS),
        high=number(max_score * (index + 1) / BINS),
        count=counts[index],
        x=round(LEFT + step * index + GAP / 2, 2),
        y=HEIGHT - BOTTOM - height,
        width=round(step - GAP, 2),
        height=height,
    )


def _words(bars: tuple[Bar, ...], noun: str) -> str:
    full = [f"{counted(bar.count, noun)} {bar.low} to {bar.high}" for bar in bars if bar.count]
    return f"From low to high: {'; '.join(full)}." if full else f"There is no {noun} to show."
