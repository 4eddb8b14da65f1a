"""Pictures of what the student's functions do, on places and data that are no secret.

A network with a single weight W1 and a single bias b1 is a point in a plane: on it, each optimizer
can be watched walking. What a picture's docstring says is read beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from opt_utils import initialize_parameters, predict_dec

from grader.authoring import Driver, arguments, picture, training
from grader.scenes import (
    Ended,
    Grouping,
    Groups,
    Landscape,
    Lesson,
    Path,
    Point,
    Training,
    Window,
    like,
)

Array: TypeAlias = NDArray[np.float64]
Arrays: TypeAlias = dict[str, Array]
# Of a place, how fast the height grows to the right and upwards.
Slope: TypeAlias = Callable[[float, float], Point]

BOWL = Landscape(
    height=lambda x, y: 0.1 * x**2 + 0.8 * y**2,
    window=Window(-5, 3, -3, 3),
    start=(-4.2, 2.2),
    lowest=(0, 0),
    levels=(0.1, 0.4, 0.9, 1.6, 2.5, 3.6, 4.9, 6.4),
    axes=("W1", "b1"),
)
VALLEY = Landscape(
    height=lambda x, y: (1 - x) ** 2 + 4 * (y - x**2) ** 2,
    window=Window(-2, 2, -1, 2),
    start=(-1.6, 0.6),
    lowest=(1, 1),
    levels=(0.25, 1, 2.5, 5, 9, 16, 28),
    axes=("W1", "b1"),
)
IN_A_BOWL, IN_A_VALLEY = "In a bowl", "In a curved valley"


def _slope_of_bowl(x: float, y: float) -> Point:
    return 0.2 * x, 1.6 * y


def _slope_of_valley(x: float, y: float) -> Point:
    return -2 * (1 - x) - 16 * x * (y - x**2), 8 * (y - x**2)


# --- update_parameters_with_gd


@picture("update_parameters_with_gd", BOWL, title=IN_A_BOWL)
def gd_in_a_bowl(path: Path) -> Driver:
    """Every step goes straight down: to and fro where it is steep, slowly where it is not."""
    return (yield from _gd(path, _slope_of_bowl, learning_rate=1.1, steps=20))


@picture("update_parameters_with_gd", VALLEY, title=IN_A_VALLEY)
def gd_in_a_valley(path: Path) -> Driver:
    """Gradient descent is down in the valley soon, and follows it in ever smaller steps."""
    return (yield from _gd(path, _slope_of_valley, learning_rate=0.03, steps=30))


def _gd(path: Path, slope: Slope, learning_rate: float, steps: int) -> Driver:
    place = path.points[-1]
    for _ in range(steps):
        parameters = _parameters(place)
        returned = yield arguments(parameters, _grads(slope, place), learning_rate)
        parameters = like(returned, parameters)
        place = path.add(parameters["W1"], parameters["b1"])


# --- update_parameters_with_momentum


@picture("update_parameters_with_momentum", BOWL, title=IN_A_BOWL)
def momentum_in_a_bowl(path: Path) -> Driver:
    """The velocity needs some steps to build up. What goes to and fro cancels out in it, what
    goes on and on adds up."""
    return (yield from _momentum(path, _slope_of_bowl, learning_rate=1.1, steps=25))


@picture("update_parameters_with_momentum", VALLEY, title=IN_A_VALLEY)
def momentum_in_a_valley(path: Path) -> Driver:
    """The velocity carries on in the old direction where the valley bends."""
    return (yield from _momentum(path, _slope_of_valley, learning_rate=0.05, steps=35))


def _momentum(path: Path, slope: Slope, learning_rate: float, steps: int) -> Driver:
    place, v = path.points[-1], _zeros()
    for _ in range(steps):
        parameters = _parameters(place)
        returned, v = yield arguments(parameters, _grads(slope, place), v, 0.8, learning_rate)
        parameters = like(returned, parameters)
        place = path.add(parameters["W1"], parameters["b1"])


# --- update_parameters_with_adam


@picture("update_parameters_with_adam", BOWL, title=IN_A_BOWL)
def adam_in_a_bowl(path: Path) -> Driver:
    """The first steps are equally long in both directions, however steep each of them is."""
    return (yield from _adam(path, _slope_of_bowl, learning_rate=0.4, steps=25))


@picture("update_parameters_with_adam", VALLEY, title=IN_A_VALLEY)
def adam_in_a_valley(path: Path) -> Driver:
    """Adam keeps its speed where the valley is nearly flat."""
    return (yield from _adam(path, _slope_of_valley, learning_rate=0.15, steps=35))


def _adam(path: Path, slope: Slope, learning_rate: float, steps: int) -> Driver:
    place, v, s = path.points[-1], _zeros(), _zeros()
    for t in range(1, steps + 1):
        parameters = _parameters(place)
        returned, v, s, *_ = yield arguments(
            parameters, _grads(slope, place), v, s, t, learning_rate, 0.8, 0.95, 1e-8
        )
        parameters = like(returned, parameters)
        place = path.add(parameters["W1"], parameters["b1"])


def _parameters(place: Point) -> Arrays:
    return {"W1": np.array([[place[0]]]), "b1": np.array([[place[1]]])}


def _grads(slope: Slope, place: Point) -> Arrays:
    return {"d" + name: value for name, value in _parameters(slope(*place)).items()}


def _zeros() -> Arrays:
    return {"dW1": np.zeros((1, 1)), "db1": np.zeros((1, 1))}


# --- random_mini_batches

COLUMNS = Groups(items=20, item="column", group="mini-batch", rows=("X", "Y"))


@picture("random_mini_batches", COLUMNS, title="Twenty columns in mini-batches of eight")
def twenty_columns(batches: Grouping) -> Driver:
    """Every column stands in exactly one mini-batch, and Y's under the X that it belongs to."""
    numbers = np.arange(COLUMNS.items)
    X, Y = np.stack([numbers, numbers + 0.5]), numbers.reshape(1, -1)
    returned = yield arguments(X, Y, 8, 0)
    for batch_X, batch_Y in returned:
        batches.add(_columns(batch_X, X, "X"), _columns(batch_Y, Y, "Y"))


