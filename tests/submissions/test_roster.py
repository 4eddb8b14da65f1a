"""roster: who handed in nothing, and ids that a download lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import InputError
from grader.submissions.find import find
from grader.submissions.roster import NOTHING, read_roster, with_roster

ELSEWHERE = Path("/nowhere")


def write_class(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / f"{name}.ipynb").write_text("{}")
    return folder


def roster(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "students.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_who_handed_in_nothing_is_added_with_that_reason(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "leeann_12_90_hw")
    students = read_roster(
        roster(
            tmp_path,
            "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
            '"Lee, Ann",12,S12,alee,1\n"Kay, Bo",13,S13,bkay,1\n',
        )
    )
    ann, bo = with_roster(find([folder], ELSEWHERE), students).submissions
    assert ann.owner.ids == {"canvas": "12", "sid": "S12", "login": "alee"}
    assert (bo.student, bo.problem, bo.owner.ids["canvas"]) == ("Kay, Bo", NOTHING, "13")


@pytest.mark.parametrize("name", ["Lee, Ann", "Ann Lee", "leeann", "alee"])
def test_a_name_is_known_in_every_order(tmp_path: Path, name: str) -> None:
    folder = write_class(tmp_path / "class", name)
    students = read_roster(roster(tmp_path, 'Name,Login,E-mail\n"Lee, Ann",alee,a@x.edu\n'))
    (found,) = with_roster(find([folder], ELSEWHERE), students).submissions
    assert found.owner.email == "a@x.edu"


def test_a_name_that_two_share_is_not_guessed(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "Ann Lee")
    students = read_roster(roster(tmp_path, "name,sid\nAnn Lee,1\nAnn Lee,2\n"))
    found = with_roster(find([folder], ELSEWHERE), students)
    assert next(iter(found.submissions)).owner.ids == {}
    assert [each.problem for each in found.submissions] == ["", NOTHING, NOTHING]
    assert len({each.student for each in found.submissions}) == 3
    assert "is not in the roster" in found.passed_over[0]


def test_moodles_worksheet_is_a_roster(tmp_path: Path) -> None:
    students = read_roster(
        roster(tmp_path, "Identifier,Full name,Email address\nParticipant 77,Ann Lee,a@x.edu\n")
    )
    assert (students[0].ids, students[0].email) == ((("moodle", "77"),), "a@x.edu")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "name\n"])
def test_a_file_that_names_no_students_is_an_error_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="names no students"):
        read_roster(roster(tmp_path, text))


def test_two_of_one_name_with_other_numbers_are_two(tmp_path: Path) -> None:
    """The download is of another section than the sheet: nobody gets a namesake's grade."""
    folder = write_class(tmp_path / "class", "leeann_12_90_hw")
    students = read_roster(roster(tmp_path, 'Student,ID\n"Lee, Ann",99\n'))
    found = with_roster(find([folder], ELSEWHERE), students)
    assert [each.problem for each in found.submissions] == ["", NOTHING]


def test_a_sheet_with_semicolons_and_other_words_is_read(tmp_path: Path) -> None:
    (student,) = read_roster(roster(tmp_path, "Identifier;Name\nTeilnehmer/in77;Ann, Lee\n"))
    assert (student.name, student.ids) == ("Ann, Lee", (("moodle", "77"),))


def test_the_time_that_a_sheet_knows_is_kept(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "Ann Lee")
    sheet = 'Full name,Last modified (submission)\nAnn Lee,"Friday, 1 March 2024, 10:15 AM"\n'
    (found,) = with_roster(
        find([folder], ELSEWHERE), read_roster(roster(tmp_path, sheet))
    ).submissions
    assert found.owner.submitted_at == "Friday, 1 March 2024, 10:15 AM"


@pytest.mark.parametrize(
    ("name", "sheet", "found"),
    [
        ("Ann Lee", "Identifier,Full name\nParticipant 77,Ann Lee\n", True),
        ("LEE Ann", "Identifier,Full name\nParticipant 77,Ann Mary Lee\n", True),
        ("Participant", "Identifier,Status\nParticipant 77,Submitted\n", True),
        ("Group 3", "Identifier,Full name\nParticipant 77,Ann Lee\n", False),
    ],
)
def test_a_moodle_groups_number_is_nobodys(
    tmp_path: Path, name: str, sheet: str, found: bool
) -> None:
    place = tmp_path / "class" / f"{name}_77_assignsubmission_file_"
    place.mkdir(parents=True)
    (place / "work.ipynb").write_text("{}")
    students = read_roster(roster(tmp_path, sheet))
    everyone = with_roster(find([tmp_path / "class"], ELSEWHERE), students).submissions
    assert len(everyone) == (1 if found else 2)
