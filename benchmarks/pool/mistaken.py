"""Wrong answers, of which one raises."""

import numpy as np


def update_parameters_with_gd(parameters, grads, learning_rate):
    for i in range(1, len(parameters) // 2):  # the last layer is left out
        w, b = "W" + str(i), "b" + str(i)
        parameters[w] = parameters[w] - learning_rate * grads["d" + w]
        parameters[b] = parameters[b] - learning_rate * grads["d" + b]
    return parameters


def random_mini_batches(x, y, mini_batch_size=64, seed=0):
    np.random.seed(seed)
    m = x.shape[1]
    order = np.random.permutation(m)
    x, y = x[:, order], y[:, order]
    mini_batches = []
    for k in range(m // mini_batch_size):
        columns = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
        mini_batches.append((x[:, columns], y[:, columns]))
    return mini_batches  # the smaller last one is left out


def initialize_velocity(parameters):
    v = {}
    for name, value in parameters.items():
        v["d" + name] = np.zeros(value.shape[0])  # one dimension is lost
    return v


def update_parameters_with_momentum(parameters, grads, v, beta, learning_rate):
    for i in range(1, len(parameters) // 2 + 1):
        w, b = "W" + str(i), "b" + str(i)
        v["d" + w] = beta * v["d" + w] + grads["d" + w]  # without (1 - beta)
        v["d" + b] = beta * v["d" + b] + grads["d" + b]
        parameters[w] = parameters[w] - learning_rate * v["d" + w]
        parameters[b] = parameters[b] - learning_rate * v["d" + b]
    return parameters, v


def initialize_adam(parameters):
    v = {name: np.zeros_like(value) for name, value in parameters.items()}  # not "d" + name
    return v, dict(v)


def update_parameters_with_adam(
    parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8
):
    for name in parameters:
        d = "d" + name
        v[d] = beta1 * v[d] + (1 - beta1) * grads[d]
        s[d] = beta2 * s[d] + (1 - beta2) * grads[d] ** 2
        step = v_corrected[d] / (np.sqrt(s[d]) + epsilon)  # noqa: F821, a NameError
        parameters[name] = parameters[name] - learning_rate * step
    return parameters, v, s
