"""The list of a course's students -> who handed in nothing, and what downloads lack."""

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
# Of these a student has one only; logins of several platforms may differ.
_DECISIVE = ("canvas", "moodle", "sid")
# Kinds of ids, and the columns they stand in, in small letters without spaces and signs.
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
    """A row of the roster; `ids` are pairs of a kind and an id, as a submission's owner has, and
    `submitted_at` is the time as it stands there."""

    name: str
    email: str
    ids: tuple[tuple[str, str], ...]
    submitted_at: str = ""


class Known:
    """Students by everything that they can be known by. What two of them share says nothing."""

    def __init__(self, students: Iterable[Student]) -> None:
        students = tuple(students)
        marks = Counter(mark for student in students for mark in set(_marks_of(student)))
        self._index = {
            mark: student for student in students for mark in _marks_of(student) if marks[mark] == 1
        }

    def find(self, owner: Owner, name: str = "") -> Student | None:
        """The student who is this owner, called `name` where the layout gives no name. One whose
        number on a platform is another is somebody else, whatever the name."""
        found = (self._index[mark] for mark in _marks(owner, name) if mark in self._index)
        return next((each for each in found if not _differ(each, owner)), None)


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students in a CSV file with a row of column names, in UTF-8; Canvas' and Moodle's own
    sheets will do. Raises InputError where there is no column that names students."""
    students = tuple(each for each in map(student_in, read_rows(path)) if each)
    if not students:
        raise InputError(
            f"{path}: names no students; it needs a column name, email, login or sid, "
            "in a first row of column names"
        )
    return students


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 with a first row of column names."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: is no CSV file in UTF-8 that can be read: {error}") from None


def delimiter(text: str) -> str:
    """What separates the columns of a sheet: where decimals have commas, it is a semicolon."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def student_in(row: dict[str, str]) -> Student | None:
    """The student that a row is about, by the names of its columns; None if it names nobody."""
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
    # Canvas has a row with the points of each column beneath the column names.
    if name == "Points Possible" or not (name or email or ids):
        return None
    return Student(name or email or ids[0][1], email, ids, _first(cells, _TIME_COLUMNS))


def _id(kind: str, text: str) -> str:
    # Moodle says "Participant 77", in the language of the course.
    return re.sub(r".*\D", "", text) if kind == "moodle" else text


def _first(cells: dict[str, str], columns: Iterable[str]) -> str:
    return next((cells[column] for column in columns if column in cells), "")


def with_roster(found: Found, roster: tuple[Student, ...]) -> Found:
    """The submissions with the roster's email addresses and ids, and one with the problem
    "handed in nothing" for each student of whom there is none. Whoever is not in the roster is
    listed."""
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
    # Names of the others stay what they are without a roster.
    tell_apart(table, after=handed_in)
    return replace(found, passed_over=(*found.passed_over, *unknown))


def _marks(owner: Owner, name: str) -> Iterator[tuple[str, str]]:
    """What a student can be known by, the surest first."""
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
    # Where groups hand in, Moodle's downloads have the group's name and number; where markers are
    # not to know who it is, its sheets have no names.
    named = student.name not in (student.email, *theirs.values())
    return named and "moodle" in owner.ids and not _words(student.name) & _words(owner.name)


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold()))


def _marks_of(student: Student) -> Iterator[tuple[str, str]]:
    yield from student.ids
    if student.email:
        yield "email", student.email.casefold()
    yield "name", _letters(student.name)
    # Canvas puts the last name first, with a comma in its sheet and without in its downloads.
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
