"""What of a wrong answer is right, said before what is not: `W is right, b is not.`

It is for answers that no variant explains. Each sentence is a comparison with the expected output
of one case. Of hidden cases nothing is said that tells a value, a count or an unknown key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.assignments.records import Case, Exercise
from grader.execution.outcome import Outcome, Raised, Returned
from grader.grading.judging.parts import WHOLE, Cut, expected_parts
from grader.model import CaseResult, Visibility
from grader.text import plain
from grader.values.arrays.array import Digest, head_of
from grader.values.difference import Returns

# So many parts or keys are named.
MOST_NAMED = 4
# Items of a list, whose values are told apart by their position, are mostly pairs.
_ORDINALS = ("first", "second", "third")

_Same = Callable[[Any, Any], bool]


def with_right_parts(
    exercise: Exercise, cases: Sequence[CaseResult], outcomes: Sequence[Outcome]
) -> tuple[CaseResult, ...]:
    """The judged cases; the message of one begins with what is right in the answer.

    It is the first failed case of which something can be said: one sentence is enough.
    """
    told = list(cases)
    for index, (case, outcome) in enumerate(zip(exercise.cases, outcomes, strict=True)):
        failed = cases[index].passed is False
        if words := right_parts(case, exercise, outcome) if failed else "":
            told[index] = replace(cases[index], message=f"{words}\n{cases[index].message}")
            break
    return tuple(told)


def right_parts(case: Case, exercise: Exercise, outcome: Outcome) -> str:
    """What is right in a wrong answer to one case, in a sentence; empty where nothing is."""
    if (
        case.raises
        or case.is_checked
        or case.driver
        or not isinstance(outcome, Returned)
        or not case.comparison.by_parts
    ):
        return ""
    same = partial(_same, case)
    return _by_position_or_key(case, exercise, outcome.value, same) or _by_part(
        case, exercise, outcome
    )


def _by_part(case: Case, exercise: Exercise, outcome: Returned) -> str:
    """Which parts are right, by the names that the author gave them."""
    value = outcome.value
    cut = Cut(exercise, len(value) if isinstance(value, (list, tuple)) else 0)
    expected, actual = expected_parts(cut, case), cut.parts_of(outcome)
    if isinstance(actual, Raised) or WHOLE in expected or expected.keys() != actual.keys():
        return ""
    if case.visibility is not Visibility.PUBLIC:
        shown = [expected_parts(cut, each) for each in exercise.of(Visibility.PUBLIC)]
        if not all(any(name in names for names in shown) for name in expected):
            return ""
    right = [name for name in expected if cut.same(case, expected, actual, name)]
    wrong = [name for name in expected if name not in right]
    return _named(right, wrong) if wrong else ""


def _by_position_or_key(case: Case, exercise: Exercise, actual: Any, same: _Same) -> str:
    """Which items are right where a single list or dictionary is returned."""
    names, public = exercise.returns.names, case.visibility is Visibility.PUBLIC
    name = names[0] if names else "the answer"
    match case.expected, actual:
        case _ if len(names) > 1:
            return ""
        case dict() as wanted, dict() if public:
            both = [key for key in wanted if key in actual]
            right = [key for key in both if same(wanted[key], actual[key])]
            wrong = [key for key in both if key not in right]
            return _named([f"{name}[{k!r}]" for k in right], [f"{name}[{k!r}]" for k in wrong])
        case (list() | tuple()) as wanted, list() | tuple():
            return _by_position(name, wanted, actual, same, public)
    return ""


def _same(case: Case, one: Any, other: Any) -> bool:
    return case.same(one, other, Returns())


def _named(right: Sequence[str], wrong: Sequence[str]) -> str:
    if not right:
        return ""
    words = f"{_listed(right)} {'is' if len(right) == 1 else 'are'} right"
    if wrong:
        words += f", {_listed(wrong)} {'is' if len(wrong) == 1 else 'are'} not"
    return plain(f"{words}.")


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:MOST_NAMED])
    if len(names) > len(shown):
        shown[-1:] = [f"{len(names) - len(shown) + 1} others"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _by_position(
    name: str, expected: Sequence[Any], actual: Sequence[Any], same: _Same, public: bool
) -> str:
    """Which items of a list are right, by position; the only wrong one is described."""
    right = [same(one, other) for one, other in zip(expected, actual, strict=False)]
    count = right.index(False) if False in right else len(right)
    if len(actual) != len(expected):
        if not count or count < len(right):
            return ""
        if len(actual) > len(expected):
            return f"All that is expected in {name} is right, but more follows it."
        return f"The items that {name} has are right, but some are missing after them."
    wrong = [index for index, each in enumerate(right) if not each]
    if not any(right) or not wrong:
        return ""
    if len(wrong) == 1:
        (index,) = wrong
        which = {0: "first", len(right) - 1: "last"}.get(index, "")
        how = _described(expected, index, actual[index], same)
        if which and len(right) == 2:
            other = "first" if index else "last"
            return f"The {other} item of {name} is right; the {which} one {how}."
        if which:
            return f"All items of {name} but the {which} are right; the {which} one {how}."
        return f"All items of {name} but one are right{f'; {name}[{index}] {how}' * public}."
    if not any(right[count:]):
        first = f"first {count} items" if public else "first items"
        words = f"{first} of {name} are" if count > 1 else f"first item of {name} is"
        return f"The {words} right; those that follow are not."
    if public and sum(right) > 1 and not any(right[: len(wrong)]):
        return f"The last {sum(right)} items of {name} are right; those before them are not."
    return f"{sum(right)} of {len(right)} items of {name} are right." if public else ""


def _described(expected: Sequence[Any], index: int, actual: Any, same: _Same) -> str:
    """How a wrong item differs from the expected one: `begins elsewhere`, for example."""
    wanted = expected[index]
    if not isinstance(wanted, (list, tuple)) or not isinstance(actual, (list, tuple)):
        return _in_columns([(wanted, actual, list(expected))])
    if len(wanted) != len(actual):
        return "is not"
    wrong = [n for n in range(len(wanted)) if not same(wanted[n], actual[n])]
    if len(wrong) < len(wanted) <= len(_ORDINALS):
        right = [_ORDINALS[n] for n in range(len(wanted)) if n not in wrong]
        not_right = [_ORDINALS[n] for n in wrong]
        return f"is right in its {_listed(right)} value and wrong in its {_listed(not_right)}"
    items = [each for each in expected if isinstance(each, (list, tuple))]
    return _in_columns(
        [(wanted[n], actual[n], [each[n] for each in items if len(each) > n]) for n in wrong]
    )


def _in_columns(pairs: Sequence[tuple[Any, Any, list[Any]]]) -> str:
    """How arrays differ in their columns, which are on the last axis.

    Each is an expected and an actual array, with the expected ones at the same place of all items.
    """
    arrays = [each for one, other, others in pairs for each in (one, other, *others)]
    if not all(isinstance(each, (np.ndarray, Digest)) and each.shape for each in arrays):
        return "is not"
    if any(one.shape[:-1] != other.shape[:-1] for one, other, _ in pairs):
        return "has another shape than expected"
    widths = {(one.shape[-1], other.shape[-1]) for one, other, _ in pairs}
    if len(widths) > 1:
        return "is not"
    ((want, have),) = widths
    if not have or not want:
        return "has no columns" if want else "should have no columns"
    size = f"has too {'many' if have > want else 'few'} columns"
    size = size if have != want else "has the right shape"
    if any(isinstance(each, Digest) for each in arrays):
        other_start = any(_begins_otherwise(one, other) for one, other, _ in pairs)
        return f"{size} and begins with other values" if other_start else size
    astray = [each for each in pairs if not np.array_equal(each[0][..., 0], each[1][..., 0])]
    ends = all(np.array_equal(one[..., -1], other[..., -1]) for one, other, _ in pairs)
    start = "begins right"
    if astray:
        there = all(_has_column(others, other[..., :1]) for _, other, others in astray)
        start = "begins elsewhere" if there else "begins with other values"
    return f"{size}, {start} and ends right" if ends else f"{size} and {start}"


def _begins_otherwise(expected: Any, actual: Any) -> bool:
    """Whether the first value is another one; of a large expected array no more is known."""
    first = expected.head[0] if isinstance(expected, Digest) else expected.flat[0]
    return not np.isclose(head_of(actual)[0], first)


def _has_column(arrays: Sequence[Any], column: Any) -> bool:
    alike = (each for each in arrays if each.shape[:-1] == column.shape[:-1])
    return any((each == column).reshape(-1, each.shape[-1]).all(axis=0).any() for each in alike)
