"""The accepted variant of `update_parameters_with_adam`, and the mistakes in it."""

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


@accepted(EXERCISE, title="epsilon inside the square root", of=adam)
def epsilon_inside_root() -> dict[str, Any]:
    """You divide by sqrt(s_corrected + epsilon); the paper divides by sqrt(s_corrected) + epsilon.
    Some editions of this assignment print your formula, so it costs no points. With the usual
    epsilon of 1e-8 the two hardly differ. They do differ when a gradient is very small."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc + n.epsilon)}


def _step(n: Any) -> Any:
    return n.p - n.alpha * n.direction


# --- epsilon


@mistake(EXERCISE, title="epsilon is added to the parameter", of=adam)
def epsilon_added_to_the_step() -> dict[str, Any]:
    """Your epsilon stands outside of the fraction, so it shifts every parameter and protects from
    nothing: a gradient of exactly zero gives nan. Look again at what epsilon is added to."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc), "new_p": lambda n: _step(n) + n.epsilon}


@mistake(EXERCISE, title="epsilon is added to the fraction", of=adam)
def epsilon_within_learning_rate() -> dict[str, Any]:
    """Your epsilon is added to the fraction, not to its denominator. A gradient of exactly zero
    gives nan. Look again at the brackets around the denominator."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc) + n.epsilon}


@mistake(EXERCISE, title="epsilon is subtracted with the step", of=adam)
def epsilon_subtracted_with_the_step() -> dict[str, Any]:
    """Your epsilon is added to the whole step, so it shifts every parameter. A gradient of exactly
    zero gives nan. Look again at the brackets around the denominator."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc), "new_p": lambda n: _step(n) - n.epsilon}


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
    """You add the square of epsilon inside the root. That is close to the rule where s is zero, and
    nowhere else. Try epsilon = 0.1, and look again at where it stands."""
    return {"direction": lambda n: n.vc / np.sqrt(n.sc + n.epsilon**2)}


@mistake(EXERCISE, title="epsilon beside the uncorrected average", share=0.5, of=adam)
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


# --- corrections


@mistake(EXERCISE, title="no bias correction", of=adam)
def no_correction() -> dict[str, Any]:
    """You step with v and s themselves. As both start at zero they are too small at first, and not
    by the same factor. Look again at which averages the step uses."""
    return {"corrected_v": lambda n: n.v, "corrected_s": lambda n: n.s}


@mistake(EXERCISE, title="the first average is not corrected", of=adam)
def v_not_corrected() -> dict[str, Any]:
    """You step with v itself, and only s is corrected. The first steps are too short. Look again at
    which average stands above the fraction line."""
    return {"corrected_v": lambda n: n.v}


@mistake(EXERCISE, title="the second average is not corrected", of=adam)
def s_not_corrected() -> dict[str, Any]:
    """You divide by the root of s itself, and only v is corrected. The first steps are too long.
    Look again at which average stands below the fraction line."""
    return {"corrected_s": lambda n: n.s}


@mistake(EXERCISE, title="the second average is corrected with beta1", of=adam)
def s_corrected_by_beta1() -> dict[str, Any]:
    """You divide s by 1 - beta1^t. Each average is corrected with its own beta. The first steps are
    about ten times too short: compare one with the learning rate."""
    return {"corrected_s": lambda n: n.s / (1 - n.beta1**n.t)}


@mistake(EXERCISE, title="the first average is corrected with beta2", of=adam)
def v_corrected_by_beta2() -> dict[str, Any]:
    """You divide v by 1 - beta2^t. Each average is corrected with its own beta. The first steps are
    far too long: compare one with the learning rate."""
    return {"corrected_v": lambda n: n.v / (1 - n.beta2**n.t)}


@mistake(EXERCISE, title="the corrections are swapped", of=adam)
def corrections_swapped() -> dict[str, Any]:
    """You correct v with beta2 and s with beta1. Each average is corrected with the beta it was
    made with. Look again at both lines."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta2**n.t),
        "corrected_s": lambda n: n.s / (1 - n.beta1**n.t),
    }


@mistake(EXERCISE, title="the corrections do not depend on t", of=adam)
def correction_without_power() -> dict[str, Any]:
    """You divide by 1 - beta in every step. The correction has to fade as t grows: print it for t =
    1 and t = 1000. Look again at the power."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1),
        "corrected_s": lambda n: n.s / (1 - n.beta2),
    }


