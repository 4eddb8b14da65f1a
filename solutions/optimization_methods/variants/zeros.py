"""Mistakes in `initialize_velocity` and `initialize_adam`: the same in one dictionary or two."""

from __future__ import annotations

from typing import Any

import numpy as np
import rules
from rules import Arrays

from grader.authoring import mistake, parts

VELOCITY, ADAM = "initialize_velocity", "initialize_adam"


def filled(parameters: Arrays, *, make: Any, key: Any = "d{}".format, which: Any = list) -> Any:
    """A dictionary with an array for each parameter that `which` names."""
    return {key(name): make(name, parameters[name]) for name in which(parameters)}


def _zeros(name: str, p: Any) -> Any:
    return np.zeros(p.shape)


def velocity(parameters: Arrays, **changes: Any) -> Any:
    return filled(parameters, **{"make": _zeros} | changes)


def averages(
    parameters: Arrays,
    *,
    of_v: dict[str, Any] | None = None,
    of_s: dict[str, Any] | None = None,
    returns: Any = lambda v, s: (v, s),
    **both: Any,
) -> Any:
    v = velocity(parameters, **both | (of_v or {}))
    return returns(v, velocity(parameters, **both | (of_s or {})))


@parts(VELOCITY)
def weights_and_biases_of_v(v: Any) -> dict[str, Any]:
    return rules.by_kind(v)


@parts(ADAM)
def weights_and_biases(answer: Any) -> dict[str, Any]:
    v, s = answer
    return rules.by_kind(v, " of v") | rules.by_kind(s, " of s")


@mistake(VELOCITY, title="the number 1 for the letter l", of=velocity)
@mistake(ADAM, title="the number 1 for the letter l", of=averages)
def one_layer_key() -> dict[str, Any]:
    """You write str(1 + 1) where str(l + 1) is meant: the digit one looks like the letter. All
    layers end up in one key. Print the keys."""
    return {"key": lambda name: f"d{name[0]}2"}


@mistake(VELOCITY, title="every layer has the key of the first", of=velocity)
@mistake(ADAM, title="every layer has the key of the first", of=averages)
def first_layer_key() -> dict[str, Any]:
    """All layers end up in dW1 and db1. Print the keys. Look again at the number in the key."""
    return {"key": lambda name: f"d{name[0]}1"}


@mistake(VELOCITY, title="the keys count one too far", of=velocity)
@mistake(ADAM, title="the keys count one too far", of=averages)
def one_too_high() -> dict[str, Any]:
    """Your keys begin with dW2. The first layer is dW1. Print the keys, and the numbers of your
    loop."""
    return {"key": lambda name: f"d{name[0]}{int(name[1:]) + 1}"}


@mistake(VELOCITY, title="the keys count from 0", of=velocity)
@mistake(ADAM, title="the keys count from 0", of=averages)
def one_too_low() -> dict[str, Any]:
    """Your keys begin with dW0. The first layer is dW1. Print the keys, and the numbers of your
    loop."""
    return {"key": lambda name: f"d{name[0]}{int(name[1:]) - 1}"}


@mistake(VELOCITY, title="the keys are those of the parameters", of=velocity)
@mistake(ADAM, title="the keys are those of the parameters", of=averages)
def keys_of_parameters() -> dict[str, Any]:
    """Your keys are W1, b1 and so on. Those of gradients and averages begin with a d. Look again at
    the docstring."""
    return {"key": str}


@mistake(VELOCITY, title="the keys begin with v", of=velocity)
@mistake(ADAM, title="the keys begin with v", of=averages)
def keys_with_v() -> dict[str, Any]:
    """Your keys are vdW1, vdb1 and so on. The dictionary has a name of its own, so its keys are
    those of the gradients. Look again at the docstring."""
    return {"key": "vd{}".format}


@mistake(VELOCITY, title="the last layer is left out", of=velocity)
@mistake(ADAM, title="the last layer is left out", of=averages)
def last_layer_forgotten() -> dict[str, Any]:
    """Your loop ends one layer too early. Print the keys. Remember that range leaves out its
    end."""
    return {"which": rules.all_but_last}


