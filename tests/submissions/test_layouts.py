"""layouts: whose notebook it is, by how each platform arranges them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path, PurePath
from types import FrameType, ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import InputError
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.choice import choose
from grader.submissions.find import Found, find
from grader.submissions.layouts import FilePaths, layout_of
from grader.submissions.layouts.canvas import Canvas
from grader.submissions.layouts.dates import written_out
from grader.submissions.layouts.moodle import Moodle
from grader.submissions.layouts.pattern import Pattern

ELSEWHERE = Path("/nowhere")
WITH_ATTEMPTS = ["blackboard", "brightspace", "brightspace_flat", "teams"]
PLATFORMS = [
    *("canvas", "moodle", "moodle_flat", "gradescope", *WITH_ATTEMPTS, "sakai", "sakai_flat"),
    *("google_classroom", "nbgrader", "classroom", "folders", "flat"),
]


def students_of(found: Found) -> list[str]:
    return [each.student for each in found.submissions]


@pytest.mark.parametrize("layout", PLATFORMS)
def test_a_class_of_600_is_found_with_nobody_lost_or_doubled(
    make: ModuleType, tmp_path: Path, layout: str
) -> None:
    folder = make.make_class(layout, tmp_path / "class", 600)
    found = find([folder], ELSEWHERE)
    assert len(set(students_of(found))) == len(found.submissions) == 600
    assert {each.source for each in found.submissions} == {
        make.place_of(layout, number) for number in range(600)
    }
    assert not [each for each in found.submissions if each.flags or each.problem]
    (line,) = found.layouts
    assert line.endswith("600 submissions" if layout == "flat" else "of 600 students"), line


@pytest.mark.parametrize("layout", PLATFORMS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_zip_gives_the_same_students_as_its_folder(
    make: ModuleType, tmp_path: Path, layout: str, wrapped: bool
) -> None:
    folder = make.make_class(layout, tmp_path / "top" / "class", 24)
    path = make.make_zip(folder.parent if wrapped else folder, tmp_path / "class.zip")
    before = find([folder], ELSEWHERE)
    with unzipped([path]) as unpacked:
        inside = find(unpacked.paths, ELSEWHERE)
        assert all(each.path.is_file() for each in inside.submissions)
    assert students_of(inside) == students_of(before)
    assert inside.layouts == before.layouts
    assert inside.passed_over == ()


def steps(root: Path, paths: list[str]) -> int:
    """How many functions are called to find out a layout and everybody's name."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        layout, seen = layout_of(root, paths)
        for path in paths:
            layout.is_platforms(seen.inner(path))
            layout.owners(seen.inner(path))
        layout.remarks()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("layout", PLATFORMS)
def test_the_work_grows_with_the_number_of_files_and_not_faster(
    make: ModuleType, tmp_path: Path, layout: str
) -> None:
    paths = [make.place_of(layout, number) for number in range(200)]
    steps(tmp_path, paths[:10])  # so that nothing is imported or compiled later
    assert steps(tmp_path, paths) < 5 * steps(tmp_path, paths[:50])


def test_one_student_with_many_files_is_as_quick(make: ModuleType, tmp_path: Path) -> None:
    places = [make.place_of("brightspace", number) for number in range(4)]
    few, many = (
        [*places, *(f"{places[0]} {number}/x" for number in range(count))] for count in (50, 200)
    )
    assert steps(tmp_path, many) < 5 * steps(tmp_path, few)


@pytest.mark.parametrize("layout", WITH_ATTEMPTS)
def test_of_everybodys_attempts_the_last_is_kept(
    make: ModuleType, tmp_path: Path, layout: str
) -> None:
    folder = make.make_class(layout, tmp_path / "class", 60, attempts=True)
    found = find([folder], ELSEWHERE)
    assert len(found.submissions) == 80
    assert not [each for each in found.submissions if each.flags or each.problem]
    last = last_attempts(found)
    assert {each.source for each in last.submissions} == {
        make.place_of(layout, number) for number in range(60)
    }
    assert sum("an earlier attempt" in line for line in last.passed_over) == 20


