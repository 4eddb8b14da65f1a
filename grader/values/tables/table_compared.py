"""Two tables compared: columns, rows, dtypes, labels, and then each value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.array import Digest
from ..arrays.time_array import moment_text
from ..kind import Label, ValuePath
from ..ordering import rank
from ..python.text import unseen_difference
from .column_compared import cell, is_missing, other_dtype, other_dtype_in_words, wrong_rows
from .column_record import Column
from .labels import Labels
from .table_record import Table

if TYPE_CHECKING:
    from ..difference import Difference, Walk

# Of larger tables it is not looked whether the rows are the same in another order.
MOST_ROWS = 2_000
ANOTHER_ORDER = "has the rows that are expected, but in another order"


def table_differences(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """The differences of two DataFrames, or of two Series; the first one first."""
    for wrong in (_other_columns, _other_count, _other_dtypes):
        found = next(wrong(expected, actual, walk, path), None)
        if found:
            yield found
            return
    found = next(_other_rows(expected, actual, walk, path), None)
    if found and _in_another_order(expected, actual, walk):
        yield walk.found(path, "value", ANOTHER_ORDER, ANOTHER_ORDER)
    elif found:
        yield found


def form_differences(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """The differences of columns, number of rows and dtypes alone, and of labels that count."""
    for wrong in (_other_columns, _other_count, _other_dtypes, _other_dtypes_of_labels):
        yield from wrong(expected, actual, walk, path)


def _other_columns(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    wanted, has = expected.labels(), actual.labels()
    lacking = [label for label in wanted if label not in has]
    extra = [label for label in has if label not in wanted]
    if lacking:
        what = f"has no column {_name(lacking[0])}"
        instead = f" (it has {', '.join(map(_name, extra[:4]))} instead)" if extra else ""
        if len(extra) == 1:
            names = lacking[0], extra[0]
            instead += unseen_difference(*names, *map(_name, names))
        hushed = what if walk.knows(lacking[0]) else "lacks a column that is expected"
        yield walk.found(path, "keys", what + instead, hushed)
    elif extra:
        what = f"has the column {_name(extra[0])}, which is not expected"
        yield walk.found(path, "keys", what, "has a column that is not expected")
    elif len(wanted) != len(has):
        what = f"has {walk.plural(len(has), 'column')} where {walk.expects(len(wanted))}"
        yield walk.found(path, "keys", what, "has another number of columns than expected")
    elif wanted != has:
        shown, right = (", ".join(map(_name, labels[:6])) for labels in (has, wanted))
        what = f"has its columns in the order {shown} where {right} is expected"
        yield walk.found(path, "keys", what, "has its columns in another order than expected")


def _other_count(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    has, wanted = len(actual.index), len(expected.index)
    if has != wanted:
        what = f"has {walk.plural(has, 'row')} where {walk.expects(wanted)}"
        hushed = f"has too {'few' if has < wanted else 'many'} rows"
        yield walk.found(path, "count", what, hushed)


def _other_dtypes(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    for place, pair in enumerate(zip(expected.data, actual.data, strict=True)):
        yield from other_dtype(*pair, walk, (*path, *_column(expected, place)))


def _other_dtypes_of_labels(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """Of the labels of rows, unless they only number these."""
    if not expected.index.are_numbers_of_rows:
        yield from _other_dtypes_of_levels(expected.index, actual.index, walk, path)


def _other_dtypes_of_levels(
    expected: Labels, actual: Labels, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    if len(expected.levels) != len(actual.levels):
        return
    for pair in zip(expected.levels, actual.levels, strict=True):
        if said := other_dtype_in_words(*pair):
            shown, hushed = (f"has an index that {words}" for words in said)
            yield walk.found(path, "dtype", shown, hushed)


def _other_rows(
    expected: Table, actual: Table, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    yield from _other_labels(expected.index, actual.index, walk, path)
    for place, (one, other) in enumerate(zip(expected.data, actual.data, strict=True)):
        if isinstance(one.values, Digest):
            if one.missing is not None and (one.missing != is_missing(other)).any():
                what = "has values where none are expected, or lacks some"
                yield walk.found((*path, *_column(expected, place)), "nan", what, what)
            yield from walk.value(one.values, other.values, (*path, *_column(expected, place)))
        else:
            yield from _other_cells(expected, place, other, walk, path)


def _other_labels(
    expected: Labels, actual: Labels, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    if len(expected.levels) != len(actual.levels):
        has = walk.plural(len(actual.levels), "level")
        what = f"has an index of {has} where {walk.expects(len(expected.levels))}"
        yield walk.found(path, "keys", what, "has an index with another number of levels")
        return
    for one, other in zip(expected.levels, actual.levels, strict=True):
        wrong = next(other_dtype(one, other, walk, path), None)
        rows = wrong_rows(one, other, walk) if not wrong else np.ones(len(one), bool)
        if rows.any():
            place = int(np.argmax(rows))
            shown, right = _name(actual.at(place)), _name(expected.at(place))
            if shown == right:  # as that of a time that has no zone any more
                yield from _other_dtypes_of_levels(expected, actual, walk, path)
            what = f"has the row label {shown} where {right} is expected, at position {place}"
            yield walk.found(path, "keys", what, "has other row labels than expected")
            return


def _other_cells(
    expected: Table, place: int, actual: Column, walk: Walk, path: ValuePath
) -> Iterator[Difference]:
    """The differences of the first value that is wrong in a column."""
    column = expected.data[place]
    wrong = wrong_rows(column, actual, walk)
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    label = _name(expected.index.at(row))
    steps = _column(expected, place)
    known = steps[0].known if steps else None
    where = Label(f", row {label}{steps[0] if steps else ''}", known, hushed=str(*steps))
    one, other = cell(column, row), cell(actual, row)
    found = next(walk.value(one, other, (*path, where)), None)
    if found is None:  # as NaN and NA are
        shown = f"is {walk.brief(other)} where {walk.brief(one)} is expected"
        found = walk.found((*path, where), "value", shown, "differs from what is expected")
    yield found


def _column(table: Table, place: int) -> tuple[Label, ...]:
    """The step of a path to a column; a Series has none."""
    if not isinstance(table.columns, Labels):
        return ()
    label = table.columns.at(place)
    text = f", column {_name(label)}"
    return (Label(text, label, hushed=text),)


def _name(label: Any) -> str:
    if isinstance(label, tuple):
        return f"({', '.join(map(_name, label))})"[:60]
    is_moment = isinstance(label, (np.datetime64, np.timedelta64))
    return (moment_text(label) if is_moment else repr(label))[:60]


def _in_another_order(expected: Table, actual: Table, walk: Walk) -> bool:
    """Whether both have the same rows, whose labels count unless they only number them."""
    if not expected.is_whole or len(expected.index) > MOST_ROWS:
        return False
    if next(_other_dtypes_of_labels(expected, actual, walk, ()), None):
        return False
    labelled = not expected.index.are_numbers_of_rows
    pairs = zip(expected.data, actual.data, strict=True)
    if not labelled and not any(wrong_rows(*pair, walk).any() for pair in pairs):
        return False  # only the labels differ
    one, other = (sorted(each.rows(labelled), key=rank) for each in (expected, actual))
    return all(next(walk.value(*pair, ()), None) is None for pair in zip(one, other, strict=True))