def _columns(part: Any, whole: NDArray[Any], name: str) -> list[int | None]:
    """For each column of the part, which of the whole it is; None if it is none of them."""
    if not isinstance(part, np.ndarray) or part.ndim != 2 or len(part) != len(whole):
        shape = f" of the shape {part.shape}" if isinstance(part, np.ndarray) else ""
        rows = f"{len(whole)} rows" if len(whole) > 1 else "1 row"
        raise Ended(f"returns a mini-batch of {name}{shape}, where {rows} of columns should be")
    known = {tuple(column): number for number, column in enumerate(whole.T.tolist())}
    return [known.get(tuple(column)) for column in part.T[:100].tolist()]


# --- a trained network


def _moons() -> tuple[Array, NDArray[np.int64]]:
    """The points (2, 300) of the notebook, and the moon of each (1, 300), as `load_dataset` draws
    them with scikit-learn, which need not be there to draw a picture."""
    random = np.random.RandomState(3)
    angles, half = np.linspace(0, np.pi, 150), np.ones(150, dtype=np.int64)
    outer = np.stack([np.cos(angles), np.sin(angles)])
    points = np.hstack([outer, [[1], [0.5]] - outer])
    order = np.arange(300)
    random.shuffle(order)
    noise = random.normal(scale=0.2, size=(300, 2))
    return points[:, order] + noise.T, np.hstack([0 * half, half])[order].reshape(1, -1)


MOONS = Training(
    *_moons(),
    Window(-1.5, 2.5, -1, 1.5),
    calls="model",
    prints="Cost after epoch {step}: {cost}",
    step="epoch",
)
TRAINED = "The network that your notebook trains with it"
FORM = initialize_parameters([2, 5, 2, 1])


@training("update_parameters_with_gd", MOONS, title=TRAINED, given="gd")
def trained_with_gd(lesson: Lesson, parameters: Any) -> None:
    """The cost goes down slowly, and the boundary hardly bends yet."""
    _decide(lesson, parameters)


@training("update_parameters_with_momentum", MOONS, title=TRAINED, given="momentum")
def trained_with_momentum(lesson: Lesson, parameters: Any) -> None:
    """On so small a problem, momentum gains little over gradient descent."""
    _decide(lesson, parameters)


@training("update_parameters_with_adam", MOONS, title=TRAINED, given="adam")
def trained_with_adam(lesson: Lesson, parameters: Any) -> None:
    """The cost is low after 1000 epochs, and the boundary bends in between the two half moons."""
    _decide(lesson, parameters)


def _decide(lesson: Lesson, parameters: Any) -> None:
    trained = like(parameters, FORM)
    lesson.decide(lambda places: predict_dec(trained, places))
