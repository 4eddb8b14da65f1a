"""Values of the standard library, numpy and scipy that stand alone: sent, frozen and compared."""

from __future__ import annotations

import struct
from collections import namedtuple
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.polynomial import Chebyshev, Polynomial

from grader.errors import WireError
from grader.values.arrays.array import MAX_NUMBERS
from grader.values.difference import Tolerance, first_difference
from grader.values.frozen import freeze, thaw
from grader.values.kinds import KINDS
from grader.values.python.objects import DataObject, Member, NamedTuple
from grader.values.signature import signature
from grader.values.wire import Writer, decode, encode

Point = namedtuple("Point", "x y")


PointBackwards = namedtuple("PointBackwards", "y x")


class Colour(Enum):
    RED = 1
    BLUE = 2


class Size(IntEnum):
    SMALL = 1


class Right(Flag):
    READ = 1
    WRITE = 2


@dataclass
class Circle:
    radius: float
    centre: Any = None
    drawn: list[int] = field(default_factory=list, compare=False)


offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
decimals = st.decimals(allow_nan=False, min_value=-(10**50), max_value=10**50)
coefficients = hnp.arrays(
    np.float64, st.integers(1, 4), elements=st.floats(-1e6, 1e6, allow_subnormal=False)
)
matrices = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.sampled_from([0.0, 0.0, 1.5])
)
formats = st.sampled_from(["coo", "csr", "csc", "lil", "dok"])
values = st.one_of(
    st.datetimes(timezones=st.none() | offsets),
    st.dates(),
    st.times(timezones=st.none() | offsets),
    st.timedeltas(),
    decimals,
    st.fractions(),
    st.builds(range, st.integers(), st.integers(), st.integers(1, 9)),
    st.sampled_from([Colour.RED, Right.READ | Right.WRITE]),
    st.builds(Point, st.integers(), st.text()),
    st.builds(Circle, st.floats(allow_nan=False), st.none() | st.dates()),
    coefficients.map(Polynomial),
    coefficients.map(lambda each: Chebyshev(each, domain=[0, 2])),
    coefficients.map(np.poly1d),
    st.builds(lambda dense, name: scipy.sparse.coo_matrix(dense).asformat(name), matrices, formats),
)


def message(expected: Any, actual: Any, **options: Any) -> str:
    difference = first_difference(expected, actual, **options)
    return difference.message if difference else ""


@given(values)
def test_a_value_is_the_same_when_it_was_sent_and_when_it_was_frozen(value: Any) -> None:
    there, thawed = decode(encode(value)), thaw(freeze(value))
    for one in (there, thawed):
        for other in (value, there, thawed):
            assert message(one, other, tolerance=Tolerance(0, 0)) == ""
    assert signature(there, Tolerance()) == signature(thawed, Tolerance())
    assert bytes(encode(there)) == bytes(encode(value))


@given(values, values)
def test_values_that_are_equal_and_no_others_have_the_same_signature(one: Any, other: Any) -> None:
    left, right = decode(encode(one)), decode(encode(other))
    same = signature(left, Tolerance()) == signature(right, Tolerance())
    if message(left, right, tolerance=Tolerance(1e-6, 1e-6)):
        assert not same
    elif message(left, right, tolerance=Tolerance(0, 0)) == "":
        assert same or isinstance(left, time)  # with another offset


