"""Several attempts of a student: the last one, or the best."""

from __future__ import annotations

from dataclasses import replace

from grader.submissions.find import Found, tell_apart
from grader.submissions.table import SubmissionTable


def last_attempts(found: Found) -> Found:
    """Of each student's attempts at the same thing the last; the others are listed."""
    others = found.submissions.keep_last()
    tell_apart(found.submissions)
    earlier = [f"{source}: an earlier attempt; the last one is graded" for source in others]
    return replace(found, passed_over=(*found.passed_over, *earlier))


def best_attempts(table: SubmissionTable) -> tuple[str, ...]:
    """Keep of each student's attempts at the same thing the best; and a line for each of the
    others."""
    others = table.keep_best()
    tell_apart(table)
    return tuple(
        f"{source}: another attempt, not better than the one that counts" for source in others
    )
