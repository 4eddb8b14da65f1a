"""Keep people's decisions with a student whose name has changed from one run to the next.

A student is called as the layout says, and with a roster as the roster does. Decisions are kept
under the name. Where nobody has the name any more, whoever handed in the same notebook under the
same path is the same student.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.gradebook.fingerprint import content
from grader.gradebook.store import Gradebook
from grader.submissions.table import SubmissionTable


def follow_names(gradebook: Gradebook, table: SubmissionTable) -> None:
    """Rename the students of decisions as this run calls them, where they are known for certain."""
    decisions = gradebook.decisions()
    decided = decisions.students | decisions.remarks.keys()
    if not decided:
        return
    gone = decided - {submission.student for submission in table}
    for before in sorted(gone):
        after = set(_names_now(gradebook, table, before))
        if len(after) == 1:
            gradebook.rename(before, after.pop())


def _names_now(gradebook: Gradebook, table: SubmissionTable, before: str) -> Iterator[str]:
    there = gradebook.handed_in_by(before)
    sources = {source for source, _ in there}
    for submission in table:
        if submission.source in sources and (submission.source, content(submission)) in there:
            yield submission.student
