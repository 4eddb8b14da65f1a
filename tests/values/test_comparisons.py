"""comparisons: what `@case(..., compare=…)` lets be, and what it still finds."""

from __future__ import annotations

import math
import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.values.arrays.array import Digest, digest
from grader.values.comparisons import COMPARISONS, MOST_PAIRS
from grader.values.difference import Difference, Returns, Tolerance

SEVERAL = Returns(("values", "names"))


def found(name: str, expected: Any, actual: Any, returns: Returns | None = None) -> Difference:
    difference = COMPARISONS[name].first_difference(
        expected, actual, Tolerance(), returns or Returns(), ()
    )
    return difference or Difference("", "", "", "")


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([1, 2.5, 3], (3, 1, 2.5)),
        (["b", "a"], ["a", "b"]),
        ([math.nan, 1.0], [1.0, math.nan]),
        (np.array([1.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0])),
        ([(0.1 + 0.2, "b"), (0.3, "a")], [(0.3, "a"), (0.3, "b")]),
        ([np.array([1.0, 2.0]), np.array([3.0, 4.0])], [np.array([3.0, 4.0]), np.array([1.0, 2])]),
        ([1 + 2j, 1j], [1j, 1 + 2j]),
        ([], []),
    ],
)
def test_another_order_is_no_difference_by_order(expected: Any, actual: Any) -> None:
    assert found("order", expected, actual).message == ""


@given(st.lists(st.floats() | st.integers(-5, 5) | st.text()), st.randoms(use_true_random=False))
def test_whatever_is_shuffled_is_the_same_by_order(items: list[Any], shuffle: Any) -> None:
    actual = list(items)
    shuffle.shuffle(actual)
    assert found("order", items, actual).message == ""


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ([1, 2, 3], [0, 1, 2], "result has no item 3 (in whatever order)"),
        ([1, 1, 2], [1, 2, 2], "result has no item 1 (in whatever order)"),
        (["a", "b"], ["b", "c"], 'result has no item "a" (in whatever order)'),
        ([1, 2], [2, 1, 1], "result has 3 items where 2 are expected"),
        (np.array([1.0, 2.0]), np.array([2, 1]), "result holds integers where floats are expected"),
        (np.array([1.0, 2.0]), np.array([2.0]), "result has shape (1,) where (2,) is expected"),
        (np.array([1.0, 2.0]), [2.0, 1.0], "result is a list where an array is expected"),
        (np.array([[1.0, 2.0]]), np.array([[2.0, 1.0]]), "result[0, 0] is 2 where 1 is expected"),
        ({"a": [1, 2]}, {"a": [2, 1]}, "a[0] is 2 where 1 is expected"),
        ([[1, 2]], [[2, 1]], "result has no item [1, 2] (in whatever order)"),
        (3, 4, "result is 4 where 3 is expected"),
    ],
)
def test_what_else_differs_is_found_by_order(expected: Any, actual: Any, words: str) -> None:
    assert found("order", expected, actual).message.startswith(words)


def test_the_discreet_words_by_order_hold_no_value() -> None:
    assert found("order", [25, 1], [1, 37]).discreet == (
        "result lacks an item that is expected (in whatever order)"
    )


def test_each_of_several_values_may_be_in_another_order_but_not_they_among_themselves() -> None:
    assert found("order", ([1, 2], ["a", "b"]), ([2, 1], ["b", "a"]), SEVERAL).message == ""
    swapped = found("order", ([1, 2], ["a", "b"]), (["a", "b"], [1, 2]), SEVERAL)
    assert swapped.message == "values has no item 1 (in whatever order)"


def test_long_answers_are_compared_by_order_in_bounded_time() -> None:
    rng = random.Random(0)
    right = [(rng.random(), str(number)) for number in range(3_000)]
    shuffled = [(value * (1 + 1e-12), name) for value, name in rng.sample(right, len(right))]
    assert found("order", right, shuffled).message == ""
    wrong = [("x" * number, number) for number in range(3_000)]
    assert len(wrong) ** 2 > MOST_PAIRS
    start = time.process_time()
    assert found("order", right, wrong).message.startswith("result has no item (")
    assert time.process_time() - start < 20


VECTOR = np.array([0.6, 0.0, -0.8])


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (VECTOR, VECTOR),
        (VECTOR, -VECTOR),
        (VECTOR.tolist(), (-VECTOR).tolist()),
        ({"v": VECTOR, "name": "first"}, {"v": -VECTOR, "name": "first"}),
        (2 - 1j, -2 + 1j),
        (math.nan, math.nan),
        (np.array([True]), np.array([True])),
        (np.array([1, 2], "u1"), np.array([1, 2], "u1")),
    ],
)
def test_the_other_sign_is_no_difference_by_sign(expected: Any, actual: Any) -> None:
    assert found("sign", expected, actual).message == ""


def test_what_differs_with_either_sign_is_found() -> None:
    difference = found("sign", VECTOR, -VECTOR * np.array([1, 1, 2]))
    assert difference.message.startswith("result[0] is -0.6 where 0.6 is expected: 1.2 apart")
    also = ", and with the other sign there is a difference too"
    assert difference.message.endswith(also)
    assert difference.discreet == f"result[0] differs from what is expected{also}"


def test_the_sign_is_one_for_all_that_is_returned() -> None:
    both = Returns(("one", "other"))
    assert found("sign", (1.0, VECTOR), (-1.0, -VECTOR), both).message == ""
    assert found("sign", (1.0, VECTOR), (1.0, -VECTOR), both).where == "other[0]"


def test_a_shape_that_differs_says_nothing_of_signs() -> None:
    assert found("sign", VECTOR, VECTOR[:2]).message == (
        "result has shape (2,) where (3,) is expected"
    )


def test_a_large_array_that_is_the_same_is_right_by_every_comparison() -> None:
    large = np.random.default_rng(0).normal(size=3000)
    known = Digest(large.shape, "float64", digest(large), tuple(large.flat[:3]))
    for name in COMPARISONS:
        assert found(name, known, large).message == ""
        assert found(name, known, large[::-1]).kind == "value"
