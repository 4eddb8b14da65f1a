"""Wrong forms that one hidden case alone tells from the reference: what that case is there for.

`grade validate --strict` tries them. No student hears of them; mistakes that students make, and are
told about, are in `variants.py`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.authoring import wrong

Array: TypeAlias = NDArray[np.float64]
Arrays: TypeAlias = dict[str, Array]
Batches: TypeAlias = list[tuple[Array, Array]]

GD, BATCHES = "update_parameters_with_gd", "random_mini_batches"
VELOCITY, AVERAGES = "initialize_velocity", "initialize_adam"
MOMENTUM, ADAM = "update_parameters_with_momentum", "update_parameters_with_adam"


# --- update_parameters_with_gd


def _descend(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    return {name: parameters[name] - learning_rate * grads["d" + name] for name in parameters}


@wrong(GD)
def gd_of_two_layers_or_more(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """one_layer: there need not be a second one."""
    return _descend(parameters, grads, learning_rate) | {
        "W2": parameters["W2"] - learning_rate * grads["dW2"]
    }


@wrong(GD)
def gd_of_one_digit(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """eleven_layers: the number of a layer may have two digits."""
    return _descend(parameters, _of_one_digit(parameters, grads), learning_rate)


@wrong(GD)
def gd_a_layer_behind(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """layers_of_equal_shape: another layer's gradient may fit."""
    behind = dict(grads)
    for layer in range(2, len(parameters) // 2 + 1):
        if grads[f"dW{layer - 1}"].shape == grads[f"dW{layer}"].shape:
            behind[f"dW{layer}"] = grads[f"dW{layer - 1}"]
    return _descend(parameters, behind, learning_rate)


@wrong(GD)
def gd_with_rate_below_one(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """large_learning_rate: the learning rate may be above one."""
    return _descend(parameters, grads, min(learning_rate, 1.0))


@wrong(GD)
def gd_by_size_and_sign(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """zero_gradient: zero has no sign to divide by."""
    return _descend(parameters, _by_size_and_sign(grads), learning_rate)


# --- random_mini_batches


def _cut(X: Array, Y: Array, size: int, permutation: Any) -> Batches:
    X, Y = X[:, permutation], Y[:, permutation]
    starts = range(0, X.shape[1], size)
    return [(X[:, start : start + size], Y[:, start : start + size]) for start in starts]


def _shuffled(m: int, seed: int) -> NDArray[np.int64]:
    return np.random.RandomState(seed).permutation(m)


@wrong(BATCHES)
def no_batch_of_one(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> Batches:
    """seven_examples_in_threes: a single example may be left for the last batch."""
    batches = _cut(X, Y, mini_batch_size, _shuffled(X.shape[1], seed))
    return batches[:-1] if X.shape[1] % mini_batch_size == 1 else batches


@wrong(BATCHES)
def end_from_last_round(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> Batches:
    """fewer_examples_than_size: where no batch is full, the loop has no last round."""
    for _k in range(X.shape[1] // mini_batch_size):
        pass
    end = (_k + 1) * mini_batch_size
    assert end <= X.shape[1]
    return _cut(X, Y, mini_batch_size, _shuffled(X.shape[1], seed))


@wrong(BATCHES)
def one_batch_as_it_is(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> Batches:
    """size_equals_examples: the only batch is shuffled too."""
    if X.shape[1] == mini_batch_size:
        return [(X, Y)]
    return _cut(X, Y, mini_batch_size, _shuffled(X.shape[1], seed))


@wrong(BATCHES)
def single_ones_in_order(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> Batches:
    """one_example_each: batches of one are shuffled too."""
    m = X.shape[1]
    return _cut(X, Y, mini_batch_size, range(m) if mini_batch_size == 1 else _shuffled(m, seed))


@wrong(BATCHES)
def rows_where_they_fit(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> Batches:
    """as_many_inputs_as_examples: examples are columns, even if there are as many rows."""
    if X.shape[0] == Y.shape[1]:
        X = X.T
    return _cut(X, Y, mini_batch_size, _shuffled(X.shape[1], seed))


@wrong(BATCHES)
def yes_or_no(X: Array, Y: Array, mini_batch_size: int = 64, seed: int = 0) -> Batches:
    """several_classes: a label is more than yes or no."""
    return _cut(X, (Y > 0).astype(int), mini_batch_size, _shuffled(X.shape[1], seed))


@wrong(BATCHES)
def half_by_default(X: Array, Y: Array, mini_batch_size: int = 32, seed: int = 0) -> Batches:
    """default_arguments: who writes the first line anew may write another default."""
    return _cut(X, Y, mini_batch_size, _shuffled(X.shape[1], seed))


# --- initialize_velocity and initialize_adam


def _zeros(parameters: Arrays) -> Arrays:
    return {"d" + name: np.zeros(value.shape) for name, value in parameters.items()}


@wrong(VELOCITY)
def velocity_of_two_layers_or_more(parameters: Arrays) -> Arrays:
    """velocity_of_one_layer: there need not be a second one."""
    return _zeros(parameters) | {"dW2": np.zeros(parameters["W2"].shape)}


@wrong(VELOCITY)
def velocity_of_single_output(parameters: Arrays) -> Arrays:
    """velocity_of_wide_layer: the last layer may have several units."""
    last = len(parameters) // 2
    return _zeros(parameters) | {f"db{last}": np.zeros((1, 1))}


@wrong(VELOCITY)
def velocity_of_one_digit(parameters: Arrays) -> Arrays:
    """velocity_of_eleven_layers: the number of a layer may have two digits."""
    return {"d" + name[:2]: np.zeros(value.shape) for name, value in parameters.items()}


@wrong(AVERAGES)
def averages_of_two_layers_or_more(parameters: Arrays) -> tuple[Arrays, Arrays]:
    """averages_of_one_layer: there need not be a second one."""
    second = {"dW2": np.zeros(parameters["W2"].shape)}
    return _zeros(parameters) | second, _zeros(parameters) | second


@wrong(AVERAGES)
def averages_of_one_digit(parameters: Arrays) -> tuple[Arrays, Arrays]:
    """averages_of_eleven_layers: the number of a layer may have two digits."""
    return velocity_of_one_digit(parameters), velocity_of_one_digit(parameters)


# --- update_parameters_with_momentum


def _roll(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    v = {name: beta * v[name] + (1 - beta) * grads[name] for name in grads}
    return _descend(parameters, v, learning_rate), v


@wrong(MOMENTUM)
def momentum_with_rate_held_up(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """moving_velocity: the learning rate may be small."""
    return _roll(parameters, grads, v, beta, max(learning_rate, 0.05))


@wrong(MOMENTUM)
def momentum_held_down(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """heavy_momentum: beta may be close to one."""
    return _roll(parameters, grads, v, min(beta, 0.95), learning_rate)


@wrong(MOMENTUM)
def momentum_of_zero_taken_for_none(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """no_momentum: zero is a momentum, not a missing one."""
    return _roll(parameters, grads, v, beta or 0.9, learning_rate)


@wrong(MOMENTUM)
def momentum_stands_without_gradient(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """momentum_with_zero_gradient: the velocity goes on where there is no gradient."""
    v = {name: np.where(grads[name] == 0, 0.0, v[name]) for name in grads}
    return _roll(parameters, grads, v, beta, learning_rate)


@wrong(MOMENTUM)
def momentum_of_two_layers_or_more(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """momentum_with_one_layer: there need not be a second one."""
    assert "W2" in parameters
    return _roll(parameters, grads, v, beta, learning_rate)


@wrong(MOMENTUM)
def momentum_of_one_digit(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> tuple[Arrays, Arrays]:
    """momentum_with_eleven_layers: the number of a layer may have two digits."""
    return _roll(parameters, _of_one_digit(parameters, grads), v, beta, learning_rate)


# --- update_parameters_with_adam


def _adapt(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Arrays, ...]:
    v = {name: beta1 * v[name] + (1 - beta1) * grads[name] for name in grads}
    s = {name: beta2 * s[name] + (1 - beta2) * grads[name] ** 2 for name in grads}
    v_corrected = {name: v[name] / (1 - beta1**t) for name in grads}
    s_corrected = {name: s[name] / (1 - beta2**t) for name in grads}
    steps = {name: v_corrected[name] / (np.sqrt(s_corrected[name]) + epsilon) for name in grads}
    return _descend(parameters, steps, learning_rate), v, s, v_corrected, s_corrected


@wrong(ADAM)
def adam_corrected_from_second_step(
    parameters: Arrays, grads: Arrays, v: Arrays, s: Arrays, t: int, *others: Any, **more: Any
) -> tuple[Arrays, ...]:
    """first_step_from_zero: the first step is corrected like all others."""
    return _adapt(parameters, grads, v, s, 10**6 if t == 1 else t, *others, **more)


@wrong(ADAM)
def adam_corrected_for_a_while(
    parameters: Arrays, grads: Arrays, v: Arrays, s: Arrays, t: int, *others: Any, **more: Any
) -> tuple[Arrays, ...]:
    """thousandth_step: the corrections go on."""
    return _adapt(parameters, grads, v, s, 10**6 if t > 100 else t, *others, **more)


@wrong(ADAM)
def adam_with_epsilon_held_down(
    parameters: Arrays, grads: Arrays, *others: Any, epsilon: float = 1e-8, **more: Any
) -> tuple[Arrays, ...]:
    """large_epsilon: epsilon may be large."""
    return _adapt(parameters, grads, *others, epsilon=min(epsilon, 0.06), **more)


@wrong(ADAM)
def adam_with_another_default(
    parameters: Arrays, grads: Arrays, *others: Any, epsilon: float = 1e-7, **more: Any
) -> tuple[Arrays, ...]:
    """small_gradients_with_defaults: who writes the first line anew may write another default."""
    return _adapt(parameters, grads, *others, epsilon=epsilon, **more)


@wrong(ADAM)
def adam_with_beta2_held_up(
    parameters: Arrays, grads: Arrays, *others: Any, beta2: float = 0.999, **more: Any
) -> tuple[Arrays, ...]:
    """other_betas: beta2 may be far from one."""
    return _adapt(parameters, grads, *others, beta2=max(beta2, 0.9), **more)


@wrong(ADAM)
def adam_by_size_and_sign(
    parameters: Arrays, grads: Arrays, *others: Any, **more: Any
) -> tuple[Arrays, ...]:
    """adam_with_zero_gradient: zero has no sign to divide by."""
    return _adapt(parameters, _by_size_and_sign(grads), *others, **more)


@wrong(ADAM)
def adam_of_two_layers_or_more(
    parameters: Arrays, grads: Arrays, *others: Any, **more: Any
) -> tuple[Arrays, ...]:
    """adam_with_one_layer: there need not be a second one."""
    assert "W2" in parameters
    return _adapt(parameters, grads, *others, **more)


@wrong(ADAM)
def adam_of_one_digit(
    parameters: Arrays, grads: Arrays, *others: Any, **more: Any
) -> tuple[Arrays, ...]:
    """adam_with_eleven_layers: the number of a layer may have two digits."""
    return _adapt(parameters, _of_one_digit(parameters, grads), *others, **more)


# --- for several


def _of_one_digit(parameters: Arrays, grads: Arrays) -> Arrays:
    return {"d" + name: grads["d" + name[:2]] for name in parameters}


def _by_size_and_sign(grads: Arrays) -> Arrays:
    return {name: np.abs(grad) * (grad / np.abs(grad)) for name, grad in grads.items()}
