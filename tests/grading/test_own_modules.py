"""What a student handed in with the notebook is put beside it, or said not to be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.gradebook.fingerprint import content
from grader.grading.grade import grade
from grader.grading.own_modules import chosen, remarks
from grader.grading.task import Task
from grader.model import Result, Submission
from grader.notebooks.companions import MAX_FILE_BYTES, companion_names, companions
from grader.notebooks.read import Cell, Notebook

COUNT = "def count(text):\n    return {word: text.split().count(word) for word in text.split()}"
OWN = ("texts.py", "public_tests.py", "data/words.txt")


def notebook_of(*cells: str) -> Notebook:
    return Notebook(tuple(Cell(number, source) for number, source in enumerate(cells, start=1)))


@pytest.mark.parametrize(
    ("cell", "came", "used"),
    [
        ("import helpers", ["helpers.py", "other.py"], ["helpers.py"]),
        ("def f():\n    from helpers import g", ["helpers.py"], ["helpers.py"]),
        ("from lib.tools import g", ["lib/tools.py", "lib/__init__.py"], None),
        ("rows = open('own.csv').read()", ["own.csv", "other.csv"], ["own.csv"]),
        ("rows = open('own/a.csv').read()", ["own/a.csv", "picture.png"], ["own/a.csv"]),
        # What the assignment, Python or a package provides is not replaced.
        ("import texts", ["texts.py"], []),
        ("import Texts", ["Texts.py"], []),
        ("open('data/words.txt')", ["data/words.txt", "data/more.txt"], []),
        ("import numpy", ["numpy.py", "numpy/__init__.py"], []),
        ("import random, json.decoder", ["random.py", "json.py", "json/decoder.py"], []),
        ("import sitecustomize, usercustomize", ["sitecustomize.py", "usercustomize.py"], []),
        ("import helpers", ["helpers.so", "helpers.pyc", "__pycache__/helpers.pyc"], []),
        ("import helpers", [".hidden/helpers.py", "helpers.cpython-311.so"], []),
        ("x = 1", ["helpers.py"], []),
    ],
)
def test_what_the_notebook_uses_is_put_beside_it(
    cell: str, came: list[str], used: list[str] | None
) -> None:
    found = chosen(notebook_of(cell), dict.fromkeys(came, b""), OWN)
    assert sorted(found) == sorted(came if used is None else used)


def test_what_a_used_module_imports_is_used_too() -> None:
    came = {"one.py": b"import two", "two.py": b"import random, three", "four.py": b""}
    came |= {"three.py": b"\xff not python (", "random.py": b""}
    assert sorted(chosen(notebook_of("import one"), came, OWN)) == ["one.py", "three.py", "two.py"]


def test_the_lines_name_what_is_used_and_what_is_not() -> None:
    notebook = notebook_of("import helpers, random\nopen('large.csv')")
    names = ["helpers.py", "random.py", "texts.py", "picture.png", "large.csv"]
    assert remarks(notebook, names, {"helpers.py": b""}, OWN) == [
        "put beside the notebook, since it uses them: helpers.py",
        "handed in with the notebook and not used: random.py, large.csv",
    ]
    assert remarks(notebook, ["picture.png"], {}, OWN) == []


@pytest.fixture
def submission(write: Callable[..., Path], tmp_path: Path) -> Submission:
    """A notebook that imports its functions from modules which came with it."""
    path = write("hw/work.ipynb", "from mine import *\nimport numpy\nimport lib.more", COUNT)
    sources = {
        "mine.py": "from lib.more import key\ndef longest(text):\n"
        "    return max(text.split(), key=key)",
        "lib/more.py": "def key(word):\n    return len(word)",
        "numpy.py": "raise SystemExit('not numpy')",
    }
    for name, source in sources.items():
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text(source)
    files = tuple(str(path.parent / name) for name in sources)
    return Submission("ann", "work.ipynb", str(path), companions=files)


def test_modules_that_came_with_a_notebook_are_used_here_and_elsewhere(
    submission: Submission, frozen_course: Path
) -> None:
    def graded(**elsewhere: object) -> Result:
        task = Task(frozen_course, submission, "words")
        return replace(grade(task, **elsewhere).result, seconds=0.0)  # type: ignore[arg-type]

    here = graded()
    assert [each.verdict.solved for each in here.exercises] == [True, True, False]
    assert here.flags[:2] == (
        "put beside the notebook, since it uses them: mine.py, lib/more.py",
        "handed in with the notebook and not used: numpy.py",
    )
    notebook, came = submission.path.read_bytes(), companions(submission)
    for file in (submission.path, *map(Path, submission.companions)):
        file.unlink()
    assert graded(content=notebook, came=came) == here


def test_a_result_is_valid_for_the_same_modules_only(submission: Submission) -> None:
    alone = content(replace(submission, companions=()))
    before = content(submission)
    assert content(submission) == before != alone
    Path(submission.companions[0]).write_text("def longest(text): pass")
    assert content(submission) not in (before, alone, "")


def test_links_and_what_is_too_large_are_left_out(submission: Submission, tmp_path: Path) -> None:
    folder = submission.path.parent
    (tmp_path / "secret.py").write_text("SECRET = 1")
    (folder / "link.py").symlink_to(tmp_path / "secret.py")
    (folder / "large.csv").write_bytes(b"1" * (MAX_FILE_BYTES + 1))
    more = tuple(str(folder / name) for name in ("link.py", "large.csv", "gone.py", "lib"))
    found = replace(submission, companions=(*submission.companions, *more))
    assert sorted(companions(found)) == ["lib/more.py", "mine.py", "numpy.py"]
    assert set(companion_names(found)) >= {"link.py", "large.csv"}
    outside = replace(submission, companions=(str(tmp_path / "secret.py"),))
    assert list(companions(outside)) == ["secret.py"]
