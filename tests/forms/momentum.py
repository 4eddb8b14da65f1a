"""Forms of `update_parameters_with_momentum`."""

from __future__ import annotations

from grader.model import Verdict
from tests.forms import Form, changed, repeats_published, wrong

EXERCISE = "update_parameters_with_momentum"

PLAIN = """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        v["dW" + str(l)] = beta * v["dW" + str(l)] + (1 - beta) * grads["dW" + str(l)]
        v["db" + str(l)] = beta * v["db" + str(l)] + (1 - beta) * grads["db" + str(l)]
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * v["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * v["db" + str(l)]
    return parameters, v
"""

RIGHT = {
    "plain": PLAIN,
    "counts_layers_from_0": PLAIN.replace("range(1, L + 1)", "range(L)").replace(
        "str(l)", "str(l+1)"
    ),
    "in_place": """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for name, value in parameters.items():
        velocity = v["d" + name]
        velocity *= beta
        velocity += (1 - beta) * grads["d" + name]
        value -= learning_rate * velocity
    return parameters, v
""",
    "spoils_its_gradients": """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for name in parameters:
        g = grads["d" + name]
        g *= 1 - beta
        g += beta * v["d" + name]
        v["d" + name] = g
        parameters[name] = parameters[name] - learning_rate * g
    return parameters, v
""",
    "new_dicts": """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    new_v = {k: beta * v[k] + (1 - beta) * grads[k] for k in v}
    new_p = {k: parameters[k] - learning_rate * new_v["d" + k] for k in parameters}
    return new_p, new_v
""",
    "moved_towards_the_gradient": """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    # the same average: v + (1 - beta)(g - v)
    for k in grads:
        v[k] = v[k] + (1 - beta) * (grads[k] - v[k])
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * v[k]
    return parameters, v
""",
    "numpy_functions": """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for k in grads:
        v[k] = np.add(np.multiply(beta, v[k]), np.multiply(np.subtract(1, beta), grads[k]))
        np.subtract(parameters[k[1:]], learning_rate * v[k], out=parameters[k[1:]])
    return parameters, v
""",
    "all_velocities_first": """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        v["dW" + str(l+1)] = beta*v["dW" + str(l+1)] + (1-beta)*grads["dW" + str(l+1)]
        v["db" + str(l+1)] = beta*v["db" + str(l+1)] + (1-beta)*grads["db" + str(l+1)]
    for l in range(L):
        parameters["W" + str(l+1)] = parameters["W" + str(l+1)] - learning_rate*v["dW" + str(l+1)]
        parameters["b" + str(l+1)] = parameters["b" + str(l+1)] - learning_rate*v["db" + str(l+1)]
    return parameters, v
""",
    "other_order_of_keywords_and_defaults": changed(
        PLAIN, ("v, beta, learning_rate)", "v, learning_rate=0.01, beta=0.9, verbose=True)")
    ),
    "list_of_two": changed(PLAIN, ("return parameters, v", "return [parameters, v]")),
    "helper_in_another_cell": """
def average(old, new, keep):
    return keep * old + (1 - keep) * new

# %%
%%time
def update_parameters_with_momentum(parameters: dict, grads: dict, v: dict, beta: float,
                                    learning_rate: float) -> tuple:
    for k in grads.keys():
        v[k] = average(v[k], grads[k], keep=beta)
        print(k, v[k].shape)
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * v[k]
    return parameters, v
""",
}

WRONG = {
    "raw_gradient_for_the_step": wrong(
        PLAIN.replace('learning_rate * v["d', 'learning_rate * grads["d')
    ),
    "raw_gradient_for_b_only": wrong(
        changed(PLAIN, ('learning_rate * v["db"', 'learning_rate * grads["db"'))
    ),
    "step_before_the_velocity": wrong(
        """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for k in grads:
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * v[k]
        v[k] = beta * v[k] + (1 - beta) * grads[k]
    return parameters, v
"""
    ),
    # The public case starts from a velocity of zero, so it cannot tell these.
    "old_velocity_forgotten": wrong(
        PLAIN.replace('beta * v["dW" + str(l)] + ', "").replace('beta * v["db" + str(l)] + ', ""),
        passes=("published", "no_momentum"),
    ),
    "old_velocity_not_decaying": wrong(
        PLAIN.replace('= beta * v["d', '= v["d'), passes=("published",)
    ),
    "velocity_overwritten": wrong(
        changed(
            PLAIN,
            (
                "    for l",
                '    v = {"d" + k: np.zeros_like(parameters[k]) for k in parameters}\n    for l',
            ),
        ),
        passes=("published", "no_momentum"),
    ),
    "velocity_only_local": wrong(
        """
def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for k in grads:
        velocity = beta * v[k] + (1 - beta) * grads[k]
        parameters[k[1:]] = parameters[k[1:]] - learning_rate * velocity
    return parameters, v
"""
    ),
    "velocity_not_returned": wrong(changed(PLAIN, ("return parameters, v", "return parameters"))),
    "returned_the_other_way_round": wrong(
        changed(PLAIN, ("return parameters, v", "return v, parameters"))
    ),
    "gradient_not_weighted": wrong(
        PLAIN.replace("(1 - beta) * grads", "grads"), passes=("no_momentum",)
    ),
    "shares_swapped": wrong(
        PLAIN.replace("(1 - beta)", "BETA")
        .replace("beta * v", "(1 - beta) * v")
        .replace("BETA", "beta")
    ),
    "learning_rate_in_the_velocity": wrong(
        PLAIN.replace("(1 - beta) * grads", "learning_rate * grads").replace(
            "- learning_rate * v", "- v"
        )
    ),
    "ascends": wrong(PLAIN.replace("- learning_rate", "+ learning_rate")),
    "beta_fixed": wrong(
        changed(PLAIN, ("    L = ", "    beta = 0.9\n    L = ")),
        passes=("published", "moving_velocity"),
    ),
    "only_first_layer": wrong(
        changed(PLAIN, ("L = len(parameters) // 2", "L = 1")), passes=("momentum_with_one_layer",)
    ),
    "W_gets_the_step_of_b": wrong(
        changed(PLAIN, ('learning_rate * v["dW"', 'learning_rate * v["db"'))
    ),
    "key_without_d": wrong(
        changed(PLAIN, ('v["dW" + str(l)] = beta * v["dW"', 'v["dW" + str(l)] = beta * v["W"')),
        Verdict.ERROR,
    ),
    "repeats_published": wrong(
        repeats_published(EXERCISE, "parameters, grads, v, beta, learning_rate"),
        passes=("published",),
    ),
}

FORMS = {name: Form(source) for name, source in RIGHT.items()} | WRONG
