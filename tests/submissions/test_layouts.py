"""layouts: whose notebook it is, by how each platform arranges them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path, PurePath
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import InputError
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.find import Found, find
from grader.submissions.layouts.canvas import Canvas
from grader.submissions.layouts.moodle import Moodle

ELSEWHERE = Path("/nowhere")
PLATFORMS = ["canvas", "moodle", "gradescope", "nbgrader", "classroom", "folders", "flat"]


@pytest.fixture(scope="session")
def make(request: pytest.FixtureRequest) -> ModuleType:
    path = request.config.rootpath / "benchmarks" / "make_class.py"
    spec = importlib.util.spec_from_file_location("make_class", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
    with unzipped([path]) as (folders, left_out):
        inside = find(folders, ELSEWHERE)
        assert all(each.path.is_file() for each in inside.submissions)
    assert students_of(inside) == students_of(before)
    assert inside.layouts == before.layouts
    assert left_out == ()


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


def test_of_several_attempts_the_last_is_kept_and_the_others_are_listed(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("leeann_12_90_hw-1", "leeann_12_89_hw", "leeann_12_99_hw-10", "kay_14_88_hw"):
        write(f"{name}.ipynb", "1")
    found = last_attempts(find([tmp_path], ELSEWHERE))
    assert {each.student: each.source for each in found.submissions} == {
        "leeann": "leeann_12_99_hw-10.ipynb",
        "kay": "kay_14_88_hw.ipynb",
    }
    assert [line.split(":")[0] for line in found.passed_over] == [
        "leeann_12_89_hw.ipynb",
        "leeann_12_90_hw-1.ipynb",
    ]


def test_two_notebooks_of_a_student_that_are_no_attempts_are_both_kept_and_flagged(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("leeann_12_90_adam", "leeann_12_89_full", "kay_14_88_full"):
        write(f"{name}.ipynb", "1")
    found = last_attempts(find([tmp_path], ELSEWHERE))
    assert [bool(each.flags) for each in found.submissions] == [False, True, True]


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
    name=st.text(st.characters(codec="utf-8", exclude_characters="/_\0"), min_size=1),
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
    name=st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
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
