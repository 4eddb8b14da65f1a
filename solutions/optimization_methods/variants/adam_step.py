"""Mistakes of `update_parameters_with_adam` in the step itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import rules
from adam import EXERCISE, adam

from grader.authoring import mistake


@mistake(EXERCISE, title="no square root", of=adam)
def no_square_root() -> dict[str, Any]:
    """You divide by s itself. Its unit is that of a squared gradient, so the step is far too long
    where gradients are small. Look again at the denominator."""
    return {"direction": lambda n: n.vc / (n.sc + n.epsilon)}


@mistake(EXERCISE, title="the root is taken of the whole fraction", of=adam)
def no_square_root_epsilon_added() -> dict[str, Any]:
    """You take the root of everything, or of v. A negative v has no root, and gives nan. Look again
    at what the root is taken of."""
    return {"direction": lambda n: np.sqrt(n.vc / (n.sc + n.epsilon))}


@mistake(EXERCISE, title="a square for the square root", of=adam)
def squared_denominator() -> dict[str, Any]:
    """You square s where the rule takes its root. Print a step: it should be about the learning
    rate. Look again at the denominator."""
    return {"direction": lambda n: n.vc / (n.sc**2 + n.epsilon)}


@mistake(EXERCISE, title="the step takes the raw gradient", of=adam)
def raw_gradient() -> dict[str, Any]:
    """The gradient itself stands above your fraction line, where the rule has the corrected
    average. Try a gradient of zero after others: the parameter should still move. Look again at the
    step."""
    return {"direction": lambda n: n.g / (np.sqrt(n.sc) + n.epsilon)}


@mistake(EXERCISE, title="the step takes the first average only", of=adam)
def only_first_average() -> dict[str, Any]:
    """You step along v alone, so s does nothing: this is momentum. Multiply all gradients by 100:
    the step should stay the same. Look again at the denominator."""
    return {"direction": lambda n: n.vc}


@mistake(EXERCISE, title="the averages are exchanged in the step", of=adam)
def averages_exchanged() -> dict[str, Any]:
    """You divide s by the root of v. A negative v has no root, and gives nan. Look again at which
    one stands above the line."""
    return {"direction": lambda n: n.sc / (np.sqrt(n.vc) + n.epsilon)}


@mistake(EXERCISE, title="the step goes uphill", of=adam)
def ascends() -> dict[str, Any]:
    """You add the step, which is the way the cost grows. Follow the cost over some steps. Look
    again at the sign."""
    return {"new_p": lambda n: n.p + n.alpha * n.direction}


@mistake(EXERCISE, title="the learning rate is not used", of=adam)
def no_learning_rate() -> dict[str, Any]:
    """Your step has the size 1 whatever the learning rate is. Call the function with two rates and
    compare. Look again at what scales the step."""
    return {"new_p": lambda n: n.p - n.direction}


@mistake(EXERCISE, title="the parameters are not updated", of=adam)
def stays() -> dict[str, Any]:
    """Your averages change, but the parameters stay as they came. Print one before and after the
    call. Look again at where the result of the step is stored."""
    return {"new_p": lambda n: n.p}


@mistake(EXERCISE, title="the parameters decay as well", of=adam)
def weight_decay() -> dict[str, Any]:
    """You shrink the parameters by the learning rate times 0.01 before the step. That is another
    optimizer, AdamW. Call the function with gradients and averages of zero."""
    return {"new_p": lambda n: n.p * (1 - n.alpha * 0.01) - n.alpha * n.direction}


@mistake(EXERCISE, title="the weights are updated, the biases are not", of=adam)
def only_W() -> dict[str, Any]:
    """Your biases and their averages stay as they were. Print b1 before and after the call. Every
    layer has two arrays to update."""
    return {"which": rules.only_W}


@mistake(EXERCISE, title="the first layer only", of=adam)
def only_first_layer() -> dict[str, Any]:
    """Only the first layer changes. Print the parameters of the last one before and after the call.
    Look again at which layers the loop goes through, and at where the return stands."""
    return {"which": rules.first_layer}


@mistake(EXERCISE, title="the last layer is left out", of=adam)
def last_layer_forgotten() -> dict[str, Any]:
    """Your loop ends one layer too early, so the last one never learns. Print the layer numbers
    that it goes through. Remember that range leaves out its end."""
    return {"which": rules.all_but_last}


@mistake(EXERCISE, title="the first layer is left out", of=adam)
def first_layer_forgotten() -> dict[str, Any]:
    """The first layer stays as it was. The keys count layers from 1. Look again at where the loop
    begins."""
    return {"which": rules.all_but_first}


@mistake(EXERCISE, title="the biases get the gradient of the weights", of=adam)
def b_by_gradient_of_W() -> dict[str, Any]:
    """The averages of your biases are made with dW. numpy stretches them to a matrix without an
    error: print their shape. Look again at the key of the gradient."""
    return {"gradient": rules.gradient_of_W}
