"""DataFrames, Series and what they are made of: sent strictly, frozen, built, compared in words."""

from __future__ import annotations

import copy
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import WireError
from grader.values.arrays.array import MAX_NUMBERS
from grader.values.comparisons import COMPARISONS
from grader.values.contents import condensed, keys_of, leaves, lines
from grader.values.difference import Returns, Tolerance, first_difference
from grader.values.frozen import freeze, holds_digest, thaw, with_whole_arrays
from grader.values.kinds import KINDS
from grader.values.limits import MAX_KEYS
from grader.values.signature import signature
from grader.values.tables.column_record import Column
from grader.values.tables.labels import Labels
from grader.values.tables.table import Frame, Series
from grader.values.wire import Writer, decode, encode

floats = st.floats(-1e6, 1e6) | st.just(float("nan"))
texts = st.text(max_size=4) | st.none()
moments = st.datetimes(
    min_value=pd.Timestamp("1700-01-01").to_pydatetime(),
    max_value=pd.Timestamp("2200-01-01").to_pydatetime(),
)
# Of each, what makes the values of a column of so many rows.
COLUMNS: dict[str, Any] = {
    "int64": st.integers(-(2**62), 2**62),
    "float64": floats,
    "bool": st.booleans(),
    "str": texts,
    "string": texts,
    "Int64": st.integers(-5, 5) | st.none(),
    "Float64": st.floats(-9, 9) | st.none(),
    "boolean": st.booleans() | st.none(),
    "datetime64[us]": moments | st.none(),
    "timedelta64[us]": st.integers(-(10**9), 10**9),
    "datetime64[us, Europe/Berlin]": moments | st.none(),
    "object": st.integers(0, 3) | texts | floats,
    "category": st.sampled_from(["a", "b", None]),
    "complex128": st.complex_numbers(max_magnitude=1e6),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 4))
    dtypes = draw(st.lists(st.sampled_from(sorted(COLUMNS)), max_size=4))
    labels = draw(st.sampled_from(["numbers", "texts", "two levels"]))
    data = {}
    for place, dtype in enumerate(dtypes):
        values = draw(st.lists(COLUMNS[dtype], min_size=rows, max_size=rows))
        data[f"{dtype} {place}"] = column(values, dtype)
    made = pd.DataFrame(data, index=pd.RangeIndex(rows))
    if labels == "texts":
        made.index = pd.Index([f"row {number}" for number in range(rows)], name="place")
    elif labels == "two levels":
        made.index = pd.MultiIndex.from_arrays([range(rows), ["x"] * rows], names=["n", None])
    return made


def column(values: list[Any], dtype: str) -> Any:
    if "Berlin" in dtype:
        return (
            pd.Series(pd.to_datetime(pd.Series(values, dtype="datetime64[us]")))
            .dt.tz_localize("UTC")
            .dt.tz_convert("Europe/Berlin")
        )
    return pd.Series(values, dtype=dtype)


def message(expected: Any, actual: Any, compare: str = "equal") -> str:
    found = COMPARISONS[compare].first_difference(expected, actual, Tolerance(), Returns(), ())
    return found.message if found else ""


@given(frames())
def test_a_frame_is_the_same_when_it_was_sent_frozen_and_built(frame: pd.DataFrame) -> None:
    there, thawed = decode(encode(frame)), thaw(freeze(frame))
    for one in (there, thawed):
        for other in (frame, there, thawed):
            for compare in COMPARISONS:
                assert message(one, other, compare) == ""
    assert bytes(encode(there)) == bytes(encode(frame))
    for compare in ("equal", "rows"):
        assert signature(there, Tolerance(), compare) == signature(thawed, Tolerance(), compare)
    built = decode(encode(frame, inputs=True), build=True)
    pd.testing.assert_frame_equal(built, frame)


