"""The students in the rows of a table: a roster, a platform's sheet, a table of groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.submissions.headings import FIRST, ID, LAST, kind_of
from grader.submissions.names import words_of
from grader.submissions.people import DECISIVE, Key, Student, alike, contradict, id_key, plain_id

IDS = (*DECISIVE, "login", ID)
# What Canvas calls the student as whom a teacher looks at a course; it follows the language.
_TEST = frozenset(("test", "teste", "prueba", "essai", "prova", "testi", "proba", "prov"))
_STUDENT = frozenset(
    (
        *("student", "estudiante", "etudiant", "estudante", "studente", "teilnehmer"),
        *("studierender", "schuler", "aluno", "alumno", "opiskelija", "elev"),
    )
)
_PARTICIPANT = re.compile(
    r"(?:parti[ct]i?[cp]|teilnehm|partecip|deelnem|deltag|uczestn)[^\W\d]*(?:/[^\W\d]+)?\s*(\d+)",
    re.IGNORECASE,
)


def student_in(row: Mapping[str, str]) -> Student | None:
    """The student in a row, read from the columns with known names; None if it names nobody.

    Canvas' Test Student is nobody.
    """
    cells: dict[str, str] = {}
    for heading, value in row.items():
        if isinstance(heading, str) and isinstance(value, str) and value.strip():
            cells.setdefault(kind_of(heading), _one_space(value))
    name, email = _name(cells), cells.get("email", "")
    headings = {heading.strip() for heading in row}
    canvas = bool(headings & {"Student", "LastName", "SIS Login ID", "SIS User ID"})
    ids = dict(_ids(cells, canvas))
    # In Canvas' sheets the second row has the points of each column.
    if name.startswith("Points Possible") or not (name or email or ids):
        return None
    if canvas and ID in map(kind_of, headings) and _is_nobody(name, ids, cells):
        return None
    return Student(
        name or email or next(iter(ids.values())),
        email,
        tuple(ids.items()),
        cells.get("time", ""),
        _groups(cells.get("group", "")),
        cells.get("section", ""),
    )


@dataclass(frozen=True, slots=True)
class Merged:
    """Students of several rows as one student each.

    `places` has for each row the number of its student. `contradictions` are lines about rows that
    share an id and cannot be the same student.
    """

    students: tuple[Student, ...]
    places: tuple[int, ...]
    contradictions: tuple[str, ...]


def merged(rows: Sequence[Student]) -> Merged:
    """Take the rows of one student, such as one for each section, for one.

    Rows are the same student's where an id, a login or an email address is the same, and nothing
    contradicts that.
    """
    students: list[Student] = []
    places: list[int] = []
    contradictions: list[str] = []
    by_mark: dict[Key, int] = {}
    for row in rows:
        place = len(students)
        for mark in _sure_marks(row):
            if mark not in by_mark:
                continue
            other = students[by_mark[mark]]
            if _same(other, row):
                place = by_mark[mark]
                break
            contradictions.append(f"{row} and {other} are not one, but share {' '.join(mark)}")
        if place == len(students):
            students.append(row)
        else:
            students[place] = _united(students[place], row)
        places.append(place)
        for mark in _sure_marks(row):
            by_mark.setdefault(mark, place)
    return Merged(tuple(students), tuple(places), tuple(dict.fromkeys(contradictions)))


def is_test_student(name: str) -> bool:
    """Whether Canvas calls its Test Student so: "Student, Test", "studenttest", "Étudiant test"."""
    words = set(words_of(name)) - {"de", "di", "d"}
    if len(words) == 1:
        (whole,) = words
        return any(whole in (one + two, two + one) for one in _TEST for two in _STUDENT)
    return len(words) == 2 and bool(words & _TEST) and bool(words & _STUDENT)


def _name(cells: Mapping[str, str]) -> str:
    name, first, last = (cells.get(kind, "") for kind in ("name", FIRST, LAST))
    if first and not last and name and first.casefold() not in name.casefold():
        last, name = name, ""  # "Name" and "Vorname"
    return name or " ".join(filter(None, (first, last)))


def _ids(cells: Mapping[str, str], canvas: bool) -> Iterator[Key]:
    """The ids in a row, the surest kind first."""
    found: dict[str, str] = {}
    for kind in filter(cells.get, IDS):
        text = cells[kind]
        if match := _PARTICIPANT.fullmatch(text):
            # Moodle writes "Participant 77", in the language of the course.
            found.setdefault("moodle", match[1])
        elif kind == "moodle":
            found.setdefault(kind, re.split(r"\D", text)[-1])
        elif kind == ID and canvas:
            found.setdefault("canvas", plain_id(text))
        else:
            found.setdefault(kind, text if kind == "login" else plain_id(text))
    return ((kind, found[kind]) for kind in IDS if found.get(kind, "").strip("0"))


def _groups(text: str) -> tuple[str, ...]:
    """The groups in a cell, which may hold one, whose name has a comma, or several."""
    return tuple(dict.fromkeys(filter(None, (text, *map(str.strip, re.split("[;,]", text))))))


def _is_nobody(name: str, ids: Mapping[str, str], cells: Mapping[str, str]) -> bool:
    """Whether a row of Canvas' sheet is the Test Student's, or of no student, as that of points."""
    made_up = re.fullmatch(r"[0-9a-f]{32,64}", ids.get("login", "")) and "sid" not in ids
    return is_test_student(name) or bool(made_up) or not (ids or cells.get(ID))


def _same(one: Student, two: Student) -> bool:
    return not contradict(one, two.owner) and alike(one, two.owner.name)


def _united(one: Student, two: Student) -> Student:
    return Student(
        two.name if two.named and not one.named else one.name,
        one.email or two.email,
        tuple({**dict(two.ids), **dict(one.ids)}.items()),
        one.submitted_at or two.submitted_at,
        tuple(dict.fromkeys((*one.groups, *two.groups))),
        ", ".join(dict.fromkeys(filter(None, (*one.section.split(", "), two.section)))),
    )


def _sure_marks(student: Student) -> Iterator[Key]:
    for kind, each in student.ids:
        yield kind, id_key(each)
    if student.email:
        yield "email", student.email.casefold()
    if not student.ids and not student.email:
        yield "the name", student.name


def _one_space(text: str) -> str:
    return " ".join(text.split())
