"""attempts: the last one counts, or the best, and the others are listed."""

from __future__ import annotations

from grader.model import Owner, Status, Submission, Summary
from grader.submissions.attempts import best_attempts
from grader.submissions.table import SubmissionTable


def attempts(*scores: float | None, first: int = 1, step: int = 1) -> SubmissionTable:
    """Attempts of one student, numbered from `first` on."""
    table = SubmissionTable()
    for place, score in enumerate(scores):
        number = first + step * place
        owner = Owner("ann", {"canvas": "1"}, attempt=number, attempts_of="1/hw")
        source = f"ann_1_{number}_hw.ipynb"
        submission = Submission(source, source, source, owner=owner)
        status = Status.NOT_GRADED if score is None else Status.GRADED
        table.add(submission)
        table.put(Summary(submission, "words", number, status, score, ""))
    return table


def test_the_best_attempt_counts_under_the_students_own_name() -> None:
    table = attempts(4, 9, 5)
    others = best_attempts(table)
    assert [(each.submission.student, each.score) for each in table.summaries()] == [("ann", 9)]
    assert [line.split(":")[0] for line in others] == ["ann_1_1_hw.ipynb", "ann_1_3_hw.ipynb"]


def test_of_equals_the_later_counts_whatever_their_order() -> None:
    for table in (attempts(5, 5), attempts(5, 5, first=2, step=-1)):
        best_attempts(table)
        (kept,) = table
        assert kept.owner.attempt == 2


def test_all_notebooks_of_the_attempt_that_counts_are_kept() -> None:
    def table() -> SubmissionTable:
        made = SubmissionTable()
        for place, (number, score) in enumerate(((1, 3), (1, 2), (2, 9), (2, 0), (3, None))):
            owner = Owner("ann", {"login": "ann"}, attempt=number, attempts_of="ann")
            submission = Submission(f"ann {place}", f"{place}", f"{place}", owner=owner)
            made.add(submission)
            status = Status.NOT_GRADED if score is None else Status.GRADED
            made.put(Summary(submission, "words", place, status, score, ""))
        return made

    best, last = table(), table()
    best_attempts(best)
    assert [each.source for each in best] == ["2", "3"]
    assert last.keep_last() == ("0", "1", "2", "3")


def test_zero_points_are_better_than_what_could_not_be_graded() -> None:
    table = attempts(0, None)
    best_attempts(table)
    assert [each.score for each in table.summaries()] == [0]


def test_what_has_no_attempts_is_left_alone() -> None:
    alone = Summary(Submission("bo", "bo.ipynb", "bo.ipynb"), "words", 1, Status.GRADED, 1, "")
    table = SubmissionTable([alone.submission])
    table.put(alone)
    assert best_attempts(table) == ()
    assert list(table.summaries()) == [alone]
