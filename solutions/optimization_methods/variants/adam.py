"""The lines of `update_parameters_with_adam`, its accepted variant, mistakes in what it returns."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import rules
from rules import Arrays, Rule

from grader.authoring import accepted, mistake, parts

EXERCISE = "update_parameters_with_adam"


def adam(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    *,
    new_v: Rule = lambda n: n.beta1 * n.v + (1 - n.beta1) * n.g,
    corrected_v: Rule = lambda n: n.v / (1 - n.beta1**n.t),
    new_s: Rule = lambda n: n.beta2 * n.s + (1 - n.beta2) * n.g**2,
    corrected_s: Rule = lambda n: n.s / (1 - n.beta2**n.t),
    direction: Rule = lambda n: n.vc / (np.sqrt(n.sc) + n.epsilon),
    new_p: Rule = lambda n: n.p - n.alpha * n.direction,
    returns: Callable[..., Any] = lambda *values: values,
    **more: Any,
) -> Any:
    n = SimpleNamespace(alpha=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon, t=t)
    averages: dict[str, Arrays] = {"v": v, "s": s, "vc": {}, "sc": {}}
    lines = {"v": new_v, "vc": corrected_v, "s": new_s, "sc": corrected_s}
    lines |= {"direction": direction, "p": new_p}
    rules.update(parameters, grads, averages, lines, n, **more)
    return returns(parameters, *averages.values())


@parts(EXERCISE)
def weights_and_biases(answer: Any) -> dict[str, Any]:
    names = ("", " of v", " of s", " of v_corrected", " of s_corrected")
    found: dict[str, Any] = {}
    for values, name in zip(answer, names[: max(3, len(answer))], strict=True):
        found |= rules.by_kind(values, name)
    return found


@accepted(
    EXERCISE,
    title="epsilon inside the square root",
    of=adam,
    beside="Your epsilon stands inside of the root. Some editions of this assignment print it so, "
    "and it is accepted: the mistake is the other one.",
)
def epsilon_inside_root() -> dict[str, Any]:
    r"""You divide by $\sqrt{s_{\text{corrected}} + \epsilon}$; the paper divides by
    $\sqrt{s_{\text{corrected}}} + \epsilon$. Some editions of this assignment print your formula,
    so it costs no points. With the usual epsilon of 1e-8 the two hardly differ. They do differ when
    a gradient is very small."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc + n.epsilon)}


def step(n: Any) -> Any:
    return n.p - n.alpha * n.direction


@mistake(EXERCISE, title="the averages are not returned", of=adam)
def only_parameters_returned() -> dict[str, Any]:
    """You return the parameters alone, and three values are expected. Print what a call returns.
    Look again at the last line."""
    return {"returns": lambda parameters, *averages: parameters}


@mistake(EXERCISE, title="v and s are returned in the other order", of=adam)
def averages_returned_swapped() -> dict[str, Any]:
    """You return s before v. The caller takes one for the other. Look again at the order in the
    docstring."""
    return {"returns": lambda parameters, v, s, vc, sc: (parameters, s, v)}


@mistake(EXERCISE, title="four values are returned")
def t_returned_too(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Any:
    """You return t besides the parameters, v and s. Three values are expected, or five with the
    corrected averages. Look again at the last line."""
    return (*adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)[:3], t)


@mistake(EXERCISE, title="the averages are not stored")
def averages_not_stored(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Any:
    """The v and s that you return are the old ones, so the next step will start from them again.
    Print one before and after the call. Look at where the new ones are kept."""
    old = dict(v), dict(s)
    return (adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)[0], *old)


@mistake(EXERCISE, title="^ for a power")
def caret(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> Any:
    """In Python ^ is no power: it works on the bits of whole numbers, and raises TypeError for
    others. Try 2 ^ 3. Look again at how a power is written."""
    raise TypeError("unsupported operand type(s) for ^: 'float' and 'int'")
