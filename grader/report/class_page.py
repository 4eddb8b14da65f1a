"""What the class page says, worked out of the records: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from statistics import fmean, median, quantiles
from typing import Any

from grader.assignments.records import Assignment
from grader.model import ExerciseResult, Repair, Run
from grader.report.charts import Histogram, histogram
from grader.report.entries import MOST_LINES, Entry, lines, shown_reason
from grader.report.pair_page import PairPage
from grader.report.similarity import FEWEST
from grader.report.spool import Spool
from grader.report.tally import (
    CaseCount,
    Mistake,
    People,
    Person,
    Share,
    Tally,
    most_first,
    suspicious,
)
from grader.report.words import VERDICTS, Word
from grader.text import number, one_line

MOST_CASES, MOST_MISTAKES = 3, 12
"""How many of an exercise's failing cases are listed, and of the mistakes at first sight."""
GRADED, UNGRADED, ABSENT = "graded", "could not be graded", "handed in nothing"
STATUSES = (GRADED, UNGRADED, ABSENT)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row of the table says of one exercise."""

    word: Word
    score: float | None
    adjusted: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A submission in the table: a cell per exercise, None where there is nothing to say.

    `left_out` are points of exercises without a verdict; `mistakes` are numbers of named ones.
    """

    name: str
    slug: str
    href: str
    status: str
    score: float | None
    left_out: float
    reason: str
    flags: int
    seconds: float
    cells: tuple[Cell | None, ...]
    mistakes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Repaired:
    """An answer that an edit would make right; `changes` are its statements before and after."""

    who: Person
    exercise: str
    repair: Repair
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Durations:
    """The seconds that grading took: `half` is the median, `nine_of_ten` the 90th percentile."""

    half: float
    nine_of_ten: float
    slowest: Row
    histogram: Histogram


