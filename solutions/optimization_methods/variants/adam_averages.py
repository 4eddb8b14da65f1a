"""Mistakes of `update_parameters_with_adam` in the two averages."""

from __future__ import annotations

from typing import Any

import numpy as np
from adam import EXERCISE, adam
from rules import Arrays

from grader.authoring import mistake


@mistake(EXERCISE, title="the second average decays with beta1", of=adam)
def s_decays_with_beta1() -> dict[str, Any]:
    """You keep beta1 of the old s where the rule keeps beta2. The example starts from s = 0 and
    cannot show it. Try an s that is not zero."""
    return {"new_s": lambda n: n.beta1 * n.s + (1 - n.beta2) * n.g**2}


@mistake(EXERCISE, title="the second average uses beta1", of=adam)
def s_averaged_with_beta1() -> dict[str, Any]:
    """You use beta1 for s, both times. Each average has a beta of its own. Look again at which beta
    belongs to s."""
    return {"new_s": lambda n: n.beta1 * n.s + (1 - n.beta1) * n.g**2}


@mistake(EXERCISE, title="the squared gradient is weighted with 1 - beta1", of=adam)
def s_weighted_with_beta1() -> dict[str, Any]:
    r"""You keep beta2 of the old s, and add $1 - \beta_1$ of the square. The two shares should add
    up to one. Look again at the second one."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta1) * n.g**2}


@mistake(EXERCISE, title="the first average uses beta2", of=adam)
def v_averaged_with_beta2() -> dict[str, Any]:
    """You use beta2 for v, both times. Each average has a beta of its own. Look again at which beta
    belongs to v."""
    return {"new_v": lambda n: n.beta2 * n.v + (1 - n.beta2) * n.g}


@mistake(EXERCISE, title="the first average decays with beta2", of=adam)
def v_decays_with_beta2() -> dict[str, Any]:
    """You keep beta2 of the old v where the rule keeps beta1. The example starts from v = 0 and
    cannot show it. Try a v that is not zero."""
    return {"new_v": lambda n: n.beta2 * n.v + (1 - n.beta1) * n.g}


@mistake(EXERCISE, title="the second average forgets", of=adam)
def s_forgets() -> dict[str, Any]:
    """Your s has nothing of the old one. The example starts from s = 0 and cannot show it. Try an s
    that is not zero."""
    return {"new_s": lambda n: (1 - n.beta2) * n.g**2}


@mistake(EXERCISE, title="the first average forgets", of=adam)
def v_forgets() -> dict[str, Any]:
    """Your v has nothing of the old one. The example starts from v = 0 and cannot show it. Try a v
    that is not zero."""
    return {"new_v": lambda n: (1 - n.beta1) * n.g}


@mistake(EXERCISE, title="the old second average does not fade", of=adam)
def s_does_not_fade() -> dict[str, Any]:
    """You keep all of the old s, so it grows without end and the steps die out. The example starts
    from s = 0 and cannot show it. Look again at what beta2 is for."""
    return {"new_s": lambda n: n.s + (1 - n.beta2) * n.g**2}


@mistake(EXERCISE, title="the old first average does not fade", of=adam)
def v_does_not_fade() -> dict[str, Any]:
    """You keep all of the old v, so it grows without end. The example starts from v = 0 and cannot
    show it. Look again at what beta1 is for."""
    return {"new_v": lambda n: n.v + (1 - n.beta1) * n.g}


@mistake(EXERCISE, title="decay and weight of the first average are swapped", of=adam)
def v_shares_swapped() -> dict[str, Any]:
    r"""You weigh the old v with $1 - \beta_1$ and the gradient with beta1. Try beta1 = 0: v should
    become the gradient. Look again at which of the two beta1 belongs to."""
    return {"new_v": lambda n: (1 - n.beta1) * n.v + n.beta1 * n.g}


@mistake(EXERCISE, title="decay and weight of the second average are swapped", of=adam)
def s_shares_swapped() -> dict[str, Any]:
    r"""You weigh the old s with $1 - \beta_2$ and the square with beta2. Try beta2 = 0: s should
    become the square. Look again at which of the two beta2 belongs to."""
    return {"new_s": lambda n: (1 - n.beta2) * n.s + n.beta2 * n.g**2}


@mistake(EXERCISE, title="the second average is made of the first", of=adam)
def s_from_v() -> dict[str, Any]:
    """You square v where the rule squares the gradient. In the rule neither average
    is computed from the other. Look again at what is squared."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta2) * n.v**2}


@mistake(EXERCISE, title="the second average is made of the corrected first", of=adam)
def s_from_corrected_v() -> dict[str, Any]:
    """You square the corrected v where the rule squares the gradient. In the rule neither
    average is computed from the other. Look again at what is squared."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta2) * n.vc**2}


@mistake(EXERCISE, title="the gradient is not squared", of=adam)
def gradient_not_squared() -> dict[str, Any]:
    """Your s averages gradients, so it may be negative, and its root is nan. Try a negative
    gradient. Look again at what s is the average of."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta2) * n.g}


@mistake(EXERCISE, title="the gradient is doubled, not squared", of=adam)
def gradient_doubled() -> dict[str, Any]:
    """You multiply the gradient by 2 where the rule squares it. Try a negative gradient. Look again
    at the power."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta2) * n.g * 2}


@mistake(EXERCISE, title="the second average is squared as a whole", of=adam)
def average_squared() -> dict[str, Any]:
    """You square the old s as well, or the weight. Only the gradient is squared. Look again at the
    brackets around the power."""
    return {"new_s": lambda n: n.beta2 * n.s + ((1 - n.beta2) * n.g) ** 2}


@mistake(EXERCISE, title="the betas are swapped", of=adam)
def betas_swapped() -> dict[str, Any]:
    """You use beta2 for v and beta1 for s, everywhere. The usual values are 0.9 for v and 0.999 for
    s. Look again at which beta belongs to which average."""
    return {
        "new_v": lambda n: n.beta2 * n.v + (1 - n.beta2) * n.g,
        "corrected_v": lambda n: n.v / (1 - n.beta2**n.t),
        "new_s": lambda n: n.beta1 * n.s + (1 - n.beta1) * n.g**2,
        "corrected_s": lambda n: n.s / (1 - n.beta1**n.t),
    }


@mistake(EXERCISE, title="the defaults of the betas are swapped", share=0.5)
def defaults_swapped(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.999,
    beta2: float = 0.9,
    epsilon: float = 1e-8,
) -> Any:
    """Where the caller gives neither, your beta1 is 0.999 and your beta2 is 0.9: the two have
    changed places. Look again at the first line of the function."""
    return adam(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon)


@mistake(EXERCISE, title="a matrix product for the square")
def matrix_product(
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
    """You multiply the gradient with itself as matrices; the rule squares every number. numpy
    stretches the result or refuses it. Print the shape of s after a step."""
    return adam(
        *(parameters, grads, v, s, t, learning_rate, beta1, beta2, epsilon),
        new_s=lambda n: n.beta2 * n.s + (1 - n.beta2) * np.dot(n.g, n.g.T),
    )
