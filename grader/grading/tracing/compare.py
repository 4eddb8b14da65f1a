"""Compare what two functions give the same variables: the first that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import WireError
from grader.execution.traced import Change, Key, Trace
from grader.values import wire

# What may be decoded of the values of one trace: values in them, and bytes.
MAX_DECODED_ITEMS, MAX_DECODED_BYTES = 200_000, 16 * 1024 * 1024
# A variable that is set more often is not compared.
MOST_TIMES = 50

Same = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Differing:
    """A variable, or an item of it, to which a line gives another value than the reference does.

    `expected` is the reference's value; nothing is expected there if it `is_extra`. A variable may
    be set several times: this is the `time`-th of `times`. `after` is how many values that the
    reference sets before are the same.
    """

    name: str
    key: Key
    line: int
    actual: Any
    expected: Any = None
    is_extra: bool = False
    time: int = 1
    times: int = 1
    after: int = 0


class _NotSet(Exception):
    """What differs first was never set, or to another kind of value, so no line can be named."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares traces of the reference and of a student's function.

    `same` says whether two values are the same; it may raise Undecided. `returned` are variables
    that the function returns: an item of them for which nothing is expected is wrong.
    `alternatives` gives further values that are right, by variable and item.
    """

    same: Same
    returned: frozenset[str]
    alternatives: Callable[[str, Key], Iterable[Any]]

    def first(self, expected: Trace, actual: Trace) -> Differing | None:
        """The first variable that differs, in the order in which the reference sets them.

        Variables that the student's function does not have are passed over. The result is None
        where none differs, or where what differs first was never set.
        """
        return _Walk(self, expected, actual).first()


class _Walk:
    """One walk along the reference's trace."""

    def __init__(self, how: Comparison, expected: Trace, actual: Trace) -> None:
        self._how, self._expected, self._given = how, expected, actual.given
        self._wanted, self._set = _by_name(expected), _by_name(actual)
        self._items = {(c.name, c.key): c for c in actual.changes if c.key is not None}
        self._names = {name for name, _ in actual.given} | {c.name for c in actual.changes}
        self._keys = {(c.name, c.key) for c in expected.changes} | expected.given
        self._times: Counter[str] = Counter()
        self._budget = wire.Budget(MAX_DECODED_ITEMS, MAX_DECODED_BYTES)
        self._after = 0

    def first(self) -> Differing | None:
        try:
            for change in self._expected.changes:
                found = self._of_variable(change) if change.key is None else self._of_item(change)
                if found:
                    return found
            names = dict.fromkeys(c.name for c in self._expected.changes if c.key is not None)
            return next((each for name in names if (each := self._extra(name))), None)
        except _NotSet:
            return None

    def _of_variable(self, wanted: Change) -> Differing | None:
        """What differs where the reference sets a variable that has no items."""
        every, mine = self._wanted.get(wanted.name, []), self._set.get(wanted.name, [])
        if not wanted.data or wanted.name not in self._names:
            return None
        if not mine:
            raise _NotSet
        if len(mine) > MOST_TIMES:
            raise _NotSet
        self._times[wanted.name] += 1
        time = self._times[wanted.name]
        if len(every) == 1:
            # It may be set in several steps, or be used for something else afterwards.
            found = [self._difference(wanted, change) for change in mine]
            return self._counted(None if None in found else found[-1])
        if len(mine) > len(every) or time > len(mine):
            raise _NotSet  # which of the values stand for each other is not known
        found = [self._difference(wanted, mine[time - 1])]
        return self._counted(found[0] and replace(found[0], time=time, times=len(every)))

    def _of_item(self, wanted: Change) -> Differing | None:
        """What differs where the reference sets an item of a dictionary or list."""
        place = wanted.name, wanted.key
        if wanted.name not in self._names:
            return None
        if place in self._items:
            return self._counted(self._difference(wanted, self._items[place]))
        if place not in self._given and (extra := self._extra(wanted.name)):
            return extra
        raise _NotSet

    def _extra(self, name: str) -> Differing | None:
        """The first item of a returned variable for which nothing is expected."""
        for place, change in self._items.items():
            if place[0] == name and name in self._how.returned and place not in self._keys:
                return Differing(*place, change.line, None, is_extra=True, after=self._after)
        return None

    def _counted(self, found: Differing | None) -> Differing | None:
        self._after += found is None
        return found and replace(found, after=self._after)

    def _difference(self, wanted: Change, mine: Change) -> Differing | None:
        if not wanted.data or not mine.data or self._budget.spent:
            raise _NotSet
        expected, actual = wire.decode(wanted.data), decoded(mine.data, self._budget)
        right = (expected, *self._how.alternatives(wanted.name, wanted.key))
        if any(self._how.same(each, actual) for each in right):
            return None
        return Differing(mine.name, mine.key, mine.line, actual, expected)


def decoded(data: bytes, budget: wire.Budget | None = None) -> Any:
    """The value that a kernel has sent; None if these bytes are no value."""
    try:
        return wire.decode(data, budget=budget)
    except WireError:
        return None


def _by_name(trace: Trace) -> dict[str, list[Change]]:
    """What each variable is set to, one after the other, where it has no items."""
    found: dict[str, list[Change]] = {}
    for change in trace.changes:
        if change.key is None and change.data:
            found.setdefault(change.name, []).append(change)
    return found
