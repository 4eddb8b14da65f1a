"""A run as files for other programs: `results.json`, `grades.csv` and `grades.xlsx`."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Literal

import msgspec

from grader.assignments.records import Assignment
from grader.encoding import from_json, to_json
from grader.model import Adjustment, Protection, Result, Run, Time
from grader.results.spreadsheet import TableValue, write_spreadsheet
from grader.text import uncomputed


class ResultsFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run found for one assignment, whose name is empty where none could be told.

    A score is null exactly where nothing was graded, or a person has still to review something: it
    is never a silent zero. `version` is that
    of fairgrade. With `seed` for `--seed`, the cases that were drawn afresh are the same again.
    `passed_over` lists files and links that are no submissions, `titles` the title of each
    exercise by its name.
    """

    schema: Literal[1] = 1
    assignment: str
    title: str
    version: str
    started: Time
    seed: int
    protection: Protection
    passed_over: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    submissions: tuple[Result, ...]


def write_results(run: Run, path: Path) -> None:
    """Write `results.json`, each submission on a line of its own, one after the other.

    `docs/results.schema.json` says what it holds.
    """
    shared = {each.name: getattr(run, each.name) for each in fields(run) if each.name != "results"}
    head = msgspec.json.format(to_json(ResultsFile(**shared, submissions=())), indent=1)
    with path.open("wb") as file:
        file.write(head.removesuffix(b"]\n}"))
        for number, result in enumerate(run.results):
            file.write((b",\n  " if number else b"\n  ") + to_json(result))
        file.write(b"\n ]\n}\n" if run.results else b"]\n}\n")


def read_results(path: Path) -> Run:
    """The run that `write_results` wrote.

    Raises OSError, and Malformed with the path of the key where the file holds anything else.
    """
    file = from_json(path.read_bytes(), ResultsFile)
    shared = msgspec.structs.asdict(file)
    del shared["schema"]
    return Run(results=shared.pop("submissions"), **shared)


def write_grades(run: Run, assignment: Assignment, path: Path) -> None:
    """Write `grades.csv`: a row per submission, a column per exercise, status, total, reason,
    what a person decided, and what being late took off.

    Where something could not be graded, or is to be reviewed, its cell is empty, never 0, and the
    reason says why.
    """
    # The byte order mark of "utf-8-sig" lets spreadsheets see that the text is UTF-8.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        for row in _rows(run, assignment):
            writer.writerow([_shown(value) for value in row])


def write_sheet(run: Run, assignment: Assignment, path: Path) -> None:
    """Write what `grades.csv` has as a spreadsheet; openpyxl has to be installed."""
    write_spreadsheet(_rows(run, assignment), path)


def headings(run: Run, exercises: Iterable[str]) -> dict[str, str]:
    """The heading of each exercise's column, by the exercise's name.

    It is the title, and where two exercises have the same one, the name in brackets, too.
    """
    titles = {name: run.title_of(name) for name in exercises}
    often = Counter(titles.values())
    return {
        name: title if often[title] == 1 else f"{title} ({name})" for name, title in titles.items()
    }


def _rows(run: Run, assignment: Assignment) -> Iterator[list[TableValue]]:
    exercises = headings(run, [exercise.name for exercise in assignment.exercises])
    yield [
        *("student", "source", "status", *exercises.values()),
        *("total", "maximum", "reason", "adjusted", "late"),
    ]
    for result in run.results:
        yield _row(result, exercises, assignment.max_score)


def _row(result: Result, exercises: dict[str, str], maximum: float) -> list[TableValue]:
    scores = {each.name: each.score for each in result.exercises}
    return [
        result.student,
        result.source,
        result.status.value,
        *(scores.get(name) for name in exercises),
        result.score,
        maximum,
        result.reason,
        "; ".join(
            f"{exercises.get(each.name, each.name)}: {_decision(each.adjustment)}"
            for each in result.exercises
            if each.adjustment
        ),
        result.late.words if result.late else "",
    ]


def _shown(value: TableValue) -> str:
    return uncomputed(value) if isinstance(value, str) else _number(value)


def _decision(made: Adjustment) -> str:
    """A person's decision with the score before it: "5 instead of 0: right idea"."""
    before = _number(made.instead_of) or "no score"
    said = [*(each.text for each in made.items), made.reason]
    why = "; ".join(filter(None, said))
    by = f" ({made.by})" if made.by else ""
    return f"{_number(made.score)} instead of {before}{why and f': {why}'}{by}"


def _number(score: float | None) -> str:
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")