@mistake(VELOCITY, title="the first layer is left out", of=velocity)
@mistake(ADAM, title="the first layer is left out", of=averages)
def first_layer_forgotten() -> dict[str, Any]:
    """Your loop begins with the second layer. Print the keys. Look again at where the loop begins
    and at what is added to its number."""
    return {"which": rules.all_but_first}


@mistake(VELOCITY, title="the first layer only", of=velocity)
@mistake(ADAM, title="the first layer only", of=averages)
def only_first_layer() -> dict[str, Any]:
    """Only dW1 and db1 are there. Print the keys. Look again at which layers the loop goes through,
    and at where the return stands."""
    return {"which": rules.first_layer}


@mistake(VELOCITY, title="nothing for the biases", of=velocity)
@mistake(ADAM, title="nothing for the biases", of=averages)
def only_W() -> dict[str, Any]:
    """Only the weights have arrays. Print the keys. Every layer has two parameters."""
    return {"which": rules.only_W}


@mistake(VELOCITY, title="nothing for the weights", of=velocity)
@mistake(ADAM, title="nothing for the weights", of=averages)
def only_b() -> dict[str, Any]:
    """Only the biases have arrays. Print the keys. Every layer has two parameters."""
    return {"which": rules.only_b}


@mistake(VELOCITY, title="nothing is stored", of=velocity)
@mistake(ADAM, title="nothing is stored", of=averages)
def empty() -> dict[str, Any]:
    """Your dictionary is empty. Print it. Look again at where the arrays are put."""
    return {"which": lambda parameters: []}


@mistake(VELOCITY, title="rows and columns are exchanged", of=velocity)
@mistake(ADAM, title="rows and columns are exchanged", of=averages)
def transposed() -> dict[str, Any]:
    """Your arrays have as many rows as the parameters have columns. Compare the shapes. Look again
    at what you take the shape of."""
    return {"make": lambda name, p: np.zeros(p.T.shape)}


@mistake(VELOCITY, title="arrays for W are shaped like b", of=velocity)
@mistake(ADAM, title="arrays for W are shaped like b", of=averages)
def W_shaped_like_b() -> dict[str, Any]:
    """Your arrays for the weights have the shape of the biases. Compare the shapes. Look again at
    what you take the shape of."""
    return {"make": lambda name, p: np.zeros((p.shape[0], 1))}


@mistake(VELOCITY, title="arrays for b have one dimension", of=velocity)
@mistake(ADAM, title="arrays for b have one dimension", of=averages)
def flat_b() -> dict[str, Any]:
    """Your arrays for the biases have the shape (n,), and those of b are (n, 1). Added together
    they give a matrix. Look again at the shape."""
    return {"make": lambda name, p: np.zeros(p.shape if name[0] == "W" else p.shape[0])}


@mistake(VELOCITY, title="arrays for b are rows", of=velocity)
@mistake(ADAM, title="arrays for b are rows", of=averages)
def b_as_a_row() -> dict[str, Any]:
    """Your arrays for the biases have the shape (1, n), and those of b are (n, 1). Added together
    they give a matrix. Look again at the order of the two numbers."""
    return {"make": lambda name, p: np.zeros(p.shape if name[0] == "W" else p.T.shape)}


@mistake(VELOCITY, title="arrays for W are square", of=velocity)
@mistake(ADAM, title="arrays for W are square", of=averages)
def square() -> dict[str, Any]:
    """You use the number of units twice. The columns are as many as the layer has inputs. Look
    again at the second number of the shape."""
    return {"make": lambda name, p: np.zeros(2 * p.shape[:1] if name[0] == "W" else p.shape)}


@mistake(VELOCITY, title="a float for an array", of=velocity)
@mistake(ADAM, title="a float for an array", of=averages)
def numbers_as_floats() -> dict[str, Any]:
    """You store the number 0.0. It works for a while, because numpy stretches it. Print what is
    stored: it should have the shape of the parameter."""
    return {"make": lambda name, p: 0.0}


@mistake(VELOCITY, title="ones for zeros", of=velocity)
@mistake(ADAM, title="ones for zeros", of=averages)
def ones() -> dict[str, Any]:
    """Your arrays hold ones, so the first steps go where no gradient points. Print one. They start
    at zero."""
    return {"make": lambda name, p: np.ones(p.shape)}


