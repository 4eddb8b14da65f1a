"""The page of one exercise: its answers by what explains them, and the figures of its cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from grader.assignments.records import Assignment, Exercise
from grader.assignments.untouched import marks_of
from grader.assignments.written import WRITTEN
from grader.model import ExerciseResult, Mark, Run
from grader.report.entries import Entry, prose
from grader.report.highlight import Piece, as_written, listing
from grader.report.slugs import slug
from grader.report.tally import CaseCount, People, Person, Share, Tally
from grader.report.words import VERDICTS, Word
from grader.text import one_line

# How many different answers of a group are shown, and of how many groups.
MOST_EXAMPLES, MOST_GROUPS = 3, 100


@dataclass(frozen=True, slots=True)
class Example:
    """A student's cell, with the remarks on its lines."""

    who: Person
    code: str
    marks: tuple[Mark, ...]


@dataclass(slots=True)
class AnswerGroup:
    """Answers of which the same is to be said; `terms` find their students on the class page.

    `examples` are different cells, by their text. `cases` are those that fail in all answers of a
    group that no mistake with a name explains.
    """

    title: str
    word: Word
    terms: dict[str, str]
    explanation: str = ""
    cases: tuple[str, ...] = ()
    right: bool = False
    who: People = field(default_factory=People)
    examples: dict[str, Example] = field(default_factory=dict)

    def add(self, entry: Entry, result: ExerciseResult) -> None:
        self.who.add(entry)
        if result.code and result.code not in self.examples and len(self.examples) < MOST_EXAMPLES:
            person = Person(entry.name, entry.href)
            self.examples[result.code] = Example(person, result.code, result.marks)

    @property
    def query(self) -> str:
        return urlencode(self.terms, errors="replace")


@dataclass(slots=True)
class ExercisePage:
    """One exercise, filled by `add` with one entry after the other.

    `number` is its place in the assignment, from 1.
    """

    run: Run
    assignment: Assignment
    tally: Tally
    exercise: Exercise
    number: int
    every: dict[str, AnswerGroup] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Add an entry that was added to the tally."""
        for result in entry.result.exercises if entry.graded else ():
            if result.name == self.exercise.name:
                for group in self._groups_of(result):
                    self.every.setdefault(group.query, group).add(entry, result)

    @property
    def share(self) -> Share:
        return self.tally.shares[self.exercise.name]

    @property
    def title(self) -> str:
        return one_line(self.exercise.title)

    @property
    def groups(self) -> list[AnswerGroup]:
        """The wrong answers first, and of these the largest group."""
        every = self.every.values()
        return sorted(every, key=lambda each: (each.right, -each.who.count, each.query))

    @property
    def shown_groups(self) -> list[AnswerGroup]:
        return self.groups[:MOST_GROUPS]

    @property
    def more_groups(self) -> int:
        return max(0, len(self.every) - MOST_GROUPS)

    @property
    def cases(self) -> list[CaseCount]:
        """Every case that was tried, the most often failed first."""
        return sorted(self.share.cases.values(), key=lambda each: (-each.failed, each.name))

    def code(self, example: Example) -> tuple[Piece, ...]:
        if self.exercise.kind == WRITTEN:
            return as_written(example.code)
        return listing(example.code, example.marks, marks_of(self.assignment))

    def _groups_of(self, result: ExerciseResult) -> list[AnswerGroup]:
        """Empty groups for this answer, one for each mistake that explains it."""
        word = VERDICTS[result.verdict]
        named = [each for each in self.tally.mistakes_of(result) if each.named]
        explanations = _explanations(result)
        if named:
            return [
                AnswerGroup(each.title, word, {"mistake": each.key}, explanations.get(each.key, ""))
                for each in named
            ]
        pattern = self.share.pattern(result)
        if pattern and not result.verdict.solved:
            terms = {"mistake": f"{one_line(result.name)}:", "only": pattern.key}
            return [AnswerGroup("No mistake with a name", word, terms, cases=pattern.cases)]
        terms = {f"verdict.{one_line(result.name)}": word.word}
        title = word.word.capitalize()
        return [AnswerGroup(title, word, terms, prose(word.meaning), right=result.solved)]


def exercise_href(exercise: Exercise) -> str:
    """The address of an exercise's page, seen from the class page."""
    return f"exercises/{quote(exercise_file(exercise))}"


def exercise_file(exercise: Exercise) -> str:
    return f"{slug(exercise.name)}.html"


def _explanations(result: ExerciseResult) -> dict[str, str]:
    found = (result.diagnosis, *result.also)
    return {
        f"{one_line(result.name)}:{one_line(each.variant)}": prose(each.explanation)
        for each in found
        if each
    }