@given(values, st.data())
def test_damaged_bytes_are_a_value_or_a_wire_error(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(encode(value))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    try:
        there = decode(bytes(encoded))
    except WireError:
        return
    # Whatever came out can be compared, shown, and sent again.
    message(there, decode(encode(there)))
    message([there], [None])
    signature(there, Tolerance())


def matrix(rows: Any, columns: Any, numbers: Any, shape: tuple[int, int] = (3, 3)) -> bytes:
    writer = Writer(KINDS)
    writer.put(b"S\x01" + struct.pack("<QQ", *shape))
    for each in (np.array(rows, "i8"), np.array(columns, "i8"), np.array(numbers)):
        writer.write(each, "the value", 1)
    return bytes(writer.joined())


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"x\x0b\0\0\0sNaN1234567", "another form"),
        (b"x\x04\0\0\0sNaN", "another form"),
        (b"x\x0b\0\0\0" + b"1E+99999999"[:11], "another form"),
        (b"x\x07\0\0\0" + b"1E+9999"[:6] + b"\xff", "no value: UnicodeDecodeError"),
        (b"x\x07\0\0\0" + b"1E+9999", ""),
        (b"x\xff\xff\xff\x7f1", "a length of"),
        (b"q" + bytes(encode(2)) + bytes(encode(4)), "lowest terms"),
        (b"q" + bytes(encode(1)) + bytes(encode(0)), "no value: ZeroDivisionError"),
        (b"q" + bytes(encode(1)) + bytes(encode(2.0)), "no integer"),
        (b"g" + 2 * bytes(encode(1)) + bytes(encode(0)), "no value: ValueError"),
        (b"g" + 2 * bytes(encode(1)) + bytes(encode(True)), "no integer"),
        (b"A" + struct.pack("<HBB", 2023, 2, 29), "no value: ValueError"),
        (b"D" + struct.pack("<HBBBBBI", 2023, 2, 28, 24, 0, 0, 0) + b"\0", "no value: ValueError"),
        (b"C" + struct.pack("<BBBI", 1, 0, 0, 0) + b"\1" + struct.pack("<q", 2**62), "no value"),
        (b"B" + struct.pack("<iII", 2**31 - 1, 0, 0), "no value: OverflowError"),
        (b"E" + bytes(4) + b"\1\0\0\0a", "a name of no characters"),
        (b"E\xff\0\0\0", "a length of 255"),
        (b"n\1\0\0\0P\2\0\0\0" + 2 * b"\1\0\0\0xN", "two fields of one name"),
        (b"k\1\0\0\0P\xff\xff\0\0", "a length of 65535"),
        (b"k\1\0\0\0P\1\0\0\0" * 40, "nested more than|the middle|no value|a length"),
        (b"p\x00\x01" + bytes(encode(np.zeros(0))), "too many or too few"),
        (b"p\x00\x01" + bytes(encode(np.zeros((2, 2)))), "that are none"),
        (b"p\x00\x01" + bytes(encode(np.array(["a"]))), "that are none"),
        (b"p\x01\x01" + bytes(encode(np.zeros(2))), "no class that there is"),
        (b"p\x09\x03" + bytes(encode(np.zeros(2))), "no class that there is"),
        (matrix([0, 3], [0, 1], [1.0, 2.0]), "outside of it"),
        (matrix([0, -1], [0, 1], [1.0, 2.0]), "outside of it"),
        (matrix([0, 0], [1, 1], [1.0, 2.0]), "in another order"),
        (matrix([1, 0], [1, 1], [1.0, 2.0]), "in another order"),
        (matrix([0], [0, 1], [1.0]), "different lengths"),
        (matrix([0], [0], ["a"]), "what is no number"),
        (matrix([], [], [], (2**40, 2**40)), "of shape"),
    ],
)
def test_bytes_that_are_none_of_these_are_refused(data: bytes, problem: str) -> None:
    if not problem:
        assert decode(data) == Decimal("1E+9999")
        return
    with pytest.raises(WireError, match=problem):
        decode(data)


@pytest.mark.parametrize(
    "value",
    [Decimal("1E+20000"), Decimal("sNaN"), Decimal("7" * 1_001), Fraction(1, 2**9000)],
)
def test_numbers_beyond_what_is_compared_quickly_are_not_sent(value: Any) -> None:
    with pytest.raises(WireError, match=r"beyond what can be sent|an integer of more than"):
        encode(value)


