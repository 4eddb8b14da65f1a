"""What variants' titles state, each with the measurement that it is so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.solutions.trying import (
    EVERY,
    Answer,
    Tried,
    another_order,
    arrays,
    averages_of,
    cut,
    filled,
    flat,
    forgets,
    grows,
    its,
    keys,
    network,
    numbers,
    on_batches,
    raises,
    ratio,
    shapes,
    stays,
    uphill,
)

BETAS = {"beta1": 0.7, "beta2": 0.4}
# The places of the averages among what is returned.
V, S, V_CORRECTED, S_CORRECTED = 1, 2, 3, 4


def after(
    exercise: str, answer: Answer, which: int, old: float = 0, gradient: float = 1, t: int = 1
) -> float:
    """What a step makes of an average that was `old`, of a weight with this gradient."""
    parameters, grads = network(3, 2)
    before = filled(grads, old)
    returned = Tried(exercise, answer).call(
        parameters, filled(grads, gradient), before, before, t=t, **BETAS
    )
    return float(returned[which]["dW1"][0, 0])


def weighs(which: int, old: float, new: float) -> Callable[[str, Answer], bool]:
    """Whether the average keeps so much of the old one, and takes so much of the new value."""
    return lambda e, a: bool(
        np.isclose(after(e, a, which, old=1, gradient=0), old)
        and np.isclose(after(e, a, which, old=0, gradient=1), new)
    )


def divides(which: int, divisor: Callable[[float, int], float]) -> Callable[[str, Answer], bool]:
    """Whether the corrected average is the average by `divisor(beta, t)`."""
    beta = BETAS["beta1" if which == V else "beta2"]
    return lambda e, a: all(
        bool(np.isclose(after(e, a, which + 2, t=t), after(e, a, which, t=t) / divisor(beta, t)))
        for t in (1, 2, 9)
    )


def stepped_by(length: float) -> Callable[[str, Answer], bool]:
    """Whether a first step is so many times as long as the reference's."""
    return lambda e, a: bool(np.isclose(ratio(e, a), length, rtol=1e-3))


def made_of_v(exercise: str, answer: Answer) -> bool:
    """Whether s is another with another v before."""
    parameters, grads = network(3, 2)
    ones, zeros = filled(grads, 1), filled(grads, 0)
    one, other = (
        Tried(exercise, answer).call(parameters, ones, v, zeros)[S]["dW1"] for v in (ones, zeros)
    )
    return not np.allclose(one, other)


def squared_as_a_whole(exercise: str, answer: Answer) -> bool:
    old = [after(exercise, answer, S, old=x, gradient=0) for x in (1, 2)]
    new = after(exercise, answer, S, old=0, gradient=1)
    return not np.isclose(old[1], 2 * old[0]) or bool(np.isclose(new, (1 - BETAS["beta2"]) ** 2))


def as_matrices(exercise: str, answer: Answer) -> bool:
    parameters, grads = network(3, 2)
    if raises(ValueError, lambda: Tried(exercise, answer).call(parameters, grads)):
        return True
    return Tried(exercise, answer).call(parameters, grads)[S]["dW1"].shape != (2, 3)


def layers_differ(exercise: str, answer: Answer) -> bool:
    """Whether two layers with the same gradients take steps of different lengths."""
    parameters, grads = network(3, 3, 3)
    moved = Tried(exercise, answer).call(parameters, filled(grads, 1))[0]
    steps = [np.abs(moved[name] - parameters[name]).max() for name in ("W1", "W2")]
    return not np.isclose(*steps)


def moved_by_first_gradient(exercise: str, answer: Answer) -> bool:
    step = Tried(exercise, answer).step(3, 3, 3)
    return bool(np.allclose(step["W1"], step["W2"]))


def without(*names: str) -> Callable[[str, Answer], bool]:
    """Whether these parameters, of three layers, stay as they were, or have no initial values."""

    def measure(exercise: str, answer: Answer) -> bool:
        if not exercise.startswith("initialize"):
            return stays(*names)(exercise, answer)
        expected = {"d" + name for name in EVERY if name not in names}
        return all(each.keys() == expected for each in arrays(exercise, answer, 3, 4, 3, 2))

    return measure


def last(answer: Answer) -> tuple[list[int], list[int]]:
    """The columns of X and of Y in the last mini-batch, by their numbers."""
    X, Y = cut(answer)[-1]
    return X[0].astype(int).tolist(), Y[0].astype(int).tolist()


UNSHUFFLED = [16, 17, 18, 19]