def test_canvas_says_who_by_number_and_whether_it_was_late(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write("leeann_LATE_12_90_home_work_3.ipynb", "1")
    write("leeann_13_91_home_work_3.ipynb", "1")
    first, second = find([tmp_path], ELSEWHERE).submissions
    assert (first.student, first.owner.ids, first.owner.late) == (
        "leeann (13)",
        {"canvas": "13"},
        False,
    )
    assert (second.student, second.owner.ids, second.owner.late) == (
        "leeann (12)",
        {"canvas": "12"},
        True,
    )


def make_files(root: Path, *names: str, **contents: str) -> Path:
    """Notebooks with these paths, no two of them equal, or files with these contents."""
    notebooks = {name: json.dumps({"cells": [], "metadata": {"name": name}}) for name in names}
    for name, text in {**notebooks, **contents}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def read(root: Path, layout: str = "") -> Found:
    return choose(last_attempts(find([root], ELSEWHERE, layout)), [])


def owners_of(found: Found) -> dict[str, list[tuple[str, str]]]:
    """Source -> name and last id of everybody to whom it belongs."""
    owners: dict[str, list[tuple[str, str]]] = {}
    for each in found.submissions:
        who = (each.owner.name, ["", *each.owner.ids.values()][-1])
        owners.setdefault(each.source, []).append(who)
    return owners


def test_canvas_has_only_files_of_the_last_attempt_so_all_parts_are_kept(tmp_path: Path) -> None:
    names = ["leeann_12_90_hw.ipynb", "leeann_12_91_hw-1.ipynb", "kay_14_88_hw.ipynb"]
    found = read(make_files(tmp_path, *names))
    assert [each.source for each in found.submissions] == sorted(names)
    assert [bool(each.flags) for each in found.submissions] == [False, True, True]
    assert found.passed_over == ()


def test_canvas_names_without_letters_and_entered_texts_have_owners(tmp_path: Path) -> None:
    names = ["_12_90_hw_1_2.ipynb", "_LATE_13_91_hw.ipynb", "leeann_14_text.html"]
    found = read(make_files(tmp_path, *names, "raybob_LATE_15_link.html"))
    assert {each.owner.ids["canvas"] for each in found.submissions} == {"12", "13", "14", "15"}
    assert [each.owner.late for each in found.submissions] == [False, True, False, True]


@pytest.mark.parametrize("late", ["LATE_anon_{}", "anon_LATE_{}"])
def test_anonymous_grading_on_canvas(tmp_path: Path, late: str) -> None:
    names = [f"{late.format('aB3xY')}_90_hw.ipynb", "anon_12345_91_hw.ipynb"]
    found = read(make_files(tmp_path, *names))
    assert {each.student: each.owner.late for each in found.submissions} == {
        "anon aB3xY": True,
        "anon 12345": False,
    }


def test_blackboards_texts_name_the_students_and_are_not_handed_in(tmp_path: Path) -> None:
    found = read(
        make_files(
            tmp_path,
            "Lab_1_a_lee_attempt_2026-03-01-10-00-00_work.ipynb",
            "Lab_1_a_lee_attempt_2026-03-01-10-00-00_data.csv",
            "Lab_1_a_ray_attempt_2026-03-01-11-00-00_work.ipynb",
            **{
                "Lab_1_a_lee_attempt_2026-03-01-10-00-00.txt": "Name: Ann (b) O'Lee (a_lee)\n...",
                "Lab_1_a_ray_attempt_2026-03-01-11-00-00.txt": "Name: Bob Ray (a_ray)\nx",
                "Lab_1_a_kay_attempt_2026-03-01-12-00-00.txt": "Name: Cem Kay (a_kay)\nmy text",
            },
        )
    )
    assert {(each.owner.name, each.owner.ids["login"]) for each in found.submissions} == {
        ("Ann (b) O'Lee", "a_lee"),
        ("Bob Ray", "a_ray"),
        ("Cem Kay", "a_kay"),
    }
    assert [bool(each.problem) for each in found.submissions].count(True) == 1
    assert {each.owner.submitted_at for each in found.submissions} == {
        f"2026-03-01T{hour}:00:00" for hour in (10, 11, 12)
    }


def test_without_blackboards_texts_logins_follow_what_all_names_begin_with(tmp_path: Path) -> None:
    names = ["HW 1_x_alee", "HW 1_x_b_ray", "HW 1_x_c.kay"]
    found = read(
        make_files(tmp_path, *(f"{n}_attempt_2026-03-01-10-00-00_work.ipynb" for n in names))
    )
    assert {each.owner.ids["login"] for each in found.submissions} == {"alee", "b_ray", "c.kay"}


@pytest.mark.parametrize(
    ("earlier", "last"),
    [
        ("HW_ann_attempt_2026-03-01-10-00-00_{}", "HW_ann_attempt_2026-03-01-12-00-00_{}"),
        ("1-7 - Ann - Mar 1, 2026 1000 AM/{}", "1-7 - Ann - Mar 1, 2026 1200 PM/{}"),
        ("1-7 - Ann - 1. März 2026 2359/{}", "1-7 - Ann - 2. März 2026 0001/{}"),
        ("Ann/HW/Version 2/{}", "Ann/HW/Version 10/{}"),
        ("Ann/HW/バージョン 2/{}", "Ann/HW/バージョン 10/{}"),
    ],
)
def test_an_attempt_replaces_all_files_of_the_one_before(
    tmp_path: Path, earlier: str, last: str
) -> None:
    parts = [last.format("part1.ipynb"), last.format("part2.ipynb")]
    before = [earlier.format("work.ipynb"), earlier.format("part1.ipynb")]
    found = read(make_files(tmp_path, *parts, *before))
    assert {each.source for each in found.submissions} == set(parts)
    assert all("one of 2 notebooks" in each.flags[0] for each in found.submissions)
    assert len(found.passed_over) == 2


def test_in_teams_each_assignment_has_versions_of_its_own(tmp_path: Path) -> None:
    kept = ["Ann Lee/HW1/Version 2/a.ipynb", "Ann Lee/HW2/Version 1/a.ipynb"]
    root = tmp_path / "Student Work"
    make_files(root, *(f"Submitted files/{each}" for each in kept))
    make_files(root, "Submitted files/Ann Lee/HW1/Version 1/a.ipynb")
    make_files(root, "Working files/Bob Ray/HW1/draft.ipynb")
    found = read(tmp_path)
    assert {each.source for each in found.submissions} == {
        f"Student Work/Submitted files/{each}" for each in kept
    }
    assert any("1 in the folder of working files" in line for line in found.passed_over)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Mar 1, 2026 1000 AM", "2026-03-01T10:00:00"),
        ("Dec 31, 2026 1205 AM", "2026-12-31T00:05:00"),
        ("May 9, 2026 130 PM", "2026-05-09T13:30:00"),
        ("9 févr. 2026 1330", "2026-02-09T13:30:00"),
        ("1 de marzo de 2026 10:00 a.m.", "2026-03-01T10:00:00"),
        ("9. Mai 2026 13:30", "2026-05-09T13:30:00"),
        ("août 9, 2026 930", "2026-08-09T09:30:00"),
        ("June 31, 2026 1000 AM", ""),
        ("Smarch 1, 2026 1000 AM", ""),
    ],
)
def test_times_in_names_of_folders_are_read(text: str, time: str) -> None:
    assert written_out(text) == time


