"""What the optimization notebook needs besides the exercises.

A small classifier with three layers (ReLU, ReLU, sigmoid), the data it learns from, and the
pictures of what it has learnt. Nothing here is graded; reading it is welcome.

Everywhere, examples are columns: ``X`` is (inputs, m) and ``Y`` is (1, m).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "backward_propagation",
    "compute_cost",
    "forward_propagation",
    "initialize_parameters",
    "load_dataset",
    "load_params_and_grads",
    "plot_decision_boundary",
    "predict",
    "predict_dec",
]

Array: TypeAlias = NDArray[np.float64]
Parameters: TypeAlias = dict[str, Array]
Cache: TypeAlias = tuple[Array, Array, Array, Parameters]

# Orange and blue, which colour-blind readers can tell apart.
COLOUR_OF_ZERO = "#E69F00"
COLOUR_OF_ONE = "#0072B2"


def load_params_and_grads(
    seed: int = 1,
) -> tuple[Array, Array, Array, Array, Array, Array, Array, Array]:
    """Draw the parameters of two layers, and a gradient for each of them.

    Arguments:
    seed -- seed for numpy's global random generator

    Returns:
    W1 (2, 3), b1 (2, 1), W2 (3, 3), b2 (3, 1), then dW1, db1, dW2, db2 of the same shapes;
    eight float64 arrays of standard normal numbers
    """
    np.random.seed(seed)
    W1 = np.random.randn(2, 3)
    b1 = np.random.randn(2, 1)
    W2 = np.random.randn(3, 3)
    b2 = np.random.randn(3, 1)
    dW1 = np.random.randn(2, 3)
    db1 = np.random.randn(2, 1)
    dW2 = np.random.randn(3, 3)
    db2 = np.random.randn(3, 1)
    return W1, b1, W2, b2, dW1, db1, dW2, db2


def initialize_parameters(layer_dims: list[int]) -> Parameters:
    """Draw the starting parameters of a network; the same ones at every call.

    Arguments:
    layer_dims -- number of inputs, then number of units of each layer: [2, 5, 2, 1] has 3 layers

    Returns:
    dictionary with, for every layer l counted from 1,
        "W" + str(l) -- float64 (layer_dims[l], layer_dims[l - 1]), He initialisation
        "b" + str(l) -- float64 (layer_dims[l], 1), zeros
    """
    np.random.seed(3)
    parameters: Parameters = {}
    for l in range(1, len(layer_dims)):
        units, inputs = layer_dims[l], layer_dims[l - 1]
        parameters["W" + str(l)] = np.random.randn(units, inputs) * np.sqrt(2 / inputs)
        parameters["b" + str(l)] = np.zeros((units, 1))
    return parameters


def forward_propagation(X: Array, parameters: Parameters) -> tuple[Array, Cache]:
    """Compute the outputs of the three-layer network.

    Arguments:
    X -- float64 (inputs, m), one example per column
    parameters -- W1, b1, W2, b2, W3, b3

    Returns:
    a3 -- float64 (1, m), for each example the probability that its label is 1
    cache -- what `backward_propagation` needs of this computation
    """
    a1 = _relu(parameters["W1"] @ X + parameters["b1"])
    a2 = _relu(parameters["W2"] @ a1 + parameters["b2"])
    a3 = _sigmoid(parameters["W3"] @ a2 + parameters["b3"])
    return a3, (a1, a2, a3, parameters)


def backward_propagation(X: Array, Y: NDArray[Any], cache: Cache) -> Parameters:
    """Compute the gradients of the cost of the three-layer network.

    Arguments:
    X -- float64 (inputs, m), the examples that `forward_propagation` was given
    Y -- (1, m), their labels, 0 or 1
    cache -- what `forward_propagation` returned beside its outputs

    Returns:
    dictionary with dW1, db1, dW2, db2, dW3, db3; each float64, in the shape of its parameter
    """
    a1, a2, a3, parameters = cache
    m = X.shape[1]

    dz3 = 1 / m * (a3 - Y)
    dz2 = (parameters["W3"].T @ dz3) * (a2 > 0)
    dz1 = (parameters["W2"].T @ dz2) * (a1 > 0)
    return {
        "dW1": dz1 @ X.T,
        "db1": np.sum(dz1, axis=1, keepdims=True),
        "dW2": dz2 @ a1.T,
        "db2": np.sum(dz2, axis=1, keepdims=True),
        "dW3": dz3 @ a2.T,
        "db3": np.sum(dz3, axis=1, keepdims=True),
    }


def compute_cost(a3: Array, Y: NDArray[Any]) -> float:
    """Compute the cross-entropy, averaged over the examples.

    Arguments:
    a3 -- float64 (1, m), the network's outputs
    Y -- (1, m), the labels, 0 or 1

    Returns:
    the cost, a float; infinite if an output is certain of the wrong label
    """
    m = Y.shape[1]
    # A certain and right output costs nothing: leave out the term 0 * log(0).
    log_of_one = np.log(a3, out=np.zeros_like(a3), where=Y != 0)
    log_of_zero = np.log(1 - a3, out=np.zeros_like(a3), where=Y != 1)
    return float(-np.sum(Y * log_of_one + (1 - Y) * log_of_zero) / m)


def predict(X: Array, y: NDArray[Any], parameters: Parameters) -> NDArray[np.int64]:
    """Label the examples, and print the share of labels that are right.

    Arguments:
    X -- float64 (inputs, m), one example per column
    y -- (1, m), the true labels, 0 or 1
    parameters -- W1, b1, W2, b2, W3, b3

    Returns:
    int64 (1, m): 1 where the network's output is above 0.5, else 0
    """
    predictions = predict_dec(parameters, X).astype(np.int64)
    print("Accuracy: " + str(float(np.mean(predictions == y))))
    return predictions


def predict_dec(parameters: Parameters, X: Array) -> NDArray[np.bool_]:
    """Label the examples, quietly: what `plot_decision_boundary` needs.

    Arguments:
    parameters -- W1, b1, W2, b2, W3, b3
    X -- float64 (inputs, m), one example per column

    Returns:
    bool (1, m): whether the network's output is above 0.5
    """
    a3, _ = forward_propagation(X, parameters)
    return a3 > 0.5


def plot_decision_boundary(
    model: Callable[[Array], NDArray[Any]], X: Array, y: NDArray[Any]
) -> None:
    """Draw on the current axes where a model decides for which label, and show the figure.

    Arguments:
    model -- function from points (k, 2), one per ROW, to k labels
    X -- float64 (2, m), the examples to draw over the two regions
    y -- (1, m), their labels, 0 or 1
    """
    import matplotlib.pyplot as plt

    across = np.arange(X[0].min() - 1, X[0].max() + 1, 0.01)
    up = np.arange(X[1].min() - 1, X[1].max() + 1, 0.01)
    grid_across, grid_up = np.meshgrid(across, up)
    points = np.column_stack([grid_across.ravel(), grid_up.ravel()])
    labels = np.asarray(model(points), dtype=np.float64).reshape(grid_across.shape)

    colours = (COLOUR_OF_ZERO, COLOUR_OF_ONE)
    plt.contourf(grid_across, grid_up, labels, levels=[-0.5, 0.5, 1.5], colors=colours, alpha=0.35)
    _draw_points(X, y)
    _show_figure()


def load_dataset() -> tuple[Array, NDArray[np.int64]]:
    """Draw 300 points of the two moons, and show them; the same points at every call.

    Returns:
    X -- float64 (2, 300), one point per column
    Y -- int64 (1, 300), the moon each point belongs to, 0 or 1
    """
    from sklearn.datasets import make_moons

    np.random.seed(3)
    points, labels = make_moons(n_samples=300, noise=0.2)
    _draw_points(points.T, labels)
    _show_figure()
    return points.T, labels.reshape(1, -1)


def _relu(z: Array) -> Array:
    return np.maximum(0, z)


def _sigmoid(z: Array) -> Array:
    # exp of a number that is never positive cannot overflow.
    small = np.exp(-np.abs(z))
    a: Array = np.where(z >= 0, 1, small) / (1 + small)
    return a


def _draw_points(X: Array, y: NDArray[Any]) -> None:
    import matplotlib.pyplot as plt

    colours = np.where(np.ravel(y) == 1, COLOUR_OF_ONE, COLOUR_OF_ZERO)
    plt.scatter(X[0], X[1], c=colours, edgecolors="black", linewidths=0.5)
    plt.xlabel("x1")
    plt.ylabel("x2")


def _show_figure() -> None:
    import matplotlib.pyplot as plt

    with warnings.catch_warnings():
        # Without a screen, as in a script on a server, there is nothing to show and no harm done.
        warnings.filterwarnings("ignore", message=".*non-interactive")
        plt.show()
