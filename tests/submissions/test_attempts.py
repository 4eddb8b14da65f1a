"""attempts: the last one counts, or the best, and the others are listed."""

from __future__ import annotations

from grader.model import Line, Owner, Status, Submission
from grader.submissions.attempts import best_attempts
from grader.submissions.table import Pile


def attempts(*scores: float | None, first: int = 1, step: int = 1) -> Pile:
    """Attempts of one student, numbered from `first` on."""
    pile = Pile()
    for place, score in enumerate(scores):
        number = first + step * place
        owner = Owner("ann", (("canvas", "1"),), attempt=number, attempts_of="1/hw")
        source = f"ann_1_{number}_hw.ipynb"
        submission = Submission(source, source, source, owner=owner)
        status = Status.NOT_GRADED if score is None else Status.GRADED
        pile.add(submission)
        pile.put(Line(submission, "words", number, status, score, ""))
    return pile


def test_the_best_attempt_counts_under_the_students_own_name() -> None:
    pile = attempts(4, 9, 5)
    others = best_attempts(pile)
    assert [(each.submission.student, each.score) for each in pile.lines()] == [("ann", 9)]
    assert [line.split(":")[0] for line in others] == ["ann_1_1_hw.ipynb", "ann_1_3_hw.ipynb"]


def test_of_equals_the_later_counts_whatever_their_order() -> None:
    for pile in (attempts(5, 5), attempts(5, 5, first=2, step=-1)):
        best_attempts(pile)
        (kept,) = pile
        assert kept.owner.attempt == 2


def test_zero_points_are_better_than_what_could_not_be_graded() -> None:
    pile = attempts(0, None)
    best_attempts(pile)
    assert [each.score for each in pile.lines()] == [0]


def test_what_has_no_attempts_is_left_alone() -> None:
    alone = Line(Submission("bo", "bo.ipynb", "bo.ipynb"), "words", 1, Status.GRADED, 1, "")
    pile = Pile([alone.submission])
    pile.put(alone)
    assert best_attempts(pile) == ()
    assert list(pile.lines()) == [alone]
