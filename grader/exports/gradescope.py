"""Gradescope: a `results.json` for each submission, as an autograder writes it there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from grader.exports.base import Files, Request, WithPoints
from grader.exports.summary import drawn, total
from grader.model import ExerciseResult, Result
from grader.report.entries import Entry, prose
from grader.report.explanation import explanation
from grader.text import one_line


class Gradescope(WithPoints, Files):
    """`submission_123/results.json`; a test for each exercise, and the total above them.

    A test has the exercise's title, its points, and what explains the answer.

    Gradescope has no word for a submission without points. Those have no file, which it shows
    as an autograder that failed, and not as 0.
    """

    name = "gradescope"
    title = "results.json for each submission"
    target = "gradescope"

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for entry, points in self.with_points(request):
            results = gradescope_results(entry.result, points, request.run.title_of)
            yield f"{_folder(entry)}/results.json", json.dumps(results, indent=1).encode()


def _folder(entry: Entry) -> str:
    owner = entry.result.owner
    submission = dict(owner.ids).get("gradescope", "") if owner else ""
    return submission if submission.removeprefix("submission_").isdigit() else entry.slug


def gradescope_results(
    result: Result, points: float | None, title_of: Callable[[str], str]
) -> dict[str, object]:
    """The content of `results.json`; `title_of` gives an exercise's title by its name.

    Without `points`, Gradescope adds up those of the tests, of which some have none.
    """
    return {
        **({} if points is None else {"score": round(points, 2)}),
        "execution_time": round(result.seconds),
        "output": "\n".join(
            map(prose, [total(result), *drawn(result), *_late(result), *result.remarks])
        ),
        "visibility": "visible",
        "tests": [_test(exercise, title_of(exercise.name)) for exercise in result.exercises],
    }


def _late(result: Result) -> list[str]:
    return [result.late.words] if result.late and result.late.words else []


def _test(exercise: ExerciseResult, title: str) -> dict[str, object]:
    """An exercise as a test. One that was not graded has neither score nor status."""
    test: dict[str, object] = {
        "name": one_line(title),
        "max_score": exercise.max_score,
        "visibility": "visible",
        "output": explanation(exercise),
        "output_format": "html",
    }
    if exercise.score is not None:
        test["score"] = round(exercise.score, 2)
        test["status"] = "passed" if exercise.score >= exercise.max_score else "failed"
    return test
