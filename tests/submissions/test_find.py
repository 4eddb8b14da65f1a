"""find: every notebook below a path is found once, and everything else is said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.submissions.find import find

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
        write(name, "1")
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
        "link: a link to a folder, which is not followed",
        "notes.txt: not a notebook",
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
    assert problems["ann"] == problems["dee"] == ""


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


def test_a_suffix_in_capitals_is_a_notebook_too(write: Callable[..., Path], tmp_path: Path) -> None:
    write("ANN.IPYNB", "1")
    assert [each.student for each in find([tmp_path], ELSEWHERE).submissions] == ["ANN"]


def test_a_file_that_is_no_notebook_is_a_submission_with_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "essay.pdf"
    path.write_text("x")
    (found,) = find([path], ELSEWHERE).submissions
    assert "is not a notebook" in found.problem


def test_a_path_that_is_not_there_is_the_commands_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file or folder"):
        find([tmp_path / "gone"], ELSEWHERE)


def test_a_folder_without_notebooks_is_the_commands_mistake(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match="there is no notebook"):
        find([tmp_path], ELSEWHERE)
