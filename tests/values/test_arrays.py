"""Arrays of texts, bytes, times, objects and records: sent strictly, frozen, compared in words."""

from __future__ import annotations

import struct
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.errors import WireError
from grader.values.arrays.array import MAX_NUMBERS, Digest
from grader.values.comparisons import COMPARISONS
from grader.values.difference import Returns, Tolerance, first_difference
from grader.values.frozen import freeze, thaw
from grader.values.signature import signature
from grader.values.wire import decode, encode
from tests.values.arrays import (
    object_arrays,
    record_arrays,
    same_arrays,
    shapes,
    text_arrays,
    time_arrays,
)

ONE_ITEM = b"\x01" + struct.pack("<Q", 1)
arrays = text_arrays | time_arrays | object_arrays | record_arrays
complex_arrays = hnp.arrays(hnp.complex_number_dtypes(sizes=(64, 128)), shapes)


def message(expected: Any, actual: Any, **options: Any) -> str:
    difference = first_difference(expected, actual, **options)
    return difference.message if difference else ""


@given(arrays | complex_arrays)
def test_what_is_frozen_thaws_to_the_same_array(array: Any) -> None:
    thawed = thaw(freeze(array))
    assert first_difference(array, thawed, Tolerance(0, 0)) is None
    assert first_difference(thawed, array, Tolerance(0, 0)) is None
    assert thawed.dtype.kind == array.dtype.kind


@given(arrays)
def test_an_array_has_one_signature_before_and_after_it_was_sent(array: Any) -> None:
    there = decode(encode(array))
    assert signature(there, Tolerance()) == signature(array, Tolerance())


@given(text_arrays | time_arrays | object_arrays, st.data())
def test_an_array_with_another_item_differs_and_has_another_signature(
    array: Any, data: st.DataObject
) -> None:
    if not array.size:
        return
    there = array.copy()
    place = data.draw(st.integers(0, array.size - 1))
    other = {"U": "\0x", "S": b"\0x", "M": 77, "m": 78, "O": "an item that no other is"}
    there.reshape(-1)[place] = other[array.dtype.kind]
    if same_arrays(array, there):
        return
    assert first_difference(array, there) is not None
    assert signature(array, Tolerance()) != signature(there, Tolerance())


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"u" + struct.pack("<I", 1) + ONE_ITEM + b"\0\0\x11\0", "characters that do not exist"),
        (b"u" + struct.pack("<I", 0) + ONE_ITEM, "texts of 0 characters"),
        (b"u" + struct.pack("<I", 2**31) + b"\x01" + bytes(8), "texts of 2147483648 characters"),
        (b"u" + struct.pack("<I", 1) + b"\x01" + struct.pack("<Q", 2**60), "shape"),
        (b"u" + struct.pack("<I", 2**22) + b"\x01" + struct.pack("<Q", 2**24), "in the middle"),
        (b"y" + struct.pack("<I", 3) + ONE_ITEM + b"ab", "in the middle"),
        (b"Mx\x01" + ONE_ITEM + bytes(8), "times of a kind"),
        (b"MM\x0d" + ONE_ITEM + bytes(8), "times of a kind"),
        (b"WM\x01" + bytes(7), "in the middle"),
        (b"o\x01" + struct.pack("<Q", 10**7) + b"N", "cannot be in the rest"),
        (b"o\x02" + struct.pack("<2Q", 2**20, 2**20) + b"N", "cannot be in the rest"),
        (b"o" + ONE_ITEM + b"l\0\0\0\0", "holds others where a single one"),
        (b"o" + ONE_ITEM + b"o" + ONE_ITEM + b"N", "holds others where a single one"),
        (b"o" + ONE_ITEM, "cannot be in the rest"),
        (b"r" + ONE_ITEM + bytes(4), "no value: ValueError"),
        (b"r" + ONE_ITEM + struct.pack("<I", 10**6), "at most 1000"),
        (b"r" + ONE_ITEM + struct.pack("<I", 1) + b"NN", "fields that are none"),
        (
            b"r" + ONE_ITEM + struct.pack("<I", 1) + b"s\x01\0\0\0a" + bytes(encode(np.zeros(2))),
            "fields that are none",
        ),
    ],
)
def test_bytes_that_are_none_of_these_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(WireError, match=problem):
        decode(data)


