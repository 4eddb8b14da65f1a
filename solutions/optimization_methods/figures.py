"""Draw the figures of the optimization notebook as SVG files: ``python figures.py FOLDER``.

Every run writes the same bytes. Text stays text, on a white background, so that a picture can be
read in light and dark notebooks and found by a search.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

# Okabe and Ito's palette, which colour-blind readers can tell apart.
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#666666"
BATCH_COLOURS = (BLUE, ORANGE, GREEN)

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fairgrade",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.titlesize": 12,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}

START = np.array([-9.0, 2.6])
CURVATURE = np.array([0.2, 1.0])  # a long valley: gentle along x, steep along y


def cost_landscape() -> Figure:
    """Draw plain descent on a landscape of contour lines."""
    figure, axes = plt.subplots(figsize=(7, 3.6))
    _valley(axes)
    path = _descend(START, learning_rate=0.6, steps=28)
    _path(axes, path, BLUE)
    axes.text(START[0] + 0.3, START[1] + 0.3, "start: high cost", color=BLUE)
    axes.text(0.4, -0.7, "minimum")
    axes.set_xlabel("first parameter")
    axes.set_ylabel("second parameter")
    return figure


def sgd_and_gd() -> Figure:
    """Draw the smooth path of gradient descent beside the zig-zag of SGD."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    _valley(left)
    _path(left, _descend(START, learning_rate=0.7, steps=26), BLUE)
    left.set_title("Gradient descent")
    _valley(right)
    _path(right, _sgd_path(), RED)
    right.set_title("Stochastic gradient descent")
    return figure


