"""Judge one call: compare its outcome with the expected output of the case."""

from __future__ import annotations

from typing import Any

from grader.assignments.kinds import kind_of
from grader.assignments.records import Case, Exercise
from grader.caches import cached
from grader.execution.outcome import (
    Crashed,
    Incomparable,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Unmade,
)
from grader.grading.judging.error_hints import in_words
from grader.grading.judging.error_place import LONGEST_LINE, loop_at, place
from grader.grading.judging.expected import difference, known_name, not_raised
from grader.grading.judging.parameters import OTHER_PARAMETERS, takes
from grader.grading.remarks import Remarks
from grader.model import CaseResult, Mark, Visibility
from grader.notebooks.parsing import source_lines
from grader.text import beginning, plain
from grader.values.contents import keys_of

_UNMADE = "not called, as its inputs could not be made once the notebook had run"


def judge(
    case: Case,
    exercise: Exercise,
    outcome: Outcome,
    code: str = "",
    remarks: Remarks | None = None,
) -> CaseResult:
    """Whether the case is passed, and if not, why, in words for the student.

    Where an explanation fails, the verdict stands without it, and `remarks` have a line on it.
    `code` is the cell that defines the function. A function can return its inputs or raise an
    exception with them in its text. So values, such texts and the line are shown for public cases
    only, lest hidden inputs become known. Raises CheckerFailed.
    """
    public = case.visibility is Visibility.PUBLIC
    message = _message(case, exercise, outcome, code, public, remarks or Remarks())
    passed = None if isinstance(outcome, NotCalled) else not message
    return CaseResult(
        case.name, case.title, case.visibility, passed, message, drawn_for=case.drawn_for
    )


def mark(outcome: Outcome, code: str) -> Mark | None:
    """A remark on the line at which a call raised or ran out of time; None if that is not known.

    To be called for public cases only.
    """
    if not isinstance(outcome, (Raised, TimedOut)) or not _line(code, outcome.line):
        return None
    words = f"raises {outcome.type}" if isinstance(outcome, Raised) else "time was over here"
    return Mark(outcome.line or 0, words)


def _message(
    case: Case, exercise: Exercise, outcome: Outcome, code: str, public: bool, remarks: Remarks
) -> str:
    words = kind_of(exercise).words
    if case.raises and isinstance(outcome, (Returned, Raised, Incomparable)):
        return plain(not_raised(case, outcome, public))
    match outcome:
        case Returned(value):
            keys = _public_keys(exercise)
            found = difference(case, exercise, value, keys)
            if found is None:
                return ""
            return plain(found.message) if public else found.discreet
        case Raised():
            if not public:
                why = _other_parameters(outcome, code, case, exercise, remarks)
                return f"{words.raises} {known_name(outcome.type)}{why}"
            return _raised(outcome, code, case, exercise, remarks)
        case Incomparable(reason) | Unmade(reason):
            said = _UNMADE if isinstance(outcome, Unmade) else words.incomparable
            said = said.format(name=exercise.name)
            return f"{said}: {reason}" if public else said
        case TimedOut(seconds, line):
            if not public:  # a function could tell a hidden input by how much time it leaves
                return f"{words.too_slow.format(name=exercise.name)} in time"
            where = remarks.unless_it_fails(
                "explaining why time was over", lambda: loop_at(code, line) if line else "", ""
            )
            slow = words.too_slow.format(name=exercise.name)
            return f"{slow} after {seconds:.3g} s{where and f'. {where}'}"
        case Crashed():
            return words.crashed.format(name=exercise.name)
        case Missing():
            return kind_of(exercise).missing(exercise)
        case NotCalled(reason):
            return f"{words.not_tried}: {reason}"


@cached()
def _public_keys(exercise: Exercise) -> frozenset[Any]:
    """The dictionary keys in public expected outputs, which students know."""
    cases = exercise.of(Visibility.PUBLIC)
    return frozenset(key for case in cases for key in keys_of(case.expected))


def _raised(raised: Raised, code: str, case: Case, exercise: Exercise, remarks: Remarks) -> str:
    text = f"{kind_of(exercise).words.raises} {raised.type}"
    if raised.message:
        text += f": {raised.message}"
    if line := _line(code, raised.line):
        text += f" (line {raised.line} of the cell: {line})"
    # What a driver calls, and with what, is not known.
    names = exercise.names if kind_of(exercise).is_called else ()
    inputs = case.arguments()
    words = remarks.unless_it_fails(
        "explaining an exception",
        lambda: (
            remarks.why_unnamed(raised.type, raised.message)
            or in_words(raised, place(code, names, raised.line, inputs.args, inputs.kwargs))
        ),
        "",
    )
    return f"{text}\n{plain(words)}" if words else text


def _other_parameters(
    raised: Raised, code: str, case: Case, exercise: Exercise, remarks: Remarks
) -> str:
    """A line for a function that cannot be called as the case calls it; else it is empty.

    It is made of the student's first line and of the names in the call, which the template has as
    well, so that nothing is said of a hidden case's values.
    """
    if raised.type != "TypeError" or not kind_of(exercise).is_called:
        return ""
    inputs = case.arguments()

    def explain() -> str:
        function = place(code, exercise.names, None, (), {}).function
        fits = function is None or takes(function, inputs.args, inputs.kwargs)
        return "" if fits else f"\n{OTHER_PARAMETERS}"

    return remarks.unless_it_fails("explaining an exception", explain, "")


def _line(code: str, number: int | None) -> str:
    """Line `number` of the code, counted from 1; an empty string where there is none."""
    lines = source_lines(code)
    found = lines[number - 1].strip() if number and 0 < number <= len(lines) else ""
    return plain(beginning(found, LONGEST_LINE))
