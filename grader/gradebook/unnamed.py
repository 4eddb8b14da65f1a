"""Wrong answers that no mistake with a name explains, and the words that a person gives to them.

Answers that behave alike (see `grading.unnamed.behaviour`) have one number in the gradebook, and
share the words: these stand on the page of each of the students, and change no points.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from grader.model import Diagnosis, ExerciseResult, Mark, Verdict

# So many of those who share a behaviour are named.
MOST_MEMBERS = 8
Member = TypeVar("Member")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person says of all answers of one behaviour: a title, and sentences for the student.

    `made` is when (ISO 8601).
    """

    title: str
    explanation: str
    made: str = ""

    @property
    def name(self) -> str:
        """A name for a variant with this title.

        >>> Words("The list isn't sorted", "").name
        'the_list_isn_t_sorted'
        """
        text = unicodedata.normalize("NFKC", self.title).casefold()
        name = re.sub(r"\W++", "_", text).strip("_")
        is_name = name.isidentifier() and not keyword.iskeyword(name)
        return name if is_name else f"mistake_{name}".rstrip("_")


def with_words(exercise: ExerciseResult, words: Words | None) -> ExerciseResult:
    """The result with these words as what explains it, if it has no mistake with a name.

    A note on a form that is accepted stays, after them.
    """
    if words is None or not exercise.is_unnamed:
        return exercise
    said = Diagnosis(words.name, words.title, words.explanation, by_staff=True)
    notes = (exercise.diagnosis, *exercise.also)
    return replace(exercise, diagnosis=said, also=tuple(note for note in notes if note))


@dataclass(slots=True)
class Behaviour(Generic[Member]):
    """Answers to an exercise that behave alike: how many, and whose the first are.

    `number` is that of the behaviour. `failed` and `passed` are the names of cases. `code` is that
    of the second answer, with `marks` on its lines: of an answer that is like no other none is
    kept, as there may be very many.
    """

    exercise: str
    number: int
    verdict: Verdict
    failed: tuple[str, ...]
    passed: tuple[str, ...]
    count: int = 0
    members: list[Member] = field(default_factory=list)
    code: str = ""
    marks: tuple[Mark, ...] = ()

    def add(self, result: ExerciseResult, member: Member) -> None:
        self.count += 1
        if self.count == 2:
            self.code, self.marks = result.code, result.marks
        if len(self.members) < MOST_MEMBERS:
            self.members.append(member)

    @property
    def more(self) -> int:
        return self.count - len(self.members)


@dataclass(slots=True)
class Behaviours(Generic[Member]):
    """The behaviours of all wrong answers without a name that were added.

    `count` is the number of these answers, of which some may have no behaviour.
    """

    count: int = 0
    _by_key: dict[tuple[str, int], Behaviour[Member]] = field(default_factory=dict)

    def add(self, result: ExerciseResult, member: Member) -> None:
        """Add a student's answer, if it is a wrong one without a name."""
        if not result.is_unnamed:
            return
        self.count += 1
        number = result.behaviour
        if number is not None:
            key = (result.name, number)
            if key not in self._by_key:
                self._by_key[key] = _empty(result, number)
            self._by_key[key].add(result, member)

    def __iter__(self) -> Iterator[Behaviour[Member]]:
        """Those of two or more answers, the most frequent first."""
        found = (each for each in self._by_key.values() if each.count > 1)
        return iter(sorted(found, key=lambda each: (-each.count, each.exercise, each.number)))


def _empty(result: ExerciseResult, number: int) -> Behaviour[Member]:
    failed = tuple(case.name for case in result.cases if case.passed is False)
    passed = tuple(case.name for case in result.cases if case.passed)
    return Behaviour(result.name, number, result.verdict, failed, passed)