def test_of_a_students_classes_only_names_and_fields_come_out() -> None:
    sent = [Colour.RED, Point(1, "a"), Circle(1.5, drawn=[1]), Size.SMALL]
    member, pair, circle, size = decode(encode(sent))
    assert member == Member("Colour", "RED")
    assert type(pair) is NamedTuple
    assert (pair, pair.names, pair.x, pair.y) == ((1, "a"), ("x", "y"), 1, "a")
    assert circle == DataObject("Circle", {"radius": 1.5, "centre": None})
    assert type(size) is int


def test_what_cannot_be_made_anew_in_a_kernel_is_no_input_and_all_else_is() -> None:
    for value in (Colour.RED, Circle(1.0)):
        with pytest.raises(WireError, match=r"whose class a kernel does not know"):
            encode(((value,), {}), inputs=True)
    given: list[Any] = [
        Point(1, 2),
        np.poly1d([1, 2]),
        Polynomial([1, 2], domain=[0, 3]),
        Decimal("1.5"),
        datetime(2024, 2, 29, tzinfo=UTC),
    ]
    built = decode(encode(given, inputs=True), build=True)
    assert built[0].x == 1
    assert built[0]._fields == ("x", "y")
    assert built[1](2) == 4
    assert built[2] == given[2]
    assert built[3:] == given[3:]
    wide = decode(encode(scipy.sparse.csr_matrix(np.eye(3)), inputs=True), build=True)
    assert wide.format == "csr"
    assert np.array_equal(wide.toarray(), np.eye(3))


def test_an_object_whose_own_methods_raise_cannot_be_sent() -> None:
    @dataclass
    class Broken:
        size: int = 0

        def __getattribute__(self, name: str) -> Any:
            if name == "size":
                raise ArithmeticError
            return object.__getattribute__(self, name)

    with pytest.raises(WireError, match="cannot be read: ArithmeticError"):
        encode([Broken()])


