"""Two columns compared: their dtypes by what they hold, and their values one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.array import Digest, kind_fits
from ..arrays.array_shape import Array
from ..arrays.time_array import same_times
from ..kind import Element, ValuePath
from .column_record import Column
from .missing import Missing

if TYPE_CHECKING:
    from ..difference import Difference, Walk

_NUMBERS = "biufc"


def column_differences(
    expected: Column, actual: Column, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """The differences of a column that stands alone."""
    if len(expected) != len(actual):
        has = f"has {walk.plural(len(actual), 'value')} where {walk.expects(len(expected))}"
        yield walk.found(path, "count", has, "has another number of values than expected")
        return
    yield from other_dtype(expected, actual, walk, path)
    if isinstance(expected.values, Digest):
        yield from walk.value(expected.values, actual.values, path)
        return
    wrong = wrong_rows(expected, actual, walk)
    if wrong.any():
        row = int(np.argmax(wrong))
        yield from walk.value(cell(expected, row), cell(actual, row), (*path, Element((row,))))


def other_dtype(
    expected: Column, actual: Column, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """The difference of two columns that hold other kinds of values, if they do."""
    if said := other_dtype_in_words(expected, actual):
        yield walk.found(path, "dtype", *said)


def other_dtype_in_words(expected: Column, actual: Column) -> tuple[str, str] | None:
    """What is said of a column that holds other kinds of values, openly and of a hidden case."""
    if _fits(expected, actual):
        return None
    if expected.dtype != "category" or actual.dtype != "category":
        what = f"is of dtype {actual.dtype} where {expected.dtype} is expected"
        return what, "is of another dtype than expected"
    if expected.ordered == actual.ordered:
        return ("has other categories than expected",) * 2
    which = ("with", "without") if actual.ordered else ("without", "with")
    return (f"has categories {which[0]} an order where ones {which[1]} are expected",) * 2


def is_missing(column: Column) -> Array:
    """Which rows have no value, in whatever way that is said."""
    values = column.values
    if column.categories is not None:
        return np.asarray(values < 0)
    if column.missing is not None:
        floats = values.dtype.kind == "f" and values.ndim == 1
        return np.asarray(column.missing | np.isnan(values) if floats else column.missing)
    if values.dtype.kind in "fc":
        return np.asarray(np.isnan(values))
    if values.dtype.kind in "mM":
        return np.asarray(np.isnat(values))
    if values.dtype.kind == "O":
        return np.array([_is_nothing(item) for item in values], bool)
    return np.zeros(len(column), bool)


def wrong_rows(expected: Column, actual: Column, walk: Walk) -> Array:
    """The rows in which two columns of as many rows, and of dtypes that fit, differ."""
    gone, lost = is_missing(expected), is_missing(actual)
    both = ~gone & ~lost
    wrong: Array = np.asarray(gone != lost)
    wrong[both] = ~_same(expected, actual, both, walk)
    return wrong


def cell(column: Column, row: int) -> Any:
    """The value in a row for words: NaN, for what is missing among numbers."""
    value = column.at(row)
    kind = column.values.dtype.kind
    return float("nan") if value is None and kind in _NUMBERS and not column.categories else value


def _is_nothing(item: Any) -> bool:
    return item is None or isinstance(item, Missing) or (isinstance(item, float) and item != item)


def _same(expected: Column, actual: Column, rows: Array, walk: Walk) -> Array:
    """Which of these rows, where nothing is missing, have the same values."""
    one, other = expected.values[rows], actual.values[rows]
    if expected.categories is not None or actual.categories is not None or one.dtype.kind == "O":
        pairs = [(expected.at(int(row)), actual.at(int(row))) for row in np.flatnonzero(rows)]
        return np.array([_same_single(*pair, walk) for pair in pairs], bool)
    if one.dtype.kind in "mM":
        same = same_times(one, other, walk.tolerance.rtol)
    else:
        same = _near(one, other, walk)
    return np.asarray(same.all(axis=1) if same.ndim == 2 else same)


def _same_single(expected: Any, actual: Any, walk: Walk) -> bool:
    if type(expected) is type(actual) is str:  # as they mostly are
        return bool(expected == actual)
    return next(walk.value(expected, actual, ()), None) is None


def _near(expected: Array, actual: Array, walk: Walk) -> Any:
    same = expected == actual
    if expected.dtype.kind in "fc":
        with np.errstate(invalid="ignore", over="ignore"):
            near = np.abs(actual - expected) <= walk.tolerance.around(expected)
        same |= near & np.isfinite(expected)
    return same


def _fits(expected: Column, actual: Column) -> bool:
    """Whether the dtype of a column may stand for the expected one: it holds the same values."""
    one, other = _group(expected), _group(actual)
    if one == other == "numbers":
        return kind_fits(np.dtype(_dtype(expected)), np.dtype(_dtype(actual)))
    if one == other == "category":
        return _same_categories(expected, actual)
    # Where no text is there, pandas says "object".
    if {one, other} == {"texts", "objects"}:
        return bool(is_missing(expected).all() or is_missing(actual).all())
    return one == other


def _dtype(column: Column) -> Any:
    return column.values.dtype


def _group(column: Column) -> str:
    """What a column holds, in one word; columns of other words never hold the same."""
    dtype, kind = column.dtype, np.dtype(_dtype(column)).kind
    if column.categories is not None or dtype.startswith("period"):
        return dtype
    if dtype.startswith("interval"):
        return f"interval {dtype.rpartition(', ')[2]}"
    if kind == "M":
        return f"times {dtype.partition(', ')[2]}"
    if kind == "m":
        return "durations"
    if kind in _NUMBERS:
        return "numbers"
    items = [item for item in column.values if not _is_nothing(item)]
    return "texts" if items and all(type(item) is str for item in items) else "objects"


def _same_categories(expected: Column, actual: Column) -> bool:
    """Whether both have the same categories; in the same order, where they have one."""
    one, other = expected.categories, actual.categories
    if one is None or other is None or expected.ordered != actual.ordered:
        return False
    labels, theirs = ([each.at(row) for row in range(len(each))] for each in (one, other))
    if not expected.ordered:
        labels, theirs = sorted(labels, key=repr), sorted(theirs, key=repr)
    return labels == theirs
