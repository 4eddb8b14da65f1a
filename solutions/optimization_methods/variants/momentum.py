"""Mistakes in `update_parameters_with_momentum`."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import rules
from rules import Arrays, Rule

from grader.authoring import mistake, parts

EXERCISE = "update_parameters_with_momentum"


def momentum(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    beta: float,
    learning_rate: float,
    *,
    new_v: Rule = lambda n: n.beta * n.v + (1 - n.beta) * n.g,
    new_p: Rule = lambda n: n.p - n.alpha * n.v,
    returns: Callable[[Arrays, Arrays], Any] = lambda parameters, v: (parameters, v),
    step_first: bool = False,
    **more: Any,
) -> Any:
    n = SimpleNamespace(alpha=learning_rate, beta=beta)
    lines = {"v": new_v, "p": new_p}
    if step_first:
        lines = {"p": new_p, "v": new_v}
    rules.update(parameters, grads, {"v": v}, lines, n, **more)
    return returns(parameters, v)


@parts(EXERCISE)
def weights_and_biases(answer: Any) -> dict[str, Any]:
    parameters, v = answer
    return rules.by_kind(parameters) | rules.by_kind(v, " of v")


@mistake(EXERCISE, title="the step takes the raw gradient", of=momentum)
def raw_gradient() -> dict[str, Any]:
    """Your step takes the gradient itself, and no velocity: this is plain gradient descent. Try a
    gradient of zero: a parameter that has a velocity should still move. Look again at the step."""
    return {"new_p": lambda n: n.p - n.alpha * n.g}


@mistake(EXERCISE, title="the step goes uphill", of=momentum)
def ascends() -> dict[str, Any]:
    """You step along the velocity, which is the way the cost grows. Follow the cost over some
    steps. Look again at the sign of the step."""
    return {"new_p": lambda n: n.p + n.alpha * n.v}


@mistake(EXERCISE, title="the learning rate is not used", of=momentum)
def no_learning_rate() -> dict[str, Any]:
    """Your step is the whole velocity, whatever the learning rate is. Call the function with two
    rates and compare. Look again at what scales the step."""
    return {"new_p": lambda n: n.p - n.v}


@mistake(EXERCISE, title="the parameters are not updated", of=momentum)
def stays() -> dict[str, Any]:
    """Your velocity changes, but the parameters stay as they came. Print one before and after the
    call. Look again at where the result of the step is stored."""
    return {"new_p": lambda n: n.p}


@mistake(EXERCISE, title="the step is taken before the velocity is new", of=momentum)
def step_first() -> dict[str, Any]:
    """You step with the old velocity and renew it afterwards. In the first step nothing moves. Look
    again at the order of the lines."""
    return {"step_first": True}


@mistake(EXERCISE, title="decay and weight are swapped", of=momentum)
def shares_swapped() -> dict[str, Any]:
    r"""You weigh the old velocity with $1 - \beta$ and the gradient with beta. Try beta = 0: the
    velocity should become the gradient. Look again at which of the two beta belongs to."""
    return {"new_v": lambda n: (1 - n.beta) * n.v + n.beta * n.g}


@mistake(EXERCISE, title="the old velocity is forgotten", of=momentum)
def forgets() -> dict[str, Any]:
    """Your velocity has nothing of the old one, which is left out or set to zero in every call, so
    no speed builds up. The example starts from a velocity of zero and cannot show it. Try one that
    is not zero."""
    return {"new_v": lambda n: (1 - n.beta) * n.g}


@mistake(EXERCISE, title="the old velocity does not fade", of=momentum)
def does_not_fade() -> dict[str, Any]:
    """You keep all of the old velocity, so it grows without end. The example starts from zero and
    cannot show it. Look again at what beta is for."""
    return {"new_v": lambda n: n.v + (1 - n.beta) * n.g}


@mistake(EXERCISE, title="the gradient is not weighted", of=momentum)
def gradient_not_weighted() -> dict[str, Any]:
    r"""You add the whole gradient, so this is no average: it is up to $\frac{1}{1 - \beta}$ times
    as large. Follow the velocity for a gradient that stays the same. Some books write it so; here
    it is weighted."""
    return {"new_v": lambda n: n.beta * n.v + n.g}


@mistake(EXERCISE, title="the gradient is subtracted from the velocity", of=momentum)
def gradient_subtracted() -> dict[str, Any]:
    """Your velocity points against the gradient, and the step is subtracted as well. One minus sign
    is enough. Follow the sign of one number through both lines."""
    return {"new_v": lambda n: n.beta * n.v - (1 - n.beta) * n.g}


@mistake(EXERCISE, title="the velocity becomes the gradient", of=momentum)
def overwritten() -> dict[str, Any]:
    """You store the gradient as the velocity, so this is plain gradient descent. Try a velocity
    that is not zero and a gradient that is. Look again at the line of the velocity."""
    return {"new_v": lambda n: n.g}


@mistake(EXERCISE, title="the gradient is squared", of=momentum)
def gradient_squared() -> dict[str, Any]:
    """Your velocity averages squares, so it never turns back. Try a negative gradient. Squares
    belong to Adam's second average."""
    return {"new_v": lambda n: n.beta * n.v + (1 - n.beta) * n.g**2}