@dataclass(slots=True)
class ClassPage:
    """The class, filled by `add` with one entry after the other.

    `pairs` are similar submissions, None where nobody asked for them; `compared` says whether there
    were enough to look for any.
    """

    run: Run
    assignment: Assignment
    pairs: list[PairPage] | None = None
    compared: bool = False
    tally: Tally = field(init=False)
    repaired: list[Repaired] = field(default_factory=list)
    more_repaired: int = 0
    _graded: Spool[Row] = field(default_factory=Spool)
    _ungraded: Spool[Row] = field(default_factory=Spool)
    _slowest: Row | None = None
    _used: set[Word] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tally = Tally(self.assignment)

    def add(self, entry: Entry) -> None:
        self.tally.add(entry)
        for result in entry.result.exercises:
            self._add_repair(entry, result)
        row = self._row(entry)
        if not entry.graded:
            self._ungraded.append(row)
            return
        self._graded.append(row)
        self._used |= {cell.word for cell in row.cells if cell}
        if self._slowest is None or row.seconds > self._slowest.seconds:
            self._slowest = row

    def _add_repair(self, entry: Entry, result: ExerciseResult) -> None:
        repair = result.repair
        if repair is None:
            return
        if len(self.repaired) == MOST_LINES:
            self.more_repaired += 1
            return
        pairs = zip(repair.was, repair.becomes, strict=False)
        changes = tuple((one_line(was), one_line(becomes)) for was, becomes in pairs)
        who = Person(entry.name, entry.href)
        self.repaired.append(Repaired(who, one_line(result.name), repair, changes))

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of the table; those that could not be graded stand at the end."""
        return chain(self._graded, self._ungraded)

    @property
    def graded(self) -> int:
        return len(self._graded)

    @property
    def ungraded(self) -> int:
        return len(self._ungraded) - self.tally.absent.count

    @property
    def fewest(self) -> int:
        """The least number of submissions among which similar ones are looked for."""
        return FEWEST

    @property
    def statuses(self) -> list[str]:
        """What the table can be filtered by."""
        return [each for each in STATUSES if each != ABSENT or self.tally.absent.count]

    @property
    def handed_in(self) -> int:
        return self.graded + self.ungraded

    @property
    def mean(self) -> float | None:
        return fmean(self.tally.totals) if self.tally.totals else None

    @property
    def median(self) -> float | None:
        return median(self.tally.totals) if self.tally.totals else None

    @property
    def histogram(self) -> Histogram:
        return histogram(self.tally.totals, self.assignment.max_score)

    @property
    def shares(self) -> list[tuple[Share, list[CaseCount]]]:
        return [(share, share.failing[:MOST_CASES]) for share in self.tally.shares.values()]

    @property
    def suspicious(self) -> list[tuple[Share, CaseCount]]:
        return suspicious(self.tally.shares.values())

    @property
    def mistakes(self) -> list[Mistake]:
        """The most frequent first."""
        every = self.tally.mistakes.values()
        return sorted(every, key=lambda each: (-each.count, each.number))

    @property
    def frequent(self) -> list[Mistake]:
        """The mistakes that are shown at first sight."""
        return self.mistakes[:MOST_MISTAKES]

    @property
    def rare(self) -> list[Mistake]:
        return self.mistakes[MOST_MISTAKES:]

    @property
    def reasons(self) -> list[tuple[str, People]]:
        return most_first(self.tally.reasons, MOST_LINES)

    @property
    def flags(self) -> list[tuple[str, People]]:
        return most_first(self.tally.flags, MOST_LINES)

    @property
    def durations(self) -> Durations | None:
        seconds = self.tally.seconds
        if not self._slowest or not self._slowest.seconds:
            return None
        tenths = quantiles(seconds, n=10, method="inclusive") if len(seconds) > 1 else seconds * 9
        return Durations(
            half=median(seconds),
            nine_of_ten=tenths[8],
            slowest=self._slowest,
            histogram=histogram(seconds, self._slowest.seconds, "submission"),
        )

    @property
    def broken_promises(self) -> int:
        return list(self.run.protection.promises.values()).count(False)

    @property
    def words(self) -> tuple[Word, ...]:
        """The words for those verdicts that occur, in the order of `Verdict`."""
        return tuple(word for word in VERDICTS.values() if word in self._used)

    @property
    def passed_over(self) -> tuple[str, ...]:
        return lines(self.run.passed_over)

    @property
    def known_words(self) -> list[tuple[str, str, str]]:
        """Word, icon and tone of every verdict; `data` has positions in this list."""
        return [(each.word, each.icon, each.tone) for each in VERDICTS.values()]

    @property
    def known_statuses(self) -> tuple[str, ...]:
        return STATUSES

    @property
    def data(self) -> Iterator[list[Any]]:
        """The rows as JSON data for the page's script, which builds the table from them.

        Points and seconds are texts, as they are shown.
        """
        words = list(VERDICTS.values())
        return (list(_data(row, words)) for row in self.rows)

    def _row(self, entry: Entry) -> Row:
        results = entry.result.exercises
        found = {exercise.name: exercise for exercise in results if entry.graded}
        return Row(
            name=entry.name,
            slug=entry.slug,
            href=entry.href,
            status=GRADED if entry.graded else ABSENT if entry.absent else UNGRADED,
            score=entry.result.score,
            left_out=entry.left_out if entry.graded else 0,
            reason="" if entry.graded or entry.absent else shown_reason(entry),
            flags=len(entry.flags),
            seconds=entry.result.seconds,
            cells=tuple(_cell(found.get(each.name)) for each in self.assignment.exercises),
            mistakes=tuple(
                mistake.number
                for each in found.values()
                for mistake in self.tally.mistakes_of(each)
            ),
        )


def _cell(result: ExerciseResult | None) -> Cell | None:
    if result is None:
        return None
    return Cell(VERDICTS[result.verdict], result.score, result.adjustment is not None)


def _data(row: Row, words: list[Word]) -> Iterator[Any]:
    """A row as a list: with a name for each value, it would take three times the space."""
    yield from (
        row.name,
        row.slug,
        STATUSES.index(row.status),
        number(row.score),
        number(row.left_out or None),
    )
    yield from (row.reason, row.flags, number(row.seconds) if row.status == GRADED else "")
    yield [
        cell and [words.index(cell.word), number(cell.score), int(cell.adjusted)]
        for cell in row.cells
    ]
    yield row.mistakes
