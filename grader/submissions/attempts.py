"""Choose among several attempts of a student: the last one, or the best."""

from __future__ import annotations

from dataclasses import replace

from grader.submissions.find import Found, tell_apart
from grader.submissions.table import SubmissionTable


def last_attempts(found: Found) -> Found:
    """Keep the last of each student's attempts at the same thing; list the others."""
    others = found.submissions.keep_last()
    tell_apart(found.submissions)
    earlier = [f"{source}: an earlier attempt; the last one counts" for source in others]
    return replace(found, passed_over=(*found.passed_over, *earlier))


def best_attempts(table: SubmissionTable) -> tuple[str, ...]:
    """Keep the best of each student's attempts at the same thing; a line for each of the others.

    Called when all have been graded, since the scores in their summaries decide.
    """
    others = table.keep_best()
    tell_apart(table)
    return tuple(
        f"{source}: another attempt, not better than the one that counts" for source in others
    )
