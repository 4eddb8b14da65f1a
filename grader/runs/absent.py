"""Who is absent from one of several assignments of a run.

A student who handed in a notebook of one assignment has a result there, and in each of the others
one that says that nothing was handed in for it. What belongs to no known assignment may be of any:
it is listed in each of which its student handed in nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grader.model import HANDED_IN_NOTHING, Owner, Status, Submission, Summary
from grader.submissions.kinds import stem
from grader.submissions.people import Known, Student
from grader.submissions.table import SubmissionTable


@dataclass(frozen=True, slots=True)
class WithOthers(Collection[Summary]):
    """The summaries of an assignment, and behind them those of `others`."""

    summaries: Collection[Summary]
    others: tuple[Summary, ...] = ()

    def __len__(self) -> int:
        return len(self.summaries) + len(self.others)

    def __iter__(self) -> Iterator[Summary]:
        yield from self.summaries
        yield from self.others

    def __contains__(self, summary: object) -> bool:
        return summary in self.others or summary in self.summaries


def others_of_each(
    table: SubmissionTable, roster: Sequence[Student]
) -> dict[str, tuple[Summary, ...]]:
    """For each assignment the summaries of people who have none of it; empty for a single one."""
    names = {name: count for name, count in table.assignments.items() if name}
    if len(names) < 2:
        return {}
    # Submissions of no known assignment are in the table of the one that has the most anyway.
    most = max(names, key=names.__getitem__)
    people = _people(table.summaries(), Known(roster))
    labels = {label for person in people for label in person.labels}
    return {name: tuple(_others(people, name, name == most, labels)) for name in names}


@dataclass(slots=True)
class _Person:
    """Somebody with what they handed in.

    `done` are the assignments of which they handed in something, `unknown` the summaries of no
    known assignment, `labels` the names of their submissions.
    """

    student: Student | None = None
    done: set[str] = field(default_factory=set)
    unknown: list[Summary] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


def _people(summaries: Iterable[Summary], roster: Known) -> list[_Person]:
    people: dict[Student | str, _Person] = {}
    for summary in summaries:
        submission = summary.submission
        student = roster.find(submission.owner, stem(submission.path))
        key = student or submission.person or submission.owner.name or submission.student
        person = people.setdefault(key, _Person(student))
        person.labels.append(submission.student)
        if summary.assignment:
            person.done.add(summary.assignment)
        else:
            person.unknown.append(summary)
    return list(people.values())


def _others(
    people: Iterable[_Person], name: str, most: bool, labels: set[str]
) -> Iterator[Summary]:
    """The summaries to list with the assignment `name`; `labels` are the names of submissions."""
    for person in people:
        if name in person.done:
            continue
        if person.unknown:
            yield from () if most else person.unknown
        elif person.student:
            yield _absent(person.student, name, labels.difference(person.labels))


def _absent(student: Student, name: str, labels: set[str]) -> Summary:
    owner = Owner(student.name, dict(student.ids), email=student.email)
    label = student.name
    if label in labels and owner.ids:
        label = f"{label} ({list(owner.ids.values())[-1]})"
    submission = Submission(label, "", "", HANDED_IN_NOTHING, owner)
    return Summary(submission, name, None, Status.NOT_GRADED, None, HANDED_IN_NOTHING)
