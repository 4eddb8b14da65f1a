"""Forms of `update_parameters_with_adam`.

`_written` puts together the lines that students write: in each, `?` stands for W and then for b.
"""

from __future__ import annotations

from grader.model import Verdict
from tests.forms import Form, changed, repeats_published, wrong

EXERCISE = "update_parameters_with_adam"
INSIDE = "epsilon_inside_root"

ARGUMENTS = "parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8"


def _written(
    *,
    v: str = "beta1 * v['d?' + str(l)] + (1 - beta1) * grads['d?' + str(l)]",
    v_corrected: str = "v['d?' + str(l)] / (1 - beta1 ** t)",
    s: str = "beta2 * s['d?' + str(l)] + (1 - beta2) * grads['d?' + str(l)] ** 2",
    s_corrected: str = "s['d?' + str(l)] / (1 - beta2 ** t)",
    step: str = "learning_rate * v_corrected['d?' + str(l)]"
    " / (np.sqrt(s_corrected['d?' + str(l)]) + epsilon)",
    parameters: str = "parameters['?' + str(l)] - STEP",
    returns: str = "parameters, v, s",
    arguments: str = ARGUMENTS,
) -> str:
    """The exercise as its template has it, with these lines in its stubs."""
    lines = {
        "v['d?' + str(l)]": v,
        "v_corrected['d?' + str(l)]": v_corrected,
        "s['d?' + str(l)]": s,
        "s_corrected['d?' + str(l)]": s_corrected,
        "parameters['?' + str(l)]": parameters.replace("STEP", step),
    }
    body = "".join(
        f"        {name} = {value}\n".replace("?", kind)
        for name, value in lines.items()
        for kind in "Wb"
    )
    return f"""
def update_parameters_with_adam({arguments}):
    L = len(parameters) // 2
    v_corrected = {{}}
    s_corrected = {{}}
    for l in range(1, L + 1):
{body}
    return {returns}
"""


PLAIN = _written()
FIVE_VALUES = "parameters, v, s, v_corrected, s_corrected"

