"""unchanged: an assignment is read once, and again when one of its files is no longer the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignments.helpers import files_beside
from grader.assignments.load import load_assignment
from grader.assignments.student_copy import load_handed_out
from grader.errors import AssignmentError

SETTINGS = "assignment/words/assignment.toml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_assignment_whose_files_stay_the_same_is_read_once(course: Path) -> None:
    assert load_assignment(course, "words") is load_assignment(course, "words")


def test_points_that_are_changed_on_the_disk_are_seen(course: Path) -> None:
    assert load_assignment(course, "words").exercise("longest").points == 4
    edit(course / SETTINGS, "points = 4", "points = 5")
    assert load_assignment(course, "words").exercise("longest").points == 5


def test_a_change_that_leaves_size_and_time_of_the_file_as_they_were_is_seen(course: Path) -> None:
    load_assignment(course, "words")
    path = course / SETTINGS
    before = path.stat()
    edit(path, "points = 4", "points = 5")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert load_assignment(course, "words").exercise("longest").points == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda course: edit(
            course / "assignment/words/texts.py", "EXAMPLE", "# a comment\nEXAMPLE"
        ),
        lambda course: edit(course / "solutions/words/variants.py", '"""', '""" '),
        lambda course: (course / "solutions/words/notes.txt").write_text("new"),
        lambda course: (course / "solutions/words/adequacy.toml").unlink(),
    ],
    ids=["helper", "variants", "added", "removed"],
)
def test_any_file_of_its_folders_counts(course: Path, change: Callable[[Path], object]) -> None:
    before = load_assignment(course, "words")
    change(course)
    assert load_assignment(course, "words") is not before


def test_what_was_cached_of_the_files_as_they_were_is_not_used(course: Path) -> None:
    before = files_beside(load_assignment(course, "words"))["texts.py"]
    edit(course / "assignment/words/texts.py", "EXAMPLE", "# a comment\nEXAMPLE")
    after = files_beside(load_assignment(course, "words"))["texts.py"]
    assert after != before
    assert after == (course / "assignment/words/texts.py").read_bytes()


def test_hidden_and_compiled_files_do_not_count(course: Path) -> None:
    before = load_assignment(course, "words")
    for name in (".words.swp", ".ipynb_checkpoints/Words.ipynb", "__pycache__/cases.pyc"):
        path = course / "solutions/words" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"1")
    assert load_assignment(course, "words") is before


def test_a_mistake_is_seen_and_so_is_its_correction(course: Path) -> None:
    load_assignment(course, "words")
    edit(course / SETTINGS, "points = 4", "points = -4")
    for _ in range(2):
        with pytest.raises(AssignmentError, match="points"):
            load_assignment(course, "words")
    edit(course / SETTINGS, "points = -4", "points = 4")
    assert load_assignment(course, "words").exercise("longest").points == 4


def test_a_change_to_the_assignment_whose_exercises_are_shared_is_seen(
    root: Path, tmp_path: Path
) -> None:
    for kind in ("assignment", "solutions"):
        for name in ("adam", "optimization_methods"):
            shutil.copytree(root / kind / name, tmp_path / kind / name)
    before = load_assignment(tmp_path, "adam")
    assert before.shared_solutions == tmp_path / "solutions/optimization_methods"
    settings = tmp_path / "assignment/optimization_methods/assignment.toml"
    settings.write_text(settings.read_text() + "\n# a comment\n")
    assert load_assignment(tmp_path, "adam") is not before


def test_a_file_that_a_student_unpacks_again_is_seen(course: Path) -> None:
    folder = course / "assignment/words"
    before = load_handed_out(folder)
    assert load_handed_out(folder) is before
    edit(folder / "assignment.toml", "points = 4", "points = 5")
    assert load_handed_out(folder).exercise("longest").points == 5


def test_what_lies_in_folders_below_a_students_is_not_looked_at(course: Path) -> None:
    folder = course / "assignment/words"
    (folder / "data").mkdir()
    before = load_handed_out(folder)
    (folder / "data/large.csv").write_text("1")
    assert load_handed_out(folder) is before
