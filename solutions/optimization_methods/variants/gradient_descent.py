"""Mistakes in `update_parameters_with_gd`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import rules
from rules import Arrays

from grader.authoring import mistake, parts

EXERCISE = "update_parameters_with_gd"


def descent(
    parameters: Arrays,
    grads: Arrays,
    learning_rate: float,
    *,
    step: rules.Rule = lambda n: n.p - n.alpha * n.g,
    **more: Any,
) -> Arrays:
    n = SimpleNamespace(alpha=learning_rate)
    rules.update(parameters, grads, {}, {"p": step}, n, **more)
    return parameters


@parts(EXERCISE)
def weights_and_biases(parameters: Any) -> dict[str, Any]:
    return rules.by_kind(parameters)


@mistake(EXERCISE, title="the step goes uphill", of=descent)
def ascends() -> dict[str, Any]:
    """You step along the gradient, which is the way the cost grows. Try it on J = w²: from w = 1, w
    should come closer to 0. Look again at the sign of the step."""
    return {"step": lambda n: n.p + n.alpha * n.g}


@mistake(EXERCISE, title="the learning rate is not used", of=descent)
def no_learning_rate() -> dict[str, Any]:
    """Your step is the whole gradient, whatever the learning rate is. Call the function with two
    learning rates and compare. Look again at what scales the gradient."""
    return {"step": lambda n: n.p - n.g}


@mistake(EXERCISE, title="divided by the learning rate", of=descent)
def divided_by_learning_rate() -> dict[str, Any]:
    """Your step grows when the learning rate gets smaller. Call the function with a tiny rate: the
    parameters should hardly move. Look again at how the rate and the gradient are put together."""
    return {"step": lambda n: n.p - n.g / n.alpha}


@mistake(EXERCISE, title="the step replaces the parameter", of=descent)
def forgets_the_parameter() -> dict[str, Any]:
    """You store the step alone, so the old parameter is lost. With a gradient of zero nothing
    should change. Look again at where the step starts from."""
    return {"step": lambda n: -n.alpha * n.g}


@mistake(EXERCISE, title="the parameters are not updated", of=descent)
def stays() -> dict[str, Any]:
    """Your function returns the parameters as they came. Print one before and after the call. Look
    again at where the result of the step is stored."""
    return {"step": lambda n: n.p}


@mistake(EXERCISE, title="the weights are updated, the biases are not", of=descent)
def only_W() -> dict[str, Any]:
    """Your biases stay as they were. Print b1 before and after the call. Every layer has two arrays
    to update."""
    return {"which": rules.only_W}


@mistake(EXERCISE, title="the biases are updated, the weights are not", of=descent)
def only_b() -> dict[str, Any]:
    """Your weights stay as they were. Print W1 before and after the call. Every layer has two
    arrays to update."""
    return {"which": rules.only_b}


@mistake(EXERCISE, title="the first layer only", of=descent)
def only_first_layer() -> dict[str, Any]:
    """Only W1 and b1 change. Print the parameters of the last layer before and after the call. Look
    again at which layers the loop goes through, and at where the return stands."""
    return {"which": rules.first_layer}


@mistake(EXERCISE, title="the first layer is left out", of=descent)
def first_layer_forgotten() -> dict[str, Any]:
    """W1 and b1 stay as they were. The keys count layers from 1. Look again at where the loop
    begins."""
    return {"which": rules.all_but_first}


@mistake(EXERCISE, title="the last layer is left out", of=descent)
def last_layer_forgotten() -> dict[str, Any]:
    """Your loop ends one layer too early, so the last one never learns. Print the layer numbers
    that it goes through. Remember that range leaves out its end."""
    return {"which": rules.all_but_last}


@mistake(EXERCISE, title="two layers only", of=descent)
def two_layers() -> dict[str, Any]:
    """You update two layers, however many there are. The network of the example has two, others
    have one or more. Look again at what the number of layers is worked out from."""
    return {"which": rules.two_layers}


@mistake(EXERCISE, title="layer numbers of two digits", share=0.5, of=descent)
def one_digit() -> dict[str, Any]:
    """You read one digit of a layer's number, so W10 is taken for W1. It shows in networks of ten
    layers or more. Look again at how a key becomes a layer."""
    return {"which": rules.one_digit}


@mistake(EXERCISE, title="the biases get the gradient of the weights", of=descent)
def b_by_gradient_of_W() -> dict[str, Any]:
    """Your biases are moved by dW. numpy stretches them to a matrix without an error: print the
    shape of b1 after the call. Look again at the key of the gradient."""
    return {"gradient": rules.gradient_of_W}


@mistake(EXERCISE, title="the weights get the gradient of the biases", of=descent)
def W_by_gradient_of_b() -> dict[str, Any]:
    """Your weights are moved by db, the same for all inputs of a unit. Compare the change of two
    columns of W1. Look again at the key of the gradient."""
    return {"gradient": rules.gradient_of_b}


@mistake(EXERCISE, title="every layer gets the first layer's gradient", of=descent)
def gradient_of_first_layer() -> dict[str, Any]:
    """All layers are moved by dW1 and db1. It goes unnoticed where the shapes are alike. Look again
    at the layer number in the key of the gradient."""
    return {"gradient": rules.gradient_of_first}


@mistake(EXERCISE, title="nothing is returned")
def returns_nothing(parameters: Arrays, grads: Arrays, learning_rate: float) -> None:
    """Your function returns None. Print what a call returns. Look again at its last line."""


@mistake(EXERCISE, title="a gradient is looked up by the parameter's name")
def key_without_d(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """`grads` has no key W1: its keys are dW1, db1 and so on. Print the keys of both dictionaries.
    Look again at the key that you look up."""
    raise KeyError("W1")


@mistake(EXERCISE, title="layers counted from 0")
def counts_from_zero(parameters: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """You look for layer 0, and the keys begin with 1. Print the keys and the numbers of your loop.
    Look again at how one becomes the other."""
    raise KeyError("W0")
