"""What the page of two similar submissions says: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from markupsafe import Markup

from grader.assignments.records import Assignment
from grader.model import Mark, Run
from grader.report.entries import Entry, entries
from grader.report.highlight import highlighted
from grader.report.pairs.similarity import Alike, Likeness, Pair
from grader.report.tally import Person
from grader.text import one_line


@dataclass(frozen=True, slots=True)
class Beside:
    """One exercise that both answered alike, with the code of both."""

    title: str
    percent: int
    left: Markup
    right: Markup


@dataclass(frozen=True, slots=True)
class PairPage:
    """Two similar submissions.

    `rows` is how many unusual rows of tokens they share (see `similarity`), and `usual` how many
    students may have a row that still counts as unusual.
    """

    run: Run
    number: int
    one: Person
    two: Person
    rows: int
    usual: int
    beside: tuple[Beside, ...]

    @property
    def href(self) -> str:
        """The page's address, seen from the class page."""
        return f"similar/{self.number}.html"

    @property
    def titles(self) -> str:
        return ", ".join(each.title for each in self.beside)


@dataclass(slots=True)
class _Student:
    """One of a pair: name, page, and code by exercise."""

    person: Person
    code: dict[str, str] = field(default_factory=dict)


def pair_pages(run: Run, assignment: Assignment, likeness: Likeness) -> Iterator[PairPage]:
    """Yield a page for each pair. Reads the run's results again, for the code of these alone."""
    pairs = likeness.pairs()
    wanted = {place for pair in pairs for place in (pair.one, pair.two)}
    students = {
        place: _student(entry) for place, entry in enumerate(entries(run)) if place in wanted
    }
    titles = {each.name: one_line(each.title) for each in assignment.exercises}
    for number, pair in enumerate(pairs, start=1):
        yield _page(run, number, pair, students, titles, likeness)


def _student(entry: Entry) -> _Student:
    code = {each.name: each.code for each in entry.result.exercises}
    return _Student(Person(entry.name, entry.href), code)


def _page(
    run: Run,
    number: int,
    pair: Pair,
    students: dict[int, _Student],
    titles: dict[str, str],
    likeness: Likeness,
) -> PairPage:
    one, two = students[pair.one], students[pair.two]
    beside = (_beside(each, titles, one, two, likeness) for each in pair.alike)
    return PairPage(run, number, one.person, two.person, pair.rows, likeness.usual, tuple(beside))


def _beside(
    alike: Alike, titles: dict[str, str], one: _Student, two: _Student, likeness: Likeness
) -> Beside:
    left, right = one.code[alike.exercise], two.code[alike.exercise]
    lines = likeness.lines(left, right)
    return Beside(
        titles.get(alike.exercise, one_line(alike.exercise)),
        int(100 * alike.share),
        _marked(left, lines[0]),
        _marked(right, lines[1]),
    )


def _marked(code: str, lines: frozenset[int]) -> Markup:
    return highlighted(code, tuple(Mark(line, "") for line in sorted(lines)))
