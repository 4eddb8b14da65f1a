"""long_results: cells that use what a long-running cell leaves run although it is left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.authors.adequacy.proof import prove
from grader.authors.validate import generate, validate
from grader.errors import AssignmentError
from grader.grading.grade import grade
from grader.grading.long_results import LONG_RESULTS
from grader.grading.task import Task
from grader.model import Result, Submission
from tests.authored import authored, exercise, handed_in
from tests.conftest import notebook

TRAIN = """import numpy as np
def train(rounds):
    return {"w": np.arange(rounds) / 7, "rounds": rounds}
"""
FIRST = "weights = train(3)\nprint('trained', weights['rounds'])"
LAST = "weights = train(5)"
USED = """### START CODE HERE ###
largest = max(weights['w'])
### END CODE HERE ###
"""
PREDICT = """def predict(x):
    ### START CODE HERE ###
    y = x * weights["rounds"]
    ### END CODE HERE ###
    return y
"""
CELLS = [TRAIN, FIRST, USED, LAST, PREDICT]
CASES = '@case("predict")\ndef three():\n    """Three."""\n    return arguments(3)\n'
SETTINGS = 'long_running = ["train"]\n'
GIVEN = f'{SETTINGS}long_results = ["weights"]\n'


def course(root: Path, settings: str = GIVEN) -> Path:
    largest = exercise("largest", 'kind = "value"')
    return authored(root, CELLS, CASES, exercise("predict"), largest, settings=settings)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course(tmp_path_factory.mktemp("course"))


def points(result: Result) -> dict[str, float | None]:
    return {each.name: each.score for each in result.exercises}


def test_later_cells_and_functions_have_what_the_masters_cells_leave(root: Path) -> None:
    result = handed_in(root, *CELLS)
    assert points(result) == {"predict": 10, "largest": 10}
    assert result.long_cells_skipped == 2


def test_each_cell_leaves_what_the_masters_cell_at_its_place_does(root: Path) -> None:
    """`largest` is made after the first of two that leave `weights`, and `predict` called last."""
    (three,), (value,) = (each.cases for each in load_assignment(root, "lesson").exercises)
    assert three.expected == 15
    assert value.expected == pytest.approx(2 / 7)


def test_a_wrong_answer_that_uses_it_is_wrong(root: Path) -> None:
    wrong = [cell.replace("max(", "min(").replace("x * weights", "x + weights") for cell in CELLS]
    assert points(handed_in(root, *wrong)) == {"predict": 0, "largest": 0}


def test_with_full_a_students_own_training_counts(root: Path) -> None:
    cells = [TRAIN.replace("/ 7", "/ 9"), *CELLS[1:]]
    path = root / "full.ipynb"
    path.write_text(json.dumps(notebook(*cells)))
    task = Task(root, Submission("ann", path.name, str(path)), "lesson", full=True)
    assert points(grade(task).result) == {"predict": 10, "largest": 0}


def test_what_a_student_calls_something_else_is_not_given(root: Path) -> None:
    """Only a statement that is left out is made up for."""
    cells = [TRAIN, FIRST.replace("weights", "mine"), USED, PREDICT]
    assert points(handed_in(root, *cells))["largest"] == 0


def test_a_statement_that_is_run_stands(root: Path) -> None:
    cells = [TRAIN, "weights = {'w': [9.0], 'rounds': 5}", USED, PREDICT]
    assert points(handed_in(root, *cells)) == {"predict": 10, "largest": 0}


def test_without_long_results_the_author_is_told_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="weights"):
        course(tmp_path, SETTINGS)


def test_the_assignment_is_in_order_and_can_be_proved(root: Path) -> None:
    assert list(validate(root, "lesson")) == []
    assert [line for proof in prove(root, "lesson", 1) for line in proof.problems()] == []


def test_a_changed_master_puts_it_out_of_step(tmp_path: Path) -> None:
    root = course(tmp_path)
    path = root / "solutions/lesson/Lesson.ipynb"
    path.write_text(path.read_text().replace("train(5)", "train(6)"))
    assert any(LONG_RESULTS.name in line for line in validate(root, "lesson"))
    generate(root, "lesson")
    assert not any(LONG_RESULTS.name in line for line in validate(root, "lesson"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([TRAIN, "other = train(3)", PREDICT], "no cell that calls a long-running function gives"),
        ([TRAIN.replace('"rounds": rounds', '"f": print'), FIRST, PREDICT], "cannot be given"),
    ],
)
def test_what_cannot_be_given_is_the_authors_mistake(
    tmp_path: Path, cells: list[str], words: str
) -> None:
    with pytest.raises(AssignmentError, match=words):
        authored(tmp_path, cells, CASES, exercise("predict"), settings=GIVEN)


@pytest.mark.parametrize("content", ["", "[]", '{"made_of": "", "results": {"weights": ["!"]}}'])
def test_a_file_that_was_not_generated_is_the_authors_mistake(tmp_path: Path, content: str) -> None:
    root = course(tmp_path)
    (root / "solutions/lesson" / LONG_RESULTS.name).write_text(content)
    with pytest.raises(AssignmentError, match="not what is generated"):
        handed_in(root, *CELLS)
