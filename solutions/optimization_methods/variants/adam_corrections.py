"""Mistakes of `update_parameters_with_adam` in the bias corrections."""

from __future__ import annotations

from typing import Any

from adam import EXERCISE, adam

from grader.authoring import mistake


@mistake(EXERCISE, title="no bias correction", of=adam)
def no_correction() -> dict[str, Any]:
    """You step with v and s themselves. As both start at zero they are too small at first, and not
    by the same factor. Look again at which averages the step uses."""
    return {"corrected_v": lambda n: n.v, "corrected_s": lambda n: n.s}


@mistake(EXERCISE, title="the first average is not corrected", of=adam)
def v_not_corrected() -> dict[str, Any]:
    """You step with v itself, not with the corrected one. That alone makes the first steps too
    short. Look again at which average stands above the fraction line."""
    return {"corrected_v": lambda n: n.v}


@mistake(EXERCISE, title="the second average is not corrected", of=adam)
def s_not_corrected() -> dict[str, Any]:
    """You divide by the root of s itself, not of the corrected one. That alone makes the first
    steps too long. Look again at which average stands below the fraction line."""
    return {"corrected_s": lambda n: n.s}


@mistake(EXERCISE, title="the second average is corrected with beta1", of=adam)
def s_corrected_by_beta1() -> dict[str, Any]:
    r"""You divide s by $1 - \beta_1^t$. Each average is corrected with its own beta. That alone
    makes the first ten steps eight to ten times too long: compare one with the learning rate."""
    return {"corrected_s": lambda n: n.s / (1 - n.beta1**n.t)}


@mistake(EXERCISE, title="the first average is corrected with beta2", of=adam)
def v_corrected_by_beta2() -> dict[str, Any]:
    r"""You divide v by $1 - \beta_2^t$. Each average is corrected with its own beta. That alone
    makes the first steps far too long: compare one with the learning rate."""
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
    r"""You divide by $1 - \beta$ in every step. The correction has to fade as t grows: print it for
    t = 1 and t = 1000. Look again at the power."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1),
        "corrected_s": lambda n: n.s / (1 - n.beta2),
    }


@mistake(EXERCISE, title="the first correction does not depend on t", of=adam)
def v_correction_without_power() -> dict[str, Any]:
    r"""You divide v by $1 - \beta_1$ in every step. The correction has to fade as t grows: print it
    for t = 1 and t = 1000. Look again at the power."""
    return {"corrected_v": lambda n: n.v / (1 - n.beta1)}


@mistake(EXERCISE, title="the second correction does not depend on t", of=adam)
def s_correction_without_power() -> dict[str, Any]:
    r"""You divide s by $1 - \beta_2$ in every step. The correction has to fade as t grows: print it
    for t = 1 and t = 1000. Look again at the power."""
    return {"corrected_s": lambda n: n.s / (1 - n.beta2)}


@mistake(EXERCISE, title="the corrections have the wrong sign", of=adam)
def correction_with_plus() -> dict[str, Any]:
    r"""You divide by $1 + \beta^t$, which makes the averages smaller still. In the first step the
    corrected average should be the gradient itself. Look again at the sign."""
    return {
        "corrected_v": lambda n: n.v / (1 + n.beta1**n.t),
        "corrected_s": lambda n: n.s / (1 + n.beta2**n.t),
    }


@mistake(EXERCISE, title="the first correction has the wrong sign", of=adam)
def v_correction_with_plus() -> dict[str, Any]:
    r"""You divide v by $1 + \beta_1^t$, which makes it smaller still. In the first step the
    corrected average should be the gradient itself. Look again at the sign."""
    return {"corrected_v": lambda n: n.v / (1 + n.beta1**n.t)}


@mistake(EXERCISE, title="the second correction has the wrong sign", of=adam)
def s_correction_with_plus() -> dict[str, Any]:
    r"""You divide s by $1 + \beta_2^t$, which makes it smaller still. In the first step the
    corrected average should be the squared gradient. Look again at the sign."""
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


@mistake(EXERCISE, title="the first correction uses 2 for t", of=adam)
def v_correction_always_for_2() -> dict[str, Any]:
    r"""You divide v by $1 - \beta_1^2$ in every step. Call the function with t = 1 and t = 10 and
    compare. Look for the number in your lines."""
    return {"corrected_v": lambda n: n.v / (1 - n.beta1**2)}


@mistake(EXERCISE, title="the second correction uses 2 for t", of=adam)
def s_correction_always_for_2() -> dict[str, Any]:
    r"""You divide s by $1 - \beta_2^2$ in every step. Call the function with t = 1 and t = 10 and
    compare. Look for the number in your lines."""
    return {"corrected_s": lambda n: n.s / (1 - n.beta2**2)}


@mistake(EXERCISE, title="the number of the layer stands for t", of=adam)
def layer_for_t() -> dict[str, Any]:
    """You raise beta to the number of the layer, so each layer has another correction, the same in
    every step. Call the function with two values of t and compare. Look again at the power."""
    return {
        "corrected_v": lambda n: n.v / (1 - n.beta1 ** int(n.name[1:])),
        "corrected_s": lambda n: n.s / (1 - n.beta2 ** int(n.name[1:])),
    }


@mistake(EXERCISE, title="the corrections multiply", of=adam)
def correction_multiplies() -> dict[str, Any]:
    r"""You multiply by $1 - \beta^t$ where the rule divides. It makes small averages smaller. In
    the first step the corrected average should be the gradient itself."""
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