@mistake(EXERCISE, title="the learning rate is in the velocity", of=momentum)
def learning_rate_in_velocity() -> dict[str, Any]:
    """You scale the gradient by the learning rate inside the velocity, and the step by nothing.
    Some books write it so. Here the velocity is an average, and the rate scales the step."""
    return {
        "new_v": lambda n: n.beta * n.v + n.alpha * n.g,
        "new_p": lambda n: n.p - n.v,
    }


@mistake(EXERCISE, title="beta has a value of its own", share=0.5, of=momentum)
def beta_fixed() -> dict[str, Any]:
    """You use 0.9 whatever beta is given. Call the function with beta = 0: it should be plain
    gradient descent. Look for the number in your lines."""
    return {"new_v": lambda n: 0.9 * n.v + (1 - 0.9) * n.g}


@mistake(EXERCISE, title="the velocity is not stored")
def velocity_not_stored(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> Any:
    """The velocity that you return is the old one, so the next step will start from it again. Print
    one before and after the call. Look at where the new velocity is kept."""
    old = dict(v)
    return momentum(parameters, grads, v, beta, learning_rate)[0], old


@mistake(EXERCISE, title="the velocity is not returned", of=momentum)
def velocity_not_returned() -> dict[str, Any]:
    """You return the parameters alone, and two values are expected. Print what a call returns. Look
    again at the last line."""
    return {"returns": lambda parameters, v: parameters}


@mistake(EXERCISE, title="returned in the other order", of=momentum)
def returned_in_other_order() -> dict[str, Any]:
    """You return the velocity first. The caller takes it for the parameters. Look again at the
    order in the docstring."""
    return {"returns": lambda parameters, v: (v, parameters)}


@mistake(EXERCISE, title="the first layer only", of=momentum)
def only_first_layer() -> dict[str, Any]:
    """Only the first layer changes. Print the parameters of the last one before and after the call.
    Look again at which layers the loop goes through, and at where the return stands."""
    return {"which": rules.first_layer}


@mistake(EXERCISE, title="the last layer is left out", of=momentum)
def last_layer_forgotten() -> dict[str, Any]:
    """Your loop ends one layer too early, so the last one never learns. Print the layer numbers
    that it goes through. Remember that range leaves out its end."""
    return {"which": rules.all_but_last}


@mistake(EXERCISE, title="the first layer is left out", of=momentum)
def first_layer_forgotten() -> dict[str, Any]:
    """The first layer stays as it was. The keys count layers from 1. Look again at where the loop
    begins."""
    return {"which": rules.all_but_first}


@mistake(EXERCISE, title="the weights are updated, the biases are not", of=momentum)
def only_W() -> dict[str, Any]:
    """Your biases and their velocity stay as they were. Print b1 before and after the call. Every
    layer has two arrays to update."""
    return {"which": rules.only_W}


@mistake(EXERCISE, title="the biases get the gradient of the weights", of=momentum)
def b_by_gradient_of_W() -> dict[str, Any]:
    """The velocity of your biases is made with dW. numpy stretches it to a matrix without an error:
    print its shape. Look again at the key of the gradient."""
    return {"gradient": rules.gradient_of_W}


@mistake(EXERCISE, title="W takes the step of b")
def W_by_step_of_b(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> Any:
    """Your weights are moved by the velocity of the biases. numpy stretches it without an error.
    Compare the change of two columns of W1. Look again at the keys in the step."""
    old = {name: parameters[name] for name in rules.only_W(parameters)}
    momentum(parameters, grads, v, beta, learning_rate)
    return parameters | {k: p - learning_rate * v["db" + k[1:]] for k, p in old.items()}, v


@mistake(EXERCISE, title="a velocity is looked up by the parameter's name")
def key_without_d(
    parameters: Arrays, grads: Arrays, v: Arrays, beta: float, learning_rate: float
) -> Any:
    """There is no velocity with the key W1: the keys of v and grads are dW1, db1 and so on. Print
    the keys. Look again at what you look up."""
    raise KeyError("W1")
