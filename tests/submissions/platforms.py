"""How each platform calls a student's files, for tests that generate classes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

METADATA = "submission_metadata.yml"


@dataclass(frozen=True, slots=True)
class Person:
    first: str
    last: str
    number: int
    login: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Platform:
    """What a platform puts before the name that a student chose, and what it writes besides.

    `deep` says whether students have folders of their own. `beside` are files of the platform's
    for each student, as paths and contents. `id_column` is the column of a roster with the number.
    """

    before: str
    deep: bool = False
    beside: tuple[tuple[str, str], ...] = ()
    of_all: tuple[tuple[str, str], ...] = ()
    layout: str = ""
    id_column: str = ""

    def place(self, person: Person, name: str) -> str:
        return _filled(self.before, person) + name

    def own(self, person: Person) -> dict[str, str]:
        return {_filled(path, person): _filled(text, person) for path, text in self.beside}

    def top(self, people: Sequence[Person]) -> dict[str, str]:
        """The platform's files for the whole class; their text is repeated for everybody."""
        return {
            path: "".join(_filled(text, person) for person in people) for path, text in self.of_all
        }


def _filled(text: str, person: Person) -> str:
    """A text with what each platform makes of a name."""
    words = f"{person.last}{person.first}".lower()
    moodle = "".join(char for char in person.name.replace("_", " ") if char not in "&<>`'|:\"")
    plain = unicodedata.normalize("NFD", f"{person.last}, {person.first}")
    return text.format(
        name=person.name,
        first=person.first,
        last=person.last,
        canvas="".join(char for char in words if char.isalnum() or char == "_"),
        moodle=moodle,
        sakai=plain.encode("ascii", "ignore").decode(),
        number=person.number,
        login=person.login,
    )


_BLACKBOARD = "HW1_{login}_attempt_2026-03-01-10-00-00"
_SUBMITTER = (
    "submission_{number}:\n  :submitters:\n  - :name: \"{name}\"\n    :sid: '{number}'\n"
    "    :email: {login}@example.edu\n"
)
# In names of folders Sakai leaves out letters, but not here.
_SAKAIS_GRADES = (("HW1/grades.csv", "{login},{login},{last},{first},\n"),)
PLATFORMS = {
    "canvas": Platform("{canvas}_{number}_9{number}_", id_column="ID"),
    "moodle": Platform(
        "{moodle}_{number}_assignsubmission_file/", deep=True, id_column="Identifier"
    ),
    "moodle without folders": Platform(
        "{moodle}_{number}_assignsubmission_file_", id_column="Identifier"
    ),
    "gradescope": Platform(
        "submission_{number}/", deep=True, of_all=((METADATA, _SUBMITTER),), id_column="SID"
    ),
    "blackboard": Platform(
        f"{_BLACKBOARD}_", beside=((f"{_BLACKBOARD}.txt", "Name: {name} ({login})\n"),)
    ),
    "blackboard without texts": Platform(f"{_BLACKBOARD}_"),
    "brightspace": Platform(
        "{number}-77 - {name} - Mar 1, 2026 1000 AM/", deep=True, of_all=(("index.html", "x"),)
    ),
    "brightspace without folders": Platform("{number}-77 - {name} - Mar 1, 2026 1000 AM - "),
    "sakai": Platform(
        "HW1/{sakai}({login})/Submission attachment(s)/",
        beside=(("HW1/{sakai}({login})/timestamp.txt", "2026-03-01T10:00:00Z"),),
        of_all=_SAKAIS_GRADES,
    ),
    "sakai without folders": Platform(
        "HW1/{sakai}({login})_Submission attachment(s)_", of_all=_SAKAIS_GRADES
    ),
    "teams": Platform("Submitted files/{name}/HW1/Version 2/"),
    "nbgrader": Platform("submitted/{login}/hw1/", deep=True),
    "classroom": Platform(
        "hw1-{login}/", deep=True, beside=(("hw1-{login}/.git/HEAD", "ref: refs/heads/main"),)
    ),
    "folders": Platform("{login}/", deep=True),
    "a pattern": Platform(
        "{name}_{number}_", layout="pattern={name}_{id}_{title}.ipynb", id_column="SID"
    ),
    "a pattern of folders": Platform(
        "week 1/{login}/", deep=True, layout="pattern=*/{login}/*.ipynb"
    ),
}
