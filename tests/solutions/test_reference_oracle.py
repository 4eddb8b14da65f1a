"""The reference solutions against an oracle: the update rules in scalar loops, number by number.

The oracle is written from the formulas, with Python's own floats and exact fractions, and shares
nothing with the references, which are arrays in numpy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.assignments.reference import reference

ROOT = Path(__file__).parents[2]
FULL = reference(load_assignment(ROOT, "optimization_methods"))
LESSON = reference(load_assignment(ROOT, "adam"))
# float32 has 24 bits; a step rounds some ten times.
RTOL = {"float64": 1e-12, "float32": 3e-5}

widths = st.lists(st.integers(1, 4), min_size=2, max_size=13)
rates = st.floats(1e-4, 2)
shares = st.floats(0, 0.9990234375)
dtypes = st.sampled_from(sorted(RTOL))
seeds = st.integers(0, 2**32 - 1)

Arrays = dict[str, Any]


def network(sizes: list[int], seed: int, dtype: str) -> tuple[Arrays, ...]:
    """Parameters, grads, v and s: all away from zero, s positive."""
    rng = np.random.default_rng(seed)
    drawn: tuple[Arrays, ...] = ({}, {}, {}, {})
    for layer, (inputs, units) in enumerate(pairwise(sizes), start=1):
        for kind, shape in (("W", (units, inputs)), ("b", (units, 1))):
            for place, prefix in zip(drawn, ("", "d", "d", "d"), strict=True):
                values = rng.uniform(0.1, 2, shape)
                if place is not drawn[3]:
                    values *= rng.choice([-1, 1], shape)
                place[f"{prefix}{kind}{layer}"] = values.astype(dtype)
    return drawn


def copied(*dicts: Arrays) -> list[Arrays]:
    return [{name: value.copy() for name, value in each.items()} for each in dicts]


def numbers(parameters: Arrays) -> Iterator[tuple[str, str, tuple[int, int]]]:
    for name, value in parameters.items():
        for row in range(len(value)):
            for column in range(len(value[0])):
                yield name, f"d{name}", (row, column)


def assert_close(actual: Any, expected: float, scale: float, dtype: str) -> None:
    assert abs(float(actual) - expected) <= RTOL[dtype] * (abs(expected) + scale)


@settings(deadline=None)
@given(widths, seeds, rates, dtypes)
def test_gradient_descent(sizes: list[int], seed: int, rate: float, dtype: str) -> None:
    p, g, _, _ = network(sizes, seed, dtype)
    result = FULL["update_parameters_with_gd"](*copied(p, g), rate)
    assert list(result) == list(p)
    for name, grad, at in numbers(p):
        exact = Fraction(float(p[name][at])) - Fraction(rate) * Fraction(float(g[grad][at]))
        assert_close(result[name][at], float(exact), 2 + 2 * rate, dtype)


@settings(deadline=None)
@given(widths, seeds, rates, shares, dtypes)
def test_momentum(sizes: list[int], seed: int, rate: float, beta: float, dtype: str) -> None:
    p, g, v, _ = network(sizes, seed, dtype)
    step = FULL["update_parameters_with_momentum"]
    result, velocity = step(*copied(p, g, v), beta, rate)
    keep = Fraction(beta)
    for name, grad, at in numbers(p):
        old, slope = Fraction(float(v[grad][at])), Fraction(float(g[grad][at]))
        exact = keep * old + (1 - keep) * slope
        assert_close(velocity[grad][at], float(exact), 2, dtype)
        moved = Fraction(float(p[name][at])) - Fraction(rate) * exact
        assert_close(result[name][at], float(moved), 2 + 2 * rate, dtype)


@pytest.mark.parametrize("functions", [FULL, LESSON])
@settings(deadline=None)
@given(widths, seeds, st.integers(1, 2000), rates, shares, shares, st.floats(1e-8, 0.5), dtypes)
def test_adam(
    functions: dict[str, Any],
    sizes: list[int],
    seed: int,
    t: int,
    rate: float,
    beta1: float,
    beta2: float,
    epsilon: float,
    dtype: str,
) -> None:
    p, g, v, s = network(sizes, seed, dtype)
    step = functions["update_parameters_with_adam"]
    result = step(*copied(p, g, v, s), t, rate, beta1, beta2, epsilon)
    # 1 - beta^t in doubles is what the formula says in doubles; the rest is exact.
    first, second = Fraction(1 - beta1**t), Fraction(1 - beta2**t)
    for name, grad, at in numbers(p):
        slope = Fraction(float(g[grad][at]))
        mean = Fraction(beta1) * Fraction(float(v[grad][at])) + (1 - Fraction(beta1)) * slope
        square = Fraction(beta2) * Fraction(float(s[grad][at])) + (1 - Fraction(beta2)) * slope**2
        assert_close(result[1][grad][at], float(mean), 2, dtype)
        assert_close(result[2][grad][at], float(square), 4, dtype)
        corrected, root = float(mean / first), math.sqrt(square / second)
        move = rate * corrected / (root + epsilon)
        scale = 2 + rate * 2 / float(first) / (root + epsilon)
        assert_close(result[0][name][at], float(p[name][at]) - move, scale, dtype)
        if len(result) == 5:
            assert_close(result[3][grad][at], corrected, 2 / float(first), dtype)
            assert_close(result[4][grad][at], float(square / second), 4 / float(second), dtype)


@settings(deadline=None)
@given(widths, seeds, dtypes)
def test_initial_averages_are_zeros_of_the_right_shapes(
    sizes: list[int], seed: int, dtype: str
) -> None:
    p, *_ = network(sizes, seed, dtype)
    wanted = {f"d{name}": value.shape for name, value in p.items()}
    made = [FULL["initialize_velocity"](p), *FULL["initialize_adam"](p)]
    made += LESSON["initialize_adam"](p)
    for zeros in made:
        assert {name: value.shape for name, value in zeros.items()} == wanted
        assert not any(number for value in zeros.values() for number in value.flat)


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 60), st.integers(1, 70), seeds, dtypes)
def test_mini_batches(inputs: int, m: int, size: int, seed: int, dtype: str) -> None:
    rng = np.random.default_rng(seed)
    X, Y = rng.standard_normal((inputs, m)).astype(dtype), rng.integers(0, 5, (1, m))
    order = np.random.RandomState(seed).permutation(m).tolist()
    batches = FULL["random_mini_batches"](X, Y, size, seed)

    assert len(batches) == -(-m // size)
    assert [x.shape[1] for x, _ in batches] == [min(size, m - n) for n in range(0, m, size)]
    taken = iter(order)
    for x, y in batches:
        for column in range(x.shape[1]):
            source = next(taken)
            assert [float(n) for n in x[:, column]] == [float(n) for n in X[:, source]]
            assert int(y[0, column]) == int(Y[0, source])
