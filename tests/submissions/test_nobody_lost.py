"""Whatever a class hands in, in every layout, everybody of the roster is in exactly one state.

The states are: with a notebook, with something that cannot be graded, with nothing at all.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from grader.model import HANDED_IN_NOTHING
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.choice import choose
from grader.submissions.find import Found, find
from grader.submissions.roster import read_roster, with_roster
from tests.conftest import notebook
from tests.submissions.platforms import PLATFORMS, Person, Platform

PEOPLE = tuple(
    Person(first, last, 101 + number, login)
    for number, (first, last, login) in enumerate(
        (
            ("Ann", "Lee", "alee"),
            ("Zoë", "Müller-Lüdenscheidt", "zoe.m"),
            ("Mary Jo", "O'Brien", "mjo"),
            ("小龍", "李", "li23"),
            ("Jan", "van der Berg", "jvdberg"),
            ("José", "García Márquez", "jgarcia"),
            ("Łukasz", "Żółć", "luk"),
        )
    )
)


def _zip(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def _notebook(number: int) -> bytes:
    return json.dumps(notebook(f"def f():\n    return {number}")).encode()


# A file's name -> its content. Those of the first table can be graded.
GRADABLE = {
    "work.ipynb": _notebook(1),
    "hw_303_9_x-1.ipynb": _notebook(2),
    "WORK (1).IPYNB": _notebook(3),
    "work.ipynb.txt": _notebook(4),
    "work.ipynb.json": _notebook(5),
    "work.zip": _zip("in here/work.ipynb", _notebook(6)),
}
OTHERS = {
    "essay.pdf": b"%PDF-1.4",
    "empty.ipynb": b"",
    "work.html": b"<html></html>",
    "notes.zip": _zip("notes.txt", b"x"),
    "broken.zip": b"PK\x03\x04",
    "work.7z": b"7z\xbc\xaf\x27\x1c",
    "helper.py": b"x = 1",
    "timestamp.txt": b"2026-03-01",
    "data": b"\x00\x01",
}
FILES = GRADABLE | OTHERS


@dataclass(frozen=True, slots=True)
class Class:
    """A class: who handed in which files, and in what form all that comes.

    `together` are people who hand in as one, by the first of them. `encoding`, `delimiter` and
    `twice` are the roster's: some students have a row for each of two sections.
    """

    handed_in: dict[int, frozenset[str]]
    together: frozenset[int] = frozenset()
    as_zip: bool = False
    decomposed: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    twice: frozenset[int] = frozenset()


SOME = st.frozensets(st.integers(0, len(PEOPLE) - 1))
CLASSES = st.builds(
    Class,
    st.dictionaries(
        st.integers(0, len(PEOPLE) - 1),
        st.frozensets(st.sampled_from(sorted(FILES)), min_size=1, max_size=3),
        min_size=2,
    ),
    as_zip=st.booleans(),
    decomposed=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    twice=SOME,
)


def written(folder: Path, platform: Platform, made: Class, group: str = "") -> Path:
    """The download of a class, as a folder or as a zip; `group` is whose name a group has."""
    files: dict[str, bytes] = {path: text.encode() for path, text in platform.top(PEOPLE).items()}
    for number, names in made.handed_in.items():
        person = PEOPLE[number]
        for name in names:
            place = platform.place(person, name)
            if number in made.together:
                place = f"{group}_assignsubmission_file/{name}"
            files[place] = FILES[name]
        files |= {path: text.encode() for path, text in platform.own(person).items()}
    if made.decomposed:
        files = {unicodedata.normalize("NFD", path): content for path, content in files.items()}
    root = folder / "hw1-submissions"
    if made.as_zip:
        with zipfile.ZipFile(root.with_suffix(".zip"), "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        return root.with_suffix(".zip")
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def roster_of(folder: Path, platform: Platform, made: Class, group: str = "") -> Path:
    path = folder / "roster.csv"
    columns = [platform.id_column] if platform.id_column else []
    with path.open("w", encoding=made.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=made.delimiter)
        writer.writerow(["Name", "Username", "Email", *columns, "Section", "Group"])
        for number, person in enumerate(PEOPLE):
            ids = [f"Participant {person.number}" if columns == ["Identifier"] else person.number]
            for section in ("A", "B") if number in made.twice else ("A",):
                row = [person.name, person.login, f"{person.login}@example.edu"]
                of = group if number in made.together else ""
                writer.writerow([*row, *ids[: len(columns)], section, of])
    return path


def found_in(folder: Path, platform: Platform, made: Class, group: str = "") -> Found:
    """What the command does before it grades."""
    roster = read_roster(roster_of(folder, platform, made, group.partition("_")[0]))
    known = {each for one in roster for each in (one.name, one.email, *dict(one.ids).values())}
    download = written(folder, platform, made, group)
    with unzipped([download], known.__contains__) as unpacked:
        found = find(
            unpacked.paths,
            Path("/nowhere"),
            platform.layout,
            known.__contains__,
            unpacked.scratch,
        )
        return choose(with_roster(last_attempts(found), roster), [])


def states_of(found: Found) -> dict[str, str]:
    """Login -> the state of everybody; fails where somebody is in two."""
    states: dict[str, str] = {}
    absent: Counter[str] = Counter()
    for each in found.submissions:
        login = each.owner.ids.get("login", each.student)
        state = "nothing" if each.problem == HANDED_IN_NOTHING else "handed in"
        assert states.setdefault(login, state) == state, login
        absent[login] += state == "nothing"
        if state == "handed in" and not each.problem:
            states[login] = "handed in"
    assert max(absent.values()) <= 1
    return states


def expected(made: Class) -> dict[str, str]:
    handed_in = set(made.handed_in)
    if handed_in & made.together:
        handed_in |= made.together
    return {
        person.login: "handed in" if number in handed_in else "nothing"
        for number, person in enumerate(PEOPLE)
    }


@pytest.mark.parametrize("name", PLATFORMS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=CLASSES)
def test_everybody_is_in_one_state_and_nobody_who_handed_in_is_absent(
    name: str, made: Class
) -> None:
    with TemporaryDirectory() as folder:
        found = found_in(Path(folder), PLATFORMS[name], made)
    assert states_of(found) == expected(made)
    gradable = {
        PEOPLE[number].login for number, names in made.handed_in.items() if names & GRADABLE.keys()
    }
    assert {
        each.owner.ids.get("login") for each in found.submissions if not each.problem
    } == gradable


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=CLASSES, together=SOME.filter(lambda some: len(some) > 1))
def test_nor_is_a_member_of_a_group_of_which_one_handed_in(
    made: Class, together: frozenset[int]
) -> None:
    first = min(together)
    handed_in = {n: names for n, names in made.handed_in.items() if n == first or n not in together}
    assume(handed_in)
    made = replace(made, handed_in=handed_in, together=together)
    with TemporaryDirectory() as folder:
        found = found_in(Path(folder), PLATFORMS["moodle"], made, "Project Team_9")
    assert states_of(found) == expected(made)


# Names in a student's own zip that are read, each of a file of its own, and those that are not.
READ = (
    *("work.ipynb", "WORK.ipynb", "a/work.ipynb", "a\\b\\work.ipynb", "a//c/./work.ipynb"),
    *("D:work.ipynb", "x" * 300 + ".ipynb", f"{'y' * 300}/work.ipynb"),
    *("n\new.ipynb", "\x1b[2Jw.ipynb", "\u202egnp.ipynb", " .ipynb "),
    *(unicodedata.normalize(form, "\u00e9t\u00e9.ipynb") for form in ("NFC", "NFD")),
    *("Bo Kay_102_assignsubmission_file/work.ipynb", "Stra\u00dfe.ipynb", "STRASSE.ipynb"),
)
LEAD_OUT = (
    *("/abs.ipynb", "//server/share/w.ipynb", "../up.ipynb", "a/../../up.ipynb", "..\\up.ipynb"),
    *("C:\\w.ipynb", "c:/dir/w.ipynb", "\\\\server\\w.ipynb", "Ann Lee_101/../../w.ipynb"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    read=st.frozensets(st.sampled_from(READ), max_size=6),
    lead_out=st.frozensets(st.sampled_from(LEAD_OUT), max_size=3),
)
def test_no_name_in_a_students_own_zip_loses_a_notebook_or_leads_out(
    read: frozenset[str], lead_out: frozenset[str]
) -> None:
    assume(read or lead_out)
    own = io.BytesIO()
    with zipfile.ZipFile(own, "w") as archive:
        for number, name in enumerate((*sorted(read), *sorted(lead_out))):
            archive.writestr(name, _notebook(number))
    with TemporaryDirectory() as name:
        folder = Path(name)
        for place, content in (("Ann Lee_101", _notebook(99)), ("Bo Kay_102", own.getvalue())):
            path = folder / "class" / f"{place}_assignsubmission_file" / "work.zip"
            path = path.with_suffix(".ipynb" if place.startswith("Ann") else ".zip")
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
        before = set(folder.rglob("*"))
        with unzipped([folder / "class"]) as given_paths:
            found = find(given_paths.paths, Path("/nowhere"), scratch=given_paths.scratch)
            _, *bos = sorted(found.submissions, key=lambda each: each.owner.ids["moodle"])
            contents = {Path(each.file).read_bytes() for each in bos if not each.problem}
            assert all(Path(each.file).is_relative_to(given_paths.scratch) for each in bos if read)
        assert set(folder.rglob("*")) == before
    assert contents == {_notebook(number) for number in range(len(read))}
    assert {each.owner.name for each in bos} == {"Bo Kay"}
    left_out = [line for line in found.passed_over if "leads out of the zip" in line]
    assert len(left_out) == len(lead_out)
    if not read:
        (bo,) = bos
        assert bo.problem.startswith("handed in work.zip, which is a zip of which this cannot be")
