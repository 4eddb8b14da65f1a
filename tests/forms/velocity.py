"""Forms of `initialize_velocity`."""

from __future__ import annotations

from grader.model import Verdict
from tests.forms import Form, changed, repeats_published, wrong

EXERCISE = "initialize_velocity"

PLAIN = """
def initialize_velocity(parameters):
    L = len(parameters) // 2
    v = {}
    for l in range(L):
        v["dW" + str(l+1)] = np.zeros(parameters["W" + str(l+1)].shape)
        v["db" + str(l+1)] = np.zeros(parameters["b" + str(l+1)].shape)
    return v
"""

RIGHT = {
    "plain": PLAIN,
    "counts_layers_from_1": """
def initialize_velocity(parameters):
    v = {}
    for l in range(1, len(parameters) // 2 + 1):
        v["dW" + str(l)] = np.zeros_like(parameters["W" + str(l)])
        v["db" + str(l)] = np.zeros_like(parameters["b" + str(l)])
    return v
""",
    "shape_as_two_numbers": """
def initialize_velocity(parameters):
    v = {}
    for l in range(1, len(parameters) // 2 + 1):
        W, b = parameters['W%d' % l], parameters['b%d' % l]
        v['dW%d' % l] = np.zeros((W.shape[0], W.shape[1]))
        v['db%d' % l] = np.zeros((b.shape[0], 1))
    return v
""",
    "comprehension": """
def initialize_velocity(parameters):
    return {f"d{key}": np.zeros_like(value) for key, value in parameters.items()}
""",
    "dict_of_pairs": """
def initialize_velocity(parameters):
    return dict(("d" + k, np.full(np.shape(p), 0.)) for (k, p) in parameters.items())
""",
    # -0.0 where a parameter is negative: it is zero all the same
    "times_zero": """
def initialize_velocity(parameters):
    return {"d" + key: 0 * parameters[key] for key in parameters}
""",
    "whole_numbers_made_floats": """
def initialize_velocity(parameters):
    return {"d" + key: np.zeros(p.shape, dtype=int).astype(float) for key, p in parameters.items()}
""",
    "clears_its_arguments": """
def initialize_velocity(parameters):
    v = {}
    for name in list(parameters):
        p = parameters.pop(name)
        p *= 0
        v["d" + name] = p
    return v
""",
    "helper_and_prints": """
%%time
def zeros_like_this(a):
    print(a.shape)
    return np.zeros(a.shape)

def initialize_velocity(parameters: dict) -> dict:
    v = {}
    for key in sorted(parameters):
        v["d" + key] = zeros_like_this(parameters[key])
    return v
""".lstrip(),
}

WRONG = {
    "one_plus_one_instead_of_l_plus_one": wrong(PLAIN.replace("str(l+1)", "str(1+1)")),
    "counts_from_0_without_plus_one": wrong(PLAIN.replace("str(l+1)", "str(l)"), Verdict.ERROR),
    "last_layer_forgotten": wrong(changed(PLAIN, ("range(L)", "range(1, L)"))),
    "two_layers_only": wrong(
        changed(PLAIN, ("range(L)", "range(2)")),
        passes=("published", "velocity_of_wide_layer"),
    ),
    "keys_of_parameters": wrong(PLAIN.replace('v["d', 'v["')),
    "keys_of_velocity": wrong(PLAIN.replace('v["d', 'v["vd')),
    "transposed": wrong(PLAIN.replace(".shape)", ".T.shape)")),
    "flat_b": wrong(
        changed(PLAIN, ('parameters["b" + str(l+1)].shape', 'len(parameters["b" + str(l+1)])'))
    ),
    "b_as_a_row": wrong(
        changed(
            PLAIN,
            ('parameters["b" + str(l+1)].shape', '(1, parameters["b" + str(l+1)].shape[0])'),
        ),
        passes=("velocity_of_one_layer",),
    ),
    "square_W": wrong(
        changed(
            PLAIN, ('parameters["W" + str(l+1)].shape', '2 * parameters["W" + str(l+1)].shape[:1]')
        )
    ),
    "single_number": wrong(PLAIN.replace("np.zeros(", "0 * np.size(")),
    "ones": wrong(PLAIN.replace("np.zeros(", "np.ones(")),
    "copies_of_parameters": wrong(PLAIN.replace("np.zeros(", "(").replace(".shape)", ")")),
    "shape_called": wrong(PLAIN.replace(".shape)", ".shape())"), Verdict.ERROR),
    "repeats_published": wrong(repeats_published(EXERCISE, "parameters"), passes=("published",)),
}

FORMS = {name: Form(source) for name, source in RIGHT.items()} | WRONG
