"""The behaviour of a wrong answer: what it returns or raises on all cases, as a short key.

Answers with the same key behave alike: on every case, public and hidden, they return what is the
same by far less than anybody would call a difference, or raise exceptions of one type with one
message. The key depends on the exercise, its cases and the answer alone. So it is the same in every
run, on every machine and in every order of the submissions, until the cases change. As it is made
of hidden values, too, it is kept in the gradebook, which gives it a number to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from grader.assignments.records import Case, Exercise
from grader.execution.outcome import Incomparable, Outcome, Raised, Returned
from grader.model import CaseResult, ExerciseResult
from grader.values.signature import signature

# How many hexadecimal digits a key has: two of a million behaviours share one by a chance of 1 in
# 500.
DIGITS = 12
# Of what an exception says.
MOST_CHARACTERS = 2_000
_NUMBER = re.compile(r"0x[0-9a-fA-F]++|\d++(?:\.\d++)?+")


def behaviour(exercise: Exercise, result: ExerciseResult, outcomes: Mapping[str, Outcome]) -> str:
    """The key of an answer that was judged by these outcomes, by the names of their cases.

    Empty where a call was not made or did not return: that would say little of the answer, and may
    depend on the machine. Cases whose inputs are the student's own do not count; the key is empty
    where nothing else is wrong.
    """
    judged = {case.name: case for case in result.cases}
    common = [case for case in exercise.cases if not (case.is_own or case.drawn_for)]
    if all(judged[case.name].passed for case in common):
        return ""
    found = []
    for case in common:
        said = _said(case, exercise, judged[case.name], outcomes[case.name])
        if said is None:
            return ""
        found.append(f"{case.name}\0{said}\0")
    text = "".join([f"{exercise.name}\0", *sorted(found)])
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _said(case: Case, exercise: Exercise, judged: CaseResult, outcome: Outcome) -> str | None:
    """What came of one call, as a text; None where it did not come to an end."""
    match outcome:
        case Returned() | Raised() if judged.passed:
            return "passed"
        case Returned(value):
            several = len(exercise.returns.names) > 1
            return f"returned {signature(value, case.tolerance, case.compare, several).hex()}"
        case Raised(kind, message):
            return f"raised {kind}: {_without_numbers(message)}"
        case Incomparable(reason):
            return f"incomparable: {_without_numbers(reason)}"
    return None


def _without_numbers(message: str) -> str:
    """The message with `#` for numbers and addresses, which differ where the mistake is the same.

    >>> _without_numbers("index 5 is out of bounds for <object at 0x7f2a>")
    'index # is out of bounds for <object at #>'
    """
    return _NUMBER.sub("#", message[:MOST_CHARACTERS])
