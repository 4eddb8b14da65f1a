"""match: a notebook of another assignment is said to be that, and nobody else's is."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.assignments.load import load_assignment
from grader.assignments.match import ANOTHER, another_assignment, which_assignment
from grader.errors import SubmissionError
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Status, Submission
from grader.notebooks.read import Notebook, parse_notebook
from grader.sandbox.level import Level
from tests.conftest import ROOT, notebook

AVERAGES = "def moving_average(numbers, window):\n    return numbers"


def stub(name: str) -> str:
    return f"def {name}(*given):\n    return given"


OPTIMIZATION = load_assignment(ROOT, "optimization_methods")
ADAM = load_assignment(ROOT, "adam")
OF_OPTIMIZATION = [stub(each.name) for each in OPTIMIZATION.exercises]
OF_ADAM = [stub(each.name) for each in ADAM.exercises]


def made_of(*cells: str, named: str | None = None) -> Notebook:
    more: dict[str, Any] = {} if named is None else {"fairgrade": {"assignment": named}}
    return parse_notebook(json.dumps(notebook(*cells, **more)).encode())


@pytest.mark.parametrize("path", ["assignment/adam/Adam.ipynb", "solutions/adam/Adam.ipynb"])
def test_the_other_assignments_notebook_is_named_by_its_metadata(path: str) -> None:
    said = another_assignment(parse_notebook((ROOT / path).read_bytes()), OPTIMIZATION)
    assert said == (
        f"{ANOTHER}: this is the notebook of adam, as its metadata say; it defines 2 of the 6 "
        "functions that optimization_methods asks for"
    )


@pytest.mark.parametrize(
    ("cells", "named", "words"),
    [
        (OF_ADAM, None, "this is the notebook of adam, as its functions say; it defines 2 of"),
        (OF_ADAM, "last_year", "this is the notebook of last_year, as its metadata say; it def"),
        (OF_OPTIMIZATION, "last_year", "metadata name last_year, but it defines all 6 functions"),
        (OF_OPTIMIZATION, "adam", "its metadata name adam, but it defines all 6 functions here"),
        ([AVERAGES], None, "it defines none of the 6 functions .* but moving_average; unless"),
    ],
)
def test_a_remark_says_what_speaks_for_another_assignment(
    cells: list[str], named: str | None, words: str
) -> None:
    said = another_assignment(made_of(*cells, named=named), OPTIMIZATION)
    assert said.startswith(ANOTHER)
    assert re.search(words, said)


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (OF_OPTIMIZATION, None),
        (OF_OPTIMIZATION, "optimization_methods"),
        (OF_ADAM, "optimization_methods"),  # the others are still to be written
        (OF_OPTIMIZATION[:2], None),
        ([stub("gd"), stub("my_adam")], "optimization_methods"),  # renamed
        (["x = 1"], None),
    ],
)
def test_nothing_is_said_of_the_assignments_own_notebook(
    cells: list[str], named: str | None
) -> None:
    assert another_assignment(made_of(*cells, named=named), OPTIMIZATION) == ""


def test_a_part_of_the_whole_is_no_notebook_of_the_whole() -> None:
    assert another_assignment(made_of(*OF_ADAM), ADAM) == ""
    said = another_assignment(made_of(*OF_OPTIMIZATION), ADAM)
    assert "this is the notebook of optimization_methods, as its functions say" in said


def test_where_nothing_of_it_could_be_graded_it_is_not_graded_instead_of_a_zero() -> None:
    task = Task(
        ROOT, Submission("bob", "bob.ipynb", ""), "optimization_methods", level=Level.LIMITS
    )
    content = json.dumps(notebook(AVERAGES, fairgrade={"assignment": "averages"})).encode()
    result = grade(task, content, steps=()).result
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert result.reason.startswith(f"{ANOTHER}: this is the notebook of averages, as its metadata")
    content = json.dumps(notebook(*OF_ADAM, fairgrade={"assignment": "adam"})).encode()
    result = grade(task, content, steps=()).result
    assert result.status is Status.GRADED
    assert result.flags[0].startswith(f"{ANOTHER}: this is the notebook of adam")


def test_settings_of_another_assignment_that_change_on_the_disk_are_seen(course: Path) -> None:
    """The file's size and time stay what they were, as they do where a copy keeps times."""
    other = shutil.copytree(course / "assignment/words", course / "assignment/other")
    path = Path(other, "assignment.toml")
    text = path.read_text().replace('"words"', '"other"', 1)
    path.write_text(text.replace('"longest"', '"shorter"', 1))
    before, words = path.stat(), load_assignment(course, "words")
    theirs = made_of(stub("shorter"), stub("count"))
    assert "the notebook of other, as its functions say" in another_assignment(theirs, words)
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert another_assignment(theirs, words) == ""


def test_an_assignment_that_the_course_does_not_have_is_named() -> None:
    with pytest.raises(SubmissionError, match="the notebook of averages, which this course does"):
        which_assignment(made_of(AVERAGES, named="averages"), Path("x.ipynb"), ROOT)
    assert which_assignment(made_of(*OF_ADAM, named="gone"), Path("x.ipynb"), ROOT) == "adam"


def test_a_name_in_the_metadata_cannot_fill_the_page_or_steer_a_terminal() -> None:
    said = another_assignment(made_of(*OF_ADAM, named="\x1b[31m\n" * 500), OPTIMIZATION)
    assert len(said) < 400
    assert "\x1b" not in said
    assert "\n" not in said