@given(frames())
def test_so_is_each_of_its_columns_and_its_index(frame: pd.DataFrame) -> None:
    for value in (frame.index, *(frame.iloc[:, place] for place in range(frame.shape[1]))):
        there, thawed = decode(encode(value)), thaw(freeze(value))
        assert message(thawed, value) == message(there, thawed) == ""
        built = decode(encode(value, inputs=True), build=True)
        if isinstance(value, pd.Series):
            pd.testing.assert_series_equal(built, value)
        else:
            pd.testing.assert_index_equal(built, value)


@given(frames(), st.randoms(use_true_random=False))
def test_shuffled_rows_are_the_same_by_rows(frame: pd.DataFrame, random: Any) -> None:
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order]
    expected, actual = thaw(freeze(frame)), decode(encode(shuffled))
    assert message(expected, actual, "rows") == ""
    by_rows = [signature(decode(encode(each)), Tolerance(), "rows") for each in (frame, shuffled)]
    assert by_rows[0] == by_rows[1] or isinstance(frame.index, pd.RangeIndex)


@given(frames(), st.data())
def test_damaged_bytes_are_a_value_or_a_wire_error(
    frame: pd.DataFrame, data: st.DataObject
) -> None:
    encoded = bytearray(encode(frame))
    encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    try:
        there = decode(bytes(encoded))
    except WireError:
        return
    # Whatever came out can be compared, shown, and sent again.
    message(there, decode(encode(there)))
    message(decode(encode(frame)), there)
    message(decode(encode(frame)), there, "rows")
    signature(there, Tolerance(), "rows")
    list(lines("there", there))


def written(tag: bytes, *parts: Any) -> bytes:
    """The bytes of a value of parts, each written where it lies."""
    writer = Writer(KINDS)
    writer.put(tag)
    for part in parts:
        if isinstance(part, bytes):
            writer.put(part)
        else:
            writer.write(part, "the value", 1)
    return bytes(writer.joined())


def labels(*values: Any) -> Labels:
    return Labels((None,), (Column("int64", np.array(values, np.int64)),))


def column_of(dtype: str, form: bytes, *parts: Any) -> bytes:
    head = b"K" + len(dtype).to_bytes(4, "little") + dtype.encode() + form
    return written(head, *parts)


