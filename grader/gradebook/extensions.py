"""Extensions for students, read from a CSV file, and late days applied to results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, tzinfo
from pathlib import Path, PurePath

from grader.assignments.records import LateRule
from grader.errors import InputError
from grader.gradebook.late import DAY, lateness, moment
from grader.model import Owner, Result, Submission
from grader.submissions.roster import Known, Student, read_rows, student_in


@dataclass(frozen=True, slots=True)
class Extension:
    """A student's extension: a time, `due`, as the file writes it, or a number of `days` more."""

    student: Student
    due: str = ""
    days: float = 0.0

    def until(self, due: datetime) -> datetime:
        return _time(self.due, due.tzinfo) or due + self.days * DAY


class Extensions:
    """The extensions of a course, found by the owner of a submission."""

    def __init__(self, extensions: Iterable[Extension] = ()) -> None:
        self._by_student = {each.student: each for each in extensions}
        self._known = Known(self._by_student)

    def find(self, owner: Owner, source: str) -> Extension | None:
        student = self._known.find(owner, PurePath(source).stem)
        return self._by_student[student] if student else None

    def unused(self, submissions: Iterable[Submission]) -> Iterator[str]:
        """A line for each extension whose student has none of these submissions."""
        found = {self.find(each.owner, each.source) for each in submissions}
        for each in self._by_student.values():
            if each not in found:
                yield f"{each.student.name}: has an extension, and no submission is theirs"


def read_extensions(path: Path) -> Extensions:
    """Read a CSV file with columns that name students, as in a roster, and `due` or `days`.

    Raises InputError for a row that names no student, or that has both or neither of the two.
    """
    rows = enumerate(read_rows(path), start=2)
    return Extensions(_extension(row, f"{path}: row {number}") for number, row in rows)


@dataclass(frozen=True, slots=True)
class LateDays:
    """The rules for late days, by the assignment's name, and students' extensions."""

    rules: Mapping[str, LateRule] = field(default_factory=dict)
    extensions: Extensions = field(default_factory=Extensions)

    def applied(self, result: Result, assignment: str, owner: Owner) -> Result:
        """The result with its lateness, and with the score that is left.

        It is returned as it is where the assignment has no rule or nothing was handed in.
        """
        rule = self.rules.get(assignment)
        if rule is None or not result.handed_in:
            return result
        extension = self.extensions.find(owner, result.source)
        due = extension.until(rule.due) if extension else rule.due
        late, score = lateness(rule, due, owner, result.score)
        return replace(result, late=late, score=score)


def _extension(row: dict[str, str], place: str) -> Extension:
    student = student_in(row)
    if student is None:
        raise InputError(f"{place}: names no student; it needs a name, an email or an id")
    cells = {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
    due, days = cells.get("due", ""), cells.get("days", "")
    if bool(due) == bool(days):
        raise InputError(f"{place}: either a due time or a number of days is expected")
    if due:
        if _time(due, None) is None:
            raise InputError(
                f"{place}: due is {due!r} where a time such as 2026-03-05 23:59 is expected"
            )
        return Extension(student, due=due)
    try:
        number = float(days)
    except ValueError:
        number = -1
    if not 0 <= number < 1000:
        raise InputError(f"{place}: days is {days!r} where a number such as 2 is expected")
    return Extension(student, days=number)


def _time(text: str, zone: tzinfo | None) -> datetime | None:
    """The time in the text; for a date alone, the last second of that day."""
    found = moment(text, zone)
    if found and len(text) == len("2026-03-05"):
        return datetime.combine(found, time(23, 59, 59), found.tzinfo)
    return found
