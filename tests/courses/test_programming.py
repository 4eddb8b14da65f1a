"""A week of programming: a class, a generator, an exception, printed text, values."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authors.validate import generate
from grader.cli import main
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Result, Submission

COURSE = Path(__file__).parent / "programming"
NAME = "week"

# Other right answers, by the cell they stand in.
RIGHT_OTHERWISE = {
    "average": """class NoNumbers(ValueError):
    pass

def average(numbers):
    if len(numbers) == 0:
        raise NoNumbers("an average of no numbers")
    total = 0.0
    for each in numbers:
        total += each
    return total / len(numbers)""",
    "stack": """class Stack(list):
    push = list.append""",
    "countdown": "def countdown(start):\n    yield from range(start, 0, -1)",
    "table": 'print("\\n".join(f"{n} {n * n}" for n in measured))',
    "values": "count = 0\nfor each in measured:\n    count += 1\nlargest = float(max(measured))",
    "sorted": "result = list(measured)\nresult.sort()",
}
# Wrong ones, with what is said of them.
WRONG = {
    "average": (
        "def average(numbers):\n    return sum(numbers) / max(1, len(numbers))",
        "raises nothing where ValueError is expected",
    ),
    "stack": (
        "class Stack:\n    items = []\n    def push(self, x): self.items.append(x)\n"
        "    def pop(self): return self.items.pop(0)\n"
        "    def __len__(self): return len(self.items)",
        'stack.pop() is "a" where "b" is expected',
    ),
    "countdown": (
        "def countdown(start):\n    return list(range(start, -1, -1))",
        "list(countdown(3)) has 4 items where 3 are expected",
    ),
    "table": (
        "for n in measured:\n    print(n, 2 * n)",
        "line 1 of the text differs from what is expected",
    ),
    "values": ("count = 7\nlargest = 9", "count differs from what is expected"),
    "sorted": (
        "result = sorted(measured, reverse=True)",
        "result is something that is not right: the items are not in order",
    ),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programming") / "course"
    shutil.copytree(COURSE, folder)
    generate(folder, NAME)
    return folder


def handed_in(course: Path, path: Path, answers: dict[str, str]) -> Result:
    """The result of the template with these answers, by the ids of their cells."""
    notebook = json.loads((course / "assignment" / NAME / "Week.ipynb").read_text())
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    path.write_text(json.dumps(notebook))
    return grade(Task(course, Submission("ann", path.name, str(path)), NAME)).result


def test_the_course_is_in_order_and_its_functions_proved(course: Path) -> None:
    done = CliRunner().invoke(main, ["validate", "--strict", "--root", str(course)])
    assert done.exit_code == 0, done.output
    others = "Stack, countdown, table, count, largest, result"
    assert f"no mutants are made of what is no function: {others}" in " ".join(done.output.split())


def test_right_answers_have_full_points_in_another_style_too(course: Path, tmp_path: Path) -> None:
    result = handed_in(course, tmp_path / "a.ipynb", RIGHT_OTHERWISE)
    assert {each.name: each.verdict.value for each in result.exercises} == dict.fromkeys(
        ("average", "Stack", "countdown", "table", "count", "largest", "result"), "correct"
    )
    assert result.score == 20


def test_wrong_answers_are_told_what_is_wrong(course: Path, tmp_path: Path) -> None:
    result = handed_in(
        course, tmp_path / "a.ipynb", {name: cell for name, (cell, _) in WRONG.items()}
    )
    told = {each.name: [case.message for case in each.cases] for each in result.exercises}
    names = ("average", "Stack", "countdown", "table", "count", "result")
    for name, (_, said) in zip(names, WRONG.values(), strict=True):
        assert any(message.endswith(said) for message in told[name]), (name, told[name])
    assert result.score == 1  # for the largest number


def test_the_template_is_unanswered(course: Path, tmp_path: Path) -> None:
    result = handed_in(course, tmp_path / "a.ipynb", {})
    assert {each.verdict.value for each in result.exercises} == {"unanswered"}
