"""A run as files for other programs: `results.json` and `grades.csv`."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path
from typing import Literal

import msgspec

from grader.assignments.records import Assignment
from grader.encoding import from_json, to_json
from grader.model import ExerciseResult, Protection, Result, Run, Time
from grader.text import uncomputed


class ResultsFile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run found for one assignment, whose name is empty where none could be told.

    A score is null exactly where nothing was graded: it is never a silent zero. `version` is that
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

    Where something could not be graded, its cell is empty, never 0, and the reason says why.
    """
    exercises = [exercise.name for exercise in assignment.exercises]
    # The byte order mark of "utf-8-sig" lets spreadsheets see that the text is UTF-8.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                *("student", "source", "status", *exercises),
                *("total", "maximum", "reason", "adjusted", "late"),
            ]
        )
        writer.writerows(_row(result, exercises, assignment.max_score) for result in run.results)


def _row(result: Result, exercises: list[str], maximum: float) -> list[str]:
    scores = {each.name: _number(each.score) for each in result.exercises}
    return [
        uncomputed(result.student),
        uncomputed(result.source),
        result.status.value,
        *(scores.get(name, "") for name in exercises),
        _number(result.score),
        _number(maximum),
        uncomputed(result.reason),
        uncomputed("; ".join(_decision(each) for each in result.exercises if each.adjustment)),
        uncomputed(result.late.words if result.late else ""),
    ]


def _decision(exercise: ExerciseResult) -> str:
    """A person's decision with the score before it: "median: 5 instead of 0: right idea"."""
    made = exercise.adjustment
    if made is None:
        return ""
    before = _number(made.instead_of) or "no score"
    return f"{exercise.name}: {_number(made.score)} instead of {before}: {made.reason}"


def _number(score: float | None) -> str:
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")
