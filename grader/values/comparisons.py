"""The comparisons that `@case(..., compare=…)` chooses from, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .contents import negative
from .difference import Difference, Returns, Tolerance, Walk, first_difference
from .kind import ValuePath, plain
from .ordering import rank
from .python.sequence import wrong_count
from .python.text import unseen_difference
from .tables.table import recorded_table
from .tables.table_compared import ANOTHER_ORDER, form_differences
from .tables.table_record import Table

# Of items to be compared up to order, at most so many pairs are tried that are none.
MOST_PAIRS = 100_000
# A number in a text that does not belong to a name, as the 1 of `W1` does.
_WRITTEN = re.compile(r"(?<![\w.])[-+]?+(?:\d++\.?+\d*+|\.\d++)(?:[eE][-+]?+\d++)?+")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A way to compare an expected with an actual answer.

    `first_difference` is called with both, the tolerance, what is returned and the known keys, as
    the function of that name in `difference`. An answer is compared part by part to tell mistakes
    apart if `by_parts`; otherwise its parts mean nothing without each other.
    """

    first_difference: Callable[[Any, Any, Tolerance, Returns, Iterable[Any]], Difference | None] = (
        first_difference
    )
    by_parts: bool = True


def in_any_order(
    expected: Any, actual: Any, tolerance: Tolerance, returns: Returns, known_keys: Iterable[Any]
) -> Difference | None:
    """As `first_difference`, but each returned sequence or 1-d array may be in another order."""
    walk = _InAnyOrder(tolerance, returns, expected, known_keys)
    return next(walk.returned(expected, actual), None)


class _InAnyOrder(Walk):
    def whole(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        found = next(self.value(expected, actual, path), None)
        if found is None:
            return
        if not _has_order(expected, actual, found):
            yield found
        elif len(expected) != len(actual):
            yield wrong_count(expected, actual, self, path)
        else:
            for item in _without_partner(expected, actual, self):
                what = f"has no item {self.brief(item)} (in whatever order)"
                hushed = "lacks an item that is expected (in whatever order)"
                yield self.found(path, "value", what, hushed)


def _without_partner(expected: Any, actual: Any, walk: Walk) -> Iterator[Any]:
    """The expected items that cannot be paired with actual ones."""
    rest = sorted(map(plain, actual), key=rank, reverse=True)
    tries = 0
    for item in sorted(map(plain, expected), key=rank):
        for index in reversed(range(len(rest))):
            if next(walk.value(item, rest[index], ()), None) is None:
                del rest[index]
                break
            tries += 1
            if tries > MOST_PAIRS:
                yield item
                return
        else:
            yield item


def with_rows_in_any_order(
    expected: Any, actual: Any, tolerance: Tolerance, returns: Returns, known_keys: Iterable[Any]
) -> Difference | None:
    """As `first_difference`, but the rows of each returned table may be in another order.

    The labels of rows count, unless the expected ones are 0, 1, 2 and so on.
    """
    walk = _RowsInAnyOrder(tolerance, returns, expected, known_keys)
    return next(walk.returned(expected, actual), None)


class _RowsInAnyOrder(Walk):
    def whole(self, expected: Any, actual: Any, path: ValuePath) -> Iterator[Difference]:
        found = next(self.value(expected, actual, path), None)
        expected, kept = recorded_table(expected), recorded_table(actual)
        if found is None or expected is None:
            yield from filter(None, [found])
        elif type(kept) is not type(expected):
            yield found
        elif form := next(form_differences(expected, kept, self, path), None):
            yield form
        elif ANOTHER_ORDER not in found.message:
            yield from self._lacking(expected, kept, path)

    def _lacking(self, expected: Table, actual: Any, path: ValuePath) -> Iterator[Difference]:
        labelled = not expected.index.are_numbers_of_rows
        rows = expected.rows(labelled), actual.rows(labelled)
        for row in _without_partner(*rows, self):
            what = f"has no row {self.brief(row)} (in whatever order)"
            hushed = "lacks a row that is expected (in whatever order)"
            yield self.found(path, "value", what, hushed)


def _has_order(expected: Any, actual: Any, found: Difference) -> bool:
    """Whether the two could be the same in another order, in spite of the difference found."""
    if isinstance(expected, np.ndarray):
        return expected.ndim == 1 and found.kind in ("value", "nan")
    return isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple))


def up_to_sign(
    expected: Any, actual: Any, tolerance: Tolerance, returns: Returns, known_keys: Iterable[Any]
) -> Difference | None:
    """As `first_difference`, but all numbers may have the other sign, as eigenvectors may."""
    known = frozenset(known_keys)
    found = first_difference(expected, actual, tolerance, returns, known)
    if found is None or found.kind not in ("value", "nan"):
        return found
    if first_difference(negative(expected), actual, tolerance, returns, known) is None:
        return None
    also = ", and with the other sign there is a difference too"
    return replace(found, message=found.message + also, discreet=found.discreet + also)


def line_by_line(
    expected: Any, actual: Any, tolerance: Tolerance, returns: Returns, known_keys: Iterable[Any]
) -> Difference | None:
    """The first line in which two texts differ, but for white space at the ends of lines."""
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return first_difference(expected, actual, tolerance, returns, known_keys)
    wanted, there = (
        [line.rstrip() for line in text.rstrip().splitlines()] for text in (expected, actual)
    )
    for number, (one, other) in enumerate(zip(wanted, there, strict=False), start=1):
        if one != other:
            shown = f"is {_cut(other)} where {_cut(one)} is expected"
            shown += unseen_difference(one, other, _cut(one), _cut(other))
            return _of_line(number, shown, "differs from what is expected")
    if len(there) < len(wanted):
        shown = f"is missing, where {_cut(wanted[len(there)])} is expected"
        return _of_line(len(there) + 1, shown, "is missing")
    if len(there) > len(wanted):
        shown = f"is {_cut(there[len(wanted)])} where the text should have ended"
        return _of_line(len(wanted) + 1, shown, "stands where the text should have ended")
    return None


def by_numbers(
    expected: Any, actual: Any, tolerance: Tolerance, returns: Returns, known_keys: Iterable[Any]
) -> Difference | None:
    """The first difference of the numbers that stand in two texts, in their order."""
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return first_difference(expected, actual, tolerance, returns, known_keys)
    wanted, there = (
        [float(each) for each in _WRITTEN.findall(text)] for text in (expected, actual)
    )
    if len(wanted) != len(there):
        walk = Walk(tolerance, returns, expected, known_keys)
        has = walk.plural(len(there), "number")
        message = f"the text has {has} where {walk.expects(len(wanted))}"
        return Difference("", "count", message, "another count of numbers is expected in the text")
    return first_difference(wanted, there, tolerance, Returns(("numbers",)), ())


def _of_line(number: int, message: str, discreet: str) -> Difference:
    where = f"line {number} of the text"
    return Difference(where, "value", f"{where} {message}", f"{where} {discreet}")


def _cut(line: str) -> str:
    return repr(line if len(line) <= 60 else f"{line[:57]}...")


COMPARISONS = {
    "equal": Comparison(),
    "order": Comparison(in_any_order),
    "rows": Comparison(with_rows_in_any_order),
    "sign": Comparison(up_to_sign, by_parts=False),
    "text": Comparison(line_by_line, by_parts=False),
    "numbers": Comparison(by_numbers, by_parts=False),
}
