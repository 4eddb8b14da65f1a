"""attempts: the last one counts, or the best, and the others are listed."""

from __future__ import annotations

from grader.attempts import best_attempts
from grader.layouts import Owner
from grader.model import Status
from grader.results import Line
from grader.submissions import Submission


def attempt(number: int, score: float | None) -> Line:
    owner = Owner("ann", (("canvas", "1"),), attempt=number, attempts_of="1/hw")
    source = f"ann_1_{number}_hw.ipynb"
    submission = Submission(source, source, source, owner=owner)
    status = Status.NOT_GRADED if score is None else Status.GRADED
    return Line(submission, "words", number, status, score, "")


def test_the_best_attempt_counts_under_the_students_own_name() -> None:
    kept, others = best_attempts([attempt(1, 4), attempt(2, 9), attempt(3, 5)])
    assert [(each.submission.student, each.score) for each in kept] == [("ann", 9)]
    assert [line.split(":")[0] for line in others] == ["ann_1_1_hw.ipynb", "ann_1_3_hw.ipynb"]


def test_of_equals_the_later_counts_whatever_their_order() -> None:
    kept, _ = best_attempts([attempt(3, 5), attempt(1, 5)])
    assert kept[0].submission.owner.attempt == 3


def test_zero_points_are_better_than_what_could_not_be_graded() -> None:
    kept, _ = best_attempts([attempt(1, 0), attempt(2, None)])
    assert kept[0].score == 0


def test_what_has_no_attempts_is_left_alone() -> None:
    alone = Line(Submission("bo", "bo.ipynb", "bo.ipynb"), "words", 1, Status.GRADED, 1, "")
    assert best_attempts([alone]) == ([alone], [])