@mistake(EXERCISE, title="the first correction does not depend on t", of=adam)
def v_correction_without_power() -> dict[str, Any]:
    """You divide v by 1 - beta1 in every step. The correction has to fade as t grows: print it for
    t = 1 and t = 1000. Look again at the power."""
    return {"corrected_v": lambda n: n.v / (1 - n.beta1)}


@mistake(EXERCISE, title="the second correction does not depend on t", of=adam)
def s_correction_without_power() -> dict[str, Any]:
    """You divide s by 1 - beta2 in every step. The correction has to fade as t grows: print it for
    t = 1 and t = 1000. Look again at the power."""
    return {"corrected_s": lambda n: n.s / (1 - n.beta2)}


@mistake(EXERCISE, title="the corrections have the wrong sign", of=adam)
def correction_with_plus() -> dict[str, Any]:
    """You divide by 1 + beta^t, which makes the averages smaller still. In the first step the
    corrected average should be the gradient itself. Look again at the sign."""
    return {
        "corrected_v": lambda n: n.v / (1 + n.beta1**n.t),
        "corrected_s": lambda n: n.s / (1 + n.beta2**n.t),
    }


@mistake(EXERCISE, title="the first correction has the wrong sign", of=adam)
def v_correction_with_plus() -> dict[str, Any]:
    """You divide v by 1 + beta1^t, which makes it smaller still. In the first step the corrected
    average should be the gradient itself. Look again at the sign."""
    return {"corrected_v": lambda n: n.v / (1 + n.beta1**n.t)}


@mistake(EXERCISE, title="the second correction has the wrong sign", of=adam)
def s_correction_with_plus() -> dict[str, Any]:
    """You divide s by 1 + beta2^t, which makes it smaller still. In the first step the corrected
    average should be the squared gradient. Look again at the sign."""
    return {"corrected_s": lambda n: n.s / (1 + n.beta2**n.t)}


@mistake(EXERCISE, title="brackets are missing in the corrections", of=adam)
def correction_without_brackets() -> dict[str, Any]:
    """Python divides before it subtracts: you divide by 1 and take the power away. A gradient of
    zero should give a corrected average of zero. Look again at the brackets."""
    return {
        "corrected_v": lambda n: n.v / 1 - n.beta1**n.t,
        "corrected_s": lambda n: n.s / 1 - n.beta2**n.t,
    }


@mistake(EXERCISE, title="the corrections multiply by t", of=adam)
def correction_times_t() -> dict[str, Any]:
    """You divide by 1 - beta * t, which becomes negative. The second step shows it. Look again at
    how beta and t are put together."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1 * n.t),
        "corrected_s": lambda n: n.s / (1 - n.beta2 * n.t),
    }


@mistake(EXERCISE, title="the corrections use 2 for t", of=adam)
def correction_always_for_2() -> dict[str, Any]:
    """You use the t of the example in every step. Call the function with t = 1 and t = 10 and
    compare. Look for the number in your lines."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1**2),
        "corrected_s": lambda n: n.s / (1 - n.beta2**2),
    }


@mistake(EXERCISE, title="the corrections multiply", of=adam)
def correction_multiplies() -> dict[str, Any]:
    """You multiply by 1 - beta^t where the rule divides. It makes small averages smaller. In the
    first step the corrected average should be the gradient itself."""
    return {
        "corrected_v": lambda n: n.v * (1 - n.beta1**n.t),
        "corrected_s": lambda n: n.s * (1 - n.beta2**n.t),
    }


@mistake(EXERCISE, title="the corrections count t from 0", of=adam)
def correction_one_step_late() -> dict[str, Any]:
    """You use t - 1 for t, and in the first step divide by zero. The first step has t = 1. Look
    again at the power."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1 ** (n.t - 1)),
        "corrected_s": lambda n: n.s / (1 - n.beta2 ** (n.t - 1)),
    }


@mistake(EXERCISE, title="the corrections use t + 1", of=adam)
def correction_one_step_early() -> dict[str, Any]:
    """You use t + 1 for t. The function is told t, and the first step has t = 1. Look again at the
    power."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1 ** (n.t + 1)),
        "corrected_s": lambda n: n.s / (1 - n.beta2 ** (n.t + 1)),
    }


