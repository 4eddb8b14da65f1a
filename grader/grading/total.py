"""The total of a submission's exercises, and why there is none yet."""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import ExerciseResult, Status, Verdict
from grader.text import number


def total(exercises: Sequence[ExerciseResult]) -> tuple[Status, float | None, str]:
    """Status, score and reason of a submission with these exercises.

    There is no score while one of them has none: a machine could not grade it, or a person has
    still to review it. The reason of the latter says what the total is without it.
    """
    open_ones = [each for each in exercises if each.score is None]
    failed = [each for each in open_ones if each.verdict is not Verdict.TO_REVIEW]
    if failed:
        return Status.NOT_GRADED, None, f"{failed[0].name}: {failed[0].message}"
    if open_ones:
        return Status.TO_REVIEW, None, _without_open(exercises)
    return Status.GRADED, sum(each.score or 0.0 for each in exercises), ""


def _without_open(exercises: Sequence[ExerciseResult]) -> str:
    """For example `12 of 15 points, and 5 points to be reviewed`."""
    known = [each for each in exercises if each.score is not None]
    left = sum(each.max_score for each in exercises if each.score is None)
    to_review = f"{number(left)} {'point' if left == 1 else 'points'} to be reviewed"
    if not known:
        return to_review
    score = sum(each.score or 0.0 for each in known)
    most = sum(each.max_score for each in known)
    return f"{number(score)} of {number(most)} points, and {to_review}"