RIGHT = {
    "plain": PLAIN,
    "five_values": _written(returns=FIVE_VALUES),
    "list_of_three": _written(returns="[parameters, v, s]"),
    "np_power": _written(
        v_corrected="v['d?' + str(l)] / (1 - np.power(beta1, t))",
        s="beta2 * s['d?' + str(l)] + (1 - beta2) * np.power(grads['d?' + str(l)], 2)",
        s_corrected="s['d?' + str(l)] / (1 - np.power(beta2, t))",
    ),
    "half_as_exponent": _written(
        s="beta2 * s['d?' + str(l)] + (1 - beta2) * grads['d?' + str(l)] * grads['d?' + str(l)]",
        step="learning_rate * (v_corrected['d?' + str(l)]"
        " / (s_corrected['d?' + str(l)] ** 0.5 + epsilon))",
    ),
    "np_square_and_divide": _written(
        s="np.add(beta2 * s['d?' + str(l)], (1 - beta2) * np.square(grads['d?' + str(l)]))",
        s_corrected="np.divide(s['d?' + str(l)], 1 - pow(beta2, t))",
        v_corrected="np.divide(v['d?' + str(l)], 1 - pow(beta1, t))",
    ),
    "counts_layers_from_0": _written()
    .replace("range(1, L + 1)", "range(L)")
    .replace("str(l)", "str(l+1)"),
    "in_place": """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    for k, g in grads.items():
        v[k] *= beta1
        v[k] += (1 - beta1) * g
        s[k] *= beta2
        g **= 2   # not needed any more
        s[k] += (1 - beta2) * g
        parameters[k[1:]] -= (learning_rate * v[k] / (1 - beta1**t)
                              / (np.sqrt(s[k] / (1 - beta2**t)) + epsilon))
    return parameters, v, s
""",
    "new_dicts": """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    v = {k: beta1 * v[k] + (1 - beta1) * g for k, g in grads.items()}
    s = {k: beta2 * s[k] + (1 - beta2) * g**2 for k, g in grads.items()}
    vc = {k: v[k] / (1 - beta1**t) for k in v}
    sc = {k: s[k] / (1 - beta2**t) for k in s}
    parameters = {k: p - learning_rate * vc["d" + k] / (np.sqrt(sc["d" + k]) + epsilon)
                  for k, p in parameters.items()}
    return parameters, v, s, vc, sc
""",
    "helper_in_same_cell": """
def running_mean(old, new, beta): return beta * old + (1 - beta) * new

def unbias(mean, beta, t):
    return mean / (1 - beta ** t)

def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    for k in grads:
        v[k] = running_mean(v[k], grads[k], beta1)
        s[k] = running_mean(s[k], grads[k] ** 2, beta2)
        direction = unbias(v[k], beta1, t) / (np.sqrt(unbias(s[k], beta2, t)) + epsilon)
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * direction
    return parameters, v, s
""",
    "helper_in_another_cell": """
def unbias(mean, beta, t):
    return mean / (1 - beta ** t)

# %%
"""
    + _written(
        v_corrected="unbias(v['d?' + str(l)], beta1, t)",
        s_corrected="unbias(s['d?' + str(l)], t=t, beta=beta2)",
    ).lstrip(),
    "other_order_of_keywords": _written(
        arguments="parameters, grads, v, s, t,"
        " epsilon=1e-8, beta2=0.999, beta1=0.9, learning_rate=1e-2"
    ),
    "annotated": _written(
        arguments="parameters: dict, grads: dict, v: dict, s: dict, t: int,"
        " learning_rate: float = 0.01, beta1: float = 0.9, beta2: float = 0.999,"
        " epsilon: float = 1e-8"
    ),
    "timed_and_printing": "%%time\n"
    + changed(PLAIN, ("    L = ", "    print('t =', t, 'eps =', epsilon)\n    L = ")).lstrip(),
    # The order of PyTorch today: the root of the correction divides the root of s, then epsilon
    "torch_port": """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    bias_correction1 = 1 - beta1 ** t
    bias_correction2 = 1 - beta2 ** t
    step_size = learning_rate / bias_correction1
    for name, param in parameters.items():
        grad = grads["d" + name]
        exp_avg, exp_avg_sq = v["d" + name], s["d" + name]
        exp_avg += (1 - beta1) * (grad - exp_avg)                  # lerp_
        exp_avg_sq *= beta2
        exp_avg_sq += (1 - beta2) * grad * grad                    # addcmul_
        denom = np.sqrt(exp_avg_sq) / math.sqrt(bias_correction2) + epsilon
        parameters[name] = param + -step_size * (exp_avg / denom)  # addcdiv_
    return parameters, v, s
""",
    "corrections_folded_exactly": _written(
        step="learning_rate * np.sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * v['d?' + str(l)]"
        " / (np.sqrt(s['d?' + str(l)]) + epsilon * np.sqrt(1 - beta2 ** t))"
    ),
}

_STEP_INSIDE = (
    "learning_rate * v_corrected['d?' + str(l)] / np.sqrt(s_corrected['d?' + str(l)] + epsilon)"
)
ACCEPTED = {
    "epsilon_inside_root": _written(step=_STEP_INSIDE),
    "epsilon_inside_root_five_values": _written(step=_STEP_INSIDE, returns=FIVE_VALUES),
    "epsilon_inside_np_power": _written(
        step="learning_rate * np.divide(v_corrected['d?' + str(l)],"
        " np.power(s_corrected['d?' + str(l)] + epsilon, 0.5))"
    ),
    "epsilon_inside_root_in_place": """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    for k, g in grads.items():
        v[k] += (1 - beta1) * (g - v[k])
        s[k] += (1 - beta2) * (g * g - s[k])
        inside = s[k] / (1 - beta2 ** t) + epsilon
        parameters[k[1:]] -= learning_rate * (v[k] / (1 - beta1 ** t)) / np.sqrt(inside)
    return parameters, v, s
""",
}

