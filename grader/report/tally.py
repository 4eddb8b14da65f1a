"""Counts over the class, to which results are added one at a time: none is kept in memory."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from grader.assignments.records import Assignment, Exercise
from grader.gradebook.unnamed import Behaviours
from grader.model import ExerciseResult, Result, Verdict
from grader.report.entries import Entry
from grader.report.items import Item
from grader.text import one_line

# A case that every answer fails is in doubt itself if it was tried on at least so many answers.
ENOUGH = 3
# Where a line of the page is about many students, so many of them are named.
NAMED = 8
# Stands before a behaviour where otherwise a variant's name does, which has no such character.
ALIKE = "~"
_CELLS = re.compile(r"\bcells? \d+(?:(?:, | and )\d+)*(?: more)?( are)?")


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
    """How often a case was tried on an answer, failed, and was the answer's only failed one.

    `key` names it in the address of the class page.
    """

    name: str
    visibility: str
    key: str = ""
    tried: int = 0
    failed: int = 0
    alone: int = 0
    item: Item = field(default_factory=Item)

    @property
    def suspicious(self) -> bool:
        return self.tried >= ENOUGH and self.failed == self.tried

    @property
    def percent(self) -> int:
        return round(100 * self.failed / self.tried) if self.tried else 0


@dataclass(slots=True)
class Mistake:
    """A named mistake, and how many answers it explains; `key` names it in addresses.

    Wrong answers to an exercise that no variant explains count together, as one without a name.
    Those of them that behave alike are counted as well, as one of `behaviour`.
    """

    number: int
    key: str
    exercise: str
    title: str
    named: bool = True
    behaviour: int | None = None
    count: int = 0


@dataclass(slots=True)
class Pattern:
    """The cases that fail together in an answer, and in how many answers just these do."""

    number: int
    key: str
    cases: tuple[str, ...]
    count: int = 0


@dataclass(slots=True)
class Flag:
    """Flags that differ by the numbers of cells only, and the students who have one of them.

    `text` is the flag itself where all have the same, else it speaks of "a cell".
    """

    number: int
    key: str
    text: str
    who: People = field(default_factory=People)


@dataclass(slots=True)
class Share:
    """How the class did on one exercise.

    `graded` counts the answers with a verdict, `scored` those with points. The two differ where a
    person gave points for what could not be graded. `to_review` counts those that a person has
    still to review.
    """

    exercise: Exercise
    graded: int = 0
    solved: int = 0
    points: float = 0.0
    scored: int = 0
    to_review: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    cases: dict[str, CaseCount] = field(default_factory=dict)
    patterns: dict[tuple[str, ...], Pattern] = field(default_factory=dict)
    item: Item = field(default_factory=Item)

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

    @property
    def telling(self) -> list[tuple[CaseCount, list[CaseCount]]]:
        """Cases that failed, the most often failed first, each with those that say the same.

        Cases say the same if they failed for the same answers: of them one is enough to look at.
        """
        groups: dict[frozenset[int], list[CaseCount]] = {}
        for case in self.failing:
            within = (each.number for each in self.patterns.values() if case.name in each.cases)
            groups.setdefault(frozenset(within), []).append(case)
        return [(first, others) for first, *others in groups.values()]

    def add(self, result: ExerciseResult, rest: float | None) -> None:
        """Count an answer; `rest` are the student's points in the other exercises, if known."""
        if result.score is not None:
            self.scored += 1
            self.points += result.score
        self.to_review += result.verdict is Verdict.TO_REVIEW
        if result.verdict in (Verdict.NOT_GRADED, Verdict.TO_REVIEW):
            return
        self.graded += 1
        self.solved += result.solved
        self.verdicts[result.verdict] += 1
        if rest is not None:
            self.item.add(result.solved, rest)
        if pattern := self.pattern(result):
            pattern.count += 1
        if result.verdict.answered:
            self._add_cases(result, rest)

    def pattern(self, result: ExerciseResult) -> Pattern | None:
        """The cases that fail together in this answer; None where none fails."""
        if not result.verdict.answered:
            return None
        failed = tuple(one_line(case.name) for case in result.cases if case.passed is False)
        if not failed:
            return None
        known = self.patterns.get(failed)
        if known is None:
            key = f"{self.exercise.name}:{digest(*failed)}"
            known = self.patterns[failed] = Pattern(len(self.patterns), key, failed)
        return known

    def _add_cases(self, result: ExerciseResult, rest: float | None) -> None:
        failed = [case.name for case in result.cases if case.passed is False]
        for case in result.cases:
            if case.passed is None:
                continue
            count = self.cases.get(case.name)
            if count is None:
                name = one_line(case.name)
                key = f"{self.exercise.name}:{name}"
                count = self.cases[case.name] = CaseCount(name, str(case.visibility), key)
            count.tried += 1
            count.failed += case.passed is False
            count.alone += failed == [case.name]
            if rest is not None:
                count.item.add(case.passed, rest)


