"""Extensions for students, read from a CSV file, and late days applied to results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, tzinfo
from pathlib import Path, PurePath

from grader.assignments.records import LateRule
from grader.errors import InputError
from grader.gradebook.late import DAY, lateness, why_unknown
from grader.gradebook.times import reading, which_first
from grader.model import Owner, Result, Status, Submission
from grader.submissions.roster import Known, Student, read_rows, student_in


@dataclass(frozen=True, slots=True)
class Extension:
    """A student's extension: a time, `due`, as the file writes it, or a number of `days` more.

    `submitted_at` is when they handed in, where a person knows that better than the platform; it
    may stand alone. `day_first` says what dates such as 3/4/2026 mean in the file.
    """

    student: Student
    due: str = ""
    days: float = 0.0
    submitted_at: str = ""
    day_first: bool | None = None

    def until(self, due: datetime, zone: tzinfo | None = None) -> datetime:
        return _time(self.due, zone or due.tzinfo, self.day_first) or due + self.days * DAY


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

    A column `submitted_at` has when somebody handed in. Raises InputError for a row that names no
    student, that has both a due time and days, or none of the three.
    """
    rows = [(f"{path}: row {number}", row) for number, row in enumerate(read_rows(path), start=2)]
    cells = [_cells(row) for _, row in rows]
    day_first = which_first(cell for row in cells for cell in row.values())
    return Extensions(_extension(row, place, day_first) for place, row in rows)


@dataclass(frozen=True, slots=True)
class LateDays:
    """The rules for late days, by the assignment's name, and students' extensions.

    `known` says whether it is known of anybody in the class when they handed in. If it is not, as
    where a folder of notebooks is graded, late days are counted for nobody. `day_first` says what
    dates such as 3/4/2026 mean in this class.
    """

    rules: Mapping[str, LateRule] = field(default_factory=dict)
    extensions: Extensions = field(default_factory=Extensions)
    known: bool = True
    day_first: bool | None = None

    def of_class(self, owners: Iterable[Owner]) -> LateDays:
        """The same rules for a class in which these have handed in."""
        known = False

        def times() -> Iterator[str]:
            nonlocal known
            for owner in owners:
                known = known or bool(owner.submitted_at.strip()) or owner.late is not None
                yield owner.submitted_at

        day_first = which_first(times())
        return replace(self, known=known, day_first=day_first)

    def applied(self, result: Result, assignment: str, owner: Owner) -> Result:
        """The result with its lateness, and with the score that is left.

        It is returned as it is where the assignment has no rule or nothing was handed in. It is not
        graded where the rule takes points off and nobody knows of how many days.
        """
        rule = self.rules.get(assignment)
        if rule is None or not result.handed_in:
            return result
        extension = self.extensions.find(owner, result.source)
        due = extension.until(rule.due, rule.zone) if extension else rule.due
        known, day_first = self.known, self.day_first
        if extension and extension.submitted_at:
            owner = replace(owner, submitted_at=extension.submitted_at)
            known, day_first = True, extension.day_first
        # Without a score there is nothing that is to be kept from anybody.
        late, score = lateness(rule, due, owner, result.score, known, day_first)
        if score is not None or result.score is None:
            return replace(result, late=late, score=score)
        reason = f"how many days late it is cannot be told: {why_unknown(owner)}"
        return replace(result, late=late, score=None, status=Status.NOT_GRADED, reason=reason)


def _cells(row: dict[str, str]) -> dict[str, str]:
    """The cells of a row by the names of their columns, in small letters without other signs."""
    named = ((re.sub(r"[^a-z]", "", key.lower()), value) for key, value in row.items() if key)
    return {name: value.strip() for name, value in named if isinstance(value, str)}


def _extension(row: dict[str, str], place: str, day_first: bool | None) -> Extension:
    student = student_in(row)
    if student is None:
        raise InputError(f"{place}: names no student; it needs a name, an email or an id")
    cells = _cells(row)
    due, days = cells.get("due", ""), cells.get("days", "")
    submitted_at = cells.get("submittedat", "")
    if (due and days) or not (due or days or submitted_at):
        raise InputError(f"{place}: either a due time or a number of days is expected")
    for column, text in (("due", due), ("submitted_at", submitted_at)):
        if text and _time(text, None, day_first) is None:
            raise InputError(
                f"{place}: {column} is {text!r} where a time such as 2026-03-05 23:59 is expected"
            )
    return Extension(student, due, _days(days, place), submitted_at, day_first)


def _days(text: str, place: str) -> float:
    try:
        number = float(text.replace(",", ".") or 0)
    except ValueError:
        number = -1
    if not 0 <= number < 1000:
        raise InputError(f"{place}: days is {text!r} where a number such as 2 is expected")
    return number


def _time(text: str, zone: tzinfo | None, day_first: bool | None) -> datetime | None:
    """The time in the text; for a date alone, the last second of that day."""
    found = reading(text, zone, day_first)
    if found and found.is_date:
        return datetime.combine(found.moment, time(23, 59, 59), found.moment.tzinfo)
    return found.moment if found else None
