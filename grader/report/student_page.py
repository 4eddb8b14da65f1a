"""What a student's page says, worked out of the records: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.assignments.records import Assignment, Exercise
from grader.assignments.untouched import marks_of
from grader.assignments.written import WRITTEN
from grader.model import ExerciseResult, Run, Verdict
from grader.report.entries import MOST_LINES, Entry, prose, verdict_words
from grader.report.findings import (
    CaseLine,
    Note,
    case_lines,
    named,
    notes,
    own_inputs,
    passed_in_words,
)
from grader.report.highlight import Piece, as_written, listing
from grader.report.next_steps import next_step
from grader.report.pictures.plots import Ground
from grader.report.pictures.views import View, views
from grader.report.words import CASES, VERDICTS, Word
from grader.text import one_line

LONGEST_OUTPUT = 6_000
FAILS, NOT_GRADED, WORKS = "What does not work yet", "What was not graded", "What works"
TO_REVIEW, REVIEWED = "What a person has still to read", "What a person has reviewed"
_HEADINGS = {
    Verdict.NOT_GRADED: NOT_GRADED,
    Verdict.TO_REVIEW: TO_REVIEW,
    Verdict.REVIEWED: REVIEWED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A student's answer to one exercise.

    `step` says what to look at next, `first_step` where a wrong function first differs. `passed`
    says in words how many cases passed. `cases` are those that did not; `not_called` and
    `passed_cases` name the others, in one line each. `own_inputs` says which are drawn for whom.
    """

    anchor: str
    result: ExerciseResult
    title: str
    asks: str
    word: Word
    step: str
    message: str
    notes: tuple[Note, ...]
    first_step: str
    pictures: tuple[View, ...]
    decision: str
    cases: tuple[CaseLine, ...]
    passed: str
    not_called: str
    passed_cases: str
    own_inputs: str
    more_cases: int
    code: tuple[Piece, ...]
    printed: str


@dataclass(frozen=True, slots=True)
class Group:
    """Answers that stand under one heading; of those that are right, one sees a line each."""

    heading: str
    answers: tuple[Answer, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class StudentPage:
    """`groups` has first what does not work; `case_words` are those for outcomes that occur."""

    run: Run
    assignment: Assignment
    entry: Entry
    groups: tuple[Group, ...]
    solved: int
    words: tuple[Word, ...]
    case_words: tuple[Word, ...]
    visibilities: frozenset[str]

    @property
    def wrong(self) -> tuple[Answer, ...]:
        return tuple(
            answer for group in self.groups if group.heading == FAILS for answer in group.answers
        )

    @property
    def mistake(self) -> str:
        """The first mistake with a name, as the address of the class page names it, or nothing."""
        for answer in self.wrong:
            diagnosis = answer.result.diagnosis
            if diagnosis and not diagnosis.accepted:
                return f"{answer.result.name}:{diagnosis.variant}"
        return ""

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
        solved=sum(exercise.solved for exercise in exercises),
        words=verdict_words([entry.result]),
        case_words=tuple(word for outcome, word in CASES.items() if outcome in passed),
        visibilities=frozenset(str(case.visibility) for case in cases),
    )


def _groups(exercises: Sequence[ExerciseResult], assignment: Assignment) -> tuple[Group, ...]:
    headings = (FAILS, TO_REVIEW, NOT_GRADED, REVIEWED, WORKS)
    groups: dict[str, list[Answer]] = {heading: [] for heading in headings}
    for number, exercise in enumerate(exercises, start=1):
        groups[_heading(exercise.verdict)].append(_answer(number, exercise, assignment))
    return tuple(
        Group(heading, tuple(each), heading == WORKS) for heading, each in groups.items() if each
    )


def _heading(verdict: Verdict) -> str:
    return WORKS if verdict.solved else _HEADINGS.get(verdict, FAILS)


def _answer(number: int, result: ExerciseResult, assignment: Assignment) -> Answer:
    known = {exercise.name: exercise for exercise in assignment.exercises}.get(result.name)
    failed = case_lines([case for case in result.cases if case.passed is False])
    return Answer(
        anchor=f"exercise-{number}",
        result=result,
        title=one_line(known.title if known else result.name),
        asks=prose(known.asks) if known else "",
        word=VERDICTS[result.verdict],
        step=next_step(result),
        message=prose(result.message),
        notes=tuple(_with_formulas(each, known) for each in notes(result)),
        first_step=prose(result.first_step.words) if result.first_step else "",
        pictures=views(result, known, assignment) if known else (),
        decision=prose(result.adjustment.reason) if result.adjustment else "",
        cases=failed[:MOST_LINES],
        passed=passed_in_words(result.cases),
        not_called=named([case for case in result.cases if case.passed is None]),
        passed_cases=named([case for case in result.cases if case.passed]),
        own_inputs=own_inputs(result.cases),
        more_cases=max(0, len(failed) - MOST_LINES),
        code=_code(result, assignment),
        printed=prose(result.printed, LONGEST_OUTPUT),
    )


def _code(result: ExerciseResult, assignment: Assignment) -> tuple[Piece, ...]:
    if result.kind == WRITTEN:
        return as_written(result.code)
    return listing(result.code, result.marks, marks_of(assignment))


def _with_formulas(note: Note, known: Exercise | None) -> Note:
    """The note with its explanation as the author wrote it; results have formulas in plain text."""
    for variant in known.variants if known else ():
        if variant.written and prose(variant.explanation) == note.explanation:
            return replace(note, explanation=prose(variant.written))
    return note