INTEGERS = np.arange(3)
TEN = (10**6).to_bytes(4, "little")
ONE = (1).to_bytes(4, "little")
CATEGORIES = Column("object", np.array(["a", "b"], object))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        # An index that lies about its length.
        (written(b"P", labels(0, 1), labels(0), ONE, Column("int64", INTEGERS)), "other lengths"),
        (
            written(b"P", labels(0, 1, 2), labels(0, 1), ONE, Column("int64", INTEGERS)),
            "labels that",
        ),
        (written(b"P", labels(0, 1, 2), labels(0), TEN, Column("int64", INTEGERS)), "a length of"),
        (written(b"P", labels(0), labels(0), b"\x11\x27\0\0" + bytes(60_000)), "keys in dicts"),
        (written(b"P", labels(0, 1, 2), labels(0), ONE, INTEGERS), "columns have other"),
        (written(b"P", 1, labels(0), ONE, Column("int64", INTEGERS)), "labels that are none"),
        (written(b"R", labels(0, 1), None, Column("int64", INTEGERS)), "another length than its"),
        (written(b"R", labels(0, 1, 2), [1], Column("int64", INTEGERS)), "a name that is none"),
        (written(b"X", bytes(4)), "names that are none"),
        (written(b"X", TEN), "a length of"),
        (written(b"X", ONE, "a", INTEGERS), "levels have different lengths"),
        (written(b"X", ONE, [], Column("int64", INTEGERS)), "names that are none"),
        (column_of("category", b"c", np.array([0, 2]), CATEGORIES, False), "codes of no category"),
        (column_of("category", b"c", np.array([-2]), CATEGORIES, False), "codes of no category"),
        (
            column_of("category", b"c", np.array([0.0]), CATEGORIES, False),
            "categories that are none",
        ),
        (column_of("category", b"c", np.array([0]), CATEGORIES, 1), "else than a boolean"),
        (column_of("int64", b"c", np.array([0]), CATEGORIES, False), "in another form"),
        (column_of("float64", b"v", INTEGERS, False), "of other values"),
        (column_of("int64", b"v", np.zeros((3, 2), int), False), "of other values"),
        (column_of("Int64", b"v", INTEGERS, False), "of other values"),
        (column_of("int64", b"v", INTEGERS, True, np.zeros(3, bool)), "of other values"),
        (column_of("Int64", b"v", INTEGERS, True, np.zeros(2, bool)), "of other values"),
        (column_of("Int64", b"v", INTEGERS, True, INTEGERS), "else than booleans"),
        (column_of("str", b"v", INTEGERS, False), "of other values"),
        (column_of("datetime64[us, ../x]", b"v", INTEGERS.view("M8[us]"), False), "other values"),
        (column_of("nothing", b"v", [1], False), "of other values"),
        (column_of("str", b"t", np.array([1, 1]), "abc", np.zeros(2, bool)), "of other lengths"),
        (column_of("str", b"t", np.array([4, -1]), "abc", np.zeros(2, bool)), "of no length"),
        (column_of("str", b"t", np.array([2**62] * 4), "", np.zeros(4, bool)), "of no length"),
        (column_of("str", b"t", np.array([3]), "abc", np.zeros(2, bool)), "texts that are none"),
        (column_of("int64", b"t", np.array([3]), "abc", np.zeros(1, bool)), "in another form"),
    ],
)
def test_bytes_that_are_none_of_these_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(WireError, match=problem):
        decode(data)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (pd.DataFrame(np.zeros((1, MAX_KEYS + 1))), f"a DataFrame of {MAX_KEYS + 1} columns"),
        (
            pd.DataFrame({"a": [[1]]}),
            r"column 'a' of the value.flat\[0\] is of type list, not",
        ),
        (pd.DataFrame(index=pd.RangeIndex(10**9)), "an index of 1000000000 labels is too large"),
        (pd.DataFrame({"a": [object()]}), "of type object"),
    ],
)
def test_tables_that_cannot_be_sent_are_named(value: Any, words: str) -> None:
    with pytest.raises(WireError, match=words):
        encode(value)


