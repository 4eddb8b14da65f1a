"""Fixed inputs for trying out the exercises: every call gives the same numbers.

Each ``*_test_case`` function seeds numpy's global generator with 1, draws, and returns the
arguments of one exercise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Published notebooks take `np` from here, too.
__all__ = [
    "initialize_adam_test_case",
    "initialize_velocity_test_case",
    "np",
    "random_mini_batches_test_case",
    "update_parameters_with_adam_test_case",
    "update_parameters_with_gd_test_case",
    "update_parameters_with_momentum_test_case",
]

Arrays: TypeAlias = dict[str, NDArray[np.float64]]
Case: TypeAlias = Callable[[], tuple[tuple[Any, ...], dict[str, Any]]]


def update_parameters_with_gd_test_case() -> tuple[Arrays, Arrays, float]:
    """Return parameters, grads and learning_rate.

    parameters -- W1 (2, 3), b1 (2, 1), W2 (3, 3), b2 (3, 1), float64
    grads -- dW1, db1, dW2, db2 of the same shapes
    learning_rate -- 0.01
    """
    parameters, grads = _two_layers()
    return parameters, grads, 0.01


def random_mini_batches_test_case() -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Return X, Y and mini_batch_size.

    X -- (12288, 148), float64
    Y -- (1, 148), bool
    mini_batch_size -- 64
    """
    X, Y, state = _many_examples()
    np.random.set_state(state)
    return X.copy(), Y.copy(), 64


def initialize_velocity_test_case() -> Arrays:
    """Return parameters: W1 (2, 3), b1 (2, 1), W2 (3, 3), b2 (3, 1), float64."""
    parameters, _ = _two_layers()
    return parameters


def update_parameters_with_momentum_test_case() -> tuple[Arrays, Arrays, Arrays]:
    """Return parameters, grads and v.

    parameters -- W1 (2, 3), b1 (2, 1), W2 (3, 3), b2 (3, 1), float64
    grads -- dW1, db1, dW2, db2 of the same shapes
    v -- keys and shapes of grads, zeros
    """
    parameters, grads = _two_layers()
    return parameters, grads, _zeros(grads)


def initialize_adam_test_case() -> Arrays:
    """Return parameters: W1 (2, 3), b1 (2, 1), W2 (3, 3), b2 (3, 1), float64."""
    parameters, _ = _two_layers()
    return parameters


def update_parameters_with_adam_test_case() -> tuple[Arrays, Arrays, Arrays, Arrays]:
    """Return parameters, grads, v and s.

    parameters -- W1 (2, 3), b1 (2, 1), W2 (3, 3), b2 (3, 1), float64
    grads -- dW1, db1, dW2, db2 of the same shapes
    v, s -- keys and shapes of grads, zeros
    """
    parameters, grads = _two_layers()
    return parameters, grads, _zeros(grads), _zeros(grads)


def _two_layers() -> tuple[Arrays, Arrays]:
    shapes = {"W1": (2, 3), "b1": (2, 1), "W2": (3, 3), "b2": (3, 1)}
    np.random.seed(1)
    parameters = {name: np.random.randn(*shape) for name, shape in shapes.items()}
    grads = {"d" + name: np.random.randn(*shape) for name, shape in shapes.items()}
    return parameters, grads


@cache
def _many_examples() -> tuple[NDArray[np.float64], NDArray[np.bool_], dict[str, Any]]:
    """X, Y, and the generator's state when they had been drawn: to copy two million numbers is
    faster than to draw them again."""
    np.random.seed(1)
    X = np.random.randn(12288, 148)
    Y = np.random.randn(1, 148) < 0.5
    return X, Y, np.random.get_state(legacy=False)


def _zeros(grads: Arrays) -> Arrays:
    return {name: np.zeros(grad.shape) for name, grad in grads.items()}


# Exercise -> case -> a function that gives the positional and the keyword arguments of the call.
PUBLIC_CASES: dict[str, dict[str, Case]] = {
    "update_parameters_with_gd": {
        "published": lambda: (update_parameters_with_gd_test_case(), {}),
    },
    "random_mini_batches": {
        "published": lambda: (random_mini_batches_test_case(), {}),
    },
    "initialize_velocity": {
        "published": lambda: ((initialize_velocity_test_case(),), {}),
    },
    "update_parameters_with_momentum": {
        "published": lambda: (
            update_parameters_with_momentum_test_case(),
            {"beta": 0.9, "learning_rate": 0.01},
        ),
    },
    "initialize_adam": {
        "published": lambda: ((initialize_adam_test_case(),), {}),
    },
    "update_parameters_with_adam": {
        "published": lambda: (update_parameters_with_adam_test_case(), {"t": 2}),
    },
}
