"""signature: one for values that are alike, another for those that people would tell apart."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.values.difference import Tolerance, first_difference
from grader.values.signature import LARGE, MOST_NUMBERS, signature

TOLERANCE = Tolerance()
# Numbers as people write them, and what may come of computing them in another order.
written = st.builds(lambda n, d: n / d, st.integers(-(10**6), 10**6), st.sampled_from([1, 2, 1000]))
roundings = st.sampled_from([1 - 4e-16, 1, 1 + 4e-16])
texts = st.text(max_size=3)
values = st.recursive(
    st.none() | st.booleans() | texts | written | st.integers() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3) | st.sets(texts)
    ),
    max_leaves=8,
)


def signed(value: Any, compare: str = "equal") -> bytes:
    return signature(value, TOLERANCE, compare)


@given(values)
def test_a_value_that_is_equal_as_answers_are_compared_has_the_same_signature(value: Any) -> None:
    def other(value: Any) -> Any:
        """The same with tuples for lists, floats for integers, and keys in another order."""
        if isinstance(value, list):
            return tuple(map(other, value))
        if isinstance(value, dict):
            return {key: other(value[key]) for key in reversed(value)}
        is_small = type(value) is int and abs(value) < LARGE
        return float(value) if is_small else value

    assert first_difference(value, other(value)) is None or value != value
    assert signed(other(value)) == signed(value)


@given(st.lists(st.tuples(written, roundings), min_size=1))
def test_rounding_makes_no_difference(numbers: list[tuple[float, float]]) -> None:
    exact = [number for number, _ in numbers]
    rounded = [number * factor for number, factor in numbers]
    assert signed(rounded) == signed(exact)
    assert signed(np.array(rounded)) == signed(np.array(exact))


@given(st.lists(written, min_size=1), st.data())
def test_a_number_that_is_a_thousand_tolerances_away_makes_another_signature(
    numbers: list[float], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(numbers) - 1))
    other = list(numbers)
    other[place] += (
        1000 * float(TOLERANCE.around(numbers[place])) * data.draw(st.sampled_from([-1, 1]))
    )
    assert signed(other) != signed(numbers)
    assert signed(np.array(other)) != signed(np.array(numbers))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (None, 0),
        (0.0, float("nan")),
        (float("inf"), float("-inf")),
        ([1], np.array([1])),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros(2), np.zeros(2, complex)),
        (LARGE, LARGE + 1),
        (np.array([LARGE]), np.array([LARGE + 1])),
        ([1, 2], [2, 1]),
        ("a", b"a"),
        ({"a": 1}, {"b": 1}),
        ([[1], 2], [1, [2]]),
        ({1, 2}, {1, 3}),
        (1e308, float("inf")),
    ],
)
def test_values_that_differ_have_other_signatures(one: Any, other: Any) -> None:
    assert signed(one) != signed(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.0, -0.0),
        (0.0, 1e-17),
        (1.0, 1 - 1e-15),
        (float("nan"), -float("nan")),
        ({3, 1, 2}, {1, 2, 3}),
        ({frozenset({1, 2})}, {frozenset({2, 1})}),
        (np.array(2.0), 2),
        (np.float32(2), 2),
    ],
)
def test_values_that_do_not_differ_have_one(one: Any, other: Any) -> None:
    assert signed(one) == signed(other)


@given(st.lists(written | texts | st.lists(written, max_size=2), max_size=6), st.randoms())
def test_the_order_of_items_makes_no_difference_where_it_may_be_any(
    items: list[Any], drawn: random.Random
) -> None:
    other = drawn.sample(items, len(items))
    assert signed(other, "order") == signed(items, "order")
    several = signature([items, 1], TOLERANCE, "order", several=True)
    assert signature([other, 1], TOLERANCE, "order", several=True) == several


@given(st.lists(written, min_size=1))
def test_the_sign_makes_no_difference_where_it_may_be_either(numbers: list[float]) -> None:
    array = np.array(numbers)
    assert signed(-array, "sign") == signed(array, "sign")
    assert signed(array) != signed(-array) or not array.any()


def test_no_tolerance_means_that_every_digit_counts() -> None:
    exact = Tolerance(0, 0)
    assert signature(0.1 + 0.2, exact) != signature(0.3, exact)
    assert signature(0.3, exact) == signature(0.3, exact)


def test_of_a_very_large_array_numbers_from_all_of_it_are_looked_at() -> None:
    large = np.zeros(5 * MOST_NUMBERS)
    other = large.copy()
    other[-MOST_NUMBERS:] = 1
    assert signed(large) != signed(other)