PRICES = pd.DataFrame({"name": ["ham", "egg", "tea"], "price": [2.5, 2.0, 3.0]})
BY_NAME = PRICES.set_index("name")
DAYS = pd.to_datetime(["2024-01-01", "2024-01-02"])
TURNED = pd.Series(pd.Categorical(["b", "a"], ["b", "a"]))


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (PRICES, PRICES.assign(price=PRICES.price + 1e-12)),
        (PRICES, PRICES.astype({"name": object})),
        (PRICES, PRICES.astype({"name": "string", "price": "Float64"})),
        (PRICES.rename_axis("number"), PRICES),
        (pd.Series([1, 2], name="a"), pd.Series([1.0, 2.0], name="b")),
        (pd.Series([1.0, None]), pd.Series([1.0, None], dtype="Float64")),
        (pd.Series(["a", None]), pd.Series(["a", None], dtype=object)),
        (pd.Series(pd.to_datetime(["2024-01-01"])), pd.Series(np.array(["2024-01-01"], "M8[ns]"))),
        (
            pd.Series(["b", "a"], dtype="category"),
            pd.Series(pd.Categorical(["b", "a"], ["b", "a"])),
        ),
        (PRICES["name"].array, np.array(["ham", "egg", "tea"], dtype=object)),
        (PRICES["name"].unique(), np.array(["ham", "egg", "tea"])),
        (pd.Timestamp("2024-01-01"), np.datetime64("2024-01-01")),
        (pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2024-01-01T01", tz="Europe/Berlin")),
        (np.timedelta64(60, "m"), pd.Timedelta("1h")),
        (pd.NaT, pd.NaT),
        (pd.NA, pd.NA),
    ],
)
def test_the_same_in_another_form_is_no_difference(expected: Any, actual: Any) -> None:
    for one in (thaw(freeze(expected)), expected):
        assert message(one, decode(encode(actual))) == ""
        assert message(one, actual) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        (
            PRICES,
            PRICES.assign(price=[2.5, 2.5, 3.0]),
            "result, row 1, column 'price' is 2.5 where 2 is expected: 0.5 apart, tolerance 2e-09",
        ),
        (
            BY_NAME,
            BY_NAME.assign(price=[2.5, np.nan, 3.0]),
            "result, row 'egg', column 'price' is nan where 2 is expected",
        ),
        (
            PRICES,
            PRICES.assign(name=["ham", "egg", None]),
            "result, row 2, column 'name' is None where a string is expected",
        ),
        (PRICES, PRICES[::-1], "result has the rows that are expected, but in another order"),
        (
            PRICES,
            PRICES[::-1].reset_index(drop=True),
            "result has the rows that are expected, but in another order",
        ),
        (BY_NAME, BY_NAME[::-1], "result has the rows that are expected, but in another order"),
        (PRICES, PRICES[["name"]], "result has no column 'price'"),
        (
            PRICES,
            PRICES.rename(columns={"price": "prices"}),
            "result has no column 'price' (it has 'prices' instead)",
        ),
        (
            PRICES,
            PRICES.assign(more=1),
            "result has the column 'more', which is not expected",
        ),
        (
            PRICES,
            PRICES[["price", "name"]],
            "result has its columns in the order 'price', 'name' where 'name', 'price' is expected",
        ),
        (PRICES, PRICES[:2], "result has 2 rows where 3 are expected"),
        (
            PRICES,
            PRICES.astype({"price": str}),
            "result, column 'price' is of dtype str where float64 is expected",
        ),
        (
            PRICES,
            PRICES.astype({"name": "category"}),
            "result, column 'name' is of dtype category where str is expected",
        ),
        (
            PRICES,
            PRICES.set_index(pd.Index([1, 2, 3])),
            "result has the row label 1 where 0 is expected, at position 0",
        ),
        (PRICES, BY_NAME, "result has no column 'name'"),
        (PRICES, PRICES.values, "result is an array where a DataFrame is expected"),
        (PRICES["price"], PRICES[["price"]], "result is a DataFrame where a Series is expected"),
        (PRICES["price"], [2.5, 2.0, 3.0], "result is a list where a Series is expected"),
        ([1.0], PRICES, "result is a DataFrame where a list is expected"),
        (
            BY_NAME["price"],
            BY_NAME["price"] + [0, 1, 0],
            "result, row 'egg' is 3 where 2 is expected",
        ),
        (PRICES.columns, PRICES.columns[::-1], 'result[0] is "price" where "name" is expected'),
        (PRICES.columns, ["name", "price"], "result is a list where an Index is expected"),
        (
            pd.Series(pd.to_datetime(["2024-01-01"])),
            pd.Series(pd.to_datetime(["2024-01-02"])),
            "result, row 0 is 2024-01-02 where 2024-01-01 is expected",
        ),
        (
            pd.Series(pd.to_datetime(["2024-01-01"]).tz_localize("UTC")),
            pd.Series(pd.to_datetime(["2024-01-01"])),
            "result is of dtype datetime64[us] where datetime64[us, UTC] is expected",
        ),
        (
            pd.Series(pd.Categorical(["a"], ["a", "b"], ordered=True)),
            pd.Series(pd.Categorical(["a"], ["b", "a"], ordered=True)),
            "result has other categories than expected",
        ),
        (
            pd.Series(pd.Categorical(["a"], ["a", "b"], ordered=True)),
            pd.Series(pd.Categorical(["a"], ["a", "b"])),
            "result has categories without an order where ones with are expected",
        ),
        (
            pd.Series([1, 2], index=pd.to_datetime(["2024-01-01 00:00", "2024-01-01 12:30"])),
            pd.Series([1, 3], index=pd.to_datetime(["2024-01-01 00:00", "2024-01-01 12:30"])),
            "result, row 2024-01-01 12:30:00 is 3 where 2 is expected",
        ),
        (
            pd.Series(pd.to_timedelta(["1h"])),
            pd.Series(pd.to_timedelta(["90min"])),
            "result, row 0 is 1:30:00 where 1:00:00 is expected",
        ),
        (pd.Timestamp("2024-01-01"), pd.NaT, "result is NaT where 2024-01-01"),
        (1.0, pd.NA, "result is a missing value where a float is expected"),
        (
            PRICES.groupby("name").agg(["min", "max"]),
            PRICES.groupby("name").agg(["min", "mean"]),
            "result has no column ('price', 'max') (it has ('price', 'mean') instead)",
        ),
    ],
)
def test_tables_that_differ_are_named(expected: Any, actual: Any, words: str) -> None:
    assert message(thaw(freeze(expected)), decode(encode(actual))).startswith(words)
    # A student's own checks have the table as it is, and an author's checker may have both.
    assert message(thaw(freeze(expected)), actual).startswith(words)
    assert message(expected, actual).startswith(words)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (PRICES.assign(price=0.0), "result has no row ("),
        (PRICES[:2], "result has 2 rows where 3 are expected"),
        (PRICES[["name"]], "result has no column 'price'"),
        (PRICES.astype({"price": str}), "result, column 'price' is of dtype str where float64"),
        (BY_NAME["price"], "result is a Series where a DataFrame is expected"),
    ],
)
def test_what_else_differs_is_found_by_rows(actual: Any, words: str) -> None:
    assert message(thaw(freeze(PRICES)), decode(encode(actual)), "rows").startswith(words)
    assert message(PRICES, actual, "rows").startswith(words)


