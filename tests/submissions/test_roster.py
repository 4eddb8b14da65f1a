"""roster: who handed in nothing, and ids that a download lacks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.errors import InputError, Mismatch, Remedy
from grader.model import Owner, Submission
from grader.submissions.attempts import best_attempts
from grader.submissions.choice import choose
from grader.submissions.find import Found, find
from grader.submissions.people import Known, Student, id_key
from grader.submissions.roster import (
    NOTHING,
    read_groups,
    read_roster,
    with_groups,
    with_roster,
)
from grader.submissions.table import SubmissionTable

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
    one, *others = [each.problem for each in found.submissions]
    assert one == ""
    assert all("perhaps Ann Lee.ipynb is theirs" in problem for problem in others)
    assert len({each.student for each in found.submissions}) == 3
    assert "may be each of several" in found.passed_over[0]


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


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Averages (777)\n"
    '"    Points Possible",,,,,10.00\n'
    '"Lee, Ann",1001,001001,u1001@example.org,One,\n'
    '"Ray, Bob",1002,001002,u1002@example.org,One,\n'
    '"Kaya, Cem",1003,001003,u1003@example.org,One,\n'
    '"Doe, Dora",1004,001004,u1004@example.org,One,\n'
    '"Eck, Eva",1005,001005,u1005@example.org,One,\n'
    '"Student, Test",1999,001999,u1999@example.org,One,\n'
)
GROUPS = (
    "name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id\n"
    '"Lee, Ann",1001,,,One,Project Group 1,5,\n"Ray, Bob",1002,,,One,Project Group 1,5,\n'
    '"Kaya, Cem",1003,,,One,Project Group 1,5,\n"Doe, Dora",1004,,,One,"Group 2, too",6,\n'
)


def states(found: Found) -> dict[str, str]:
    """What was handed in by each student, or why nobody knows."""
    return {each.student: each.source or each.problem for each in found.submissions}


def group_class(tmp_path: Path) -> Path:
    return write_class(tmp_path / "class", "projectgroup1_1001_51_hw", "group2too_LATE_1004_52_hw")


def test_each_member_gets_what_the_group_handed_in(tmp_path: Path) -> None:
    found = with_roster(
        find([group_class(tmp_path)], ELSEWHERE),
        read_roster(roster(tmp_path, CANVAS)),
        read_groups(roster(tmp_path, GROUPS)),
    )
    one, two = "projectgroup1_1001_51_hw.ipynb", "group2too_LATE_1004_52_hw.ipynb"
    assert states(found) == {
        "Lee, Ann": one,
        "Ray, Bob": one,
        "Kaya, Cem": one,
        "Doe, Dora": two,
        "Eck, Eva": NOTHING,
    }
    dora = next(each for each in found.submissions if each.student == "Doe, Dora")
    assert (dora.owner.late, dora.owner.ids["canvas"]) == (True, "1004")
    assert not found.notices


def test_attempts_of_members_of_a_group_stay_apart(tmp_path: Path) -> None:
    found = with_roster(
        find([group_class(tmp_path)], ELSEWHERE),
        read_roster(roster(tmp_path, CANVAS)),
        read_groups(roster(tmp_path, GROUPS)),
    )
    assert not best_attempts(found.submissions)
    assert len(found.submissions) == 5


def test_without_the_groups_nobody_is_said_to_have_handed_in_nothing(tmp_path: Path) -> None:
    found = with_roster(
        find([group_class(tmp_path)], ELSEWHERE), read_roster(roster(tmp_path, CANVAS))
    )
    by_name = states(found)
    assert by_name["projectgroup1"] == "projectgroup1_1001_51_hw.ipynb"
    for name in ("Ray, Bob", "Kaya, Cem", "Eck, Eva"):
        assert by_name[name] != NOTHING
        assert "whose members nobody knows" in by_name[name]
    assert "'projectgroup1' has nothing in common with 'Lee, Ann'" in found.notices[1]
    assert "Student, Test" not in by_name


def test_moodles_groups_are_in_its_worksheet(tmp_path: Path) -> None:
    for name in ("The Winners_500", "Ann Lee_12"):
        place = tmp_path / "class" / f"{name}_assignsubmission_file_"
        place.mkdir(parents=True)
        (place / "work.ipynb").write_text("{}")
    sheet = (
        "Identifier,Full name,Status,Group,Grade\n"
        "Participant 12,Ann Lee,Submitted,,\nParticipant 13,Bo Kay,Submitted,The Winners,\n"
        "Participant 14,Cy Roe,Submitted,The Winners,\nParticipant 15,Di Fox,,,\n"
    )
    found = with_roster(find([tmp_path / "class"], ELSEWHERE), read_roster(roster(tmp_path, sheet)))
    assert {name: state.partition("/")[0] for name, state in states(found).items()} == {
        "Ann Lee": "Ann Lee_12_assignsubmission_file_",
        "Bo Kay": "The Winners_500_assignsubmission_file_",
        "Cy Roe": "The Winners_500_assignsubmission_file_",
        "Di Fox": NOTHING,
    }


def test_groups_need_no_roster(tmp_path: Path) -> None:
    groups = read_groups(roster(tmp_path, GROUPS))
    found = with_groups(find([group_class(tmp_path)], ELSEWHERE), groups)
    assert len(found.submissions) == 4
    with pytest.raises(InputError, match="names no groups"):
        read_groups(roster(tmp_path, "name\nAnn Lee\n"))


def test_names_are_the_rosters(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "bianchinoah_1_9_hw", "roeann_2_8_hw")
    students = read_roster(
        roster(tmp_path, 'Student,ID,SIS Login ID,Section\n"Bianchi, Noah",1,nb,A\n"Roe, Ann",2,,A')
    )
    noah, ann = with_roster(find([folder], ELSEWHERE), students).submissions
    assert (noah.student, noah.owner.name, ann.student) == (
        "Bianchi, Noah",
        "Bianchi, Noah",
        "Roe, Ann",
    )


def test_several_notebooks_of_a_student_have_the_rosters_name_too(tmp_path: Path) -> None:
    for name in ("Adam", "Start"):
        (tmp_path / "class" / "alee").mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / "alee" / f"{name}.ipynb").write_text(f'"{name}"')
    students = read_roster(roster(tmp_path, "login,name\nalee,Ann Lee\n"))
    found = with_roster(find([tmp_path / "class"], ELSEWHERE, "folders"), students)
    assert [each.student for each in found.submissions] == ["Ann Lee (Adam)", "Ann Lee (Start)"]


def test_those_of_one_name_who_handed_in_nothing_keep_it(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "Bo Ray")
    rows = "name,email\nAnn Lee,a@x.edu\nAnn Lee,b@x.edu\nBo Ray,c@x.edu\n"
    found = with_roster(find([folder], ELSEWHERE), read_roster(roster(tmp_path, rows)))
    assert [each.student for each in found.submissions] == ["Bo Ray", "Ann Lee", "Ann Lee (2)"]


def test_a_student_with_a_row_in_each_section_is_one(tmp_path: Path) -> None:
    notices: list[str] = []
    text = "Name,SID,Email,Section\nAnn Lee,01,a@x.edu,A\nAnn Lee,01,a@x.edu,B\nBob Ray,2,,A\n"
    students = read_roster(roster(tmp_path, text), notices)
    assert [each.name for each in students] == ["Ann Lee", "Bob Ray"]
    assert "1 row of students who had a row already" in notices[0]
    found = with_roster(find([write_class(tmp_path / "class", "Ann Lee")], ELSEWHERE), students)
    assert states(found) == {"Ann Lee": "Ann Lee.ipynb", "Bob Ray": NOTHING}


def test_rows_that_contradict_each_other_are_said(tmp_path: Path) -> None:
    notices: list[str] = []
    students = read_roster(roster(tmp_path, "Name,SID\nAnn Lee,1\nBob Ray,1\n"), notices)
    assert len(students) == 2
    assert "are not one, but share sid 1" in notices[0]


def test_ids_without_their_zeros_are_the_same_and_that_is_said(tmp_path: Path) -> None:
    export = tmp_path / "class"
    (export / "submission_1").mkdir(parents=True)
    (export / "submission_1" / "a.ipynb").write_text("{}")
    (export / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ann Lee\n    :sid: '0012345'\n"
        "    :email: ann@example.org\n"
    )
    students = read_roster(roster(tmp_path, "Name,SID,Email\nAnn Lee,12345,ann@example.org\n"))
    found = with_roster(find([export], ELSEWHERE), students)
    assert states(found) == {"Ann Lee": "submission_1/a.ipynb"}
    assert "differ by leading zeros" in found.notices[0]


@pytest.mark.parametrize(("there", "fits"), [(1, False), (2, True)])
def test_a_roster_of_another_class_is_an_error_that_shows_both_sides(
    tmp_path: Path, there: int, fits: bool
) -> None:
    folder = write_class(tmp_path / "class", "Ann Lee", "Bob Ray", "Cem Kaya", "Dora Doe")
    names = [*("Ann Lee", "Bob Ray")[:there], "Eva Eck", "Finn Fox", "Gil Gor"]
    students = read_roster(roster(tmp_path, "\n".join(["name", *names])))
    found = find([folder], ELSEWHERE)
    if fits:
        with_roster(found, students, partial=False)
        return
    with pytest.raises(Mismatch, match="of 4 students who handed in, 1 are in it") as raised:
        with_roster(found, students, partial=False)
    assert "'Bob Ray'; 'Cem Kaya'; of the roster: 'Ann Lee'; 'Eva Eck'" in str(raised.value)
    assert raised.value.remedy is Remedy.ROSTER_PARTIAL
    assert len(with_roster(found, students).submissions) == 7


def test_a_part_of_a_name_does_not_take_a_notebook_from_who_has_the_whole(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "Ann Lee", "Ann Mary Lee")
    students = read_roster(roster(tmp_path, "name,sid\nAnn Mary Lee,1\nBob Ray,2\n"))
    found = with_roster(find([folder], ELSEWHERE), students)
    assert {each.source: each.owner.ids for each in found.submissions if each.source} == {
        "Ann Lee.ipynb": {},
        "Ann Mary Lee.ipynb": {"sid": "1"},
    }
    assert "perhaps Ann Lee.ipynb is theirs" in states(found)["Bob Ray"]


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (("Ann Lee", "lee_ann"), "name,sid\nAnn Lee,1\n"),
        # Only one of them has a number.
        (("Ann Lee", "leeann_1001_1_hw"), CANVAS),
        # The same number but for zeros.
        (("leeann_1001_1_hw", "leeann_01001_2_hw"), CANVAS),
    ],
)
def test_two_notebooks_that_only_the_roster_knows_to_be_of_one_are_flagged(
    tmp_path: Path, names: tuple[str, ...], rows: str
) -> None:
    for number, name in enumerate(names):
        write_class(tmp_path / str(number), name)
    students = read_roster(roster(tmp_path, rows))
    folders = [tmp_path / str(number) for number in range(len(names))]
    found = choose(with_roster(find(folders, ELSEWHERE), students), [])
    assert [each.flags for each in found.submissions if each.source] == [
        ("one of 2 notebooks of this student",)
    ] * 2


def test_a_submission_of_canvas_test_student_is_nobodys(tmp_path: Path) -> None:
    folder = write_class(tmp_path / "class", "studenttest_1999_1_hw", "leeann_1001_2_hw")
    found = with_roster(find([folder], ELSEWHERE), read_roster(roster(tmp_path, CANVAS)))
    assert [each.student for each in found.submissions if each.source] == ["Lee, Ann"]
    assert "is of Canvas' Test Student, who is nobody" in found.passed_over[0]
    assert states(found)["Ray, Bob"] == NOTHING


WORDS = (
    *("Ann", "Anna", "Bo", "Zoë", "Zoe", "Müller", "Mueller", "Muller"),
    *("Łuk", "Øye", "王", "小明"),
)
STUDENTS = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), min_size=1, max_size=8
)
WAYS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: ", ".join(name.rsplit(" ", 1)[::-1]),
    lambda name: "".join(name.split()[::-1]).lower(),
    lambda name: unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode() or name,
    lambda name: "somebody else",
)


@settings(deadline=None)
@given(STUDENTS, st.data())
def test_nobody_who_handed_in_is_said_to_have_handed_in_nothing(
    names: list[str], data: st.DataObject
) -> None:
    """However names are written and shared: everybody is listed, and only the absent as absent."""
    students = [
        Student(name, "", (("sid", str(number)),)) for number, name in enumerate(names, 100)
    ]
    table, there = SubmissionTable(), set()
    for number, name in enumerate(names, 100):
        if data.draw(st.booleans()):
            there.add(str(number))
            written = data.draw(st.sampled_from(WAYS))(name)
            others = Known(each for each in students if each.name != name)
            # Who writes somebody else's name, and no number, hands in for somebody else.
            assume(written in WAYS[0](name) or not others.find(Owner(written)))
            ids = data.draw(st.sampled_from([{}, {"sid": str(number)}, {"sid": f"00{number}"}]))
            path = f"{number}.ipynb"
            table.add(Submission(path, path, path, owner=Owner(written, ids)))
    found = with_roster(Found(table, ()), students)
    problems = {each.owner.ids.get("sid", ""): each.problem for each in found.submissions}
    listed = list(found.submissions)
    assert sum(bool(each.source) for each in listed) == len(there)
    assert len({each.student for each in listed}) == len(listed)
    assert not [number for number in there if problems.get(number) == NOTHING]
    keys = {id_key(sid) for sid in problems if sid}
    assert keys == {str(number) for number in range(100, 100 + len(names))}


def test_the_section_of_a_roster_is_kept(tmp_path: Path) -> None:
    sheet = "Name,SID,Section\nAnn Lee,1,B\nBo Kay,2,A\nAnn Lee,1,C\n"
    ann, bo = read_roster(roster(tmp_path, sheet))
    assert (ann.owner.section, bo.owner.section) == ("B, C", "A")
