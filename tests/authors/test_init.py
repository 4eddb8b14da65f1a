"""init: a new assignment works at once, wherever it is made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.authors.adequacy.proof import prove
from grader.authors.init import start
from grader.authors.release import bundle
from grader.authors.validate import validate
from grader.errors import InputError
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Submission


def score(course: Path, path: Path) -> float | None:
    return grade(
        Task(course, Submission("someone", path.name, str(path)), "moving_sums")
    ).result.score


def test_a_new_assignment_in_an_empty_folder_is_in_order_graded_and_released(
    tmp_path: Path,
) -> None:
    written = start(tmp_path, "moving_sums")
    assert all(path.is_file() for path in written)
    assert list(validate(tmp_path, "moving_sums")) == []
    assignment = load_assignment(tmp_path, "moving_sums")
    assert assignment.title == "Moving sums"
    assert score(tmp_path, assignment.master) == assignment.max_score == 10
    assert score(tmp_path, assignment.template) == 0
    assert {"Moving_sums.ipynb", "README.md"} <= bundle(tmp_path, "moving_sums").keys()


def test_the_hidden_cases_of_a_new_assignment_are_adequate(tmp_path: Path) -> None:
    start(tmp_path, "moving_sums")
    (proof,) = prove(tmp_path, "moving_sums", jobs=1)
    assert list(proof.problems()) == []


@pytest.mark.parametrize(
    "name", ["", "Words", "two words", "../up", "a/b", "1st", "_x", "class", "ü", "a" * 61]
)
def test_a_name_that_no_folder_should_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be an assignment's name"):
        start(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("part", ["assignment", "solutions"])
def test_a_name_that_is_taken_is_refused_and_nothing_written(tmp_path: Path, part: str) -> None:
    (tmp_path / part / "taken").mkdir(parents=True)
    with pytest.raises(InputError, match="exists already"):
        start(tmp_path, "taken")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_command_starts_a_course_and_tells_of_what_it_wrote_itself(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "init", "first"],
        cwd=tmp_path,
        # Python then writes its own files beside the author's.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*.pyc")) != []
    assert ".pyc" not in done.stdout
    assert "next: change what you like, then `grade generate first`" in done.stdout
    assert (tmp_path / "solutions/first/First.ipynb").exists()
