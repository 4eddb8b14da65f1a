"""Judge one call: the expected output against what came back."""

from __future__ import annotations

import builtins

from grader.cases import Case
from grader.difference import Returns, first_difference
from grader.model import CaseResult, Visibility
from grader.outcome import (
    Crashed,
    Incomparable,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.plain import plain


def judge(case: Case, returns: Returns, outcome: Outcome, code: str = "") -> CaseResult:
    """Whether the case is passed, and if not, why, in words for the student.

    `code` is the cell that defines the function. What a student controls (values, exception text)
    is shown for public cases only: a function can return or raise its own inputs.
    """
    public = case.visibility is Visibility.PUBLIC
    message = _message(case, returns, outcome, code if public else "", public)
    passed = None if isinstance(outcome, NotCalled) else not message
    return CaseResult(case.name, case.title, case.visibility, passed, message)


def _message(case: Case, returns: Returns, outcome: Outcome, code: str, public: bool) -> str:
    match outcome:
        case Returned(value):
            difference = first_difference(case.expected, value, case.tolerance, returns)
            if difference is None:
                return ""
            return plain(difference.message) if public else difference.discreet
        case Raised():
            return _raised(outcome, code) if public else f"raises {_known(outcome.type)}"
        case Incomparable(reason):
            return (
                f"returns something that cannot be compared: {reason}"
                if public
                else ("returns something that cannot be compared")
            )
        case TimedOut(seconds):
            return f"had not returned after {seconds:.3g} s"
        case Crashed():
            return "ended the Python process it ran in"
        case Missing():
            return "there is no such function once the notebook has run"
        case NotCalled(reason):
            return f"not called: {reason}"


def _raised(raised: Raised, code: str) -> str:
    text = f"raises {raised.type}"
    if raised.message:
        text += f": {raised.message}"
    lines = code.splitlines()
    if raised.line is not None and 0 < raised.line <= len(lines):
        text += f" (line {raised.line} of the cell: {plain(lines[raised.line - 1].strip())})"
    return text


def _known(name: str) -> str:
    """The exception's name if it is Python's own; a student's class may be named anything."""
    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, BaseException):
        return name
    return "an exception of its own"
