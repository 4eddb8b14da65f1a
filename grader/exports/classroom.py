"""GitHub Classroom: what its autograding reporter takes from a step of a workflow."""

from __future__ import annotations

import json
from collections.abc import Iterator

from grader.exports.base import Files, Request, WithPoints
from grader.exports.summary import about, total
from grader.model import Result
from grader.report.entries import entries


class Classroom(WithPoints, Files):
    """`LOGIN.json` for each student; the reporter wants it in base64, in `NAME_RESULTS`.

    The reporter adds up the scores of the tests. With a `max_score` of 0 it reports no points,
    which is what becomes of a submission that could not be graded.
    """

    name = "classroom"
    title = "GitHub Classroom's autograding results"
    target = "classroom"

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for entry in entries(request.run):
            result = entry.result
            points = self.points(result)
            if points is None:
                request.note(result, f"no points are reported: {result.reason}")
            data = _ungraded(result) if points is None else _graded(result, points)
            yield f"{entry.slug}.json", json.dumps(data, indent=1).encode()


def _graded(result: Result, points: float) -> dict[str, object]:
    tests = [
        _test(each.name, each.score or 0.0, each.verdict.solved, about(each))
        for each in result.exercises
    ]
    missing = round(points - sum(each.score or 0.0 for each in result.exercises), 2)
    if missing or not tests:
        tests.append(_test("total", missing, False, total(result)))
    status = "pass" if all(test["status"] == "pass" for test in tests) else "fail"
    return {"version": 1, "status": status, "max_score": result.max_score, "tests": tests}


def _ungraded(result: Result) -> dict[str, object]:
    test = {"name": "grading", "status": "error", "message": total(result), "score": 0}
    return {"version": 1, "status": "error", "max_score": 0, "tests": [test]}


def _test(name: str, score: float, passed: bool, message: str) -> dict[str, object]:
    status = "pass" if passed else "fail"
    return {"name": name, "status": status, "score": round(score, 2), "message": message}
