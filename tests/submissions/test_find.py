"""find: every notebook below a path is found once, and everything else is said."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.submissions.archives import unzipped
from grader.submissions.find import find
from tests.conftest import notebook

ELSEWHERE = Path("/nowhere")


def test_notebooks_are_named_after_their_files(write: Callable[..., Path], tmp_path: Path) -> None:
    write("ann.ipynb", "1")
    write("bob.ipynb", "1")
    found = find([tmp_path], ELSEWHERE)
    assert [(each.student, each.source) for each in found.submissions] == [
        ("ann", "ann.ipynb"),
        ("bob", "bob.ipynb"),
    ]


def test_where_file_names_clash_the_folder_names_the_student(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("ann/work.ipynb", "bob/work.ipynb", "cem/work.ipynb", "cem/more/work.ipynb"):
        write(name, name)
    students = [each.student for each in find([tmp_path], ELSEWHERE).submissions]
    assert students == ["ann", "bob", "cem", "cem/more"]


def test_no_two_students_have_the_same_name(write: Callable[..., Path], tmp_path: Path) -> None:
    for name in ("a/x.ipynb", "b/x.ipynb", "a/y/x.ipynb", "b/a.ipynb", "c/a.ipynb"):
        write(name, "1")
    found = find([tmp_path / "a", tmp_path / "b", tmp_path / "c"], ELSEWHERE)
    students = [each.student for each in found.submissions]
    assert len(set(students)) == len(students) == 5


def test_a_notebook_given_twice_is_found_once(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write("ann.ipynb", "1")
    assert len(find([path, tmp_path, path], ELSEWHERE).submissions) == 1


def test_hidden_folders_and_the_output_are_left_out(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("ann.ipynb", ".ipynb_checkpoints/ann-checkpoint.ipynb", "out/copy.ipynb"):
        write(name, "1")
    found = find([tmp_path], tmp_path / "out")
    assert [each.source for each in found.submissions] == ["ann.ipynb"]


def test_other_files_and_linked_folders_are_passed_over_and_said(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", "1")
    write("out/bob.ipynb", "1")
    (tmp_path / "in" / "notes.txt").write_text("x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out")
    found = find([tmp_path / "in"], ELSEWHERE)
    assert [each.source for each in found.submissions] == ["ann.ipynb"]
    assert sorted(found.passed_over) == [
        "link: is a link to a folder, which is not followed",
        "notes.txt: is a text file and no notebook",
    ]


def test_links_out_of_the_folder_and_to_nowhere_are_not_opened(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write("in/ann.ipynb", "1")
    write("secret.ipynb", "1")
    (tmp_path / "in" / "bob.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "in" / "cem.ipynb").symlink_to(tmp_path / "gone")
    (tmp_path / "in" / "dee.ipynb").symlink_to("ann.ipynb")
    os.mkfifo(tmp_path / "in" / "eve.ipynb")
    problems = {
        each.student: each.problem for each in find([tmp_path / "in"], ELSEWHERE).submissions
    }
    assert "leads out" in problems["bob"]
    assert "leads nowhere" in problems["cem"]
    assert "not a regular file" in problems["eve"]
    assert "a link to another file" in problems["dee"]
    assert problems["ann"] == ""


@pytest.mark.parametrize(
    "name", ["with space", "ümläut", 'quo"te', "new\nline", "<script>alert(1)<", "-n", "日本"]
)
def test_odd_names_are_kept(write: Callable[..., Path], tmp_path: Path, name: str) -> None:
    write(f"{name}.ipynb", "1")
    assert [each.student for each in find([tmp_path], ELSEWHERE).submissions] == [name]


def test_names_that_are_not_utf8_are_made_text_and_told_apart(tmp_path: Path) -> None:
    for name in (b"M\xfcller.ipynb", b"M\xf6ller.ipynb"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("{}")
    found = find([tmp_path], ELSEWHERE).submissions
    assert {each.student for each in found} == {"M\\xfcller", "M\\xf6ller"}
    assert all(each.path.exists() for each in found)


@pytest.mark.parametrize("name", ["{}/work.ipynb", "{}.ipynb", "{}.zip"])
def test_names_in_a_zip_that_are_too_long_for_the_disk_stop_nobody(
    tmp_path: Path, name: str
) -> None:
    with zipfile.ZipFile(tmp_path / "hw1.zip", "w") as archive:
        archive.writestr(name.format("é" * 1000), zipped("x.ipynb"))
    with unzipped([tmp_path / "hw1.zip"]) as given:
        assert len(find(given.paths, ELSEWHERE, scratch=given.scratch).submissions) == 1


def test_a_suffix_in_capitals_is_a_notebook_too(write: Callable[..., Path], tmp_path: Path) -> None:
    write("ANN.IPYNB", "1")
    assert [each.student for each in find([tmp_path], ELSEWHERE).submissions] == ["ANN"]


def test_a_file_that_is_no_notebook_is_a_submission_with_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "essay"
    path.write_text("x")
    (found,) = find([path], ELSEWHERE).submissions
    assert found.problem == "is no notebook"


def test_a_path_that_is_not_there_is_the_commands_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file or folder"):
        find([tmp_path / "gone"], ELSEWHERE)


def test_a_folder_without_notebooks_is_the_commands_mistake(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="there is no notebook"):
        find([tmp_path], ELSEWHERE)


def test_who_handed_in_no_notebook_has_a_submission_that_says_so(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write("Ann Lee_101_assignsubmission_file_/work.ipynb", "1")
    for name in ("report.pdf", "data.csv"):
        path = tmp_path / "Bo Kay_102_assignsubmission_file_" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    ann, bo = find([tmp_path], ELSEWHERE).submissions
    assert (ann.student, ann.problem) == ("Ann Lee", "")
    assert (bo.student, bo.owner.ids) == ("Bo Kay", {"moodle": "102"})
    assert bo.problem == "handed in report.pdf, which is no notebook, and 1 other file"


def test_what_a_student_handed_in_beside_a_notebook_goes_with_it(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    for student in ("ann", "bo"):
        write(f"{student}/src/work.ipynb", "1")
        for name in ("src/helpers.py", "src/data/table.csv", "readme.txt"):
            path = tmp_path / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
    ann, _ = find([tmp_path], ELSEWHERE).submissions
    inside = tmp_path / "ann" / "src"
    assert set(ann.companions) == {str(inside / "helpers.py"), str(inside / "data" / "table.csv")}


MOODLE = ("Ann Lee_1_assignsubmission_file/a.ipynb", "Bo Kay_2_assignsubmission_file/b.pdf")


def zipped(*names: str, **content: bytes) -> bytes:
    """A zip with files of these names; `content` is that of some, by their names without `.zip`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, json.dumps(notebook(f"x = {number}")))
        for name, data in content.items():
            archive.writestr(f"{name}.zip", data)
    return target.getvalue()