def test_a_time_in_an_unknown_language_leaves_the_students_known(tmp_path: Path) -> None:
    names = [f"{n}-7 - Ann-Marie O'Lee - 2026年3月1日 10{n}0/work.ipynb" for n in (1, 2)]
    found = read(make_files(tmp_path, *names))
    assert [each.owner.ids for each in found.submissions] == [
        {"brightspace": "1"},
        {"brightspace": "2"},
    ]


SAKAI = "Lab 3, part (1)"


def test_sakais_names_come_from_its_grades_and_its_own_files_are_not_handed_in(
    tmp_path: Path,
) -> None:
    lee, li = f"{SAKAI}/Lee, Jose(jlee)", f"{SAKAI}/, (li)"
    found = read(
        make_files(
            tmp_path,
            *(f"{folder}/Submission attachment(s)/work.ipynb" for folder in (lee, li)),
            f"{lee}/Feedback Attachment(s)/corrected.ipynb",
            **{
                f"{lee}/timestamp.txt": "20260301100000123",
                f"{lee}/Lee, Jose(jlee)_submissionText.html": "<p>done</p>",
                f"{lee}/comments.txt": "",
                f"{SAKAI}/Kay, Cem(kay)/Kay, Cem(kay)_submissionText.html": "<p>only this</p>",
                f"{SAKAI}/Ray, Bo(ray)/Ray, Bo(ray)_submissionText.html": "<p>&nbsp;</p>",
                f"{SAKAI}/grades.csv": 'HW,Points\nx,li,李,"小龍"\nx,jlee,Lee,José\n',
            },
        )
    )
    assert {each.owner.ids["login"]: each.owner.name for each in found.submissions} == {
        "jlee": "Lee, José",
        "li": "李, 小龍",
        "kay": "Kay, Cem",
    }
    (jose,) = (each for each in found.submissions if each.owner.ids["login"] == "jlee")
    assert jose.owner.submitted_at == "2026-03-01T10:00:00+00:00"


