"""Gradescope: a `results.json` for each submission, as an autograder writes it there."""

from __future__ import annotations

import json
from collections.abc import Iterator

from grader.exports.base import Files, Request, WithPoints
from grader.exports.summary import about, total
from grader.model import ExerciseResult, Result
from grader.report.entries import Entry, entries


class Gradescope(WithPoints, Files):
    """`submission_123/results.json`; a test for each exercise, and the total above them.

    Gradescope has no word for a submission without points. Those have no file, which it shows
    as an autograder that failed, and not as 0.
    """

    name = "gradescope"
    title = "results.json for each submission"
    target = "gradescope"

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for entry in entries(request.run):
            points = self.points(entry.result)
            if points is None:
                request.note(entry.result, f"no file: {entry.result.reason}")
            else:
                data = json.dumps(_results(entry.result, points), indent=1)
                yield f"{_folder(entry)}/results.json", data.encode()


def _folder(entry: Entry) -> str:
    owner = entry.result.owner
    submission = dict(owner.ids).get("gradescope", "") if owner else ""
    return submission if submission.removeprefix("submission_").isdigit() else entry.slug


def _results(result: Result, points: float) -> dict[str, object]:
    return {
        "score": round(points, 2),
        "execution_time": round(result.seconds),
        "output": "\n".join([total(result), *_late(result), *result.remarks]),
        "visibility": "visible",
        "tests": [_test(exercise) for exercise in result.exercises],
    }


def _late(result: Result) -> list[str]:
    return [result.late.words] if result.late and result.late.words else []


def _test(exercise: ExerciseResult) -> dict[str, object]:
    test: dict[str, object] = {
        "name": exercise.name,
        "max_score": exercise.max_score,
        "output": about(exercise),
    }
    if exercise.score is not None:
        test["score"] = round(exercise.score, 2)
    return test
