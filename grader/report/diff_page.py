"""What the page of `grade diff` says: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from grader.gradebook.diff import Change
from grader.gradebook.store.runs import ListedRun
from grader.report.entries import lines, shown_name
from grader.text import number, one_line


@dataclass(slots=True)
class Sum:
    """A group of changes: how many they are, and the points won and lost by them.

    A change from or to no score counts without points.
    """

    name: str
    count: int = 0
    won: float = 0.0
    lost: float = 0.0

    def add(self, change: Change) -> None:
        by = change.by or 0.0
        self.count += 1
        self.won += max(by, 0.0)
        self.lost += max(-by, 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One change in words; `tone` is a class of the style sheet."""

    student: str
    exercise: str
    before: str
    after: str
    by: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class DiffPage:
    """Two runs and every change from the first to the second."""

    one: ListedRun
    two: ListedRun
    changes: list[Change] = field(default_factory=list)

    @property
    def run(self) -> ListedRun:
        return self.two

    @property
    def students(self) -> int:
        return len({each.student for each in self.changes})

    @property
    def whole(self) -> Sum:
        return next(iter(_sums(self.changes, lambda _: "")), Sum(""))

    @property
    def by_exercise(self) -> list[Sum]:
        return _sums(self.changes, lambda change: change.exercise)

    @property
    def by_reason(self) -> list[Sum]:
        return _sums(self.changes, lambda change: change.why)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the fingerprint that are not the same in both runs."""
        one, two = self.one.parts, self.two.parts
        return lines(name for name in {**one, **two} if one.get(name) != two.get(name))

    @property
    def lines(self) -> Iterator[Line]:
        for each in self.changes:
            yield Line(
                student=shown_name(each.student),
                exercise=one_line(each.exercise),
                before=_score(each.before),
                after=_score(each.after),
                by="" if each.by is None else f"{each.by:+.4g}",
                tone="" if each.by is None else "good" if each.by > 0 else "bad",
                why=one_line(each.why),
            )


def _sums(changes: list[Change], name: Callable[[Change], str]) -> list[Sum]:
    """The changes in groups of one name each; the largest group comes first."""
    sums: dict[str, Sum] = {}
    for change in changes:
        key = name(change)
        sums.setdefault(key, Sum(one_line(key))).add(change)
    return sorted(sums.values(), key=lambda each: (-each.count, each.name))


def _score(score: float | None) -> str:
    return number(score) or "no score"