def test_labels_count_by_rows_unless_they_number_the_rows() -> None:
    for table, same in ((BY_NAME, False), (PRICES, True)):
        other = table.set_axis(["x", "y", "z"]) if not same else table.set_axis([5, 6, 7])
        assert (message(thaw(freeze(table)), decode(encode(other[::-1])), "rows") == "") is same


@pytest.mark.parametrize(
    ("labels", "others", "what"),
    [
        (DAYS.tz_localize("UTC"), DAYS, "is of dtype datetime64"),
        (DAYS, DAYS.tz_localize("UTC"), "is of dtype datetime64"),
        (DAYS.tz_localize("UTC"), DAYS.tz_localize("UTC").tz_convert("Asia/Tokyo"), "is of dtype"),
        (pd.Index(["a", "b"]), pd.CategoricalIndex(["a", "b"]), "is of dtype category where str"),
        (
            pd.CategoricalIndex(["a", "b"]),
            pd.CategoricalIndex(["a", "b"], ["a", "b", "c"]),
            "has other categories than expected",
        ),
        (
            pd.MultiIndex.from_arrays([DAYS.tz_localize("UTC"), [1, 2]]),
            pd.MultiIndex.from_arrays([DAYS, [1, 2]]),
            "is of dtype datetime64",
        ),
    ],
)
def test_labels_of_another_dtype_are_a_difference_however_alike_they_look(
    labels: pd.Index[Any], others: pd.Index[Any], what: str
) -> None:
    table = pd.DataFrame({"price": [2.0, 3.0]})
    expected, actual = table.set_axis(labels), table.set_axis(others)
    for other, compare in ((actual, "equal"), (actual, "rows"), (actual[::-1], "rows")):
        said = message(thaw(freeze(expected)), decode(encode(other)), compare)
        assert said.startswith(f"result has an index that {what}")


def test_of_a_hidden_case_no_value_and_no_label_is_said() -> None:
    changed = BY_NAME.assign(price=[2.5, 77.0, 3.0])
    for known, place in (((), "result: a value in it"), (("price",), "result, column 'price'")):
        found = first_difference(thaw(freeze(BY_NAME)), decode(encode(changed)), known_keys=known)
        assert found
        assert found.discreet == f"{place} differs from what is expected"
    for actual in (BY_NAME[:1], BY_NAME.rename(columns=str.upper), BY_NAME.astype(str)):
        found = first_difference(thaw(freeze(BY_NAME)), decode(encode(actual)))
        assert found
        assert not {"price", "egg", "PRICE", "3"} & set(found.discreet.replace(",", " ").split())