def sgd_and_mini_batch() -> Figure:
    """Draw the zig-zag of SGD beside the calmer path of mini-batches."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    _valley(left)
    _path(left, _sgd_path(), RED)
    left.set_title("Stochastic gradient descent")
    _valley(right)
    _path(right, _descend(START, learning_rate=0.6, steps=32, noise=0.6, seed=5), GREEN)
    right.set_title("Mini-batch gradient descent")
    return figure


def shuffling() -> Figure:
    """Draw eight columns of X and Y before and after one permutation of both."""
    order = [5, 2, 7, 0, 3, 6, 1, 4]
    figure, axes = _table_axes(width=8.0, height=6.2, size=(7, 4.2))
    for top, columns, labels in (
        (5.9, list(range(8)), ("X", "Y")),
        (2.5, order, ("shuffled X", "shuffled Y")),
    ):
        for place, column in enumerate(columns):
            colour = BLUE if column % 2 else ORANGE
            _box(axes, place, top - 1.5, 1.5, colour, f"x{_subscript(column + 1)}")
            _box(axes, place, top - 2.3, 0.7, colour, f"y{_subscript(column + 1)}")
        axes.text(-0.2, top - 0.75, labels[0], ha="right", va="center")
        axes.text(-0.2, top - 1.95, labels[1], ha="right", va="center")
    for place, column in enumerate(order):
        axes.plot([column + 0.47, place + 0.47], [3.55, 2.55], color=GREY, linewidth=0.9)
    return figure


def partitioning() -> Figure:
    """Draw twenty shuffled columns cut into mini-batches of eight, eight and four."""
    figure, axes = _table_axes(width=21.6, height=4.6, size=(8, 2.6))
    starts = (0, 8, 16, 20)
    for number, (start, end) in enumerate(pairwise(starts)):
        colour = BATCH_COLOURS[number]
        gap = number * 0.8
        for column in range(start, end):
            _box(axes, column + gap, 1.3, 1.6, colour)
            _box(axes, column + gap, 0.3, 0.8, colour)
        left, right = start + gap, end + gap - 0.06
        axes.plot([left, left, right, right], [3.05, 3.25, 3.25, 3.05], color=GREY, linewidth=1)
        axes.text(
            (left + right) / 2,
            3.45,
            f"mini-batch {number}\n{end - start} columns",
            ha="center",
            va="bottom",
        )
    axes.text(-0.4, 2.1, "shuffled X", ha="right", va="center")
    axes.text(-0.4, 0.7, "shuffled Y", ha="right", va="center")
    return figure


def velocity() -> Figure:
    """Draw the path along the velocity, with the gradient step at every point."""
    figure, axes = plt.subplots(figsize=(7, 3.6))
    _valley(axes)
    rng = np.random.default_rng(12)
    place, speed, path = START.copy(), np.zeros(2), [START.copy()]
    for step in range(14):
        swing = np.array([0.25, 1.9 * (-1) ** step]) * rng.uniform(0.7, 1.0)
        gradient = CURVATURE * place * np.array([1.3, 0.9]) + swing
        arrow = -0.85 * gradient
        axes.annotate(
            "",
            tuple(place + arrow),
            tuple(place),
            arrowprops={"arrowstyle": "->", "color": RED, "linestyle": "--", "linewidth": 1.1},
        )
        speed = 0.65 * speed + 0.35 * gradient
        place = place - 0.85 * speed
        path.append(place)
    _path(axes, np.array(path), BLUE)
    axes.plot([], [], color=RED, linestyle="--", label="step by the gradient alone")
    axes.plot([], [], color=BLUE, marker="o", markersize=4, label="path along the velocity")
    axes.legend(loc="upper right", framealpha=1, edgecolor="none")
    return figure


PICTURES: tuple[Callable[[], Figure], ...] = (
    cost_landscape,
    sgd_and_gd,
    sgd_and_mini_batch,
    shuffling,
    partitioning,
    velocity,
)


def draw(folder: Path) -> Iterator[Path]:
    """Write every picture into the folder, as `<name of the function>.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        with plt.rc_context(STYLE):
            figure = picture()
            target = folder / f"{picture.__name__}.svg"
            figure.savefig(target, metadata={"Date": None}, bbox_inches="tight", pad_inches=0.12)
            plt.close(figure)
        yield target


def _valley(axes: Axes) -> None:
    across, up = np.meshgrid(np.linspace(-10.5, 4.5, 29), np.linspace(-3.7, 3.7, 19))
    height = (CURVATURE[0] * across**2 + CURVATURE[1] * up**2) / 2
    levels = [0, 0.4, 1.6, 3.6, 6.4, 10, 20]
    greys = [f"{grey:.2f}" for grey in np.linspace(1, 0.82, len(levels) - 1)]
    axes.contourf(across, up, height, levels=levels, colors=greys)
    axes.contour(across, up, height, levels=levels[1:-1], colors="#AAAAAA", linewidths=0.8)
    axes.plot(0, 0, marker="+", markersize=13, markeredgewidth=2.5, color="black", zorder=5)
    axes.set(xticks=[], yticks=[], xlim=(-10.5, 4.5), ylim=(-3.7, 3.7))


def _descend(
    start: Array, learning_rate: float, steps: int, noise: float = 0.0, seed: int = 0
) -> Array:
    """Return the points of a descent, (steps + 1, 2), with some noise in every gradient."""
    rng = np.random.default_rng(seed)
    points = [start]
    for _ in range(steps):
        gradient = CURVATURE * points[-1] + noise * rng.standard_normal(2) * np.array([0.5, 1.0])
        points.append(points[-1] - learning_rate * gradient)
    return np.array(points)


def _sgd_path() -> Array:
    return _descend(START, learning_rate=0.6, steps=38, noise=1.7, seed=7)


def _path(axes: Axes, points: Array, colour: str) -> None:
    axes.plot(points[:, 0], points[:, 1], color=colour, marker="o", markersize=3.5, linewidth=1.4)


def _table_axes(width: float, height: float, size: tuple[float, float]) -> tuple[Figure, Axes]:
    figure = plt.figure(figsize=size)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(-width * 0.22, width * 1.01), ylim=(0, height))
    axes.axis("off")
    return figure, axes


def _box(
    axes: Axes, left: float, bottom: float, height: float, colour: str, text: str = ""
) -> None:
    style: dict[str, Any] = {"facecolor": colour, "alpha": 0.35, "edgecolor": "black"}
    axes.add_patch(Rectangle((left, bottom), 0.94, height, linewidth=0.7, **style))
    axes.text(left + 0.47, bottom + height / 2, text, ha="center", va="center")


def _subscript(number: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(number))


def main() -> None:
    """Read the folder from the command line and draw into it."""
    parser = argparse.ArgumentParser(description="Draw the notebook's figures as SVG files.")
    parser.add_argument("folder", type=Path, help="where to write them")
    for path in draw(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
