"""The table of results that `grade` shows in a terminal, and the same figures as JSON for scripts.

A column for each exercise is there if the terminal is wide enough: headed by the exercise's title,
or else by its number, which a line below the table explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from grader.gradebook.recorded import heads
from grader.model import ExerciseResult, Result, Run, Status, Verdict
from grader.report.words import BAD, GOOD, NEUTRAL, PARTLY, VERDICTS
from grader.text import counted, number, one_line

if TYPE_CHECKING:
    from grader.assignments.records import Assignment, Exercise

# Characters for a student's name, for points, and for the lines and blanks around a column.
NAME, POINTS, AROUND = 20, 6, 3
# Lines of the screen that the table's frame, title, mean and median, and what is printed around
# the table take; so many submissions are shown in any case.
OTHER_LINES, FEWEST_ROWS = 16, 5
# The colour of points, by the verdict's tone in the report; what could not be graded has its own.
COLOURS = {GOOD: "green", PARTLY: "yellow", BAD: "red", NEUTRAL: "dim"}


def results_table(
    assignment: Assignment, run: Run, width: int, most_rows: int
) -> Iterator[Table | str]:
    """A row for each of the first submissions, mean and median of all; then lines about the table.

    `width` is in characters. The lines, as the titles, are escaped for rich.
    """
    exercises, titles = _columns(assignment.exercises, width)
    table = Table(title=_shown(run.title))
    table.add_column("student", overflow="fold")
    for title in titles:
        table.add_column(_shown(title), justify="right")
    table.add_column("total", justify="right")
    for result in islice(run.results, most_rows):
        points = {each.name: each for each in result.exercises}
        cells = (_points(points.get(each.name)) for each in exercises)
        table.add_row(_shown(result.student), *cells, number(result.score))
    if len(run.results) > 1:
        table.add_section()
        scores = [*_scores(run, exercises), _totals(run)]
        for word, of in (("mean", fmean), ("median", median)):
            table.add_row(
                f"[bold]{word}[/]", *(number(of(each)) if each else "" for each in scores)
            )
    yield table
    if exercises and titles[0] == "1":
        named = (f"{at}: {each.title}" for at, each in enumerate(exercises, 1))
        yield escape(one_line("; ".join(named)))
    if len(run.results) > most_rows:
        left = len(run.results) - most_rows
        yield f"the first {most_rows} of {len(run.results)}: --all shows {left} more"


def figures(run: Run) -> str:
    """The mean and the median of the totals, in words; empty where nothing was graded."""
    totals = _totals(run)
    if not totals:
        return ""
    return f"mean {number(fmean(totals))}, median {number(median(totals))} of {_most(run)}"


def summary(run: Run, folder: Path) -> dict[str, Any]:
    """What `--json` prints of one assignment; `folder` is where its files were written."""
    everyone = list(heads(run.results))
    totals = _totals(run)
    not_graded = [each for each in everyone if each.status is Status.NOT_GRADED]
    to_review = [each for each in everyone if each.status is Status.TO_REVIEW]
    return {
        "assignment": run.assignment,
        "title": run.title,
        "graded": len(everyone) - len(not_graded) - len(to_review),
        "to_review": [
            {"student": each.student, "source": each.source, "reason": each.reason}
            for each in to_review
        ],
        "not_graded": [
            {"student": each.student, "source": each.source, "reason": each.reason}
            for each in not_graded
            if not each.absent
        ],
        "handed_in_nothing": [each.student for each in not_graded if each.absent],
        "mean": round(fmean(totals), 6) if totals else None,
        "median": median(totals) if totals else None,
        "lowest": min(totals, default=None),
        "highest": max(totals, default=None),
        "max_score": everyone[0].max_score if everyone else None,
        "protection": run.protection.level,
        "folder": str(folder),
    }


def _columns(exercises: Sequence[Exercise], width: int) -> tuple[Sequence[Exercise], list[str]]:
    """The exercises that have a column, and the headings: titles, numbers, or none at all."""
    left = width - (NAME + AROUND) - (POINTS + AROUND) - 1
    titles = [each.title for each in exercises]
    for headings in (titles, [str(at) for at, _ in enumerate(titles, 1)]):
        # A title may be broken at its blanks.
        words = (max(map(cell_len, each.split()), default=0) for each in headings)
        if sum(max(word, POINTS) + AROUND for word in words) <= left:
            return exercises, headings
    return (), []


def _points(result: ExerciseResult | None) -> str:
    if result is None:
        return ""
    graded = result.verdict is not Verdict.NOT_GRADED
    colour = COLOURS[VERDICTS[result.verdict].tone] if graded else "magenta"
    return f"[{colour}]{'-' if result.score is None else number(result.score)}[/]"


def _scores(run: Run, exercises: Sequence[Exercise]) -> list[list[float]]:
    """The points of all students for each exercise. The results are read once."""
    scores: dict[str, list[float]] = {each.name: [] for each in exercises}
    for result in run.results if exercises else ():
        for each in result.exercises:
            if each.name in scores and each.score is not None:
                scores[each.name].append(each.score)
    return list(scores.values())


def _totals(run: Run) -> list[float]:
    return [each.score for each in heads(run.results) if each.score is not None]


def _most(run: Run) -> str:
    first: Iterable[Result] = islice(heads(run.results), 1)
    return "".join(counted(each.max_score, "point") for each in first)


def _shown(text: str) -> str:
    """Text from outside on one line, escaped so that rich finds no markup in it."""
    return escape(one_line(text))
