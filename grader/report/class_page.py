"""What the class page says, worked out of the records: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from statistics import fmean, median, quantiles
from typing import Any

from grader.assignments.records import Assignment
from grader.assignments.untouched import marks_of
from grader.gradebook.unnamed import Behaviour
from grader.model import ExerciseResult, Repair, Run
from grader.report.diff_page import DiffPage, Line
from grader.report.entries import MOST_LINES, Entry, lines
from grader.report.exercise_page import exercise_href
from grader.report.highlight import Piece, listing
from grader.report.pairs.pair_page import PairPage
from grader.report.pairs.similarity import FEWEST
from grader.report.pictures.charts import Histogram, histogram
from grader.report.rows import ABSENT, STATUSES, TO_REVIEW, Row, row_data, row_of
from grader.report.spool import Spool
from grader.report.tally import (
    CaseCount,
    Flag,
    Mistake,
    People,
    Person,
    Share,
    Tally,
    alike_key,
    most_first,
    suspicious,
)
from grader.report.words import VERDICTS, Word
from grader.text import number, one_line

MOST_CASES, MOST_MISTAKES = 3, 12
"""How many of an exercise's failing cases are listed, and of the mistakes at first sight."""
MOST_ALIKE, ALIKE_AT_FIRST = 60, 10
"""How many behaviours of answers without a name are listed, and how many at first sight."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """An answer that an edit would make right; `changes` are its statements before and after."""

    who: Person
    exercise: str
    repair: Repair
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AlikeAnswers:
    """Wrong answers without a name that behave alike; `code` is the one of a member.

    `key` finds their students in the table, `href` is the exercise's page, empty if it has none.
    """

    behaviour: int
    key: str
    exercise: str
    href: str
    word: Word
    who: People
    failed: tuple[str, ...]
    code: tuple[Piece, ...]


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
    were enough to look for any. `not_found` are students of whom it is not certain whether they
    handed in nothing. `since` is what changed since the run before, if there was one. `grades` are
    the files with grades beside the report's folder.
    """

    run: Run
    assignment: Assignment
    since: DiffPage | None = None
    grades: Sequence[str] = ()
    pairs: list[PairPage] | None = None
    compared: bool = False
    tally: Tally = field(init=False)
    repaired: list[Repaired] = field(default_factory=list)
    more_repaired: int = 0
    not_found: int = 0
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
        row = row_of(entry, self.tally)
        if not entry.graded:
            self._ungraded.append(row)
            self.not_found += not entry.result.handed_in and not entry.absent
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
    def to_review(self) -> int:
        """How many submissions have no total yet, since a person has something to review."""
        return self.tally.to_review

    @property
    def fewest(self) -> int:
        """The least number of submissions among which similar ones are looked for."""
        return FEWEST

    @property
    def statuses(self) -> list[str]:
        """What the table can be filtered by."""
        counts = {ABSENT: self.tally.absent.count, TO_REVIEW: self.to_review}
        return [each for each in STATUSES if counts.get(each, 1)]

    @property
    def handed_in(self) -> int:
        return self.graded + self.ungraded - self.not_found

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
    def shares(self) -> list[tuple[Share, list[tuple[CaseCount, list[CaseCount]]]]]:
        """Each exercise with its most failed cases, and the cases that say the same as these."""
        return [(share, share.telling[:MOST_CASES]) for share in self.tally.shares.values()]

    @property
    def suspicious(self) -> list[tuple[Share, CaseCount]]:
        return suspicious(self.tally.shares.values())

    @property
    def mistakes(self) -> list[Mistake]:
        """Those with a name, the most frequent first."""
        every = (each for each in self.tally.mistakes.values() if each.named)
        return sorted(every, key=lambda each: (-each.count, each.number))

    @property
    def unnamed(self) -> list[Mistake]:
        """For each exercise, the wrong answers that no mistake with a name explains, if any."""
        every = self.tally.mistakes.values()
        return [each for each in every if not each.named and not each.behaviour]

    @property
    def alike(self) -> list[AlikeAnswers]:
        """Wrong answers without a name that behave alike, the most frequent behaviours first."""
        return [self._alike(each) for each in islice(self.tally.unnamed, MOST_ALIKE)]

    def _alike(self, found: Behaviour[Person]) -> AlikeAnswers:
        share = self.tally.shares.get(found.exercise)
        return AlikeAnswers(
            behaviour=found.number,
            key=alike_key(found.exercise, found.number),
            exercise=one_line(share.exercise.title if share else found.exercise),
            href=self.exercise_href(share) if share else "",
            word=VERDICTS[found.verdict],
            who=People(found.count, found.members),
            failed=tuple(map(one_line, found.failed)),
            code=listing(found.code, found.marks, marks_of(self.assignment)),
        )

    @property
    def alike_at_first(self) -> int:
        return ALIKE_AT_FIRST

    @property
    def frequent(self) -> list[Mistake]:
        """The mistakes that are shown at first sight."""
        return self.mistakes[:MOST_MISTAKES]

    @property
    def rare(self) -> list[Mistake]:
        return self.mistakes[MOST_MISTAKES:]

    @property
    def reasons(self) -> list[tuple[str, str, People]]:
        return most_first(self.tally.reasons, MOST_LINES)

    @property
    def flags(self) -> list[Flag]:
        """The most frequent first."""
        every = self.tally.flags.values()
        return sorted(every, key=lambda each: (-each.who.count, each.text))[:MOST_LINES]

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
    def changes(self) -> list[Line]:
        """The first changes since the run before."""
        return list(islice(self.since.lines, MOST_LINES)) if self.since else []

    @property
    def more_changes(self) -> int:
        return max(0, len(self.since.changes) - MOST_LINES) if self.since else 0

    @property
    def optional_columns(self) -> list[tuple[str, str]]:
        """The columns that are shown when somebody asks for them, by their names in the address."""
        return [
            *(("status", "Status"), ("ids", "Ids"), ("email", "E-mail"), ("section", "Section")),
            *(("late", "Late"), ("adjusted", "Adjusted"), ("seconds", "Seconds")),
        ]

    def exercise_href(self, share: Share) -> str:
        return exercise_href(share.exercise)

    @property
    def known(self) -> dict[str, Any]:
        """What the numbers in `data` mean, as JSON data for the page's script."""
        tally = self.tally
        shares = tally.shares.values()
        return {
            "words": [(each.word, each.icon, each.tone) for each in VERDICTS.values()],
            "statuses": STATUSES,
            "exercises": [
                (each.exercise.name, one_line(each.exercise.title), number(each.exercise.points))
                for each in shares
            ],
            "patterns": [[(each.key, each.cases) for each in x.patterns.values()] for x in shares],
            "mistakes": [
                (each.key, f"{each.title} ({each.exercise})") for each in tally.mistakes.values()
            ],
            "flags": [(each.key, each.text) for each in tally.flags.values()],
        }

    @property
    def data(self) -> Iterator[list[Any]]:
        """The rows as JSON data for the page's script, which builds the table from them.

        Points and seconds are texts, as they are shown.
        """
        words = list(VERDICTS.values())
        return (list(row_data(row, words)) for row in self.rows)