def test_everybody_in_a_group_on_sakai_has_the_submission(tmp_path: Path) -> None:
    number = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
    folder = f"HW/Group 1 ({number})"
    make_files(tmp_path, f"{folder}/Submission attachment(s)/work.ipynb")
    make_files(tmp_path, f"HW/{number} Anonymous/Submission attachment(s)/work.ipynb")
    members = "Lee, Ann(alee); Ray, Bob(bray)"
    make_files(tmp_path, **{f"{folder}/members.txt": members})
    found = read(tmp_path)
    names = [each.owner.name for each in found.submissions]
    assert sorted(names) == ["Lee, Ann", "Ray, Bob", "anonymous 0a1b2c3d"]


def test_moodles_texts_are_one_line_for_the_class_or_all_that_was_handed_in(
    tmp_path: Path,
) -> None:
    blank = "<!DOCTYPE html><html><head><meta charset='UTF-8'></head><body><p></p></body></html>"
    for number in range(1, 30):
        folder = f"Ann {number}_{number}_assignsubmission"
        make_files(tmp_path, f"{folder}_file/work.ipynb")
        text = blank if number > 3 else f"{blank} see my notebook"
        make_files(tmp_path, **{f"{folder}_onlinetext/onlinetext.html": text})
    make_files(tmp_path, "Ann 1_1_assignfeedback_file/corrected.ipynb")
    make_files(tmp_path, **{"Bo_77_assignsubmission_onlinetext/onlinetext.html": "<p>Text</p>"})
    make_files(tmp_path, **{"Cy_78_assignsubmission_onlinetext/onlinetext.html": blank})
    found = read(tmp_path)
    assert len(found.submissions) == 30
    assert [each.owner.name for each in found.submissions if each.problem] == ["Bo"]
    assert found.passed_over == ("3 students also entered a text online, which is not graded",)


@pytest.mark.parametrize("form", ["{}/work.ipynb", "{}_/sub/work.ipynb", "{}_work.ipynb"])
def test_moodles_groups_and_other_languages(tmp_path: Path, form: str) -> None:
    whose = {
        "Group A_7": ("Group A", "7"),
        "Standardgruppe": ("Standardgruppe", "Standardgruppe"),
        "Teilnehmerin_12": ("Teilnehmerin", "12"),
        "O'Brien-Smith, J.R. 2_13": ("O'Brien-Smith, J.R. 2", "13"),
    }
    places = {form.format(f"{each}_assignsubmission_file"): who for each, who in whose.items()}
    found = read(make_files(tmp_path, *places))
    assert owners_of(found) == {place: [who] for place, who in places.items()}


def test_google_classrooms_folder_is_recognized_by_its_titles(tmp_path: Path) -> None:
    names = ["Ann Lee - Averages", "Jean-Luc - Kopie von Averages", "Bo - Copy of Averages (1)"]
    found = read(make_files(tmp_path / "HW1", *(f"{name}.ipynb" for name in names)))
    assert [each.student for each in found.submissions] == ["Ann Lee", "Bo", "Jean-Luc"]
    other = [f"{name}.ipynb" for name in ("week 1 - sums", "week 2 - lists", "notes")]
    assert "notebooks: 3" in read(make_files(tmp_path / "HW2", *other)).layouts[0]


