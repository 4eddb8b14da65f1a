"""docs/kinds.md: its examples make one assignment, which is in order and tells right from wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from grader.authors.validate import generate, validate
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Submission
from tests.authored import NAME, SETTINGS
from tests.conftest import ROOT, notebook

PAGE = (ROOT / "docs" / "kinds.md").read_text()
BLOCKS = re.findall(r"(?:id (?:is )?`(\w+)`:\n\n)?```(python|toml)\n(.*?)```\n", PAGE, re.DOTALL)
CELLS = [(cell, text) for cell, kind, text in BLOCKS if kind == "python" and "START CODE" in text]
CASES = [text for _, kind, text in BLOCKS if kind == "python" and "START CODE" not in text]
SETTINGS_OF_EXERCISES = [text for _, kind, text in BLOCKS if kind == "toml"]
WRONG = {
    "y = x**0.5": "y = x**1.5",
    "/ len(data)": "/ 2",
    "-(2**0.5)": "1.4",
    "number**2": "number",
    "self.count += 1": "Counter.count = self.count = getattr(Counter, 'count', 0) + 1",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kinds")
    folder, solutions = root / "assignment" / NAME, root / "solutions" / NAME
    for each in (folder, solutions):
        each.mkdir(parents=True)
    (folder / "assignment.toml").write_text("\n".join([SETTINGS, *SETTINGS_OF_EXERCISES]))
    (solutions / "cases.py").write_text("\n".join(CASES))
    (solutions / "Lesson.ipynb").write_text(json.dumps(written()))
    generate(root, NAME)
    return root


def written(changes: dict[str, str] | None = None) -> dict[str, object]:
    texts = [text for _, text in CELLS]
    for old, new in (changes or {}).items():
        assert sum(text.count(old) for text in texts) == 1, old
        texts = [text.replace(old, new) for text in texts]
    made = notebook(*texts)
    for number, ((name, _), cell) in enumerate(zip(CELLS, made["cells"], strict=True)):
        cell["id"] = name or f"cell{number}"
    return {**made, "nbformat_minor": 5}


def verdicts(course: Path, made: dict[str, object]) -> dict[str, str]:
    path = course / "handed_in.ipynb"
    path.write_text(json.dumps(made))
    result = grade(Task(course, Submission("ann", path.name, str(path)), NAME)).result
    return {each.name: each.verdict.value for each in result.exercises}


def test_the_examples_are_in_order_and_of_every_kind_that_is_run(course: Path) -> None:
    assert list(validate(course, NAME)) == []
    named = "\n".join(SETTINGS_OF_EXERCISES)
    kinds = {*re.findall(r'kind = "(\w+)"', named)}
    assert kinds == {"value", "print", "driver"}


def test_the_examples_tell_right_from_wrong(course: Path) -> None:
    right = verdicts(course, written({"-(2**0.5)": "2**0.5"}))
    assert set(right.values()) == {"correct"}
    wrong = verdicts(course, written(WRONG))
    assert not {"correct", "not_graded"} & set(wrong.values())
