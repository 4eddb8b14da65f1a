"""The hidden cases: calls that tell a right update rule from one that only looks right.

The public case starts from v = s = 0, has two layers and keeps epsilon at 1e-8, so that many wrong
forms pass it. Here v and s are not zero, networks have one layer or eleven, and every
hyperparameter leaves its default in some case. The docstring of a case is what the student reads.

Y always has one row: notebooks in use reshape the shuffled Y to (1, m), as their template gave it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.authoring import Arguments, arguments, case, generator

Arrays: TypeAlias = dict[str, NDArray[np.float64]]

TWELVE_WIDTHS = [3, 2, 4, 3, 2, 3, 2, 2, 4, 3, 2, 1]  # eleven layers: "W10" and "W11" are keys too


# --- update_parameters_with_gd


@case("update_parameters_with_gd")
def one_layer() -> Arguments:
    """A network of a single layer."""
    parameters, grads = _network([4, 1], seed=101)
    return arguments(parameters, grads, 0.05)


@case("update_parameters_with_gd")
def eleven_layers() -> Arguments:
    """Eleven layers of different widths: every one of them has to be updated."""
    parameters, grads = _network(TWELVE_WIDTHS, seed=102)
    return arguments(parameters, grads, 0.2)


@case("update_parameters_with_gd")
def layers_of_equal_shape() -> Arguments:
    """All layers have the same shape: each needs its own gradient."""
    parameters, grads = _network([3, 3, 3, 3], seed=103)
    return arguments(parameters, grads, 0.03)


@case("update_parameters_with_gd")
def large_learning_rate() -> Arguments:
    """A learning rate above one."""
    parameters, grads = _network([5, 3, 2, 1], seed=104)
    return arguments(parameters, grads, 1.7)


@case("update_parameters_with_gd")
def zero_gradient() -> Arguments:
    """Some gradients are exactly zero: their parameters stay where they are."""
    parameters, grads = _network([3, 4, 2], seed=105)
    _zero_some(grads)
    return arguments(parameters, grads, 0.4)


# --- random_mini_batches


@case("random_mini_batches")
def default_arguments() -> Arguments:
    """Only X and Y are given: the batch size and the seed keep their defaults."""
    return arguments(*_examples(3, 150, seed=201))


@case("random_mini_batches")
def seven_examples_in_threes() -> Arguments:
    """Seven examples in mini-batches of three: a single one is left for the last."""
    return arguments(*_examples(4, 7, seed=202), 3, 5)


@case("random_mini_batches")
def size_divides_examples() -> Arguments:
    """The size divides the number of examples: there is no smaller last mini-batch."""
    return arguments(*_examples(2, 24, seed=203), mini_batch_size=6, seed=11)


@case("random_mini_batches")
def fewer_examples_than_size() -> Arguments:
    """Fewer examples than a full mini-batch holds: one mini-batch with all of them."""
    return arguments(*_examples(3, 10, seed=204), mini_batch_size=16, seed=2)


@case("random_mini_batches")
def size_equals_examples() -> Arguments:
    """The mini-batch size is the number of examples: one full mini-batch."""
    return arguments(*_examples(5, 16, seed=205), mini_batch_size=16, seed=7)


@case("random_mini_batches")
def one_example_each() -> Arguments:
    """Mini-batches of one example."""
    return arguments(*_examples(3, 9, seed=206), mini_batch_size=1, seed=3)


@case("random_mini_batches")
def as_many_inputs_as_examples() -> Arguments:
    """As many inputs as examples: only the columns may be shuffled and cut."""
    return arguments(*_examples(14, 14, seed=207), mini_batch_size=4, seed=23)


@case("random_mini_batches")
def several_classes() -> Arguments:
    """The labels are integers from 0 to 9."""
    X, _ = _examples(3, 37, seed=208)
    Y = generator(208).integers(0, 10, size=(1, 37))
    return arguments(X, Y, mini_batch_size=8, seed=42)


# --- initialize_velocity and initialize_adam


@case("initialize_velocity")
def velocity_of_one_layer() -> Arguments:
    """A network of a single layer."""
    return arguments(_network([5, 1], seed=301)[0])


@case("initialize_velocity")
def velocity_of_three_layers() -> Arguments:
    """Three layers of different widths."""
    return arguments(_network([2, 5, 3, 1], seed=302)[0])


@case("initialize_velocity")
def velocity_of_wide_layer() -> Arguments:
    """A layer with more units than inputs, then one with fewer."""
    return arguments(_network([2, 7, 4], seed=303)[0])


@case("initialize_velocity")
def velocity_of_eleven_layers() -> Arguments:
    """Eleven layers: the keys of the last ones have two digits."""
    return arguments(_network(TWELVE_WIDTHS, seed=304)[0])


@case("initialize_adam")
def averages_of_one_layer() -> Arguments:
    """A network of a single layer."""
    return arguments(_network([4, 1], seed=401)[0])


@case("initialize_adam")
def averages_of_three_layers() -> Arguments:
    """Three layers of different widths."""
    return arguments(_network([3, 4, 6, 2], seed=402)[0])


@case("initialize_adam")
def averages_of_wide_layer() -> Arguments:
    """A layer with more units than inputs, then one with fewer."""
    return arguments(_network([3, 8, 5], seed=403)[0])


@case("initialize_adam")
def averages_of_eleven_layers() -> Arguments:
    """Eleven layers: the keys of the last ones have two digits."""
    return arguments(_network(TWELVE_WIDTHS, seed=404)[0])


# --- update_parameters_with_momentum


@case("update_parameters_with_momentum")
def moving_velocity() -> Arguments:
    """The velocity is not zero at the start of the step."""
    parameters, grads = _network([3, 4, 2, 1], seed=501)
    v = _velocity(grads, seed=502)
    return arguments(parameters, grads, v, beta=0.9, learning_rate=0.01)


@case("update_parameters_with_momentum")
def heavy_momentum() -> Arguments:
    """A large momentum and a learning rate of another size."""
    parameters, grads = _network([4, 3, 3, 2], seed=503)
    v = _velocity(grads, seed=504)
    return arguments(parameters, grads, v, beta=0.98, learning_rate=0.3)


@case("update_parameters_with_momentum")
def no_momentum() -> Arguments:
    """A momentum of zero: a plain step of gradient descent, whatever the velocity was."""
    parameters, grads = _network([3, 5, 1], seed=505)
    v = _velocity(grads, seed=506)
    return arguments(parameters, grads, v, beta=0.0, learning_rate=0.07)


@case("update_parameters_with_momentum")
def momentum_with_zero_gradient() -> Arguments:
    """Some gradients are exactly zero: the old velocity still moves their parameters."""
    parameters, grads = _network([3, 4, 2], seed=507)
    v = _velocity(grads, seed=508)
    _zero_some(grads)
    return arguments(parameters, grads, v, beta=0.8, learning_rate=0.5)


@case("update_parameters_with_momentum")
def momentum_with_one_layer() -> Arguments:
    """A network of a single layer."""
    parameters, grads = _network([6, 1], seed=509)
    v = _velocity(grads, seed=510)
    return arguments(parameters, grads, v, beta=0.6, learning_rate=0.2)


@case("update_parameters_with_momentum")
def momentum_with_eleven_layers() -> Arguments:
    """Eleven layers of different widths: every one of them has to be updated."""
    parameters, grads = _network(TWELVE_WIDTHS, seed=511)
    v = _velocity(grads, seed=512)
    return arguments(parameters, grads, v, beta=0.7, learning_rate=0.1)


# --- update_parameters_with_adam


@case("update_parameters_with_adam")
def first_step_from_zero() -> Arguments:
    """The first step: t is 1, both averages are zero, and the defaults are kept."""
    parameters, grads = _network([3, 3, 3, 2], seed=601)
    return arguments(parameters, grads, _zeros(grads), _zeros(grads), 1)


@case("update_parameters_with_adam")
def small_gradients_with_defaults() -> Arguments:
    """Very small gradients in the seventh step, and the defaults are kept."""
    parameters, grads = _network([4, 3, 2, 1], seed=602)
    v, s = _averages(grads, seed=603)
    small = 1e-4
    for name in grads:
        grads[name], v[name], s[name] = small * grads[name], small * v[name], small**2 * s[name]
    return arguments(parameters, grads, v, s, 7)


@case("update_parameters_with_adam")
def large_epsilon() -> Arguments:
    """Epsilon of 0.1: where it stands changes every number."""
    parameters, grads = _network([3, 4, 2, 1], seed=604)
    v, s = _averages(grads, seed=605)
    return arguments(parameters, grads, v, s, t=7, learning_rate=0.05, epsilon=0.1)


@case("update_parameters_with_adam")
def other_betas() -> Arguments:
    """Another beta1 and another beta2, in the third step."""
    parameters, grads = _network([2, 5, 3], seed=606)
    v, s = _averages(grads, seed=607)
    return arguments(
        parameters, grads, v, s, t=3, learning_rate=0.2, beta1=0.6, beta2=0.85, epsilon=1e-3
    )


@case("update_parameters_with_adam")
def thousandth_step() -> Arguments:
    """Step 1000: the corrections hardly matter any more."""
    parameters, grads = _network([4, 3, 3, 1], seed=608)
    v, s = _averages(grads, seed=609)
    return arguments(
        parameters, grads, v, s, t=1000, learning_rate=0.03, beta1=0.95, beta2=0.99, epsilon=1e-2
    )


@case("update_parameters_with_adam")
def adam_with_zero_gradient() -> Arguments:
    """Some gradients have been exactly zero so far: their parameters stay where they are."""
    parameters, grads = _network([3, 4, 2], seed=610)
    v, s = _averages(grads, seed=611)
    for values in (grads, v, s):
        _zero_some(values)
    return arguments(parameters, grads, v, s, t=7, learning_rate=0.02)


@case("update_parameters_with_adam")
def adam_with_one_layer() -> Arguments:
    """A network of a single layer."""
    parameters, grads = _network([5, 1], seed=612)
    v, s = _averages(grads, seed=613)
    return arguments(parameters, grads, v, s, t=2, learning_rate=0.1, epsilon=1e-2)


@case("update_parameters_with_adam")
def adam_with_eleven_layers() -> Arguments:
    """Eleven layers of different widths: every one of them has to be updated."""
    parameters, grads = _network(TWELVE_WIDTHS, seed=614)
    v, s = _averages(grads, seed=615)
    return arguments(
        parameters, grads, v, s, t=7, learning_rate=0.04, beta1=0.8, beta2=0.98, epsilon=5e-2
    )


# --- inputs


def _network(widths: list[int], seed: int) -> tuple[Arrays, Arrays]:
    """Return parameters and grads for the widths of the inputs and of every layer."""
    rng = generator(seed)
    parameters: Arrays = {}
    grads: Arrays = {}
    for layer, (inputs, units) in enumerate(pairwise(widths), start=1):
        for kind, shape in (("W", (units, inputs)), ("b", (units, 1))):
            parameters[f"{kind}{layer}"] = rng.standard_normal(shape)
            grads[f"d{kind}{layer}"] = _away_from_zero(rng, shape)
    return parameters, grads


def _velocity(grads: Arrays, seed: int) -> Arrays:
    rng = generator(seed)
    return {name: _away_from_zero(rng, grad.shape) for name, grad in grads.items()}


def _averages(grads: Arrays, seed: int) -> tuple[Arrays, Arrays]:
    """Return v and s as they may be after some steps: s is positive."""
    rng = generator(seed)
    v = {name: 0.3 * _away_from_zero(rng, grad.shape) for name, grad in grads.items()}
    s = {name: rng.uniform(0.01, 0.1, grad.shape) for name, grad in grads.items()}
    return v, s


def _zeros(grads: Arrays) -> Arrays:
    return {name: np.zeros(grad.shape) for name, grad in grads.items()}


def _zero_some(values: Arrays) -> None:
    """Set the same places of the first and the last layer to exactly zero: in W and in b."""
    for name in list(values)[:2] + list(values)[-2:]:
        values[name][0] = 0.0


def _examples(inputs: int, m: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = generator(seed)
    return rng.standard_normal((inputs, m)), rng.integers(0, 2, size=(1, m))


def _away_from_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return numbers between 0.2 and 1.5 of either sign: no rounding error is blown up."""
    signs = rng.choice([-1.0, 1.0], size=shape)
    return signs * rng.uniform(0.2, 1.5, size=shape)