PATTERNS = [
    ("{name}_{id}_{title}.ipynb", "van_der_Berg_12_hw_3_x.ipynb", ("van_der_Berg", "12")),
    ("{name}_{id}_{title}.ipynb", "O'Brien, J. R._007_a.PDF", ("O'Brien, J. R.", "007")),
    ("{title}_{name}_{id}.ipynb", "hw_3_李 小龍_12.ipynb", ("李 小龍", "12")),
    ("{id} {name}.ipynb", "12 Ann Lee.ipynb.txt", ("Ann Lee", "12")),
    ("{last}, {first} ({login})/*.ipynb", "Lee, Mary Jo (mj)/a/b.csv", ("Mary Jo Lee", "mj")),
    ("*/{login}/{title}", "section 1/ann/work.ipynb", ("ann", "ann")),
    ("hw-*-{login}.ipynb", "hw-1-b-ann.ipynb", ("ann", "ann")),
    ("{email}_{time}_*", "a_lee@x.org_2026-03-01_10.00_x.ipynb", ("a_lee@x.org", "a_lee@x.org")),
    ("{name} {attempt}.ipynb", "Ann Lee 2.ipynb", ("Ann Lee", "Ann Lee")),
]


@pytest.mark.parametrize(("pattern", "path", "who"), PATTERNS)
def test_a_pattern_says_whose_file_it_is(
    tmp_path: Path, pattern: str, path: str, who: tuple[str, str]
) -> None:
    make_files(tmp_path, path, "notes.txt", "tests.ipynb.zip")
    (owner,) = Pattern(tmp_path, FilePaths([path]), pattern).owners(PurePath(path))
    assert (owner.name, list(owner.ids.values())[-1]) == who
    layout, _ = layout_of(tmp_path, ["wrapped/" + path], f"pattern={pattern}")
    assert layout.name == "pattern"


def test_attempts_and_times_of_a_pattern_are_used(tmp_path: Path) -> None:
    names = ["ann_10_20260301T1000_a", "ann_9_20260301T0900_a", "ann_9_20260301T0900_b", "bo_1_x_a"]
    make_files(tmp_path, *(f"{name}.ipynb" for name in names))
    found = read(tmp_path, "pattern={login}_{attempt}_{time}_{title}.ipynb")
    last = next(each for each in found.submissions if each.owner.name == "ann")
    assert (last.source, last.owner.submitted_at) == (f"{names[0]}.ipynb", "2026-03-01T10:00:00")
    assert len(found.submissions) == 2


def test_a_pattern_that_does_not_fit_is_not_believed(tmp_path: Path) -> None:
    make_files(tmp_path, "ann.ipynb", "bob.ipynb", "cem_12.ipynb", "notes.txt")
    words = r"fits 1 of 3 files, .*'ann\.ipynb' and 'bob\.ipynb'"
    with pytest.raises(InputError, match=words):
        find([tmp_path], ELSEWHERE, "pattern={name}_{id}.ipynb")


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("{nme}.ipynb", "'{nme}'"),
        ("{title}.ipynb", "whose file"),
        ("{first}{last}.ipynb", "between two words"),
        ("{login}/{login}.ipynb", "twice"),
        ("{name", "'{'"),
        ("/{name}.ipynb", "without a name"),
    ],
)
def test_what_is_no_pattern_is_an_error_that_names_the_words(
    tmp_path: Path, pattern: str, why: str
) -> None:
    make_files(tmp_path, "ann.ipynb")
    with pytest.raises(InputError, match=why) as raised:
        find([tmp_path], ELSEWHERE, f"pattern={pattern}")
    assert "{name}, {first}, {last}, {login}, {email}, {id}" in str(raised.value)


