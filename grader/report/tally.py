"""Counts over the class, to which results are added one at a time: none is kept in memory."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grader.assignments.records import Assignment, Exercise
from grader.model import Diagnosis, ExerciseResult, Verdict
from grader.report.entries import Entry
from grader.text import one_line

# A case that every answer fails is in doubt itself if it was tried on at least so many answers.
ENOUGH = 3
# Where a line of the page is about many students, so many of them are named.
NAMED = 8


@dataclass(frozen=True, slots=True)
class Person:
    """A student's name and the address of the page."""

    name: str
    href: str


@dataclass(slots=True)
class People:
    """The students that one line of the page is about: their number, and the first by name."""

    count: int = 0
    named: list[Person] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        self.count += 1
        if len(self.named) < NAMED:
            self.named.append(Person(entry.name, entry.href))

    @property
    def more(self) -> int:
        return self.count - len(self.named)


@dataclass(slots=True)
class CaseCount:
    """How often a case was tried on an answer, failed, and was the answer's only failed one."""

    name: str
    visibility: str
    tried: int = 0
    failed: int = 0
    alone: int = 0

    @property
    def suspicious(self) -> bool:
        return self.tried >= ENOUGH and self.failed == self.tried

    @property
    def percent(self) -> int:
        return round(100 * self.failed / self.tried) if self.tried else 0


@dataclass(slots=True)
class Mistake:
    """A named mistake, and how many answers it explains."""

    number: int
    exercise: str
    title: str
    count: int = 0


@dataclass(slots=True)
class Share:
    """How the class did on one exercise.

    `graded` counts the answers with a verdict, `scored` those with points. The two differ where a
    person gave points for what could not be graded.
    """

    exercise: Exercise
    graded: int = 0
    solved: int = 0
    points: float = 0.0
    scored: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    cases: dict[str, CaseCount] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        return round(100 * self.solved / self.graded) if self.graded else 0

    @property
    def mean(self) -> float | None:
        return self.points / self.scored if self.scored else None

    @property
    def lost(self) -> float:
        """The points that the class could have got and did not."""
        return self.scored * self.exercise.points - self.points

    @property
    def failing(self) -> list[CaseCount]:
        """Cases that failed, the most often failed first."""
        failed = [each for each in self.cases.values() if each.failed]
        return sorted(failed, key=lambda each: (-each.failed, each.name))

    def add(self, result: ExerciseResult) -> None:
        if result.score is not None:
            self.scored += 1
            self.points += result.score
        if result.verdict is Verdict.NOT_GRADED:
            return
        self.graded += 1
        self.solved += result.verdict.solved
        self.verdicts[result.verdict] += 1
        if result.verdict.answered:
            self._add_cases(result)

    def _add_cases(self, result: ExerciseResult) -> None:
        failed = [case.name for case in result.cases if case.passed is False]
        for case in result.cases:
            if case.passed is None:
                continue
            count = self.cases.get(case.name)
            if count is None:
                count = CaseCount(one_line(case.name), str(case.visibility))
                self.cases[case.name] = count
            count.tried += 1
            count.failed += case.passed is False
            count.alone += failed == [case.name]


@dataclass(slots=True)
class Tally:
    """The counts for the results added so far.

    `reasons` and `flags` have for each text the students it is about; `mistakes` are by exercise
    and variant, in the order in which they were met.
    """

    assignment: Assignment
    totals: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    reasons: dict[str, People] = field(default_factory=dict)
    absent: People = field(default_factory=People)
    flags: dict[str, People] = field(default_factory=dict)
    flagged: int = 0
    mistakes: dict[tuple[str, str], Mistake] = field(default_factory=dict)
    shares: dict[str, Share] = field(init=False)

    def __post_init__(self) -> None:
        self.shares = {each.name: Share(each) for each in self.assignment.exercises}

    def add(self, entry: Entry) -> None:
        result = entry.result
        self.flagged += bool(entry.flags)
        for flag in dict.fromkeys(entry.flags):
            self.flags.setdefault(flag, People()).add(entry)
        if entry.absent:
            self.absent.add(entry)
            return
        if not entry.graded:
            self.reasons.setdefault(entry.reason, People()).add(entry)
            return
        self.seconds.append(result.seconds)
        if result.score is not None:
            self.totals.append(result.score)
        for each in result.exercises:
            if each.name in self.shares:
                self.shares[each.name].add(each)
            for mistake in self.mistakes_of(each):
                mistake.count += 1

    def mistakes_of(self, result: ExerciseResult) -> list[Mistake]:
        """The named mistakes that explain an answer; alternatives do not count."""
        if result.verdict.solved or result.diagnosis is None:
            return []
        named = (result.diagnosis, *result.also)
        return [self._mistake(result, each) for each in named if not each.accepted]

    def _mistake(self, result: ExerciseResult, diagnosis: Diagnosis) -> Mistake:
        key = (result.name, diagnosis.variant)
        if key not in self.mistakes:
            share = self.shares.get(result.name)
            exercise = share.exercise.title if share else result.name
            self.mistakes[key] = Mistake(
                len(self.mistakes), one_line(exercise), one_line(diagnosis.title)
            )
        return self.mistakes[key]


def most_first(people: dict[str, People], limit: int) -> list[tuple[str, People]]:
    """The `limit` texts about the most students, with the one about the most first."""
    return sorted(people.items(), key=lambda each: (-each[1].count, each[0]))[:limit]


def suspicious(shares: Iterable[Share]) -> list[tuple[Share, CaseCount]]:
    """The cases that failed for every answer on which they were tried."""
    return [(share, case) for share in shares for case in share.failing if case.suspicious]
