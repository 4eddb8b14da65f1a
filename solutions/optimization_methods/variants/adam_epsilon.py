"""Mistakes of `update_parameters_with_adam` in the place of epsilon."""

from __future__ import annotations

from typing import Any

import numpy as np
from adam import EXERCISE, adam, step

from grader.authoring import mistake


@mistake(EXERCISE, title="epsilon is added to the parameter", of=adam)
def epsilon_added_to_the_step() -> dict[str, Any]:
    """Your epsilon stands outside of the fraction, so it shifts every parameter and protects from
    nothing: a gradient of exactly zero gives nan. Look again at what epsilon is added to."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc), "new_p": lambda n: step(n) + n.epsilon}


@mistake(EXERCISE, title="epsilon is added to the fraction", of=adam)
def epsilon_within_learning_rate() -> dict[str, Any]:
    """Your epsilon is added to the fraction, not to its denominator. A gradient of exactly zero
    gives nan. Look again at the brackets around the denominator."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc) + n.epsilon}


@mistake(EXERCISE, title="epsilon is subtracted with the step", of=adam)
def epsilon_subtracted_with_the_step() -> dict[str, Any]:
    """Your epsilon is added to the whole step, so it shifts every parameter. A gradient of exactly
    zero gives nan. Look again at the brackets around the denominator."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc), "new_p": lambda n: step(n) - n.epsilon}


@mistake(EXERCISE, title="no epsilon", of=adam)
def no_epsilon() -> dict[str, Any]:
    """Nothing keeps you from dividing by zero: where a gradient has always been zero, the parameter
    becomes nan. Try a gradient with a zero in it."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc)}


@mistake(EXERCISE, title="epsilon has a value of its own", share=0.5, of=adam)
def epsilon_fixed() -> dict[str, Any]:
    """You use 1e-8 whatever epsilon is given. Call the function with epsilon = 0.1 and compare.
    Look for the number in your lines."""
    return {"direction": lambda n: n.vc / (np.sqrt(n.sc) + 1e-8)}


@mistake(EXERCISE, title="epsilon squared inside the square root", share=0.5, of=adam)
def epsilon_squared() -> dict[str, Any]:
    """You add the square of epsilon inside the root. That is the rule where s is zero, and close to
    it where s is large; in between, your steps are too long. Try epsilon = 0.1, and look again at
    where it stands."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc + n.epsilon**2)}


@mistake(EXERCISE, title="epsilon beside the uncorrected average", of=adam)
def epsilon_hat() -> dict[str, Any]:
    """You add epsilon before the correction of s, as the short form in the paper and old libraries
    do. It makes epsilon larger in the first steps. Look again at which root epsilon is added to."""
    return {"direction": lambda n: n.vc * np.sqrt(1 - n.beta2**n.t) / (np.sqrt(n.s) + n.epsilon)}


@mistake(EXERCISE, title="epsilon is subtracted in the denominator", of=adam)
def epsilon_subtracted() -> dict[str, Any]:
    """You take epsilon away from the root, so a small one may become zero or negative. Try tiny
    gradients. Look again at the sign before epsilon."""
    return {"direction": lambda n: n.vc / (np.sqrt(n.sc) - n.epsilon)}


@mistake(EXERCISE, title="epsilon multiplies", of=adam)
def epsilon_multiplied() -> dict[str, Any]:
    """You multiply the root by epsilon, which makes the step enormous. Print the size of a step: it
    should be about the learning rate. Look again at the denominator."""
    return {"direction": lambda n: n.vc / (np.sqrt(n.sc) * n.epsilon)}