def test_a_long_column_of_numbers_is_worked_out_only_where_its_digest_is_another() -> None:
    many = pd.DataFrame({"x": np.arange(MAX_NUMBERS + 1.0), "t": "a"})
    frozen = freeze(many)
    assert holds_digest(frozen)
    known, close = thaw(frozen), many.assign(x=many.x * (1 + 1e-12))
    assert message(known, decode(encode(many))) == ""
    assert "column 'x' holds other values than expected" in message(known, decode(encode(close)))
    whole = with_whole_arrays(known, lambda: decode(encode(many)))
    assert message(whole, decode(encode(close))) == ""
    assert message(whole, decode(encode(many.assign(x=many.x + 1)))) != ""
    assert message(condensed(decode(encode(many))), many) == ""
    nobody = with_whole_arrays(known, lambda: None)
    assert message(nobody, decode(encode(close))) != ""


def test_keys_leaves_and_lines_are_of_the_labels_and_values() -> None:
    there = decode(encode(PRICES))
    assert list(keys_of([there])) == ["name", "price"]
    assert {"ham", 2.5} <= set(leaves(there))
    assert list(lines("prices", there)) == [
        "prices =\n   name  price\n0   ham    2.5\n1   egg      2\n2   tea      3"
    ]
    assert list(lines("prices", there, shapes=True)) == ["shape of prices: (3, 2)"]
    assert type(there) is Frame
    assert type(decode(encode(PRICES["price"]))) is Series


def test_a_column_that_is_not_compared_is_named() -> None:
    class Unknown(pd.api.extensions.ExtensionDtype):  # type: ignore[misc]
        name = "unknown"

    class Array(pd.arrays.NumpyExtensionArray):  # type: ignore[misc]
        dtype = Unknown()

    array = Array(np.array([1, 2]))
    with pytest.raises(WireError, match="a column of dtype unknown, which is not compared"):
        encode([array])
    expected = thaw(freeze(pd.Series(["a"]).array))
    assert message(expected, array) == "result has a column of dtype unknown, which is not compared"


def test_large_tables_are_signed_and_compared_quickly() -> None:
    rows = 60_000
    large = pd.DataFrame({"text": [f"t{row}" for row in range(rows)], "x": np.arange(rows) / 7})
    there = decode(encode(large))
    start = time.process_time()
    for compare in ("equal", "rows"):
        assert signature(there, Tolerance(), compare)
        assert message(there, there, compare) == ""
    other = decode(encode(large.assign(text="t")))
    assert message(there, other).startswith("result, row 0, column 'text' is \"t\" where")
    assert signature(other, Tolerance()) != signature(there, Tolerance())
    assert time.process_time() - start < 20


def test_a_subclass_of_a_frame_is_sent_as_a_frame() -> None:
    class Hostile(pd.DataFrame):  # type: ignore[misc]
        def __reduce__(self) -> Any:
            raise AssertionError("it was pickled")

    assert message(thaw(freeze(PRICES)), decode(encode(Hostile(PRICES)))) == ""


def test_tables_are_decoded_frozen_and_compared_without_pandas() -> None:
    data, changed = bytes(encode(PRICES)), bytes(encode(PRICES.assign(price=[2.5, 1.0, 3.0])))
    code = (
        "import sys, grader\n"
        "from grader.values.wire import decode\n"
        "from grader.values.frozen import freeze, thaw\n"
        "from grader.values.difference import first_difference\n"
        f"one, other = decode({data!r}), decode({changed!r})\n"
        "print(first_difference(thaw(freeze(one)), other).message)\n"
        "print(*(name for name in sys.modules if name.split('.')[0] in ('pandas', 'scipy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    words, modules = done.stdout.splitlines()
    assert words.startswith("result, row 1, column 'price' is 1 where 2 is expected")
    assert modules == ""


def test_records_can_be_copied_and_are_told_apart() -> None:
    there = decode(encode([PRICES, PRICES["price"], pd.NA]))
    again = copy.deepcopy(there)
    assert message(there, again) == ""
