"""Number everybody's attempts, where a download has all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

# When an attempt was made: a time in ISO 8601, or a number.
When = TypeVar("When", str, int)


def numbered(made: Iterable[tuple[str, When]]) -> dict[tuple[str, When], int]:
    """Pairs of a student and a time -> the attempt's number, from 1.

    >>> numbered([("ann", "12:00"), ("ann", "10:00"), ("bo", "12:00")])
    {('ann', '10:00'): 1, ('ann', '12:00'): 2, ('bo', '12:00'): 1}
    """
    times: dict[str, set[When]] = defaultdict(set)
    for student, when in made:
        times[student].add(when)
    return {
        (student, when): number
        for student, each in times.items()
        for number, when in enumerate(sorted(each), 1)
    }
