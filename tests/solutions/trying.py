"""Try an answer to an exercise, and see what a call makes of its inputs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.assignments.load import load_assignment
from grader.assignments.records import Variant
from grader.assignments.reference import reference
from grader.grading.judging.parts import passed_by

ROOT = Path(__file__).parents[2]
ASSIGNMENT = load_assignment(ROOT, "optimization_methods")
Arrays: TypeAlias = dict[str, NDArray[Any]]
Answer: TypeAlias = Callable[..., Any]

# --- trying an answer: a network, some gradients, and what a call makes of them


def network(*widths: int, seed: int = 1, size: float = 1) -> tuple[Arrays, Arrays]:
    """Parameters and gradients; these are away from zero, of the given size."""
    rng = np.random.default_rng(seed)
    parameters: Arrays = {}
    grads: Arrays = {}
    for layer, (inputs, units) in enumerate(pairwise(widths), start=1):
        for name, shape in ((f"W{layer}", (units, inputs)), (f"b{layer}", (units, 1))):
            parameters[name] = rng.standard_normal(shape)
            signs = rng.choice([-1.0, 1.0], shape)
            grads["d" + name] = size * signs * rng.uniform(0.5, 1.5, shape)
    return parameters, grads


def copied(values: Arrays) -> Arrays:
    return {name: value.copy() for name, value in values.items()}


def filled(grads: Arrays, value: float) -> Arrays:
    return {name: np.full(grad.shape, value) for name, grad in grads.items()}


class Tried:
    """An answer to one of the updates: `call` gives (parameters, v, s), as far as it has them."""

    def __init__(self, exercise: str, answer: Answer) -> None:
        self.kind = exercise.rsplit("_", 1)[-1]
        self.answer = answer

    def call(
        self,
        parameters: Arrays,
        grads: Arrays,
        v: Arrays | None = None,
        s: Arrays | None = None,
        t: int = 1,
        rate: float = 0.01,
        **more: float,
    ) -> tuple[Arrays, ...]:
        v, s = v or filled(grads, 0), s or filled(grads, 0)
        inputs = [copied(each) for each in (parameters, grads, v, s)]
        with np.errstate(all="ignore"):
            if self.kind == "gd":
                return (self.answer(*inputs[:2], rate),)
            if self.kind == "momentum":
                return tuple(self.answer(*inputs[:3], more.get("beta", 0.9), rate))
            return tuple(self.answer(*inputs, t, rate, **more))

    def step(self, *widths: int, **how: Any) -> Arrays:
        """How far each parameter is moved by a first step."""
        parameters, grads = network(*(widths or (3, 4, 3, 2)), size=how.pop("size", 1))
        moved = self.call(parameters, grads, **how)[0]
        return {name: moved[name] - parameters[name] for name in parameters}

    def steps(self, count: int, gradient: float) -> tuple[float, float, float]:
        """(the last step, v, s) after so many steps of one weight with the same gradient."""
        parameters, grads = network(1, 1)
        grads = filled(grads, gradient)
        v, s, step = filled(grads, 0), filled(grads, 0), 0.0
        for t in range(1, count + 1):
            moved, *new = self.call(parameters, grads, v, s, t=t)
            step = (moved["W1"] - parameters["W1"]).item()
            parameters, v, s = moved, new[0], new[1] if len(new) > 1 else new[0]
        return step, v["dW1"].item(), s["dW1"].item()


def right(exercise: str) -> Tried:
    return Tried(exercise, reference(ASSIGNMENT)[exercise])


def ratio(exercise: str, answer: Answer, **how: Any) -> float:
    """How many times as long as the reference's a first step is, in the median."""
    mine, its = Tried(exercise, answer).step(**how), right(exercise).step(**how)
    return float(np.median([np.median(np.abs(mine[n] / its[n])) for n in its]))


def alike(one: tuple[Arrays, ...], other: tuple[Arrays, ...]) -> bool:
    """Whether two calls gave W1 the same value."""
    return np.array_equal(one[0]["W1"], other[0]["W1"])


def stays(*names: str) -> Callable[[str, Answer], bool]:
    """Whether these parameters, and no others, are as they were after a step."""

    def measure(exercise: str, answer: Answer) -> bool:
        moved = Tried(exercise, answer).step()
        return {n for n, change in moved.items() if not change.any()} == set(names)

    return measure


EVERY = ("W1", "b1", "W2", "b2", "W3", "b3")


def raises(kind: type[Exception], call: Callable[[], object], message: str = "") -> bool:
    try:
        call()
    except kind as error:
        return message in str(error)
    return False


def averages(exercise: str, answer: Answer, t: int = 1, gradient: float = 1) -> list[float]:
    """v, s, v_corrected and s_corrected after step t from zero, of a weight of the first layer."""
    parameters, grads = network(3, 2)
    returned = Tried(exercise, answer).call(parameters, filled(grads, gradient), t=t)
    return [each["dW1"][0, 0].item() for each in returned[1:]]


def smaller_still(exercise: str, answer: Answer) -> bool:
    v, s, v_corrected, s_corrected = averages(exercise, answer)
    right_v, right_s = 1.0, 1.0  # the gradient and its square
    changed = [
        (one, corrected)
        for one, corrected, its in ((v, v_corrected, right_v), (s, s_corrected, right_s))
        if abs(corrected - its) > 1e-9
    ]
    return bool(changed) and all(corrected < one for one, corrected in changed)