def record(*names: str) -> bytes:
    fields = b"".join(bytes(encode(name)) + bytes(encode(np.zeros(1, "?"))) for name in names)
    return b"r" + ONE_ITEM + struct.pack("<I", len(names)) + fields


@pytest.mark.parametrize("names", [("a", "a"), ("",), ("a", "")])
def test_records_whose_fields_have_no_names_of_their_own_are_refused(
    names: tuple[str, ...],
) -> None:
    # numpy would call the second one `f1`, for instance.
    with pytest.raises(WireError):
        decode(record(*names))


def durations_of_no_unit() -> np.ndarray:
    with warnings.catch_warnings():  # numpy warns of such from 2.5 on
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.array([1], "m8")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.array([{}], dtype=object), r"the value.flat\[0\] is of type dict, not a single value"),
        (np.array([len], dtype=object), r"the value.flat\[0\] is of type builtin_function"),
        (np.zeros(2, [("a", object)]), "not of plain records"),
        (np.zeros(2, [("a", "f8", 3)]), "not of plain records"),
        (np.zeros(2, "V3"), "not of plain records"),
        (durations_of_no_unit(), "durations of no unit"),
        (np.ma.array([{}, 1], mask=[True, False], dtype=object), "masked array of objects"),
        (np.ma.array([(1, 2)], mask=[(True, False)], dtype="i4,i4"), "masked array of records"),
        (np.empty(200_001, dtype=object), "more than 200000 values"),
        (np.zeros(3, "U4000000"), "array of 48000000 bytes"),
    ],
)
def test_arrays_that_cannot_be_sent_are_named(value: Any, words: str) -> None:
    with pytest.raises(WireError, match=words):
        encode(value)


