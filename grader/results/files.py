"""A run as files for other programs: `results.json` and `grades.csv`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from grader.assignments.records import Assignment
from grader.model import ExerciseResult, Result, Run
from grader.text import uncomputed


def write_results(run: Run, path: Path) -> None:
    """Write `results.json`, each submission on a line of its own.

    `grader/results/results.schema.json` says what it holds.
    """
    line = json.JSONEncoder(allow_nan=False).encode
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(run.head(), indent=1).removesuffix("\n}") + ',\n "submissions": [')
        for number, result in enumerate(run.results):
            file.write((",\n  " if number else "\n  ") + line(result.to_json()))
        file.write("\n ]\n}\n" if run.results else "]\n}\n")


def write_grades(run: Run, assignment: Assignment, path: Path) -> None:
    """Write `grades.csv`: a row per submission, a column per exercise, status, total, reason,
    what a person decided, and what being late took off.

    What could not be graded is empty and says why; it is never 0.
    """
    exercises = [exercise.name for exercise in assignment.exercises]
    # The mark at the beginning lets spreadsheets see that the text is UTF-8.
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
    """What a person decided, beside what the machine had found."""
    made = exercise.adjustment
    if made is None:
        return ""
    before = _number(made.instead_of) or "no score"
    return f"{exercise.name}: {_number(made.score)} instead of {before}: {made.reason}"


def _number(score: float | None) -> str:
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")
