"""Whether an outcome is what a case expects: a value, an exception, or what its checker says."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from typing import Any

from grader.assignments.kinds import kind_of
from grader.assignments.records import Case, Exercise
from grader.execution.outcome import Outcome, Raised, Returned
from grader.grading.judging.checked import ELSEWHERE, CheckerFailed, checked
from grader.model import Visibility
from grader.text import beginning, one_line
from grader.values.difference import Difference, Returns
from grader.values.kinds import KINDS as VALUE_KINDS

LONGEST_TEXT = 80


def is_right(case: Case, exercise: Exercise, outcome: Outcome) -> bool:
    """Whether the outcome is right for the case. Raises CheckerFailed."""
    if case.raises:
        return not not_raised(case, outcome)
    return isinstance(outcome, Returned) and difference(case, exercise, outcome.value) is None


def difference(
    case: Case, exercise: Exercise, value: Any, known_keys: Iterable[Any] = ()
) -> Difference | None:
    """What is wrong with a value, by the case's checker or by what is expected; None if nothing.

    Raises CheckerFailed where the checker does not say anything, or is not here.
    """
    if case.check is None:
        found = _first_difference(case, exercise, value, known_keys)
        if found and case.checked_elsewhere:
            raise CheckerFailed(ELSEWHERE)
        return found
    said = checked(case, value)
    if said.right:
        return None
    gives = kind_of(exercise).words.gives.format(name=exercise.name)
    shown = f"{gives} {brief(value)}"
    message = f"{shown}: {said.words}" if said.words else f"{shown}, which is not right"
    discreet = f"{gives} something that is not right"
    return Difference(
        "", "value", message, f"{discreet}: {said.discreet}" if said.discreet else discreet
    )


def _first_difference(
    case: Case, exercise: Exercise, value: Any, known_keys: Iterable[Any]
) -> Difference | None:
    """The first difference. What a driver sees is compared one by one, as what is returned is."""
    both_lists = isinstance(case.expected, list) and isinstance(value, list)
    if case.driver and both_lists and len(value) == len(case.expected):
        names = _names_of_seen(case, len(value))
        for name, expected, actual in zip(names, case.expected, value, strict=True):
            if found := case.first_difference(expected, actual, Returns((name,)), known_keys):
                return found
        return None
    return case.first_difference(case.expected, value, exercise.returns, known_keys)


def _names_of_seen(case: Case, count: int) -> Sequence[str]:
    """What each thing that a driver sees is called: as a public driver writes it, or by number."""
    labels = case.driver.labels if case.driver else ()
    if case.visibility is Visibility.PUBLIC and len(labels) == count:
        return labels
    return [f"observations[{index}]" for index in range(count)]


def brief(value: Any) -> str:
    """The value as code would say it, or its beginning."""
    return beginning(one_line(VALUE_KINDS.of(value).brief(value)[: 2 * LONGEST_TEXT]), LONGEST_TEXT)


def not_raised(case: Case, outcome: Outcome, public: bool = True) -> str:
    """Why an outcome is not the exception that the case expects; empty where it is.

    Of a hidden case neither the type nor the text is told.
    """
    wanted = case.raises if public else "an exception"
    if not isinstance(outcome, Raised):
        return f"raises nothing where {wanted} is expected"
    if not is_a(outcome, case.raises):
        return f"raises {outcome.type} where {wanted} is expected" if public else _another(outcome)
    if case.says not in outcome.message:
        if not public:
            return "raises the exception that is expected, and its text is not the expected one"
        text = one_line(beginning(outcome.message, LONGEST_TEXT))
        has = f"its text is {text!r}" if text else "it has no text"
        return f"raises {outcome.type} as expected, but {has} where {case.says!r} is expected in it"
    return ""


def is_a(raised: Raised, name: str) -> bool:
    """Whether the exception is of the type of that name, or of one that derives from it."""
    return name in (raised.type, *raised.bases)


def _another(raised: Raised) -> str:
    return f"raises {known_name(raised.type)} where another exception is expected"


def known_name(name: str) -> str:
    """The exception's name if Python defines it.

    A student's own class is not named, because its name may contain a hidden input.
    """
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return name
    return "an exception of its own"
