"""What is said of an answer: which of its cases passed, and which mistakes explain it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.model import CaseResult, Diagnosis, ExerciseResult
from grader.report.entries import MOST_LINES, prose
from grader.report.words import CASES, NEUTRAL, VERDICTS, Word
from grader.text import one_line


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in an exercise's list. `title` is its name where it has no title.

    `alike` names other cases of which the same is said, in one line.
    """

    case: CaseResult
    word: Word
    title: str
    message: str
    alike: str


@dataclass(frozen=True, slots=True)
class Note:
    """A variant that explains an answer.

    `place` says which parts of the answer it explains, or that another one explains it as well.
    """

    title: str
    place: str
    explanation: str
    tone: str


def notes(result: ExerciseResult) -> Iterator[Note]:
    for diagnosis in (result.diagnosis, *result.also):
        if diagnosis:
            yield _note(diagnosis, result, _place(diagnosis))
    for diagnosis in result.alternatives:
        yield _note(diagnosis, result, "Or this: the cases cannot tell these two apart.")


def _place(diagnosis: Diagnosis) -> str:
    if diagnosis.by_staff:
        return "Your course's staff says this of all answers that do the same as yours."
    parts = ", ".join(diagnosis.parts)
    return f"This explains what is wrong in: {parts}" if parts else ""


def _note(diagnosis: Diagnosis, result: ExerciseResult, place: str) -> Note:
    # An accepted variant in an answer that has a mistake as well is no more than a remark.
    tone = NEUTRAL if diagnosis.accepted and not result.verdict.solved else ""
    return Note(
        one_line(diagnosis.title),
        one_line(place),
        prose(diagnosis.explanation),
        tone or VERDICTS[result.verdict].tone,
    )


def case_lines(failed: Sequence[CaseResult]) -> tuple[CaseLine, ...]:
    """A line for each message that failed cases have; the first case with it stands there."""
    by_message: dict[str, list[CaseResult]] = {}
    for case in failed:
        by_message.setdefault(case.message, []).append(case)
    return tuple(
        CaseLine(
            first,
            CASES[first.passed],
            one_line(first.title or first.name),
            prose(message),
            named(others),
        )
        for message, (first, *others) in by_message.items()
    )


def named(cases: Sequence[CaseResult]) -> str:
    named = [one_line(case.title or case.name).rstrip(".") for case in cases[:MOST_LINES]]
    more = len(cases) - len(named)
    return "; ".join([*named, f"… and {more} more"] if more else named)


def own_inputs(cases: Sequence[CaseResult]) -> str:
    """A sentence on the cases with what was drawn for the student; empty without any."""
    drawn = [case for case in cases if case.drawn_for]
    if not drawn:
        return ""
    whose = one_line(drawn[0].drawn_for)
    which = "these cases" if len(drawn) == len(cases) else f"these: {named(drawn)},"
    return f"What is right in {which} is found for each student, here for the id “{whose}”."


def passed_in_words(cases: Sequence[CaseResult]) -> str:
    passed = sum(case.passed is True for case in cases)
    if passed == len(cases):
        return "passed" if passed == 1 else f"all {passed} passed"
    return f"{passed} of {len(cases)} passed"
