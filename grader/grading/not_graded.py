"""The result of a submission that could not be graded."""

from __future__ import annotations

from grader.grading.task import Task
from grader.model import Graded, Result, Status, Submission


def not_reached(task: Task, reason: str) -> Graded:
    """The result of a submission that no worker finished."""
    return Graded(task.submission, task.assignment, not_graded(task.submission, reason))


def not_graded(submission: Submission, reason: str) -> Result:
    """A result without a score, and the reason."""
    return Result(
        student=submission.student,
        source=submission.source,
        status=Status.NOT_GRADED,
        score=None,
        max_score=0,
        reason=reason,
        flags=submission.flags,
    )
