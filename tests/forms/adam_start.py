"""Forms of `initialize_adam`."""

from __future__ import annotations

from grader.model import Verdict
from tests.forms import Form, changed, repeats_published, wrong

EXERCISE = "initialize_adam"

PLAIN = """
def initialize_adam(parameters):
    L = len(parameters) // 2
    v = {}
    s = {}
    for l in range(L):
        v["dW" + str(l+1)] = np.zeros(parameters["W" + str(l+1)].shape)
        v["db" + str(l+1)] = np.zeros(parameters["b" + str(l+1)].shape)
        s["dW" + str(l+1)] = np.zeros(parameters["W" + str(l+1)].shape)
        s["db" + str(l+1)] = np.zeros(parameters["b" + str(l+1)].shape)
    return v, s
"""

RIGHT = {
    "plain": PLAIN,
    "counts_layers_from_1": """
def initialize_adam(parameters):
    v, s = {}, {}
    for l in range(1, len(parameters) // 2 + 1):
        for name in (f"W{l}", f"b{l}"):
            v["d" + name] = np.zeros_like(parameters[name])
            s["d" + name] = np.zeros_like(parameters[name])
    return v, s
""",
    "comprehensions": """
def initialize_adam(parameters):
    v = {"d" + k: np.zeros_like(p) for k, p in parameters.items()}
    s = {"d" + k: np.zeros_like(p) for k, p in parameters.items()}
    return (v, s)
""",
    "copied": """
import copy

def initialize_adam(parameters):
    v = {'d' + k: np.zeros(p.shape) for k, p in parameters.items()}
    return v, copy.deepcopy(v)
""",
    "by_way_of_initialize_velocity": """
def initialize_velocity(parameters):
    return {"d" + k: np.zeros_like(p) for k, p in parameters.items()}

# %%
def initialize_adam(parameters):
    return initialize_velocity(parameters), initialize_velocity(parameters)
""",
    "list_of_two": """
def initialize_adam(parameters):
    return [{"d" + k: p - p for k, p in parameters.items()} for _ in range(2)]
""",
    "prints_and_times": "%%time\n"
    + changed(PLAIN, ("return v, s", "print(v, s); return v, s")).lstrip(),
    "annotated": changed(
        PLAIN,
        ("adam(parameters)", 'adam(parameters: "dict[str, np.ndarray]") -> "tuple[dict, dict]"'),
        ("v = {}", "v: dict[str, np.ndarray] = {}"),
    ),
}

WRONG = {
    "one_plus_one_instead_of_l_plus_one": wrong(PLAIN.replace("str(l+1)", "str(1+1)")),
    "one_plus_one_in_s_only": wrong(PLAIN.replace('s["dW" + str(l+1)]', 's["dW" + str(1+1)]')),
    "counts_from_0_without_plus_one": wrong(PLAIN.replace("str(l+1)", "str(l)"), Verdict.ERROR),
    "s_empty": wrong("".join(line for line in PLAIN.splitlines(True) if ' s["' not in line)),
    "s_of_ones": wrong(
        changed(PLAIN, ('s["dW" + str(l+1)] = np.zeros', 's["dW" + str(l+1)] = np.ones'))
    ),
    "W_shaped_b": wrong(PLAIN.replace('np.zeros(parameters["b"', 'np.zeros(parameters["W"')),
    "s_transposed": wrong(
        changed(
            PLAIN,
            (
                's["dW" + str(l+1)] = np.zeros(parameters["W" + str(l+1)].shape)',
                's["dW" + str(l+1)] = np.zeros(parameters["W" + str(l+1)].T.shape)',
            ),
        )
    ),
    "only_v_returned": wrong(changed(PLAIN, ("return v, s", "return v"))),
    "one_dict_with_both": wrong(changed(PLAIN, ("return v, s", "return {'v': v, 's': s}"))),
    "repeats_published": wrong(repeats_published(EXERCISE, "parameters"), passes=("published",)),
}

FORMS = {name: Form(source) for name, source in RIGHT.items()} | WRONG
