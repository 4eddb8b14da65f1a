"""What a student's page says, worked out of the records: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.assignments.records import Assignment
from grader.model import CaseResult, Diagnosis, ExerciseResult, Run, Verdict
from grader.report.entries import MOST_LINES, Entry, prose, verdict_words
from grader.report.highlight import highlighted
from grader.report.pictures import View, views
from grader.report.plots import Ground
from grader.report.words import CASES, NEUTRAL, VERDICTS, Word
from grader.text import one_line

LONGEST_OUTPUT = 6_000
WORKS, FAILS, NOT_GRADED = "What works", "What does not work yet", "What was not graded"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in an exercise's list. `title` is its name where it has no title."""

    case: CaseResult
    word: Word
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class Note:
    """A variant that explains an answer.

    `place` says which parts of the answer it explains, or that another one explains it as well.
    """

    title: str
    place: str
    explanation: str
    tone: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A student's answer to one exercise. `passed` says in words how many cases passed."""

    anchor: str
    result: ExerciseResult
    title: str
    asks: str
    word: Word
    message: str
    notes: tuple[Note, ...]
    pictures: tuple[View, ...]
    decision: str
    cases: tuple[CaseLine, ...]
    passed: str
    more_cases: int
    code: Markup
    printed: str


@dataclass(frozen=True, slots=True)
class Group:
    """Answers that stand under one heading."""

    heading: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class StudentPage:
    """`groups` has what works first; `case_words` are those for outcomes that occur."""

    run: Run
    assignment: Assignment
    entry: Entry
    groups: tuple[Group, ...]
    solved: int
    words: tuple[Word, ...]
    case_words: tuple[Word, ...]
    visibilities: frozenset[str]

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(answer for group in self.groups for answer in group.answers)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The grounds of the page's plots, each once."""
        shown = (view for answer in self.answers for view in answer.pictures)
        drawings = (drawing for view in shown for drawing in view.drawings)
        return tuple(dict.fromkeys(each.ground for each in drawings if each.ground))


def student_page(run: Run, assignment: Assignment, entry: Entry) -> StudentPage:
    exercises = entry.result.exercises
    cases = [case for exercise in exercises for case in exercise.cases]
    passed = {case.passed for case in cases}
    return StudentPage(
        run=run,
        assignment=assignment,
        entry=entry,
        groups=_groups(exercises, assignment),
        solved=sum(exercise.verdict.solved for exercise in exercises),
        words=verdict_words([entry.result]),
        case_words=tuple(word for outcome, word in CASES.items() if outcome in passed),
        visibilities=frozenset(str(case.visibility) for case in cases),
    )


def _groups(exercises: Sequence[ExerciseResult], assignment: Assignment) -> tuple[Group, ...]:
    groups: dict[str, list[Answer]] = {WORKS: [], FAILS: [], NOT_GRADED: []}
    for number, exercise in enumerate(exercises, start=1):
        groups[_heading(exercise.verdict)].append(_answer(number, exercise, assignment))
    return tuple(Group(heading, tuple(each)) for heading, each in groups.items() if each)


def _heading(verdict: Verdict) -> str:
    if verdict.solved:
        return WORKS
    return NOT_GRADED if verdict is Verdict.NOT_GRADED else FAILS


def _answer(number: int, result: ExerciseResult, assignment: Assignment) -> Answer:
    known = {exercise.name: exercise for exercise in assignment.exercises}.get(result.name)
    return Answer(
        anchor=f"exercise-{number}",
        result=result,
        title=one_line(known.title if known else result.name),
        asks=prose(known.asks) if known else "",
        word=VERDICTS[result.verdict],
        message=prose(result.message),
        notes=tuple(_notes(result)),
        pictures=views(result, known, assignment) if known else (),
        decision=prose(result.adjustment.reason) if result.adjustment else "",
        cases=_case_lines(result.cases),
        passed=_passed(result.cases),
        more_cases=max(0, len(result.cases) - MOST_LINES),
        code=highlighted(result.code, result.marks),
        printed=prose(result.printed, LONGEST_OUTPUT),
    )


def _notes(result: ExerciseResult) -> Iterator[Note]:
    for diagnosis in (result.diagnosis, *result.also):
        if diagnosis:
            parts = ", ".join(diagnosis.parts)
            yield _note(
                diagnosis, result, f"This explains what is wrong in: {parts}" if parts else ""
            )
    for diagnosis in result.alternatives:
        yield _note(diagnosis, result, "Or this: the cases cannot tell these two apart.")


def _note(diagnosis: Diagnosis, result: ExerciseResult, place: str) -> Note:
    # An accepted variant in an answer that has a mistake as well is no more than a remark.
    tone = NEUTRAL if diagnosis.accepted and not result.verdict.solved else ""
    return Note(
        one_line(diagnosis.title),
        one_line(place),
        prose(diagnosis.explanation),
        tone or VERDICTS[result.verdict].tone,
    )


def _case_lines(cases: Sequence[CaseResult]) -> tuple[CaseLine, ...]:
    """Passed ones first, then those that did not pass, then those that were not called."""
    order = list(CASES)
    in_order = sorted(cases, key=lambda case: order.index(case.passed))
    return tuple(
        CaseLine(case, CASES[case.passed], one_line(case.title or case.name), prose(case.message))
        for case in in_order[:MOST_LINES]
    )


def _passed(cases: Sequence[CaseResult]) -> str:
    passed = sum(case.passed is True for case in cases)
    if passed == len(cases):
        return "passed" if passed == 1 else f"all {passed} passed"
    return f"{passed} of {len(cases)} passed"