# A title -> the measurement that it is so, of the exercise's name and the answer.
TITLES: dict[str, Callable[[str, Answer], bool]] = {
    "the step goes uphill": uphill,
    "the first layer only": without("W2", "b2", "W3", "b3"),
    "the first layer is left out": without("W1", "b1"),
    "the last layer is left out": without("W3", "b3"),
    "every layer gets the first layer's gradient": moved_by_first_gradient,
    # mini-batches
    "the rows are shuffled": on_batches(lambda a: raises(IndexError, lambda: cut(a))),
    "the first mini-batch is repeated": on_batches(lambda a: numbers(a)[0] == numbers(a)[1]),
    "the mini-batches overlap": on_batches(lambda a: numbers(a)[1][:-1] == numbers(a)[0][1:]),
    "full mini-batches are one short": on_batches(
        lambda a: numbers(a)[:2] == [each[:-1] for each in its()[:2]]
    ),
    "full mini-batches are one too long": on_batches(
        lambda a: [len(each) for each in numbers(a)[:2]] == [9, 9]
    ),
    "the first mini-batch is left out": on_batches(lambda a: numbers(a)[0] == its()[1]),
    "mini-batches reach to the end": on_batches(
        lambda a: all(each[-1] == flat(its())[-1] for each in numbers(a))
    ),
    "columns are turned round": on_batches(
        lambda a: numbers(a) == [its()[0], its()[1][::-1], its()[2]]
    ),
    "rows are cut instead of columns": on_batches(lambda a: cut(a)[0][0].shape != (2, 8)),
    "Y is cut from X in the end case": on_batches(lambda a: len(cut(a)[-1][1]) == 2),
    "the last mini-batch is missing": on_batches(lambda a: numbers(a) == its()[:2]),
    "an empty mini-batch at the end": on_batches(lambda a: numbers(a, 16)[-1] == []),
    "the last mini-batch is filled up": on_batches(lambda a: len(numbers(a)[-1]) == 8),
    "the end case is cut by the loop's last k": on_batches(
        lambda a: raises(UnboundLocalError, lambda: cut(a, 5))
    ),
    "the last mini-batch is one short": on_batches(lambda a: numbers(a)[-1] == its()[-1][:-1]),
    "the last mini-batch has one column": on_batches(lambda a: len(numbers(a)[-1]) == 1),
    "the end case takes the first columns": on_batches(lambda a: last(a)[0] == its()[0][:4]),
    "Y of the end case takes the first columns": on_batches(
        lambda a: last(a) == (its()[-1], its()[0][:4])
    ),
    "the end case takes a full size from the back": on_batches(
        lambda a: numbers(a)[-1] == flat(its())[-8:]
    ),
    "X of the end case is not shuffled": on_batches(lambda a: last(a) == (UNSHUFFLED, its()[-1])),
    "the end case is not shuffled": on_batches(lambda a: last(a) == (UNSHUFFLED, UNSHUFFLED)),
    "the end case is turned round": on_batches(lambda a: numbers(a)[-1] == its()[-1][::-1]),
    "the end case is computed with a fraction": on_batches(
        lambda a: len(numbers(a, 7, 3)[-1]) == 2 and numbers(a) == its()
    ),
    "a single last example is lost": on_batches(lambda a: numbers(a, 7, 3) == its(7, 3)[:2]),
    "the last mini-batch stands first": on_batches(lambda a: numbers(a)[0] == its()[-1]),
    "mini-batches are inserted in the middle": on_batches(another_order),
    "the end case begins at a fraction": on_batches(lambda a: raises(TypeError, lambda: cut(a))),
    # initial values
    "every layer has the key of the first": lambda e, a: keys(e, a, "dW1", "db1"),
    "the keys begin with v": lambda e, a: all(
        key.startswith("v") for each in arrays(e, a) for key in each
    ),
    "rows and columns are exchanged": lambda e, a: shapes(e, a, (3, 4), (1, 4)),
    "arrays for W are shaped like b": lambda e, a: shapes(e, a, (4, 1), (4, 1)),
    "arrays for b are rows": lambda e, a: shapes(e, a, (4, 3), (1, 4)),
    "arrays for b are shaped like W": lambda e, a: shapes(e, a, (4, 3), (4, 3)),
    "the shape is called": lambda e, a: raises(TypeError, lambda: arrays(e, a), "not callable"),
    # momentum
    "the step is taken before the velocity is new": stays(*EVERY),
    "the old velocity does not fade": grows,
    "returned in the other order": lambda e, a: "dW1" in Tried(e, a).call(*network(3, 2))[0],
    # Adam
    "v and s are returned in the other order": lambda e, a: (
        averages_of(e, a)[0]["dW1"][0, 0] > 50 > averages_of(e, a)[1]["dW1"][0, 0]
    ),
    "the first average decays with beta2": weighs(V, 0.4, 0.3),
    "the first average uses beta2": weighs(V, 0.4, 0.6),
    "the second average decays with beta1": weighs(S, 0.7, 0.6),
    "the second average uses beta1": weighs(S, 0.7, 0.3),
    "the first average forgets": forgets,
    "the second average forgets": forgets,
    "the old first average does not fade": grows,
    "the old second average does not fade": grows,
    "decay and weight of the first average are swapped": weighs(V, 0.3, 0.7),
    "decay and weight of the second average are swapped": weighs(S, 0.6, 0.4),
    "the second average is made of the first": made_of_v,
    "the second average is made of the corrected first": made_of_v,
    "the second average is squared as a whole": squared_as_a_whole,
    "a matrix product for the square": as_matrices,
    "the first average is not corrected": stepped_by(0.1),
    "the second average is not corrected": stepped_by(0.001**-0.5),
    "the first average is corrected with beta2": stepped_by(100),
    "the second average is corrected with beta1": stepped_by(10),
    "the first correction does not depend on t": divides(V, lambda beta, t: 1 - beta),
    "the second correction does not depend on t": divides(S, lambda beta, t: 1 - beta),
    "the first correction has the wrong sign": divides(V, lambda beta, t: 1 + beta**t),
    "the second correction has the wrong sign": divides(S, lambda beta, t: 1 + beta**t),
    "the first correction uses 2 for t": divides(V, lambda beta, t: 1 - beta**2),
    "the second correction uses 2 for t": divides(S, lambda beta, t: 1 - beta**2),
    "t grows with every layer": layers_differ,
    "the step takes the first average only": lambda e, a: bool(
        np.isclose(ratio(e, a, size=100), 100 * ratio(e, a, size=1), rtol=1e-3)
    ),
}
