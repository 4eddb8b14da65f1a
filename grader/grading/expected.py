"""Whether an outcome is what a case expects: a value, or that an exception is raised."""

from __future__ import annotations

import builtins

from grader.assignments.records import Case, Exercise
from grader.execution.outcome import Outcome, Raised, Returned
from grader.text import beginning, one_line

LONGEST_TEXT = 80


def is_right(case: Case, exercise: Exercise, outcome: Outcome) -> bool:
    """Whether the outcome is right for the case, by the expected output of the reference."""
    if case.raises:
        return not not_raised(case, outcome)
    return (
        isinstance(outcome, Returned)
        and case.first_difference(case.expected, outcome.value, exercise.returns) is None
    )


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
