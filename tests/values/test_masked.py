"""Masked arrays: sent by their mask and what is there, decoded strictly, compared in this order."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import AssignmentError, WireError
from grader.execution.outcome import Returned
from grader.values.arrays.array import MAX_NUMBERS
from grader.values.arrays.masked_array import Masked
from grader.values.contents import leaves, negative, size_of
from grader.values.difference import Tolerance, first_difference
from grader.values.frozen import freeze, thaw
from grader.values.kinds import KINDS
from grader.values.signature import signature
from grader.values.wire import decode, encode
from tests.values.arrays import plain_arrays, same_arrays, text_arrays, time_arrays
from tests.values.test_in_a_kernel import called


@st.composite
def masked(draw: st.DrawFn) -> Any:
    """A masked array with one masked item at least."""
    data = draw((plain_arrays | text_arrays | time_arrays).filter(lambda array: array.size > 0))
    size = st.lists(st.booleans(), min_size=data.size, max_size=data.size)
    mask = draw(size.filter(any))
    return np.ma.array(data, mask=np.reshape(mask, data.shape))


def message(expected: Any, actual: Any) -> str:
    found = first_difference(expected, actual)
    return found.message if found else ""


@given(masked())
def test_what_is_not_masked_comes_back_as_it_went_and_nothing_else(value: Any) -> None:
    there = decode(encode(value))
    assert type(there) is Masked
    assert type(there.data) is type(there.mask) is np.ndarray
    assert np.array_equal(there.mask, np.ma.getmaskarray(value))
    assert same_arrays(there.data[~there.mask], np.asarray(value.data)[~there.mask])
    assert (there.data[there.mask] == np.zeros((), there.data.dtype)).all()
    assert encode(there) == encode(value)


@given(masked())
def test_one_that_is_frozen_or_sent_is_no_other(value: Any) -> None:
    for other in (decode(encode(value)), thaw(freeze(value)), value):
        assert message(decode(encode(value)), other) == ""
        assert message(thaw(freeze(value)), other) == ""


def test_what_is_below_the_mask_is_not_sent() -> None:
    secret = np.ma.array([1.0, 12345.678], mask=[False, True])
    assert struct.pack("<d", 12345.678) not in bytes(encode(secret))


def test_without_a_masked_item_it_is_a_plain_array() -> None:
    assert type(decode(encode(np.ma.array([1.0, 2.0])))) is np.ndarray
    assert message(np.array([1.0]), np.ma.array([1.0])) == ""


def part(value: Any) -> bytes:
    return bytes(encode(np.array(value)))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"m", "in the middle"),
        (b"m" + part([True]), "in the middle"),
        (b"m" + part([False]) + part([1.0]), "without a masked item"),
        (b"m" + part([1]) + part([0.0]), "without a masked item"),
        (b"mN" + part([0.0]), "without a masked item"),
        (b"m" + part([True]) + part([0.0, 1.0]), "of another shape"),
        (b"m" + part([True]) + b"N", "of another shape"),
        (b"m" + part([True]) + part([1.0]), "below its mask"),
        (b"m" + part([True]) + part([np.nan]), "below its mask"),
        (b"m" + part(["a"]) + part(["a"]), "without a masked item"),
        (b"m" + part([True]) + part(["a"]), "below its mask"),
        (b"m" + part([True]) + part(np.array([None])), "masked array of object"),
        (b"m" + part([True]) + part(np.zeros(1, "i4,i4")), r"masked array of \["),
        (b"m" + b"m" * 40, "nested more than"),
    ],
)
def test_bytes_that_are_none_of_it_are_refused(data: bytes, problem: str) -> None:
    # Arrays begin at a multiple of eight bytes, which these parts do not know of.
    with pytest.raises(WireError):
        decode(data)
    if b"a" not in data[1:2]:
        with pytest.raises(WireError, match=problem):
            decode(data)


@given(st.binary(max_size=120))
def test_nothing_but_a_wire_error_comes_of_any_bytes(data: bytes) -> None:
    try:
        there = decode(b"m" + data)
    except WireError:
        return
    assert type(there) is Masked


ONE = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, True], [False, False]])


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (ONE + 1e-13, ""),
        (np.ma.array(ONE.data * [[1, 50], [1, 1]], mask=ONE.mask), ""),
        (ONE.data, "result[0, 1] is not masked where it should be; 1 of 4 items differ in that"),
        (np.ma.array(ONE.data, mask=True), "result[0, 0] is masked where a value is expected; 3"),
        (ONE + 1, "result[0, 0] is 2 where 1 is expected: 1 apart, tolerance 1e-09; 3 of 4"),
        (ONE[0], "result has shape (2,) where (2, 2) is expected"),
        (ONE.astype("U3"), "result holds texts where floats are expected"),
        ([1.0], "result is a list where a masked array is expected"),
        (None, "result is None where a masked array is expected"),
    ],
)
def test_the_mask_is_compared_first_then_what_is_there(actual: Any, words: str) -> None:
    for one in (ONE, decode(encode(ONE)), thaw(freeze(ONE))):
        for other in (actual, decode(encode(actual))):
            said = message(one, other)
            assert said.startswith(words) if words else said == ""


def test_where_no_mask_is_expected_a_masked_array_is_of_another_kind() -> None:
    for actual in (ONE, decode(encode(ONE))):
        assert message(ONE.data, actual) == "result is a masked array where an array is expected"
    for masked_one in (np.ma.masked, decode(encode(np.ma.masked))):
        assert "is a masked array where a float is expected" in message(0.0, masked_one)


def test_it_is_shown_and_looked_through_by_what_is_there() -> None:
    there = decode(encode(ONE))
    assert KINDS.of(there).name(there) == KINDS.of(ONE).name(ONE) == "a masked array"
    assert KINDS.of(there).brief(there) == "<masked array, shape (2, 2), 1 masked>"
    assert [*leaves(there)] == [1.0, 3.0, 4.0]
    assert size_of(there) == 8
    assert message(negative(there), -ONE) == ""
    same = signature(there, Tolerance()), signature(decode(encode(ONE + 1e-13)), Tolerance())
    assert same[0] == same[1] != signature(decode(encode(ONE + 1)), Tolerance())
    other = np.ma.array(ONE.data, mask=[[True, False], [False, False]])
    assert signature(decode(encode(other)), Tolerance()) != same[0]


def test_a_large_one_cannot_be_an_expected_output() -> None:
    large = np.ma.array(np.zeros(MAX_NUMBERS + 1), mask=np.arange(MAX_NUMBERS + 1) == 0)
    with pytest.raises(AssignmentError, match="masked arrays of more than 2,000 items"):
        freeze(large)
    assert message(large, decode(encode(large))) == ""


def test_a_function_is_given_a_masked_array_and_may_return_one() -> None:
    cell = """
import numpy as np
def f(numbers):
    assert type(numbers) is np.ma.MaskedArray and numbers.count() == 3
    return numbers.mean(), numbers * 2, numbers[0, 1]
"""
    outcome = called(cell, ONE)
    assert isinstance(outcome, Returned), outcome
    mean, doubled, nothing = outcome.value
    assert mean == pytest.approx(8 / 3)
    assert message(ONE * 2, doubled) == ""
    assert message(np.ma.masked, nothing) == ""
