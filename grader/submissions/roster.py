"""Read the list of a course's students, and complete the submissions with it.

It adds the email addresses and ids that downloads lack, and the students who handed in nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import InputError
from grader.model import Owner, Submission
from grader.submissions.find import Found, tell_apart

NOTHING = "handed in nothing"
# Kinds of ids of which a student has only one. Logins may differ between platforms.
_DECISIVE = ("canvas", "moodle", "sid")
# Kind of id -> the columns that may hold it; column names in small letters, without other signs.
_ID_COLUMNS = {
    "canvas": ("id", "canvasid", "canvasuserid"),
    "moodle": ("identifier", "participant"),
    "sid": ("sid", "studentid", "sisuserid", "idnumber"),
    "login": ("login", "username", "sisloginid", "githubusername"),
}
_NAME_COLUMNS = ("name", "student", "fullname", "studentname")
_EMAIL_COLUMNS = ("email", "emailaddress")
_TIME_COLUMNS = ("submittedat", "submissiontime", "lastmodifiedsubmission")


@dataclass(frozen=True, slots=True)
class Student:
    """A row of the roster.

    `ids` are pairs of a kind and an id, such as ("canvas", "12345"). `submitted_at` is the time of
    submission as the file writes it; empty if it has none.
    """

    name: str
    email: str
    ids: tuple[tuple[str, str], ...]
    submitted_at: str = ""


class Known:
    """An index of students by their ids, email addresses and names.

    What two students have in common, such as a name, is not in the index.
    """

    def __init__(self, students: Iterable[Student]) -> None:
        students = tuple(students)
        marks = Counter(mark for student in students for mark in set(_marks_of(student)))
        self._index = {
            mark: student for student in students for mark in _marks_of(student) if marks[mark] == 1
        }

    def find(self, owner: Owner, name: str = "") -> Student | None:
        """The student whom the owner of a submission is; None if nobody fits.

        `name` is used where the layout gives no name. A student whose number on a platform differs
        from the owner's is somebody else, even if the names are the same.
        """
        found = (self._index[mark] for mark in _marks(owner, name) if mark in self._index)
        return next((each for each in found if not _differ(each, owner)), None)


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students in a CSV file in UTF-8 whose first row has the column names.

    The sheets that Canvas and Moodle export can be used as they are. Raises InputError where no
    column names students.
    """
    students = tuple(each for each in map(student_in, read_rows(path)) if each)
    if not students:
        raise InputError(
            f"{path}: names no students; it needs a column name, email, login or sid, "
            "in a first row of column names"
        )
    return students


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8, as dictionaries by the column names in its first row.

    Raises InputError where it cannot be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: is no CSV file in UTF-8 that can be read: {error}") from None


def delimiter(text: str) -> str:
    """The character between the columns: a semicolon in sheets of countries with decimal commas."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def student_in(row: dict[str, str]) -> Student | None:
    """The student in a row, read from the columns with known names; None if it names nobody."""
    cells = {
        re.sub(r"[^a-z]", "", key.lower()): value.strip()
        for key, value in row.items()
        if isinstance(key, str) and isinstance(value, str) and value.strip()
    }
    name = _first(cells, _NAME_COLUMNS)
    if not name:
        parts = (_first(cells, (first,)) for first in ("firstname", "lastname", "surname"))
        name = " ".join(filter(None, parts))
    email = _first(cells, _EMAIL_COLUMNS)
    ids = tuple(
        (kind, value)
        for kind, columns in _ID_COLUMNS.items()
        if (value := _id(kind, _first(cells, columns)))
    )
    # In Canvas' sheets the second row has the points of each column.
    if name == "Points Possible" or not (name or email or ids):
        return None
    return Student(name or email or ids[0][1], email, ids, _first(cells, _TIME_COLUMNS))


def _id(kind: str, text: str) -> str:
    # Moodle writes "Participant 77", in the language of the course.
    return re.sub(r".*\D", "", text) if kind == "moodle" else text


def _first(cells: dict[str, str], columns: Iterable[str]) -> str:
    return next((cells[column] for column in columns if column in cells), "")


def with_roster(found: Found, roster: tuple[Student, ...]) -> Found:
    """Complete the submissions with the roster's email addresses and ids.

    For each student without a submission one is added, with the problem "handed in nothing".
    Submissions of people who are not in the roster are listed as passed over.
    """
    students = Known(roster)
    unknown: list[str] = []
    seen: set[Student] = set()

    def known(each: Submission) -> Submission:
        student = students.find(each.owner, each.path.stem)
        if student is None:
            unknown.append(f"{each.source}: its student, {each.student}, is not in the roster")
            return each
        seen.add(student)
        return _completed(each, student)

    table = found.submissions
    table.change(known)
    handed_in = len(table)
    for student in roster:
        if student not in seen:
            table.add(_nothing(student))
    # Only the added ones are named anew: the names of the others do not depend on the roster.
    tell_apart(table, after=handed_in)
    return replace(found, passed_over=(*found.passed_over, *unknown))


def _marks(owner: Owner, name: str) -> Iterator[tuple[str, str]]:
    """What the owner of a submission can be recognized by, the surest first, as (kind, text)."""
    yield from owner.ids.items()
    if owner.email:
        yield "email", owner.email.casefold()
    names = [owner.name or name, *(each for kind, each in owner.ids.items() if kind == "login")]
    for each in names:
        yield "login", each
        yield "email", each.casefold()
        yield "name", _letters(each)


def _differ(student: Student, owner: Owner) -> bool:
    theirs = dict(student.ids)
    if any(theirs.get(kind, each) != each for kind, each in owner.ids.items() if kind in _DECISIVE):
        return True
    # Where groups hand in, Moodle's downloads have the group's name and number, which may be a
    # student's number too; then the names differ. In anonymous marking its sheets have no names.
    named = student.name not in (student.email, *theirs.values())
    return named and "moodle" in owner.ids and not _words(student.name) & _words(owner.name)


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold()))


def _marks_of(student: Student) -> Iterator[tuple[str, str]]:
    yield from student.ids
    if student.email:
        yield "email", student.email.casefold()
    yield "name", _letters(student.name)
    # Canvas puts the last name first: "Doe, Ann" in its sheet, "doeann" in its downloads.
    separator = ", " if ", " in student.name else " "
    first, _, last = student.name.rpartition(separator)
    yield "name", _letters(last + first)


def _letters(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _completed(submission: Submission, student: Student) -> Submission:
    owner = submission.owner
    more = {kind: each for kind, each in student.ids if kind not in owner.ids}
    completed = replace(
        owner,
        name=owner.name or student.name,
        ids={**owner.ids, **more},
        email=owner.email or student.email,
        submitted_at=owner.submitted_at or student.submitted_at,
    )
    return replace(submission, owner=completed)


def _nothing(student: Student) -> Submission:
    owner = Owner(student.name, dict(student.ids), email=student.email)
    return Submission(student.name, "", "", NOTHING, owner)