@dataclass(slots=True)
class Tally:
    """The counts for the results added so far.

    `reasons` has for each text the students it is about, `flags` by the text without the numbers of
    cells; `mistakes` are by their key, in the order in which they were met. `unnamed` are the
    wrong answers without a name, by what they do.
    """

    assignment: Assignment
    totals: array[float] = field(default_factory=lambda: array("d"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    reasons: dict[str, People] = field(default_factory=dict)
    absent: People = field(default_factory=People)
    flags: dict[str, Flag] = field(default_factory=dict)
    flagged: int = 0
    to_review: int = 0
    mistakes: dict[str, Mistake] = field(default_factory=dict)
    unnamed: Behaviours[Person] = field(default_factory=Behaviours)
    shares: dict[str, Share] = field(init=False)

    def __post_init__(self) -> None:
        self.shares = {each.name: Share(each) for each in self.assignment.exercises}

    def add(self, entry: Entry) -> None:
        result = entry.result
        self.flagged += bool(entry.flags)
        for flag in self.flags_of(entry):
            flag.who.add(entry)
        if entry.absent:
            self.absent.add(entry)
            return
        if not entry.graded:
            self.reasons.setdefault(entry.reason, People()).add(entry)
            return
        self.to_review += entry.to_review
        self.seconds.append(result.seconds)
        if result.score is not None:
            self.totals.append(result.score)
        for each in result.exercises:
            if each.name in self.shares:
                self.shares[each.name].add(each, _rest(result, each))
            for mistake in self.mistakes_of(each):
                mistake.count += 1
            self.unnamed.add(each, Person(entry.name, entry.href))

    def flags_of(self, entry: Entry) -> list[Flag]:
        """The kinds of flags that a submission has, each once."""
        found: dict[str, Flag] = {}
        for text in entry.flags:
            kind = _without_cells(text)
            flag = self.flags.setdefault(kind, Flag(len(self.flags), digest(kind), text))
            if flag.text != text:
                flag.text = kind
            found[kind] = flag
        return list(found.values())

    def mistakes_of(self, result: ExerciseResult) -> list[Mistake]:
        """What explains a wrong answer: named mistakes, or the one without a name, and then its
        behaviour.

        Alternatives do not count.
        """
        if result.mistakes and not result.verdict.solved:
            return [self._mistake(result, each.variant, each.title) for each in result.mistakes]
        if not result.is_unnamed:
            return []
        found = [self._mistake(result, "", "no mistake with a name", named=False)]
        if behaviour := result.behaviour:
            title = f"no name, behaves alike: {behaviour}"
            more = {"named": False, "behaviour": behaviour}
            found.append(self._mistake(result, f"{ALIKE}{behaviour}", title, **more))
        return found

    def _mistake(self, result: ExerciseResult, variant: str, title: str, **more: Any) -> Mistake:
        key = f"{one_line(result.name)}:{one_line(variant)}"
        if key not in self.mistakes:
            share = self.shares.get(result.name)
            exercise = share.exercise.title if share else result.name
            self.mistakes[key] = Mistake(
                len(self.mistakes), key, one_line(exercise), one_line(title), **more
            )
        return self.mistakes[key]


def alike_key(exercise: str, behaviour: int) -> str:
    """What the answers of a behaviour are called in addresses."""
    return f"{one_line(exercise)}:{ALIKE}{behaviour}"


def _without_cells(flag: str) -> str:
    """The flag without the numbers of the cells that it is about.

    >>> _without_cells("cells 3, 5 and 9 raised an error each in line 2")
    'a cell raised an error in line 2'
    """
    text = _CELLS.sub(lambda found: "some cells are" if found[1] else "a cell", flag)
    return text.replace(" in its line ", " in line ").replace(" each in line ", " in line ")


def _rest(result: Result, exercise: ExerciseResult) -> float | None:
    """The points in the other exercises; None where there are none, or one is not graded."""
    others = [each.score for each in result.exercises if each.name != exercise.name]
    known = [score for score in others if score is not None]
    return sum(known) if known and len(known) == len(others) else None


def digest(*texts: str) -> str:
    """A short name for texts, the same in every report, to stand in addresses."""
    return sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def most_first(people: dict[str, People], limit: int) -> list[tuple[str, str, People]]:
    """The `limit` texts about the most students, the most frequent first, each with its key."""
    first = sorted(people.items(), key=lambda each: (-each[1].count, each[0]))[:limit]
    return [(digest(text), text, who) for text, who in first]


def suspicious(shares: Iterable[Share]) -> list[tuple[Share, CaseCount]]:
    """The cases that failed for every answer on which they were tried."""
    return [(share, case) for share in shares for case in share.failing if case.suspicious]