DAYS = np.array(["2024-02-28", "2024-02-29"], "M8[D]")
TEXTS = np.array(["ham", "egg"])


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (TEXTS, np.array(["ham", "egg"], "U30")),
        (TEXTS, np.array(["ham", "egg"], object)),
        (np.array(["a", None], object), np.array(["a", None], object)),
        (np.array(["a", "b"], object), np.array(["a", "b"])),
        (np.array([1.0, np.nan], object), np.array([1.0 + 1e-15, np.nan], object)),
        (DAYS, DAYS.astype("M8[ns]")),
        (DAYS.astype("M8[us]"), DAYS),
        (np.array(["NaT"], "M8[D]"), np.array(["NaT"], "M8[ns]")),
        (np.array([36], "m8[h]"), np.array([129_600], "m8[s]")),
        (np.array([10**15], "m8[ns]"), np.array([10**15 + 1], "m8[ns]")),
        (np.array([24], "m8[M]"), np.array([2], "m8[Y]")),
        (DAYS[0], DAYS[0].astype("M8[ms]")),
        (np.timedelta64(60, "s"), np.timedelta64(1, "m")),
        (np.array(DAYS[0]), DAYS[0]),
        (np.array([(1, "a")], "i4,U3"), np.array([(1, "a")], "i8,U1")),
    ],
)
def test_the_same_in_another_form_is_no_difference(expected: Any, actual: Any) -> None:
    assert message(expected, decode(encode(actual))) == ""
    assert message(thaw(freeze(expected)), actual) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (TEXTS, np.array(["ham", "eg"]), 'result[1] is "eg" where "egg" is expected; 1 of 2 texts'),
        (TEXTS, np.array(["ham", 2], object), 'result[1] is 2 where "egg" is expected'),
        (TEXTS, ["ham", "egg"], "result is a list where an array is expected"),
        (TEXTS, np.array([1, 2]), "result holds integers where texts are expected"),
        (TEXTS, np.array([b"ham", b"egg"]), "result holds bytes where texts are expected"),
        (np.array([1.0, 2.0]), TEXTS, "result holds texts where floats are expected"),
        (np.array([1, 2]), DAYS, "result holds dates and times where integers are expected"),
        (DAYS, DAYS - DAYS[0], "result holds durations where dates and times are expected"),
        (DAYS, DAYS[::-1], "result[0] is 2024-02-29 where 2024-02-28 is expected; 2 of 2 times"),
        (DAYS, np.array(["2024-02-28", "NaT"], "M8[D]"), "result[1] is NaT where 2024-02-29 is"),
        (np.timedelta64(1, "M"), np.timedelta64(1, "s"), "result is 0:00:01 where 1 months is"),
        (DAYS[0], DAYS[1], "result is 2024-02-29 where 2024-02-28 is expected"),
        (DAYS[0], "2024-02-28", "result is a string where a point in time is expected"),
        (1.0, DAYS[0], "result is a point in time where a float is expected"),
        (np.array(["a", None], object), np.array(["a", 0.0], object), "result[1] is a float where"),
        (np.array([1, 2], object), np.array([1, 3]), "result[1] is 3 where 2 is expected"),
        (np.zeros(1, "i8,f8"), np.zeros(1, "i8,f8,f8"), "result has the fields 'f0', 'f1', 'f2'"),
        (np.zeros(1, "i8,f8"), np.ones(1, "i8,f8"), "f0[0] is 1 where 0 is expected"),
        (np.zeros((), "i8,f8"), np.ones((), "i8,f8"), "f0 is 1 where 0 is expected"),
        (np.zeros(1, "i8,f8"), np.zeros(1), "result holds floats where records are expected"),
        (np.array([1j]), np.array([2j]), "result[0] is 2j where 1j is expected"),
    ],
)
def test_other_arrays_differ_and_are_named(expected: Any, actual: Any, words: str) -> None:
    assert message(thaw(freeze(expected)), decode(encode(actual))).startswith(words)


@pytest.mark.parametrize("unit", ["Y", "W", "D"])
def test_a_time_beyond_a_finer_unit_is_never_the_one_that_it_would_wrap_around_to(
    unit: str,
) -> None:
    """2**64 nanoseconds later, the count of nanoseconds is the same again."""
    expected = np.array(["1970-01-01T00:00:00.000000000"], "M8[ns]")
    for count in (2**62, 2**61, 2**40, -(2**62)):
        far = np.array([count], np.int64).view(f"M8[{unit}]")
        assert message(expected, far) or message(far, expected)
        assert message(expected, far).startswith("result[0] is ")


def test_in_any_order_items_of_these_arrays_are_paired() -> None:
    for array in (TEXTS, DAYS, np.array(["b", "a", "c"], object)):
        compared = COMPARISONS["order"].first_difference(
            array, array[::-1], Tolerance(), Returns(), ()
        )
        assert compared is None
        same = signature(array, Tolerance(), "order") == signature(
            array[::-1], Tolerance(), "order"
        )
        assert same


def test_a_large_array_of_complex_numbers_is_known_by_its_digest() -> None:
    large = np.arange(MAX_NUMBERS + 1) * (1 + 2j)
    known = thaw(freeze(large))
    assert isinstance(known, Digest)
    assert known.head == (0.0, 0.0, 1.0, 2.0, 2.0, 4.0)
    assert message(known, large) == ""
    assert "it should start with" in message(known, large + 1)


def test_a_time_comes_back_as_it_went() -> None:
    for value in (
        DAYS[0],
        np.datetime64("NaT", "s"),
        np.timedelta64(-5, "ms"),
        np.timedelta64("NaT", "s"),
    ):
        there = decode(encode([value]))[0]
        assert type(there) is type(value)
        assert str(there) == str(value) or np.isnat(value)