@mistake(VELOCITY, title="the parameters for zeros", of=velocity)
@mistake(ADAM, title="the parameters for zeros", of=averages)
def copies_of_parameters() -> dict[str, Any]:
    """Your arrays hold the parameters themselves. Print one beside a parameter. They start at zero,
    and have only the shape in common."""
    return {"make": lambda name, p: p}


@mistake(VELOCITY, title="arrays for b are shaped like W")
def b_shaped_like_W(parameters: Arrays) -> Any:
    """Your arrays for the biases have the shape of the weights. Compare the shapes. Look again at
    what you take the shape of."""
    return {f"d{name}": np.zeros(parameters["W" + name[1:]].shape) for name in parameters}


@mistake(ADAM, title="arrays for b are shaped like W")
def b_shaped_like_W_in_both(parameters: Arrays) -> Any:
    """Your arrays for the biases have the shape of the weights. Compare the shapes. Look again at
    what you take the shape of."""
    return b_shaped_like_W(parameters), b_shaped_like_W(parameters)


@mistake(VELOCITY, title="the number 1 for the letter l")
def one_for_l(parameters: Arrays) -> Any:
    """You write str(1 + 1) where str(l + 1) is meant: the digit one looks like the letter. Only the
    second layer is there. Print the keys."""
    return {f"d{name}": np.zeros(parameters[name].shape) for name in ("W2", "b2")}


@mistake(ADAM, title="the number 1 for the letter l")
def one_for_l_in_both(parameters: Arrays) -> Any:
    """You write str(1 + 1) where str(l + 1) is meant: the digit one looks like the letter. Only the
    second layer is there. Print the keys."""
    return one_for_l(parameters), one_for_l(parameters)


@mistake(VELOCITY, title="two layers, always")
def two_layers(parameters: Arrays) -> Any:
    """You make arrays for two layers, however many there are. The network of the example has two,
    others have one or more. Look again at what the number of layers is worked out from."""
    return {f"d{name}": np.zeros(parameters[name].shape) for name in ("W1", "b1", "W2", "b2")}


@mistake(ADAM, title="two layers, always")
def two_layers_in_both(parameters: Arrays) -> Any:
    """You make arrays for two layers, however many there are. The network of the example has two,
    others have one or more. Look again at what the number of layers is worked out from."""
    return two_layers(parameters), two_layers(parameters)


@mistake(ADAM, title="s is not returned", of=averages)
def s_not_returned() -> dict[str, Any]:
    """You return v alone, and two values are expected. Print what a call returns. Look again at the
    last line."""
    return {"returns": lambda v, s: v}


@mistake(ADAM, title="one dictionary with both", of=averages)
def one_dictionary() -> dict[str, Any]:
    """You return a dictionary that holds v and s. The caller expects two values. Look again at the
    last line."""
    return {"returns": lambda v, s: {"v": v, "s": s}}


@mistake(VELOCITY, title="layers counted from 0")
def counts_from_zero(parameters: Arrays) -> Any:
    """You look for layer 0, and the keys begin with 1. Print the keys and the numbers of your loop.
    Look again at how one becomes the other."""
    raise KeyError("W0")


@mistake(ADAM, title="layers counted from 0")
def counts_from_zero_in_both(parameters: Arrays) -> Any:
    """You look for layer 0, and the keys begin with 1. Print the keys and the numbers of your loop.
    Look again at how one becomes the other."""
    raise KeyError("W0")


@mistake(VELOCITY, title="the shape is called")
def shape_called(parameters: Arrays) -> Any:
    """shape is a tuple, not a function, so it takes no brackets. Read the last line of the error
    message: it says what cannot be called."""
    raise TypeError("'tuple' object is not callable")


@mistake(ADAM, title="the shape is called")
def shape_called_in_both(parameters: Arrays) -> Any:
    """shape is a tuple, not a function, so it takes no brackets. Read the last line of the error
    message: it says what cannot be called."""
    raise TypeError("'tuple' object is not callable")