@mistake(EXERCISE, title="t grows with every layer", of=adam)
def t_counted_by_layers() -> dict[str, Any]:
    """You raise t inside the loop over the layers, so each layer has another t. All layers take the
    same step. Look again at where t is counted."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1 ** (n.t + int(n.name[1:]))),
        "corrected_s": lambda n: n.s / (1 - n.beta2 ** (n.t + int(n.name[1:]))),
    }


@mistake(EXERCISE, title="the corrected averages are kept as v and s", of=adam)
def correction_kept() -> dict[str, Any]:
    """You return the corrected averages as v and s, so the next step corrects them again. Compare
    what is returned after two steps. The corrected ones need names of their own."""
    return {
        "new_v": lambda n: (n.beta1 * n.v + (1 - n.beta1) * n.g) / (1 - n.beta1**n.t),
        "new_s": lambda n: (n.beta2 * n.s + (1 - n.beta2) * n.g**2) / (1 - n.beta2**n.t),
        "corrected_v": lambda n: n.v,
        "corrected_s": lambda n: n.s,
    }


# --- the averages


@mistake(EXERCISE, title="the second average decays with beta1", of=adam)
def s_decays_with_beta1() -> dict[str, Any]:
    """You keep beta1 of the old s where the rule keeps beta2. The example starts from s = 0 and
    cannot show it. Try an s that is not zero."""
    return {"new_s": lambda n: n.beta1 * n.s + (1 - n.beta2) * n.g**2}


@mistake(EXERCISE, title="the second average uses beta1", of=adam)
def s_averaged_with_beta1() -> dict[str, Any]:
    """You use beta1 for s, both times. The two averages have a memory of their own length. Look
    again at which beta belongs to s."""
    return {"new_s": lambda n: n.beta1 * n.s + (1 - n.beta1) * n.g**2}


@mistake(EXERCISE, title="the squared gradient is weighted with 1 - beta1", of=adam)
def s_weighted_with_beta1() -> dict[str, Any]:
    """You keep beta2 of the old s, and add 1 - beta1 of the square. The two shares should add up to
    one. Look again at the second one."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta1) * n.g**2}


@mistake(EXERCISE, title="the first average uses beta2", of=adam)
def v_averaged_with_beta2() -> dict[str, Any]:
    """You use beta2 for v, both times. The two averages have a memory of their own length. Look
    again at which beta belongs to v."""
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
    """You weigh the old v with 1 - beta1 and the gradient with beta1. Try beta1 = 0: v should
    become the gradient. Look again at which of the two beta1 belongs to."""
    return {"new_v": lambda n: (1 - n.beta1) * n.v + n.beta1 * n.g}


@mistake(EXERCISE, title="decay and weight of the second average are swapped", of=adam)
def s_shares_swapped() -> dict[str, Any]:
    """You weigh the old s with 1 - beta2 and the square with beta2. Try beta2 = 0: s should become
    the square. Look again at which of the two beta2 belongs to."""
    return {"new_s": lambda n: (1 - n.beta2) * n.s + n.beta2 * n.g**2}


@mistake(EXERCISE, title="the second average is made of the first", of=adam)
def s_from_v() -> dict[str, Any]:
    """You square v where the rule squares the gradient. The two averages know nothing of each
    other. Look again at what is squared."""
    return {"new_s": lambda n: n.beta2 * n.s + (1 - n.beta2) * n.v**2}


@mistake(EXERCISE, title="the second average is made of the corrected first", of=adam)
def s_from_corrected_v() -> dict[str, Any]:
    """You square the corrected v where the rule squares the gradient. The two averages know nothing
    of each other. Look again at what is squared."""
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
    """Your rule is right, but beta1 is 0.999 and beta2 is 0.9 where the caller gives neither. Look
    again at the first line of the function."""
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


# --- the step


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
    """Your averages are right, but the gradient itself stands above the fraction line. Try a
    gradient of zero after others: the parameter should still move. Look again at the step."""
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
    Look again at which layers the loop goes through."""
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
    """The averages of your biases are made with dW. numpy stretches them to a matrix without a
    word: print their shape. Look again at the key of the gradient."""
    return {"gradient": rules.gradient_of_W}


# --- what is returned


@mistake(EXERCISE, title="the averages are not returned", share=0.5, of=adam)
def only_parameters_returned() -> dict[str, Any]:
    """You return the parameters alone, and three values are expected. Print what a call gives. Look
    again at the last line."""
    return {"returns": lambda parameters, *averages: parameters}


@mistake(EXERCISE, title="v and s are returned in the other order", share=0.5, of=adam)
def averages_returned_swapped() -> dict[str, Any]:
    """You return s before v. The caller takes one for the other. Look again at the order in the
    docstring."""
    return {"returns": lambda parameters, v, s, vc, sc: (parameters, s, v)}


@mistake(EXERCISE, title="four values are returned", share=0.5)
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
    """Your step is right, but the v and s that you return are the old ones. The next step will
    start from them again. Look at where the new ones are kept."""
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
