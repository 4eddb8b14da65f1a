"""Forms of `update_parameters_with_gd`."""

from __future__ import annotations

from grader.model import Verdict
from tests.forms import Form, changed, repeats_published, wrong

EXERCISE = "update_parameters_with_gd"

PLAIN = """
def update_parameters_with_gd(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(1, L + 1):
        parameters["W" + str(l)] = parameters["W" + str(l)] - learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] = parameters["b" + str(l)] - learning_rate * grads["db" + str(l)]
    return parameters
"""

RIGHT = {
    "plain": PLAIN,
    "counts_layers_from_0": """
def update_parameters_with_gd(parameters, grads, learning_rate):
    L = len(parameters) // 2 # number of layers in the neural networks
    for l in range(L):
        ### START CODE HERE ### (approx. 2 lines)
        parameters["W" + str(l+1)] = parameters["W" + str(l+1)]-learning_rate*grads["dW"+str(l+1)]
        parameters["b" + str(l+1)] = parameters["b" + str(l+1)]-learning_rate*grads["db"+str(l+1)]
        ### END CODE HERE ###
    return parameters
""",
    "in_place": """
def update_parameters_with_gd(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        parameters["W" + str(l)] -= learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] -= learning_rate * grads["db" + str(l)]
    return parameters
""",
    "spoils_its_gradients": """
def update_parameters_with_gd(parameters, grads, learning_rate):
    # saves memory, nobody needs the gradients afterwards
    for name in list(parameters):
        step = grads.pop("d" + name)
        step *= learning_rate
        parameters[name] -= step
    return parameters
""",
    "new_dict_by_comprehension": """
def update_parameters_with_gd(parameters, grads, learning_rate):
    return {key: parameters[key] - learning_rate * grads[f"d{key}"] for key in parameters}
""",
    "lambda": """
update_parameters_with_gd = lambda parameters, grads, learning_rate: {
    key: value - learning_rate * grads['d' + key] for key, value in parameters.items()
}
""",
    "numpy_functions": """
def update_parameters_with_gd(parameters, grads, learning_rate):
    L = int(len(parameters) / 2)
    for l in range(L):
        for kind in ("W", "b"):
            step = np.multiply(learning_rate, grads["d%s%d" % (kind, l + 1)])
            parameters["%s%d" % (kind, l + 1)] = np.subtract(parameters[f"{kind}{l + 1}"], step)
    return parameters
""",
    "helper_in_same_cell": """
def _step(value, slope, rate):
    return value - rate * slope

def update_parameters_with_gd(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        for n in ("W" + str(l), "b" + str(l)):
            parameters[n] = _step(parameters[n], grads["d" + n], learning_rate)
    return parameters
""",
    "helper_in_another_cell": """
def one_step(value, slope, rate):
    return value - rate * slope

# %%
def update_parameters_with_gd(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        for n in ("W" + str(l), "b" + str(l)):
            parameters[n] = one_step(parameters[n], grads["d" + n], learning_rate)
    return parameters
""",
    "timed_cell": "%%time\n" + PLAIN.lstrip(),
    "prints": changed(
        PLAIN,
        ("    L = ", "    print('shapes:', {k: w.shape for k, w in parameters.items()})\n    L = "),
        ("    return", "    print('done!!', parameters)\n    return"),
    ),
    "annotated": changed(
        PLAIN,
        (
            "parameters, grads, learning_rate)",
            "parameters: dict[str, np.ndarray], grads: dict, learning_rate: float = 0.01) -> dict",
        ),
    ),
    "defined_twice": """
def update_parameters_with_gd(parameters, grads, learning_rate):
    # first try
    return parameters

# %%
"""
    + PLAIN.lstrip(),
}

WRONG = {
    "ascends": wrong(
        changed(PLAIN, (' - learning_rate * grads["dW"', ' + learning_rate * grads["dW"'))
    ),
    "only_W": wrong(
        changed(
            PLAIN,
            (
                '        parameters["b" + str(l)] = parameters["b" + str(l)]'
                ' - learning_rate * grads["db" + str(l)]\n',
                "",
            ),
        )
    ),
    "no_learning_rate": wrong(changed(PLAIN, ('learning_rate * grads["dW"', 'grads["dW"'))),
    # b - dW broadcasts to a matrix: no error, another shape
    "wrong_key_that_broadcasts": wrong(changed(PLAIN, ('grads["db"', 'grads["dW"'))),
    "wrong_key_that_raises": wrong(changed(PLAIN, ('grads["dW"', 'grads["W"')), Verdict.ERROR),
    "gradient_of_first_layer": wrong(
        changed(
            PLAIN,
            ('grads["dW" + str(l)]', 'grads["dW" + str(1)]'),
            ('grads["db" + str(l)]', 'grads["db" + str(1)]'),
        ),
        passes=("one_layer",),
    ),
    "last_layer_forgotten": wrong(changed(PLAIN, ("range(1, L + 1)", "range(1, L)"))),
    "knows_two_layers_only": wrong(
        changed(PLAIN, ("L = len(parameters) // 2", "L = min(len(parameters) // 2, 2)")),
        passes=("published", "one_layer", "zero_gradient"),
    ),
    "two_digit_layers_forgotten": wrong(
        """
def update_parameters_with_gd(parameters, grads, learning_rate):
    for name in parameters:
        key = name[0] + name[1]
        parameters[key] = parameters[key] - learning_rate * grads["d" + key]
    return parameters
""",
        fails_only=("eleven_layers",),
    ),
    "returns_nothing": wrong(changed(PLAIN, ("    return parameters\n", ""))),
    "digits_as_printed": wrong(
        """
def update_parameters_with_gd(parameters, grads, learning_rate):
    parameters["W1"] = np.array([[1.63535156, -0.62320365, -0.53718766],
                                 [-1.07799357, 0.85639907, -2.29470142]])
    parameters["b1"] = np.array([[1.74604067], [-0.75184921]])
    parameters["W2"] = np.array([[0.32171798, -0.25467393, 1.46902454],
                                 [-2.05617317, -0.31554548, -0.3756023],
                                 [1.1404819, -1.09976462, -0.1612551]])
    parameters["b2"] = np.array([[-0.88020257], [0.02561572], [0.57539477]])
    return parameters
"""
    ),
    "repeats_published": wrong(
        repeats_published(EXERCISE, "parameters, grads, learning_rate"), passes=("published",)
    ),
}

FORMS = {name: Form(source) for name, source in RIGHT.items()} | WRONG