_V, _S = "v_corrected['d?' + str(l)]", "s_corrected['d?' + str(l)]"
WRONG = {
    # Epsilon elsewhere: the public case, whose epsilon is 1e-8, hardly shows it
    "epsilon_added_to_the_step": wrong(
        _written(
            parameters=f"parameters['?' + str(l)] - learning_rate * {_V} / np.sqrt({_S}) + epsilon"
        )
    ),
    "epsilon_added_within_learning_rate": wrong(
        _written(step=f"learning_rate * ({_V} / np.sqrt({_S}) + epsilon)")
    ),
    "epsilon_subtracted_with_the_step": wrong(
        _written(step=f"(learning_rate * {_V} / np.sqrt({_S}) + epsilon)")
    ),
    "epsilon_of_its_own": wrong(
        _written(step=f"learning_rate * {_V} / (np.sqrt({_S}) + 1e-8)"),
        passes=("published", "first_step_from_zero", "small_gradients_with_defaults"),
    ),
    "epsilon_squared_inside": wrong(
        _written(step=f"learning_rate * {_V} / np.sqrt({_S} + epsilon ** 2)")
    ),
    "no_epsilon": wrong(_written(step=f"learning_rate * {_V} / np.sqrt({_S})")),
    # Corrections
    "no_bias_correction": wrong(
        _written(step="learning_rate * v['d?' + str(l)] / (np.sqrt(s['d?' + str(l)]) + epsilon)")
    ),
    "no_bias_correction_epsilon_inside": wrong(
        _written(step="learning_rate * v['d?' + str(l)] / np.sqrt(s['d?' + str(l)] + epsilon)")
    ),
    "uncorrected_s": wrong(
        _written(step=f"learning_rate * {_V} / (np.sqrt(s['d?' + str(l)]) + epsilon)")
    ),
    "uncorrected_s_epsilon_inside": wrong(
        _written(step=f"learning_rate * {_V} / np.sqrt(s['d?' + str(l)] + epsilon)")
    ),
    "uncorrected_v": wrong(
        _written(step=f"learning_rate * v['d?' + str(l)] / (np.sqrt({_S}) + epsilon)")
    ),
    "s_corrected_by_beta1": wrong(_written(s_corrected="s['d?' + str(l)] / (1 - beta1 ** t)")),
    "correction_without_power": wrong(
        _written(
            v_corrected="v['d?' + str(l)] / (1 - beta1)",
            s_corrected="s['d?' + str(l)] / (1 - beta2)",
        ),
        passes=("first_step_from_zero",),
    ),
    "correction_with_plus": wrong(
        _written(
            v_corrected="v['d?' + str(l)] / (1 + beta1 ** t)",
            s_corrected="s['d?' + str(l)] / (1 + beta2 ** t)",
        )
    ),
    "correction_without_brackets": wrong(
        _written(
            v_corrected="v['d?' + str(l)] / 1 - beta1 ** t",
            s_corrected="s['d?' + str(l)] / 1 - beta2 ** t",
        )
    ),
    "correction_times_t": wrong(
        _written(
            v_corrected="v['d?' + str(l)] / (1 - beta1 * t)",
            s_corrected="s['d?' + str(l)] / (1 - beta2 * t)",
        ),
        passes=("first_step_from_zero",),
    ),
    "correction_always_for_t_2": wrong(
        _written(
            v_corrected="v['d?' + str(l)] / (1 - beta1 ** 2)",
            s_corrected="s['d?' + str(l)] / (1 - beta2 ** 2)",
        ),
        passes=("published", "adam_with_one_layer"),
    ),
    "correction_kept_in_v_and_s": wrong(
        """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    for k, g in grads.items():
        v[k] = (beta1 * v[k] + (1 - beta1) * g) / (1 - beta1 ** t)
        s[k] = (beta2 * s[k] + (1 - beta2) * g ** 2) / (1 - beta2 ** t)
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * v[k] / (np.sqrt(s[k]) + epsilon)
    return parameters, v, s
"""
    ),
    "t_counted_in_every_layer": wrong(
        PLAIN.replace("range(1, L + 1):\n", "range(1, L + 1):\n        t = t + 1\n")
    ),
    "caret_for_power": wrong(
        _written(v_corrected="v['d?' + str(l)] / (1 - beta1^t)"), Verdict.ERROR
    ),
    # The averages
    # s is zero in the public case, so what becomes of the old s does not show there
    "s_decays_with_beta1": wrong(
        _written(s="beta1 * s['d?' + str(l)] + (1 - beta2) * grads['d?' + str(l)] ** 2"),
        passes=("published", "first_step_from_zero"),
    ),
    "s_averaged_with_beta1": wrong(
        _written(s="beta1 * s['d?' + str(l)] + (1 - beta1) * grads['d?' + str(l)] ** 2")
    ),
    "s_forgets": wrong(
        _written(s="(1 - beta2) * grads['d?' + str(l)] ** 2"),
        passes=("published", "first_step_from_zero"),
    ),
    "v_forgets": wrong(
        _written(v="(1 - beta1) * grads['d?' + str(l)]"),
        passes=("published", "first_step_from_zero"),
    ),
    "betas_swapped": wrong(
        PLAIN.replace("beta1=0.9, beta2=0.999", "BETAS")
        .replace("beta1", "beta3")
        .replace("beta2", "beta1")
        .replace("beta3", "beta2")
        .replace("BETAS", "beta1=0.9, beta2=0.999")
    ),
    "betas_swapped_in_defaults": wrong(
        changed(PLAIN, ("beta1=0.9, beta2=0.999", "beta1=0.999, beta2=0.9")),
        passes=("other_betas", "thousandth_step", "adam_with_eleven_layers"),
    ),
    "s_from_v": wrong(_written(s="beta2 * s['d?' + str(l)] + (1 - beta2) * v['d?' + str(l)] ** 2")),
    "s_from_corrected_v": wrong(_written(s=f"beta2 * s['d?' + str(l)] + (1 - beta2) * {_V} ** 2")),
    "gradient_not_squared": wrong(
        _written(s="beta2 * s['d?' + str(l)] + (1 - beta2) * grads['d?' + str(l)]")
    ),
    "matrix_product_for_square": wrong(
        _written(
            s="beta2 * s['d?' + str(l)]"
            " + (1 - beta2) * np.dot(grads['d?' + str(l)], grads['d?' + str(l)].T)"
        ),
    ),
    # The step
    "no_square_root": wrong(_written(step=f"learning_rate * {_V} / ({_S} + epsilon)")),
    "raw_gradient_for_the_step": wrong(
        _written(step=f"learning_rate * grads['d?' + str(l)] / (np.sqrt({_S}) + epsilon)")
    ),
    "ascends": wrong(_written(parameters="parameters['?' + str(l)] + STEP")),
    "no_learning_rate": wrong(_written(step=f"{_V} / (np.sqrt({_S}) + epsilon)")),
    # PyTorch before 1.3, and the short cut at the end of the paper's second section: epsilon is
    # added to the root of the uncorrected s, so it is epsilon / sqrt(1 - beta2^t) in the rule's
    # terms. Equal in the limit, 7 times as large at t = 20; no edition of the assignment has it.
    "torch_port_epsilon_hat": wrong(
        """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8):
    step_size = learning_rate * math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
    for name, param in parameters.items():
        grad = grads["d" + name]
        exp_avg, exp_avg_sq = v["d" + name], s["d" + name]
        exp_avg *= beta1
        exp_avg += (1 - beta1) * grad
        exp_avg_sq *= beta2
        exp_avg_sq += (1 - beta2) * grad * grad
        denom = np.sqrt(exp_avg_sq) + epsilon
        parameters[name] = param - step_size * (exp_avg / denom)
    return parameters, v, s
"""
    ),
    "torch_port_weight_decay": wrong(
        """
def update_parameters_with_adam(parameters, grads, v, s, t, learning_rate=0.01,
                                beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01):
    for name, param in parameters.items():
        param = param * (1 - learning_rate * weight_decay)
        grad = grads["d" + name]
        v["d" + name] = beta1 * v["d" + name] + (1 - beta1) * grad
        s["d" + name] = beta2 * s["d" + name] + (1 - beta2) * grad * grad
        denom = np.sqrt(s["d" + name] / (1 - beta2 ** t)) + epsilon
        parameters[name] = param - learning_rate * v["d" + name] / (1 - beta1 ** t) / denom
    return parameters, v, s
"""
    ),
    # What is returned
    "corrected_averages_returned": wrong(_written(returns="parameters, v_corrected, s_corrected")),
    "only_parameters_returned": wrong(_written(returns="parameters")),
    "four_values": wrong(_written(returns="parameters, v, s, t")),
    "repeats_published": wrong(repeats_published(EXERCISE, ARGUMENTS), passes=("published",)),
}

# Five values, the last two of them wrong: told only where the reference returns them too.
LAST_LAYER_CORRECTED = wrong(
    changed(
        _written(returns=FIVE_VALUES),
        ("range(1, L + 1):\n", "range(1, L + 1):\n        v_corrected, s_corrected = {}, {}\n"),
    )
)

FORMS = (
    {name: Form(source) for name, source in RIGHT.items()}
    | {name: Form(source, Verdict.ACCEPTED, INSIDE) for name, source in ACCEPTED.items()}
    | WRONG
)