EYE = scipy.sparse.csr_matrix(np.eye(3))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (Decimal("0.10"), Decimal("0.1")),
        (Decimal(1), Decimal(1) / 3 * 3),
        (Decimal(3), 3),
        (Decimal("NaN"), Decimal("NaN")),
        (Fraction(4, 2), 2),
        (Point(1, 2), (1, 2)),
        (Point(1, 2), [1, 2]),
        ((1, 2), Point(1, 2)),
        (datetime(2024, 1, 1), np.datetime64("2024-01-01")),
        (np.datetime64("2024-01-01"), datetime(2024, 1, 1)),
        (
            datetime(2024, 1, 1, 1, tzinfo=UTC),
            datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(0, 3600))),
        ),
        (timedelta(hours=1), np.timedelta64(60, "m")),
        (np.timedelta64(60, "m"), timedelta(hours=1)),
        (range(3), range(0, 3, 1)),
        (Polynomial([1, 2]), Polynomial([1, 2, 0])),
        (np.poly1d([1, 2]), np.poly1d([0, 1, 2])),
        (EYE, EYE.tocsc()),
        (EYE, scipy.sparse.coo_matrix(([1, 0.5, 0.5, 1, 0], ([0, 1, 1, 2, 2], [0, 1, 1, 2, 0])))),
        (Circle(1.0), Circle(1.0 + 1e-15, drawn=[1])),
    ],
)
def test_the_same_in_another_form_is_no_difference(expected: Any, actual: Any) -> None:
    assert message(thaw(freeze(expected)), decode(encode(actual))) == ""
    assert message(thaw(freeze(expected)), actual) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (Decimal("0.1"), 0.1, "result is a float where a Decimal is expected"),
        (Decimal("0.1"), Decimal("0.2"), "result is 0.2 where 0.1 is expected"),
        (Decimal("Infinity"), Decimal(1), "result is 1 where Infinity is expected"),
        (Decimal(1), Decimal("NaN"), "result is NaN where 1 is expected"),
        (Fraction(1, 3), Fraction(1, 2), "result is 1/2 where 1/3 is expected"),
        (Fraction(1, 3), 1 / 3, "result is a float where a fraction is expected"),
        (date(2024, 1, 1), date(2024, 1, 2), "result is 2024-01-02 where 2024-01-01 is expected"),
        (date(2024, 1, 1), datetime(2024, 1, 1), "result is a datetime where a date is expected"),
        (
            datetime(2024, 1, 1),
            datetime(2024, 1, 1, tzinfo=UTC),
            "result is 2024-01-01 00:00:00+00:",
        ),
        (datetime(2024, 1, 1), "2024-01-01", "result is a string where a datetime is expected"),
        (time(12), time(12, 0, 1), "result is 12:00:01 where 12:00:00 is expected"),
        (timedelta(1), timedelta(2), "result is 2 days, 0:00:00 where 1 day, 0:00:00 is expected"),
        (timedelta(1), 86400, "result is an integer where a timedelta is expected"),
        (range(3), range(4), "result is range(0, 4) where range(0, 3) is expected"),
        (range(3), [0, 1, 2], "result is a list where a range is expected"),
        (Colour.RED, Colour.BLUE, "result is Colour.BLUE where Colour.RED is expected"),
        (Colour.RED, 1, "result is an integer where a member of Colour is expected"),
        (1, Colour.RED, "result is a member of Colour where an integer is expected"),
        (Point(1, 2), Point(1, 3), "result[1] is 3 where 2 is expected"),
        (
            Point(1, 2),
            PointBackwards(1, 2),
            "result has the fields y, x where x, y are",
        ),
        (Point(1, 2), 1, "result is an integer where a named tuple Point is expected"),
        (Circle(1.0), Circle(2.0), "result.radius is 2 where 1 is expected"),
        (Circle(1.0), 1.0, "result is a float where an object of Circle is expected"),
        (Polynomial([1, 2]), Polynomial([1, 3]), "result.coef[1] is 3 where 2 is expected"),
        (Polynomial([1, 2]), Chebyshev([1, 2]), "result is a Chebyshev where a Polynomial is"),
        (Polynomial([1.0]), [1.0], "result is a list where a Polynomial is expected"),
        (np.poly1d([1, 2]), np.poly1d([1, 1, 2]), "result.coeffs[0] is 1 where 0 is expected"),
        (EYE, EYE * 2, "result[0, 0] is 2 where 1 is expected: 1 apart"),
        (EYE, scipy.sparse.csr_matrix((3, 3)), "result[0, 0] is 0 where 1 is expected"),
        (EYE, EYE[:2], "result has shape (2, 3) where (3, 3) is expected"),
        (EYE, np.eye(3), "result is an array where a sparse matrix is expected"),
        (EYE.astype(int), EYE.astype(complex), "result holds complex numbers where integers are"),
    ],
)
def test_other_values_differ_and_are_named(expected: Any, actual: Any, words: str) -> None:
    assert message(thaw(freeze(expected)), decode(encode(actual))).startswith(words)
    # A student's own checks have the value as it is.
    assert message(thaw(freeze(expected)), actual).startswith(words)


def test_of_a_dataclass_the_class_counts() -> None:
    other = DataObject("Disc", {"radius": 1.0, "centre": None})
    expected = thaw(freeze(Circle(1.0)))
    assert (
        message(expected, other)
        == "result is an object of Disc where an object of Circle is expected"
    )
    more = DataObject("Circle", {"radius": 1.0})
    assert message(expected, more).startswith("result has the fields radius where centre, radius")


def test_large_arrays_in_these_values_are_kept_whole_or_by_their_digest() -> None:
    many = np.arange(MAX_NUMBERS + 1.0)
    wide = scipy.sparse.csr_matrix(many[None, :])
    assert message(thaw(freeze(wide)), wide) == ""
    assert message(thaw(freeze(Circle(1.0, many))), Circle(1.0, many)) == ""
    known = thaw(freeze(Polynomial(many)))
    assert message(known, Polynomial(many)) == ""
    assert message(known, Polynomial(many + 1)) != ""
