"""What is reviewed: the answers to one exercise, in their order, and what was decided on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from grader.assignments.records import Assignment, Exercise
from grader.errors import SubmissionError
from grader.gradebook.reviews import ListedAnswer, Review, Standing
from grader.gradebook.store import Gradebook
from grader.model import ExerciseResult, Picture, RubricItem, Verdict
from grader.notebooks.read import read_notebook
from grader.notebooks.stubs import ANSWER_END, ANSWER_START


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer in the list: its place from 1, and the key that its page has in the address.

    The key says nothing about the student. `standing` is what a person decided, if somebody did.
    """

    place: int
    key: str
    answer: ListedAnswer
    standing: Standing | None

    @property
    def student(self) -> str:
        return self.answer.student

    @property
    def unanswered(self) -> bool:
        """Whether nothing was written, so that nobody need look at it."""
        return self.answer.verdict is Verdict.UNANSWERED

    @property
    def open(self) -> bool:
        return not self.unanswered and self.standing is None

    @property
    def number(self) -> int:
        """The number of the decision that stands; 0 if nobody has decided."""
        return self.standing.number if self.standing else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the answers in which something was written are reviewed."""

    reviewed: int
    written: int

    @classmethod
    def of(cls, listed: Sequence[Listed]) -> Progress:
        written = [each for each in listed if not each.unanswered]
        return cls(sum(not each.open for each in written), len(written))

    @property
    def words(self) -> str:
        return f"{self.reviewed} of {self.written} reviewed"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to an exercise in the latest results of each student.

    Everything is read from the gradebook when it is asked for, so that what another person has
    decided meanwhile is seen. Unanswered ones come last. With `anonymous`, the order says nothing
    about names, and is the same for everybody who reviews.
    """

    gradebook: Gradebook
    assignment: Assignment
    exercise: Exercise
    by: str
    anonymous: bool = False

    def every(self) -> list[Listed]:
        answers = self.gradebook.answers_to(self.exercise.name, self.assignment.name)
        standing = self.gradebook.standing(self.assignment.name, self.exercise.name)
        answers.sort(key=self._order)
        return [
            Listed(place, self._key(each), each, standing.get(each.student))
            for place, each in enumerate(answers, start=1)
        ]

    def result(self, listed: Listed) -> ExerciseResult:
        """The answer as grading found it: with its text, and without anybody's decision."""
        kept = self.gradebook.result(listed.answer.number)
        return next(each for each in kept.result.exercises if each.name == self.exercise.name)

    def pictures(self, listed: Listed) -> list[Picture]:
        """The pictures of the answer: what its cells drew when the notebook was run for grading,
        or the file that was handed in."""
        return self.gradebook.pictures(listed.answer.number, self.exercise.name)

    def source(self, listed: Listed) -> str:
        """The path of the student's notebook, as people are shown it."""
        return self.gradebook.result(listed.answer.number).result.source

    def decide(self, listed: Listed, review: Review, instead_of: int) -> Standing | None:
        """Store a decision; None where another one than `instead_of` stands meanwhile."""
        name, exercise = self.assignment.name, self.exercise.name
        return self.gradebook.review(name, listed.student, exercise, review, instead_of)

    def take_back(self, listed: Listed, number: int) -> bool:
        """Take a decision back; False where it does not stand any more."""
        name, exercise = self.assignment.name, self.exercise.name
        return self.gradebook.take_back(name, listed.student, exercise, number)

    def _key(self, answer: ListedAnswer) -> str:
        about = "\0".join((answer.assignment, self.exercise.name, answer.student))
        return sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _order(self, answer: ListedAnswer) -> tuple[bool, str]:
        name = self._key(answer) if self.anonymous else answer.student.casefold()
        return answer.verdict is Verdict.UNANSWERED, name


def score_of(items: Sequence[RubricItem], exercise: Exercise) -> float:
    """The points for an answer of which these items of the rubric hold.

    They are added up from 0; or taken off all points, where no item of the rubric gives any. There
    are never fewer than none, nor more than all.
    """
    only_takes = all(each.points <= 0 for each in exercise.rubric)
    start = exercise.points if only_takes else 0.0
    return min(max(start + sum(each.points for each in items), 0.0), exercise.points)


def model_answer(assignment: Assignment, exercise: Exercise) -> str:
    """What the master has in the exercise's cell: its code, or the text between the markers.

    It is empty where there is none, and where the master cannot be read.
    """
    try:
        cells = read_notebook(assignment.master).every
    except SubmissionError:
        return ""
    cell = next((each for each in cells if exercise.cell and each.id == exercise.cell), None)
    if cell is None or cell.kind == "code":
        return cell.source if cell else ""
    return _between_markers(cell.source)


def _between_markers(source: str) -> str:
    found: list[str] = []
    inside = False
    for line in source.splitlines():
        if ANSWER_END.match(line):
            inside = False
        elif ANSWER_START.match(line):
            inside = True
        elif inside:
            found.append(line)
    return "\n".join(found)