def test_a_notebook_that_lies_otherwise_is_kept_and_flagged(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("leeann_12_90_hw", "kay_14_88_hw", "late by mail"):
        write(f"{name}.ipynb", "1")
    found = find([tmp_path], ELSEWHERE)
    odd = next(each for each in found.submissions if each.student == "late by mail")
    assert "whose notebook this is" in odd.flags[0]


def test_each_student_of_a_group_on_gradescope_has_the_submission(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write("submission_7/work.ipynb", "1")
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_7:\n  :submitters:\n  - :name: Ann\n    :sid: '1'\n    :email: a@x.edu\n"
        "  - :name: Bo\n    :sid: '2'\n  :created_at: 2024-03-01 10:00:00.000000000 Z\n"
    )
    ann, bo = find([tmp_path], ELSEWHERE).submissions
    assert (ann.student, ann.owner.email, bo.student) == ("Ann", "a@x.edu", "Bo")
    assert ann.owner.submitted_at.startswith("2024-03-01T10:00:00")
    assert ann.path == bo.path


@pytest.mark.parametrize(
    "text", ["[", "!!python/object/apply:os.system ['id']", "a: " + "[" * 9999]
)
def test_metadata_that_cannot_be_read_is_an_error_in_words(
    write: Callable[..., Path], tmp_path: Path, text: str
) -> None:
    write("submission_7/work.ipynb", "1")
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(InputError, match=r"submission_metadata\.yml: cannot be read"):
        find([tmp_path], ELSEWHERE)


def test_a_layout_can_be_forced(write: Callable[..., Path], tmp_path: Path) -> None:
    write("leeann_12_90_hw.ipynb", "1")
    assert students_of(find([tmp_path], ELSEWHERE, "flat")) == ["leeann_12_90_hw"]


def test_moodle_without_folders_is_understood_too() -> None:
    (owner,) = Moodle(Path(), []).owners(PurePath("Ann Lee_12_assignsubmission_file_a_1_b.ipynb"))
    assert (owner.name, owner.ids) == ("Ann Lee", {"moodle": "12"})


@given(
    # Canvas leaves out of names what is no letter, digit or mark.
    name=st.text(st.characters(categories=["L", "M", "N"]), min_size=1),
    user=st.integers(0, 10**12),
    title=st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
    late=st.booleans(),
)
def test_canvas_names_are_read_as_they_are_made(
    name: str, user: int, title: str, late: bool
) -> None:
    made = f"{name}{'_LATE' if late else ''}_{user}_{user + 1}_{title}.ipynb"
    (owner,) = Canvas(Path(), []).owners(PurePath(made))
    assert (owner.name, owner.ids, owner.late) == (name, {"canvas": str(user)}, late)


@given(
    # Moodle itself writes blanks for underscores in names.
    name=st.text(st.characters(codec="utf-8", exclude_characters="/_\0"), min_size=1),
    participant=st.integers(0, 10**12),
)
def test_moodle_names_are_read_as_they_are_made(name: str, participant: int) -> None:
    made = PurePath(f"{name}_{participant}_assignsubmission_file_", "work.ipynb")
    (owner,) = Moodle(Path(), []).owners(made)
    assert (owner.name, owner.ids) == (name, {"moodle": str(participant)})


def test_two_students_never_share_a_name_even_one_made_up(tmp_path: Path) -> None:
    for name in ("ann_1_1_hw", "ann_2_2_hw", "ann (1)_3_3_hw"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({}))
    found = find([tmp_path], ELSEWHERE)
    assert len(set(students_of(found))) == 3


def test_nbgraders_timestamp_says_when(make: ModuleType, tmp_path: Path) -> None:
    folder = make.make_class("nbgrader", tmp_path / "class", 3)
    outside = tmp_path / "outside.txt"
    outside.write_text("2024-01-01 10:00:00 UTC")
    link = folder / "submitted" / "student_2" / "hw1" / "timestamp.txt"
    link.unlink()
    link.symlink_to(outside)
    found = find([folder], ELSEWHERE)
    assert [each.owner.submitted_at for each in found.submissions] == [
        "2024-03-01 10:00:00.5 UTC",
        "2024-03-01 10:01:00.5 UTC",
        "",
    ]
    assert found.passed_over == ()
