"""Whether two traced values are the same, of which large arrays are known by a digest."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.assignments.records import Case
from grader.sandbox.inside.tracing import ARRAY
from grader.values.difference import Returns

# No array has a larger dimension.
LARGEST = 2**63 - 1


class Undecided(Exception):
    """Two large arrays of which it is not known whether they are the same."""


@dataclass(frozen=True, slots=True)
class LargeArray:
    """What is known of a large array: its digest, and some of its numbers."""

    shape: tuple[int, ...]
    dtype: str
    digest: str
    sample: Any


def large_array(value: Any) -> LargeArray | None:
    """The large array that a traced value stands for, if it does."""
    match value:
        case (str() as kind, tuple() as shape, str() as dtype, str() as digest, np.ndarray() as x):
            whole = all(type(n) is int and 0 <= n <= LARGEST for n in shape)
            return LargeArray(shape, dtype, digest, x) if kind == ARRAY and whole else None
    return None


def same(case: Case, one: Any, other: Any) -> bool:
    """Whether two traced values are the same, as the case compares them.

    A list of numbers may stand for an array. Raises Undecided.
    """
    large, other_large = large_array(one), large_array(other)
    if large and other_large:
        if large.shape != other_large.shape:
            return False
        if (large.dtype, large.digest) == (other_large.dtype, other_large.digest):
            return True
        if case.same(large.sample, other_large.sample, Returns()):
            raise Undecided
        return False
    if (
        isinstance(one, (list, tuple))
        and isinstance(other, (list, tuple))
        and not (large or other_large)
    ):
        return len(one) == len(other) and all(
            same(case, *pair) for pair in zip(one, other, strict=True)
        )
    if isinstance(one, np.ndarray) != isinstance(other, np.ndarray):
        one, other = as_array(one), as_array(other)
    return case.same(one, other, Returns())


def as_array(value: Any) -> Any:
    """A list of numbers as an array; any other value as it is."""
    if isinstance(value, (list, tuple)) and all(type(each) in (int, float) for each in value):
        with suppress(OverflowError):
            array = np.array(value)
            return array if array.dtype != object else value
    return value
