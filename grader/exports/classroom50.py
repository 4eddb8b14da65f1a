"""Classroom 50: a `result.json` as its runner takes it from an autograder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from grader.exports.base import HELP, Files, Request, WithPoints
from grader.exports.summary import about, total
from grader.model import Result
from grader.report.entries import Entry
from grader.text import one_line

SCHEMA = "classroom50/result/v1"


@dataclass(frozen=True, kw_only=True)
class Classroom50(WithPoints, Files):
    """`LOGIN/result.json` for each student, by the contract `classroom50/result/v1`.

    All numbers in it are whole. So points are rounded, half a point up, and the total is the sum of
    the rounded ones. A submission without points has no file, which is an error there and not 0.
    """

    name = "classroom50"
    title = "result.json for Classroom 50"
    target = "classroom50"

    classroom: str = field(metadata={HELP: "The classroom's short name: $CLASSROOM."})
    slug: str = field(metadata={HELP: "The assignment's name over there: $ASSIGNMENT."})
    tag: str = field(metadata={HELP: "The submission's tag: $SUBMISSION_TAG."})
    commit: str = field(metadata={HELP: "The address of the graded commit: $COMMIT_URL."})
    release: str = field(metadata={HELP: "The address of the release: $RELEASE_URL."})
    review: str = field(
        default="", metadata={HELP: "The address of all changes: $REVIEW_URL. Default: the commit."}
    )

    def files(self, request: Request) -> Iterator[tuple[str, bytes]]:
        for entry, points in self.with_points(request):
            data = self._result(entry, points, request)
            yield f"{entry.slug}/result.json", json.dumps(data, indent=1).encode()

    def _result(self, entry: Entry, points: float, request: Request) -> dict[str, object]:
        tests = _tests(entry.result, points, request)
        return {
            "schema": SCHEMA,
            "classroom": self.classroom,
            "assignment": self.slug,
            "assignment_type": "individual",
            "owner": _login(entry),
            "submission": self.tag,
            "commit": self.commit,
            "release": self.release,
            "review": self.review or self.commit,
            "datetime": request.run.started,
            "score": sum(test.score for test in tests),
            "max-score": sum(test.maximum for test in tests),
            "tests": [test.data() for test in tests],
        }


@dataclass(frozen=True, slots=True)
class _Test:
    name: str
    passed: bool
    score: int
    maximum: int
    output: str

    def data(self) -> dict[str, object]:
        return {
            "test-name": self.name,
            "passed": self.passed,
            "score": self.score,
            "max-score": self.maximum,
            "output": self.output,
        }


def _tests(result: Result, points: float, request: Request) -> list[_Test]:
    """A test for each exercise; one for all, where late days took points from their sum."""
    tests = [
        _Test(
            one_line(request.run.title_of(each.name)) or each.name,
            each.verdict.solved,
            _whole(each.score or 0.0),
            _whole(each.max_score),
            about(each),
        )
        for each in result.exercises
    ]
    if tests and abs(points - sum(each.score or 0.0 for each in result.exercises)) < 0.005:
        return tests
    return [_Test("All exercises", False, _whole(points), _whole(result.max_score), total(result))]


def _whole(points: float) -> int:
    return int(Decimal(str(points)).quantize(Decimal(1), ROUND_HALF_UP))


def _login(entry: Entry) -> str:
    owner = entry.result.owner
    return dict(owner.ids).get("login", "") if owner and "login" in owner.ids else entry.slug
