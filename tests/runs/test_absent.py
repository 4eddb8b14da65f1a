"""absent: who handed in nothing of one of several assignments."""

from __future__ import annotations

from grader.model import Owner, Status, Submission, Summary
from grader.runs.absent import WithOthers, others_of_each
from grader.submissions.people import Student
from grader.submissions.table import SubmissionTable


def table(*rows: tuple[str, str, str]) -> SubmissionTable:
    """Submissions of these people, with assignments ("" for none that is known) and sources."""
    found = SubmissionTable()
    for person, _, source in rows:
        name = f"{person} {source}" if source else person
        problem = "" if source else "handed in nothing"
        found.add(Submission(name, source, source, problem, Owner(person, {"login": person})))
    for submission, (_, assignment, _) in zip(list(found), rows, strict=True):
        reason = "" if assignment else submission.problem or "is no notebook"
        status = Status.GRADED if assignment else Status.NOT_GRADED
        score = 1.0 if assignment else None
        found.put(Summary(submission, assignment, None, status, score, reason))
    return found


def students(*names: str) -> list[Student]:
    return [Student(name, "", (("login", name),)) for name in names]


def listed(found: SubmissionTable, roster: list[Student]) -> dict[str, list[tuple[str, str]]]:
    """Who is listed with each assignment besides those who handed in something for it."""
    return {
        name: [(each.submission.owner.name, each.reason) for each in others]
        for name, others in others_of_each(found, roster).items()
    }


CLASS = (
    *(("ann", "adam", "1"), ("ann", "words", "2"), ("bob", "adam", "3"), ("bob", "words", "4")),
    ("cem", "adam", "5"),
)


def test_who_lacks_one_of_two_assignments_is_absent_there() -> None:
    found = table(*CLASS, ("dora", "", ""))
    absent = "handed in nothing"
    assert listed(found, students("ann", "bob", "cem", "dora")) == {
        "adam": [],
        "words": [("cem", absent), ("dora", absent)],
    }


def test_what_belongs_to_no_known_assignment_may_be_of_each() -> None:
    found = table(*CLASS, ("cem", "", "work.pdf"), ("dora", "", "b.pdf"))
    expected = {"adam": [], "words": [("cem", "is no notebook"), ("dora", "is no notebook")]}
    assert listed(found, students("ann", "bob", "cem", "dora")) == expected
    # Also where nobody knows the class: no row of a sheet may look as if nothing was handed in.
    assert listed(found, []) == expected


def test_with_one_assignment_everybody_is_listed_already() -> None:
    found = table(("ann", "adam", "1"), ("cem", "", ""))
    assert listed(found, students("ann", "cem")) == {}


def test_the_others_are_counted_and_come_last() -> None:
    found = table(*CLASS)
    others = others_of_each(found, students("ann", "bob", "cem"))["words"]
    everybody = WithOthers(found.summaries("words"), others)
    assert len(everybody) == len(list(everybody)) == 3
    assert [each.submission.student for each in everybody] == ["ann 2", "bob 4", "cem"]
    assert others[0] in everybody
    assert next(iter(found.summaries("adam"))) not in everybody
