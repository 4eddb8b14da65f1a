"""Say of a variable in which way its value differs, without any number of the reference's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.execution.traced import Key
from grader.grading.tracing.compare import Differing, Same
from grader.grading.tracing.values import LargeArray, as_array, large_array
from grader.text import counted, plain

_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
# Of pairs and the like, which of the items are right is said.
_ITEMS = ("first", "second", "third")


def place(name: str, key: Key) -> str:
    """The variable or item as code would say it: `v["dW1"]`, `mini_batches[2]`."""
    if key is None:
        return name
    shown = f'"{key}"' if isinstance(key, str) else str(key)
    return plain(f"{name}[{shown}]")


def told(found: Differing, case: str, same: Same) -> str:
    """Sentences for the student: which step differs on the case of that title, and how.

    Only numbers of the student's own are in them.
    """
    time = f", the {_ordinal(found.time)} time that it is set" if found.times > 1 else ""
    sentences = (
        f'On the public case "{plain(case).rstrip(".")}", the first value that is not as expected '
        f"is {place(found.name, found.key)}, set in line {found.line}{time}.",
        *_how(found, same),
        *_before(found.after),
    )
    return " ".join(sentences)


def _before(count: int) -> Iterator[str]:
    if count == 1:
        yield "The one value set before it under a name of the given code is as expected."
    elif count:
        yield f"The {count} values set before it under names of the given code are as expected."


def _how(found: Differing, same: Same) -> Iterator[str]:
    expected, actual = as_array(_known(found.expected)), as_array(_known(found.actual))
    shapes = _shape(expected), _shape(actual)
    if found.is_extra:
        yield f"There should be no such {'key' if isinstance(found.key, str) else 'item'}."
    elif shapes[0] != shapes[1]:
        if shapes[1]:
            yield f"Its shape is {shapes[1]}, which is not the expected one."
    elif shapes[0] is not None:
        if _has_numbers(expected) and _has_numbers(actual):
            yield from _of_numbers(expected, actual, same)
    elif isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple)):
        yield from _of_items(expected, actual, same)


def _known(value: Any) -> Any:
    return large_array(value) or value


def _has_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biufc"


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of an array, empty for a single number; None for anything else."""
    if isinstance(value, (np.ndarray, LargeArray)):
        return value.shape
    return () if type(value) in (int, float, complex) else None


def _of_numbers(expected: Any, actual: Any, same: Same) -> Iterator[str]:
    if expected.dtype.kind in "fi" and expected.any() and same(-expected, actual):
        yield "Its sign is the other one everywhere."
        return
    pairs = zip(expected.ravel().tolist(), actual.ravel().tolist(), strict=True)
    right = [same(one, other) for one, other in pairs]
    if not any(right):
        if len(right) > 1:
            yield "None of its numbers is right."
    else:
        at = [int(n) for n in np.unravel_index(right.index(False), expected.shape)]
        numbers = f"Of its {counted(len(right), 'number')}, {sum(right)}"
        are = "is" if sum(right) == 1 else "are"
        yield f"{numbers} {are} right; the first that is not is at {at}."


def _of_items(expected: Any, actual: Any, same: Same) -> Iterator[str]:
    if len(expected) != len(actual):
        yield f"It has too {'few' if len(actual) < len(expected) else 'many'} items."
        return
    right = [same(one, other) for one, other in zip(expected, actual, strict=True)]
    if any(right) and len(right) <= len(_ITEMS):
        wrong = " and ".join(name for name, good in zip(_ITEMS, right, strict=False) if not good)
        yield f"In it, only the {wrong} of {len(right)} items differs."


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"
