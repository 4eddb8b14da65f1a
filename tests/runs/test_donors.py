"""Right answers of a class, which the search for a mistake takes lines from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.gradebook.store import Gradebook
from grader.grading.repair.right_answers import (
    MAX_ANSWERS,
    MAX_CHARACTERS,
    RightAnswers,
    unpacked,
)
from grader.model import ExerciseResult
from grader.runs.processes import LocalGraders, Workers
from grader.runs.run import Options, grade_run
from grader.submissions.find import find
from tests.conftest import notebook
from tests.grading.repair.test_donors import RIGHT, WRONG, marked

Counts = dict[str, ExerciseResult]
# Another right answer, so that two are graded before the wrong one.
OTHER = "def count(text):\n    return {w: text.split().count(w) for w in text.split()}"


@pytest.fixture
def counts(course: Path, tmp_path: Path) -> Callable[..., Counts]:
    """Grade a class one by one, in the order of the names; what became of everybody's `count`."""

    def grade(*, regrade: bool = False, **cells: str) -> Counts:
        folder = tmp_path / "submissions"
        for name, cell in cells.items():
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.ipynb").write_text(json.dumps(notebook(cell)))
        options = Options(course, "words", regrade=regrade)
        with Workers(1) as workers, Gradebook(tmp_path / "book.sqlite") as gradebook:
            local = LocalGraders(workers, workers.protection(), 60)
            found = find([folder], tmp_path / "report")
            finished = grade_run(found, options, local, gradebook, lambda _: None)
            return {
                result.student: exercise
                for result in finished.results
                for exercise in result.exercises
                if exercise.name == "count"
            }

    return grade


def test_right_answers_of_this_run_are_tried(counts: Callable[..., Counts]) -> None:
    found = counts(a_right=RIGHT, b_right=OTHER, c_wrong=WRONG)

    assert marked(found["c_wrong"]) == [2, 7]
    assert found["a_right"].repair is None


def test_words_may_differ_in_a_later_run_and_points_never(counts: Callable[..., Counts]) -> None:
    """In the first run nobody has answered rightly when the wrong answer is graded."""
    first = counts(a_wrong=WRONG, b_right=RIGHT)
    again = counts()
    regraded = counts(regrade=True)

    assert marked(first["a_wrong"]) == []
    assert again == first
    assert marked(regraded["a_wrong"]) == [2, 7]
    assert {each.score for each in (first["a_wrong"], regraded["a_wrong"])} == {0}
    assert first["a_wrong"].verdict is regraded["a_wrong"].verdict


def test_without_search_no_answers_are_kept(course: Path, counts: Callable[..., Counts]) -> None:
    settings = course / "assignment" / "words" / "assignment.toml"
    settings.write_text(f"search = false\n{settings.read_text()}")
    found = counts(a_right=RIGHT, b_right=OTHER, c_wrong=WRONG)

    assert found["c_wrong"].repair is None


def answers(pool: RightAnswers) -> list[str]:
    return unpacked(pool.packed()["words"]["count"])


def test_answers_that_differ_in_names_only_are_kept_once() -> None:
    pool = RightAnswers()
    for source in (RIGHT, RIGHT.replace("word", "w"), RIGHT + "  # mine", OTHER):
        pool.add("words", "count", source)

    assert answers(pool) == [RIGHT, OTHER]


def test_answers_are_bounded_in_number_and_characters() -> None:
    pool = RightAnswers()
    for number in range(MAX_ANSWERS + 9):
        pool.add("words", "count", f"def count(text):\n    return {number}")
    assert len(answers(pool)) == MAX_ANSWERS

    pool = RightAnswers()
    for number in range(MAX_ANSWERS):
        pool.add("words", "count", f"def count(text):\n    return {number}, {'1' * 4_000}")
    assert sum(map(len, answers(pool))) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    "source",
    [
        "def count(text:\n    return 1",
        "def other(text):\n    return 1",
        f"def count(text):\n    return {'(' * 900}1{')' * 900}",
        "def count(text):\n" + "\n".join(f"{' ' * n}if text:" for n in range(1, 90)) + " pass",
    ],
)
def test_what_cannot_be_read_is_left_out(source: str) -> None:
    pool = RightAnswers()
    pool.add("words", "count", source)
    pool.add("words", "count", RIGHT)

    assert answers(pool) == [RIGHT]