@pytest.mark.parametrize(
    ("inner", "students"),
    [
        # What several students handed in: by a platform, in folders, as loose zips, by the roster.
        (zipped(*MOODLE), ["Ann Lee", "Bo Kay"]),
        (zipped(MOODLE[0]), ["Ann Lee"]),
        (zipped(MOODLE[1]), ["Bo Kay"]),
        (zipped("ann/work.ipynb", "bob/work.ipynb"), ["ann", "bob"]),
        (zipped("class/ann/work.ipynb", "class/bob/work.ipynb"), ["ann", "bob"]),
        (zipped(ann=zipped("x.ipynb"), bob=zipped("y.ipynb")), ["ann", "bob"]),
        (zipped("ann.ipynb", "x.ipynb"), ["ann", "x"]),
        # One student's, as far as anybody can say: the zip is called after its student.
        (zipped("part1.ipynb", "part2.ipynb"), ["submissions/part1", "submissions/part2"]),
        (zipped("work.ipynb"), ["submissions"]),
    ],
)
@pytest.mark.parametrize("around", ["", "download/"])
@pytest.mark.parametrize("as_folder", [True, False])
def test_the_zip_of_a_class_is_found_in_a_zip_and_in_a_folder(
    tmp_path: Path, inner: bytes, students: list[str], around: str, as_folder: bool
) -> None:
    path = tmp_path / "download"
    if as_folder:
        (path / around).mkdir(parents=True)
        (path / around / "submissions.zip").write_bytes(inner)
    else:
        path = path.with_suffix(".zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("__MACOSX/._submissions.zip", b"x")
            archive.writestr(f"{around}submissions.zip", inner)
    known = ("ann", "bob").__contains__
    with unzipped([path], known) as given:
        found = find(given.paths, ELSEWHERE, "", known, given.scratch)
    names = [each.student for each in found.submissions]
    if "submissions" in students[0]:
        assert len(names) == len(students)
    else:
        assert names == students
        assert f"(in {around}submissions.zip, the only file there)" in found.layouts[0]


def test_a_students_own_zip_is_no_class(tmp_path: Path) -> None:
    """Whatever is in it, where the platform or the roster says whose it is."""
    for number, name in enumerate((f"{MOODLE[0].partition('/')[0]}/work.zip", "ann.zip")):
        (tmp_path / str(number) / name).parent.mkdir(parents=True)
        (tmp_path / str(number) / name).write_bytes(zipped("bob/work.ipynb", "cem/work.ipynb"))
    known = ("ann", "bob").__contains__
    paths = [tmp_path / "0", tmp_path / "1"]
    with unzipped(paths, known) as given:
        found = find(given.paths, ELSEWHERE, "", known, given.scratch)
    assert [each.owner.name for each in found.submissions] == ["Ann Lee"] * 2 + ["ann"] * 2
