"""What the class page says, worked out of the records: plain values, ready for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from grader.assignment import Assignment, Exercise
from grader.model import ExerciseResult, Run, Verdict
from grader.report.charts import Histogram, histogram
from grader.report.entries import Entry, lines, verdict_words
from grader.report.words import SOLVED, VERDICTS, Word


@dataclass(frozen=True, slots=True)
class Cell:
    """An exercise's place in a row of the table."""

    word: Word
    score: float | None
    adjusted: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A submission in the table: a cell per exercise, None where there is nothing to say."""

    entry: Entry
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How the class did on one exercise; `graded` counts those with a verdict on it."""

    exercise: Exercise
    mean: float | None
    solved: int
    graded: int

    @property
    def percent(self) -> int:
        return round(100 * self.solved / self.graded) if self.graded else 0


@dataclass(frozen=True, slots=True)
class ClassPage:
    """`rows` has those that could not be graded at its end."""

    run: Run
    assignment: Assignment
    rows: tuple[Row, ...]
    graded: tuple[Entry, ...]
    ungraded: tuple[Entry, ...]
    mean: float | None
    median: float | None
    histogram: Histogram
    shares: tuple[Share, ...]
    broken_promises: int
    words: tuple[Word, ...]
    passed_over: tuple[str, ...]


def class_page(run: Run, assignment: Assignment, everyone: Sequence[Entry]) -> ClassPage:
    graded = tuple(entry for entry in everyone if entry.graded)
    ungraded = tuple(entry for entry in everyone if not entry.graded)
    totals = [entry.result.score for entry in graded if entry.result.score is not None]
    return ClassPage(
        run=run,
        assignment=assignment,
        rows=tuple(_row(entry, assignment) for entry in graded + ungraded),
        graded=graded,
        ungraded=ungraded,
        mean=fmean(totals) if totals else None,
        median=median(totals) if totals else None,
        histogram=histogram(totals, assignment.max_score),
        shares=tuple(_share(exercise, graded) for exercise in assignment.exercises),
        broken_promises=list(run.protection.promises.values()).count(False),
        words=verdict_words(entry.result for entry in graded),
        passed_over=lines(run.passed_over),
    )


def _row(entry: Entry, assignment: Assignment) -> Row:
    found = {exercise.name: exercise for exercise in entry.result.exercises if entry.graded}
    return Row(entry, tuple(_cell(found.get(each.name)) for each in assignment.exercises))


def _cell(result: ExerciseResult | None) -> Cell | None:
    if result is None:
        return None
    return Cell(VERDICTS[result.verdict], result.score, result.adjustment is not None)


def _share(exercise: Exercise, graded: Sequence[Entry]) -> Share:
    results = [
        result
        for entry in graded
        for result in entry.result.exercises
        if result.name == exercise.name and result.verdict is not Verdict.NOT_GRADED
    ]
    scores = [result.score for result in results if result.score is not None]
    solved = sum(result.verdict in SOLVED for result in results)
    return Share(exercise, fmean(scores) if scores else None, solved, len(results))