def uphill(exercise: str, answer: Answer) -> bool:
    _, grads = network(3, 4, 3, 2)
    moved = Tried(exercise, answer).step()
    return all((change * grads["d" + name] > 0).all() for name, change in moved.items())


def stretched(exercise: str, answer: Answer) -> bool:
    """b1, (4, 1), becomes (4, 3) with the gradient of the weights."""
    parameters, grads = network(3, 4, 2)
    returned = Tried(exercise, answer).call(parameters, grads)
    found = returned[0]["b1"] if exercise.endswith("gd") else returned[1]["db1"]
    return bool(found.shape == (4, 3))


def nan_where_gradient_is_zero(exercise: str, answer: Answer) -> bool:
    parameters, grads = network(3, 2)
    grads["dW1"][0, 0] = 0
    moved = Tried(exercise, answer).call(parameters, grads)[0]["W1"]
    return bool(np.isnan(moved[0, 0]) and not np.isnan(moved[0, 1]))


def nan_where_negative(exercise: str, answer: Answer) -> bool:
    parameters, grads = network(3, 2)
    moved = Tried(exercise, answer).call(parameters, grads)[0]["W1"]
    return bool((np.isnan(moved) == (grads["dW1"] < 0)).all())


def averages_of(exercise: str, answer: Answer) -> tuple[Arrays, Arrays]:
    """v and s after a step in which they were 1 and 100 before, and all gradients 1."""
    parameters, grads = network(3, 2)
    ones = filled(grads, 1)
    returned = Tried(exercise, answer).call(parameters, ones, filled(grads, 1), filled(grads, 100))
    return returned[1], returned[-1]


def cannot_show(exercise: str, answer: Answer) -> bool:
    """The example, which is the public case, is passed."""
    found = ASSIGNMENT.exercise(exercise)
    variant = Variant("it", "", "", answer, accepted=False)
    return "published" in passed_by(variant, found)


def forgets(exercise: str, answer: Answer) -> bool:
    """Other v and s before make no difference to the one it is said of."""
    parameters, grads = network(3, 2)
    one, other = (
        Tried(exercise, answer).call(parameters, grads, filled(grads, x), filled(grads, x))
        for x in (1, 2)
    )
    pairs = list(zip(one[1:3], other[1:3], strict=True))
    return sum(np.array_equal(a["dW1"], b["dW1"]) for a, b in pairs) == 1


def grows(exercise: str, answer: Answer) -> bool:
    """One of v and s is more than ten gradients after a thousand steps; the reference's is not."""
    most = max(Tried(exercise, answer).steps(20_000 if exercise.endswith("adam") else 200, 1)[1:])
    return most > 10 and max(right(exercise).steps(200, 1)[1:]) <= 1 + 1e-9


def longer_at(exercise: str, answer: Answer, least: float, most: float, *times: int) -> bool:
    """Whether steps with the same gradient are so many times as long as they should be."""
    found = [
        Tried(exercise, answer).steps(t, 0.7)[0] / right(exercise).steps(t, 0.7)[0] for t in times
    ]
    return all(least <= each <= most for each in found)


# --- initial values


def arrays(exercise: str, answer: Answer, *widths: int) -> list[Arrays]:
    """The dictionaries that are returned: those with a mistake in them, of one or two."""
    parameters, _ = network(*(widths or (3, 4, 2)))
    found = answer(parameters)
    return [found] if isinstance(found, dict) else list(found)


def shapes(exercise: str, answer: Answer, W: tuple[int, ...], b: tuple[int, ...]) -> bool:
    """Whether dW1 and db1 have these shapes, where W1 is (4, 3) and b1 (4, 1)."""
    return all(
        (each["dW1"].shape, each["db1"].shape) == (W, b) for each in arrays(exercise, answer)
    )


def keys(exercise: str, answer: Answer, *names: str) -> bool:
    return all(list(each) == list(names) for each in arrays(exercise, answer))


# --- mini-batches: columns that tell their own number


def cut(answer: Answer, m: int = 20, size: int = 8, seed: int = 3) -> list[tuple[Any, Any]]:
    """Mini-batches of an X whose first row, as Y, counts the columns."""
    Y = np.arange(m).reshape(1, m)
    return list(answer(np.vstack([Y, Y + 0.5]), Y, size, seed))


def numbers(answer: Answer, m: int = 20, size: int = 8) -> list[list[int]]:
    return [X[0].astype(int).tolist() for X, _ in cut(answer, m, size)]


def its(m: int = 20, size: int = 8) -> list[list[int]]:
    return numbers(reference(ASSIGNMENT)["random_mini_batches"], m, size)


def flat(batches: list[list[int]]) -> list[int]:
    return [number for batch in batches for number in batch]


def apart(answer: Answer, which: slice = slice(None)) -> bool:
    """Whether X and Y of these mini-batches have columns of different numbers."""
    return all(not np.array_equal(X[0], Y[0]) for X, Y in cut(answer)[which])


def on_batches(measure: Callable[[Answer], bool]) -> Callable[[str, Answer], bool]:
    return lambda exercise, answer: measure(answer)


def another_order(answer: Answer) -> bool:
    mine, whole = numbers(answer, 32), its(32)
    return mine != whole and sorted(mine) == sorted(whole) and mine[0] == whole[0]
