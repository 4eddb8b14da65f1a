"""Other implementations of the exercises, with the words a student reads about them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.authoring import accepted

Arrays: TypeAlias = dict[str, NDArray[np.float64]]


@accepted("update_parameters_with_adam", title="epsilon inside the square root")
def epsilon_inside_root(
    parameters: Arrays,
    grads: Arrays,
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Arrays, Arrays, Arrays, Arrays, Arrays]:
    """You divide by sqrt(s_corrected + epsilon); the paper divides by sqrt(s_corrected) + epsilon.

    Some editions of this assignment print your formula, so it earns full points. With the usual
    epsilon of 1e-8 the two hardly differ. They do differ when a gradient is very small.
    """
    v_corrected: Arrays = {}
    s_corrected: Arrays = {}
    for name in parameters:
        grad = "d" + name
        v[grad] = beta1 * v[grad] + (1 - beta1) * grads[grad]
        s[grad] = beta2 * s[grad] + (1 - beta2) * grads[grad] ** 2
        v_corrected[grad] = v[grad] / (1 - beta1**t)
        s_corrected[grad] = s[grad] / (1 - beta2**t)
        step = v_corrected[grad] / np.sqrt(s_corrected[grad] + epsilon)
        parameters[name] = parameters[name] - learning_rate * step
    return parameters, v, s, v_corrected, s_corrected
