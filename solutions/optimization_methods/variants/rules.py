"""What the variants share: update rules whose lines can be changed one by one, and parts.

A rule is a function of `n`, which holds the numbers of one array: its parameter `p`, its gradient
`g`, the averages, and the hyperparameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray[np.float64]]
Rule: TypeAlias = Callable[[Any], Any]
Which: TypeAlias = Callable[[Arrays], Iterable[str]]


def update(
    parameters: Arrays,
    grads: Arrays,
    averages: dict[str, Arrays],
    rules: dict[str, Rule],
    n: SimpleNamespace,
    which: Which = list,
    gradient: Callable[[str], str] = lambda name: "d" + name,
) -> None:
    """Apply the rules in their order to the arrays that `which` names; change the dictionaries.
    `averages` are dictionaries like grads, by the names they have in rules."""
    for name in which(parameters):
        n.name, n.p, n.g = name, parameters[name], grads[gradient(name)]
        for each, values in averages.items():
            setattr(n, each, values.get("d" + name))
        for target, rule in rules.items():
            setattr(n, target, rule(n))
        parameters[name] = n.p
        for each, values in averages.items():
            values["d" + name] = getattr(n, each)


def only_W(parameters: Arrays) -> list[str]:
    return [name for name in parameters if name[0] == "W"]


def only_b(parameters: Arrays) -> list[str]:
    return [name for name in parameters if name[0] == "b"]


def first_layer(parameters: Arrays) -> list[str]:
    return list(parameters)[:2]


def all_but_first(parameters: Arrays) -> list[str]:
    return list(parameters)[2:]


def all_but_last(parameters: Arrays) -> list[str]:
    return list(parameters)[:-2]


def two_layers(parameters: Arrays) -> list[str]:
    return list(parameters)[:4]


def one_digit(parameters: Arrays) -> list[str]:
    return [name[:2] for name in parameters]


def gradient_of_W(name: str) -> str:
    return "dW" + name[1:]


def gradient_of_b(name: str) -> str:
    return "db" + name[1:]


def gradient_of_first(name: str) -> str:
    return f"d{name[0]}1"


def by_kind(values: Any, of: str = "") -> dict[str, Any]:
    """A dictionary's part for weights and its part for biases."""
    kinds: dict[str, Any] = {f"W{of}": {}, f"b{of}": {}}
    for key, value in values.items():
        kinds[("W" if "W" in key else "b") + of][key] = value
    return kinds
