"""Checkers that are ready: what `check=` of a case takes where several answers are right.

A checker is a function with parameters among `answer`, `expected` (what the reference gives) and
`arguments` (those of the case, with `args` and `kwargs`). It returns True for a right answer, False
for a wrong one, or a sentence that says what is wrong. The ready ones can be called to try them:

    >>> up_to_order(answer=[3, 1, 2], expected=[1, 2, 3])
    True
    >>> any_of(2, -2)(answer=-2.0)
    True

Answers hold values of Python's and numpy's own types only, and of those of pandas
and scipy, of whatever kind a student returned. So a checker of your own looks at what it gets
before it computes with it: if it raises, the exercise is not graded.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from grader.authoring import Arguments
from grader.values.comparisons import COMPARISONS
from grader.values.difference import Returns, Tolerance

# What a checker returns: whether the answer is right, or what is wrong with it.
Said: TypeAlias = bool | str
Checker: TypeAlias = Callable[..., Said]


def up_to_order(answer: Any, expected: Any) -> Said:
    """Right if the items of a list, tuple or 1-d array are those expected, in whatever order.

    >>> up_to_order([1.0, 2.0], [2.0, 1.0])
    True
    >>> up_to_order([1.0], [2.0, 1.0])
    'the items are not those that are expected, in whatever order'
    """
    if _same(expected, answer, compare="order"):
        return True
    return "the items are not those that are expected, in whatever order"


def up_to_sign(answer: Any, expected: Any) -> Said:
    """Right if an array is as expected or its negative; of a matrix, each column by itself.

    So it takes the eigenvectors that stand in the columns of a matrix, whatever their signs.

    >>> up_to_sign(np.array([[-1.0, 0.0], [0.0, 1.0]]), np.eye(2))
    True
    >>> up_to_sign(np.array([1.0, 1.0]), np.array([1.0, -1.0]))
    'the values differ by more than their signs'
    """
    wrong = "the values differ by more than their signs"
    if not (isinstance(answer, np.ndarray) and isinstance(expected, np.ndarray)):
        return True if _same(expected, answer, compare="sign") else wrong
    if answer.ndim < 2 or answer.shape != expected.shape:
        return True if _same(expected, answer, compare="sign") else wrong
    columns = range(expected.shape[-1])
    each = (_same(expected[..., n], answer[..., n], compare="sign") for n in columns)
    return True if all(each) else wrong


def up_to_permutation(answer: Any, expected: Any) -> Said:
    """Right if labels group the items as expected: which group has which label does not count.

    >>> up_to_permutation([1, 1, 0], expected=[0, 0, 1])
    True
    >>> up_to_permutation([1, 0, 0], expected=[0, 0, 1])
    'the labels make other groups than those that are expected'
    """
    labels, wanted = _items(answer), _items(expected)
    if labels is None or wanted is None:
        return "a list or an array of labels is expected"
    if len(labels) != len(wanted):
        return "there is not one label for each item"
    pairs = set(zip(map(repr, labels), map(repr, wanted), strict=True))
    ours, theirs = {one for one, _ in pairs}, {other for _, other in pairs}
    if len(pairs) == len(ours) == len(theirs):
        return True
    return "the labels make other groups than those that are expected"


def root_within(function: Callable[[float], float], tolerance: float = 1e-8) -> Checker:
    """A checker: right is a number at which `function` is 0, within the tolerance.

    >>> root_within(lambda x: x**2 - 2)(answer=-(2**0.5))
    True
    >>> root_within(lambda x: x**2 - 2)(answer=1.4)
    'the equation does not hold for this number'
    """

    def is_root(answer: Any) -> Said:
        if not _is_number(answer):
            return "a number is expected"
        if abs(function(answer)) <= tolerance:
            return True
        return "the equation does not hold for this number"

    return is_root


def sorted_by(key: Callable[[Any], Any] | None = None, *, reverse: bool = False) -> Checker:
    """A checker: right are the expected items, in an order in which `key` never decreases.

    Items with the same key may be in any order. If `reverse`, the key never increases.

    >>> sorted_by(len)(answer=["b", "a", "cc"], expected=["a", "b", "cc"])
    True
    >>> sorted_by(len)(answer=["cc", "a", "b"], expected=["a", "b", "cc"])
    'the items are not in order'
    """

    def is_sorted(answer: Any, expected: Any) -> Said:
        items = _items(answer)
        if items is None or not _same(_items(expected), items, compare="order"):
            return "the items are not those that are expected, in whatever order"
        keys = [key(item) if key else item for item in items]
        pairs = zip(keys[1:], keys, strict=False) if reverse else itertools.pairwise(keys)
        return True if all(one <= other for one, other in pairs) else "the items are not in order"

    return is_sorted


def satisfies(
    residual: Callable[[Any, Arguments], Any], shape: Sequence[int] = (), tolerance: float = 1e-8
) -> Checker:
    """A checker: right is an answer for which an equation holds.

    `residual` is called with the answer and the case's arguments; what it returns, a number or an
    array, must be 0 within the tolerance. The answer must be an array of this `shape`, or a number
    if that is empty.

    >>> from grader.authoring import arguments
    >>> solves = satisfies(lambda x, given: given.args[0] @ x - given.args[1], shape=(2,))
    >>> solves(answer=np.array([1.0, 0.0]), arguments=arguments(np.eye(2), np.array([1.0, 0.0])))
    True
    >>> solves(answer=np.array([1.0, 2.0]), arguments=arguments(np.eye(2), np.array([1.0, 0.0])))
    'the equation does not hold'
    """

    def holds(answer: Any, arguments: Arguments) -> Said:
        if tuple(shape):
            if not isinstance(answer, np.ndarray) or answer.shape != tuple(shape):
                return "an array of another shape is expected"
            if answer.dtype.kind not in "iufc" or not np.all(np.isfinite(answer)):
                return "an array of finite numbers is expected"
        elif not _is_number(answer):
            return "a number is expected"
        left = np.max(np.abs(residual(answer, arguments)), initial=0.0)
        return True if left <= tolerance else "the equation does not hold"

    return holds


def any_of(*right: Any) -> Checker:
    """A checker: right is each of these values, compared as an expected output is.

    >>> any_of("north", "N")(answer="N")
    True
    >>> any_of("north", "N")(answer="n")
    False
    """

    def is_one(answer: Any) -> Said:
        return any(_same(each, answer) for each in right)

    return is_one


def _same(expected: Any, answer: Any, compare: str = "equal") -> bool:
    comparison = COMPARISONS[compare]
    return comparison.first_difference(expected, answer, Tolerance(), Returns(), ()) is None


def _items(value: Any) -> list[Any] | None:
    """The items of a list, a tuple or a 1-d array; None for anything else."""
    if isinstance(value, np.ndarray):
        return value.tolist() if value.ndim == 1 else None
    return list(value) if isinstance(value, (list, tuple)) else None


def _is_number(value: Any) -> bool:
    is_one = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_one and abs(value) < float("inf")
