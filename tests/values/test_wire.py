"""wire: whole values of base types go through unchanged; anything else is refused, and only so."""

from __future__ import annotations

import math
import struct
import typing
from collections import OrderedDict, defaultdict, namedtuple
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.errors import WireError
from grader.values import wire
from grader.values.contents import NotSmall, small_copy
from grader.values.python import number
from grader.values.python.objects import NamedTuple
from grader.values.wire import decode, encode
from tests.values.arrays import (
    object_arrays,
    plain_arrays,
    record_arrays,
    same_arrays,
    text_arrays,
    time_arrays,
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
)
arrays = plain_arrays | text_arrays | time_arrays | object_arrays | record_arrays
keys = st.integers() | st.text() | st.tuples(st.text(), st.integers())
values = st.recursive(
    scalars | arrays,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(keys, inner, max_size=5)
        | st.sets(keys, max_size=5)
    ),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, NaN and the order of dicts included."""
    if type(one) is not type(other):
        return False
    match one:
        case np.ndarray():
            return same_arrays(one, other)
        case float():
            both_nan = one != one and other != other
            return both_nan or struct.pack("<d", one) == struct.pack("<d", other)
        case complex():
            return same(one.real, other.real) and same(one.imag, other.imag)
        case list() | tuple():
            return len(one) == len(other) and all(map(same, one, other))
        case dict():
            return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    return bool(one == other)


@given(values)
def test_a_small_copy_is_what_the_wire_gives_and_shares_no_array(value: Any) -> None:
    try:
        copy = small_copy(value)
    except NotSmall:
        return
    assert same(copy, decode(encode(value)))
    pairs = product(_arrays(copy), _arrays(value))
    assert not any(np.shares_memory(one, other) for one, other in pairs)


def _arrays(value: Any) -> list[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return (
        [x for item in items for x in _arrays(item)] if type(value) in (list, tuple, dict) else []
    )


class Pair(typing.NamedTuple):
    first: int
    second: int


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(1_000),
        [[0] * 500] * 2,
        np.float64(1),
        OrderedDict(a=1),
        Pair(1, 2),
        np.ma.masked_array([1.0]),
        np.zeros(2, ">f8"),
        np.array(["a"]),
        2**63,
        {1: "a number as a key"},
        {1, 2},
        1j,
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_small_copy_is_made_of_what_is_large_or_of_other_types(value: Any) -> None:
    with pytest.raises(NotSmall):
        small_copy(value)


@given(values)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=200))
@settings(max_examples=500)
@example(b"l\xff\xff\xff\xff")
@example(b"d\x01\x00\x00\x00l\x00\x00\x00\x00N")
def test_arbitrary_bytes_give_a_value_or_a_wire_error(data: bytes) -> None:
    try:
        decode(data)
    except WireError:
        return


@given(values, st.data())
def test_damaged_bytes_give_a_value_or_a_wire_error(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(encode(value))
    position = data.draw(st.integers(0, len(encoded) - 1))
    encoded[position] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(encoded))
    except WireError:
        return


@given(values)
def test_the_beginning_of_a_value_is_no_value(value: Any) -> None:
    with pytest.raises(WireError):
        decode(encode(value)[:-1])


def test_bytes_after_the_value_are_refused() -> None:
    with pytest.raises(WireError, match="1 bytes too many"):
        decode(bytes(encode(1)) + b"N")


def test_subclasses_are_sent_as_their_base_types() -> None:
    class Hostile(dict):  # type: ignore[type-arg]
        def items(self) -> Any:
            raise AssertionError("the student's own method was called")

    pair = namedtuple("pair", "a b")
    sent = [Hostile(a=1), OrderedDict(b=2), defaultdict(int, c=3), pair(1, 2), np.float64(0.5)]
    received = decode(encode(sent))
    assert received == [{"a": 1}, {"b": 2}, {"c": 3}, (1, 2), 0.5]
    assert [type(each) for each in received] == [dict, dict, dict, NamedTuple, float]


def test_arrays_come_back_native_contiguous_and_writable() -> None:
    sent = np.asfortranarray(np.arange(6, dtype=">f8").reshape(2, 3))[:, ::-1]
    received = decode(encode(sent))
    assert np.array_equal(received, sent)
    assert received.dtype == np.float64
    assert received.flags.writeable
    assert received.flags.owndata


@pytest.mark.parametrize(
    "value",
    [
        object(),
        (letter for letter in ""),
        np.zeros(2, "V8"),
        np.longdouble(1),
        lambda: None,
    ],
    ids=["object", "generator", "array of bytes", "long double", "function"],
)
def test_values_of_other_types_are_refused_with_their_place(value: Any) -> None:
    with pytest.raises(WireError, match=r"the value\['a'\]\[1\] is"):
        encode({"a": [0, value]})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (list(range(wire.MAX_ITEMS)), "more than"),
        (1 << (8 * number.MAX_INT_BYTES), "integer of more than"),
        (b"x" * (wire.MAX_BYTES + 1), "larger than"),
        (np.zeros(wire.MAX_BYTES // 8 + 1), "array of"),
    ],
    ids=["items", "integer", "bytes", "array"],
)
def test_values_beyond_the_limits_are_not_sent(value: Any, words: str) -> None:
    with pytest.raises(WireError, match=words):
        encode(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(WireError, match="nested more than"):
        encode(endless)


def test_deep_bytes_are_refused() -> None:
    with pytest.raises(WireError, match="nested more than"):
        decode(b"l\x01\x00\x00\x00" * 1000 + b"N")


def test_a_count_beyond_the_bytes_is_refused_before_anything_is_built() -> None:
    with pytest.raises(WireError, match="at most 0 can be"):
        decode(b"l\x00\x00\x01\x00")


@pytest.mark.parametrize(
    "shape", [(2**63,), (2**40, 2**40), (0, 2**63), (3,) * 17, (0, *(2**26,) * 15)]
)
def test_absurd_shapes_are_refused(shape: tuple[int, ...]) -> None:
    header = b"af8" + bytes([len(shape)]) + struct.pack(f"<{len(shape)}Q", *shape)
    with pytest.raises(WireError):
        decode(header)


def test_an_arrays_data_begins_at_a_multiple_of_eight_after_zeros() -> None:
    encoded = bytes(encode([True, np.array([1.5])]))
    assert encoded == b"l\x02\0\0\0T" + b"af8\x01" + struct.pack("<Q", 1) + bytes(6) + (
        struct.pack("<d", 1.5)
    )
    with pytest.raises(WireError, match="not zero before the array"):
        decode(encoded[:-9] + b"x" + encoded[-8:])


@given(values)
def test_what_is_not_copied_is_the_same(value: Any) -> None:
    assert same(decode(memoryview(encode(value)), copied=False), value)


def test_what_is_not_copied_is_as_writable_as_the_bytes_and_no_further() -> None:
    data = memoryview(bytearray(encode(np.zeros(9000))))
    decode(data, copied=False)[:] = 1
    assert decode(data).sum() == 9000
    assert not decode(bytes(data), copied=False).flags.writeable
    assert decode(data, copied=False).flags.aligned


def test_a_type_that_is_not_listed_is_refused() -> None:
    with pytest.raises(WireError, match="type that is not allowed"):
        decode(b"aO8\x00" + b"\x00" * 8)


def test_a_dict_with_the_same_key_twice_is_refused() -> None:
    with pytest.raises(WireError, match="the same key twice"):
        decode(b"d\x02\x00\x00\x00" + 2 * (bytes(encode("a")) + bytes(encode(1))))


def test_keys_that_collide_cannot_cost_quadratic_time() -> None:
    # Integers that are equal modulo 2**61 - 1 have the same hash.
    colliding = [number * (2**61 - 1) for number in range(1, wire.MAX_KEYS + 2)]
    body = b"".join(map(encode, colliding))
    with pytest.raises(WireError, match="keys in dicts and sets"):
        decode(b"e" + struct.pack("<I", len(colliding)) + body)


def alike(count: int) -> dict[str, list[Any]]:
    """Keys of every kind that have the same hash."""
    prime = 2**61 - 1
    integers = [number * prime for number in range(count)]
    return {
        "integers": integers,
        "large integers": [prime * (2**7000 + number) for number in range(count)],
        "tuples": [(number, "x") for number in integers],
        "nested tuples": [((1, (number,)),) for number in integers],
        # A complex number's hash is that of its real part and 1000003 times that of the other.
        "complex": [complex(1000003 * number, -number) for number in range(1, count)],
    }


@pytest.mark.parametrize("kind", alike(0))
@pytest.mark.parametrize("tag", [b"e", b"d"])
def test_keys_with_one_hash_are_refused_before_they_are_compared(kind: str, tag: bytes) -> None:
    """However few bytes they have: to compare each with each costs what grows with their square."""
    keys = alike(wire.MAX_KEYS)[kind]
    assert len(set(map(hash, keys))) <= 2  # a sum of 64 bits can be one of two remainders
    body = b"".join(bytes(encode(key)) + (b"N" if tag == b"d" else b"") for key in keys)
    data = tag + struct.pack("<I", len(keys)) + body
    with pytest.raises(WireError, match="the same hash"):
        decode(data)


def test_keys_that_people_use_are_read() -> None:
    numbers = range(-30, 30)
    for keys in (
        {2**power for power in range(1000)},
        {2.0**power for power in range(-1000, 1000)},
        {(one, other) for one in numbers for other in numbers},
        {complex(one, other) for one in numbers for other in numbers},
        {"word" * count for count in range(500)},
    ):
        assert decode(encode(keys)) == keys


def test_a_text_counts_with_the_memory_that_it_takes() -> None:
    """One emoji makes Python keep every character in four bytes."""
    quarter = wire.MAX_BYTES // 4
    assert decode(encode("x" * (quarter + 100))) == "x" * (quarter + 100)
    for text in (
        "x" * (quarter + 100) + "\U0001f600",
        ["x" * 100 + "\U0001f600"] * (quarter // 100),
    ):
        with pytest.raises(WireError, match="MiB"):
            encode(text)
    letters = "x" * (quarter + 100) + "\U0001f600"
    data = letters.encode()
    with pytest.raises(WireError, match="of memory for one value"):
        decode(b"s" + struct.pack("<I", len(data)) + data)


def test_what_is_decoded_is_subtracted_from_a_budget_even_if_it_is_no_value() -> None:
    budget = wire.Budget(items=6, bytes=100)
    decode(encode([1, 2]), budget=budget)
    assert (budget.items, budget.spent) == (3, False)
    with pytest.raises(WireError):
        decode(encode([1, 2])[:-1], budget=budget)
    assert (budget.items, budget.spent) == (0, True)
    assert budget.bytes < 100


def test_nan_and_infinity_and_the_sign_of_zero_survive() -> None:
    received = decode(encode([math.nan, math.inf, -math.inf, -0.0]))
    assert math.isnan(received[0])
    assert received[1:3] == [math.inf, -math.inf]
    assert math.copysign(1, received[3]) == -1


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f8", ">f8", "?", "<i4"])
def test_a_large_array_comes_back_as_it_went(order: Any, dtype: str) -> None:
    whole = np.arange(60_000).reshape(200, 300).astype(dtype, order=order)
    sent: dict[str, Any] = {"whole": whole, "part": whole[:, ::-2], "small": 1}
    received = decode(encode(sent))
    assert all(np.array_equal(received[name], sent[name]) for name in sent)
    assert received["part"].flags.writeable
