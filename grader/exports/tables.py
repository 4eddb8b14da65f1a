"""A table for people: a CSV file, or a spreadsheet. No text in it is computed as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from grader.errors import InputError, Remedy
from grader.exports.base import Export, Request, WithPoints
from grader.files import write_file
from grader.model import Result, Run
from grader.results.files import headings
from grader.results.spreadsheet import TableValue, can_write_spreadsheets, write_spreadsheet
from grader.text import number, uncomputed

_IDS = ("canvas", "moodle", "gradescope", "sid", "login")


def table(export: WithPoints, run: Run) -> Iterator[list[TableValue]]:
    """Yield a row with the columns' names, then a row for each submission.

    A submission that could not be graded has None for its points, and the reason in its column.
    """
    names = dict.fromkeys(each.name for result in run.results for each in result.exercises)
    exercises = headings(run, names)
    yield [
        *("student", "name", "email", *_IDS, "submitted at", "source", "status"),
        *(*exercises.values(), "total", "maximum", "days late", "points lost", "reason"),
        *("decided by a person", "remarks"),
    ]
    for result in run.results:
        yield _row(result, exercises, export.points(result))


class Csv(WithPoints, Export):
    """UTF-8 with a mark by which spreadsheets know it; a `'` before what they would compute."""

    name = "csv"
    title = "a table"
    target = "export.csv"

    def write(self, request: Request) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        for row in table(self, request.run):
            writer.writerow([_shown(cell) for cell in row])
        write_file(request.target, text.getvalue().encode("utf-8-sig", "replace"))


class Xlsx(WithPoints, Export):
    """Numbers are numbers; text is stored as text, which is never computed."""

    name = "xlsx"
    title = "a spreadsheet"
    target = "export.xlsx"

    def write(self, request: Request) -> None:
        if not can_write_spreadsheets():
            raise InputError(
                "a spreadsheet needs the package openpyxl: pip install 'fairgrade[spreadsheet]'",
                Remedy.EXPORT_CSV,
            )
        write_spreadsheet(table(self, request.run), request.target)


def _row(result: Result, exercises: dict[str, str], points: float | None) -> list[TableValue]:
    """`exercises` maps the name of each exercise to the heading of its column."""
    owner = result.owner
    ids = dict(owner.ids) if owner else {}
    scores = {each.name: each.score for each in result.exercises}
    decided = [
        f"{exercises[each.name]}: {each.adjustment.reason}"
        for each in result.exercises
        if each.adjustment
    ]
    return [
        *(result.student, owner.name if owner else "", owner.email if owner else ""),
        *(ids.get(kind, "") for kind in _IDS),
        *(owner.submitted_at if owner else "", result.source, result.status.value),
        *(scores.get(name) for name in exercises),
        *(points, result.max_score, *_late(result), result.reason),
        *("; ".join(decided), "; ".join(result.remarks)),
    ]


def _late(result: Result) -> tuple[TableValue, TableValue]:
    return (result.late.days, result.late.points_lost) if result.late else (None, None)


def _shown(cell: TableValue) -> str:
    return uncomputed(cell) if isinstance(cell, str) else number(cell)
