"""Inputs that a kernel cannot make: a machine's failure is nobody's, a student's own is theirs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grader.errors import AssignmentError
from grader.model import ExerciseResult, Status, Verdict
from tests.authored import NAME, authored, exercise, handed_in

MASTER = """def total(table):
    ### START CODE HERE ###
    t = 0.0 + sum(table["x"])
    ### END CODE HERE ###
    return t"""
OTHER = (
    MASTER.replace("table", "numbers").replace("total", "plain").replace('numbers["x"]', "numbers")
)
CASES = """
import pandas as pd

@case("total", public=True)
def two():
    \"\"\"Two rows.\"\"\"
    return arguments(pd.DataFrame({"x": [1.0, 2.0]}))

@case("total")
def three():
    \"\"\"Three rows.\"\"\"
    return arguments(pd.DataFrame({"x": [1.0, 2.0, 4.0]}))

@case("plain")
def of_a_list():
    \"\"\"A list.\"\"\"
    return arguments([1.0, 2.0])
"""
# What stands in the way of pandas in every kernel of the assignment.
NO_PANDAS = "raise ModuleNotFoundError(\"No module named 'pandas'\", name='pandas')\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return authored(tmp_path, [MASTER, OTHER], CASES, exercise("total"), exercise("plain"))


def without_pandas(root: Path) -> Path:
    """The same assignment in a place where kernels have no pandas."""
    folder = root / "assignment" / NAME
    (folder / "pandas.py").write_text(NO_PANDAS)
    settings = (folder / "assignment.toml").read_text()
    assert "helpers" not in settings
    (folder / "assignment.toml").write_text(
        settings.replace("[[exercise]]", 'helpers = ["pandas.py"]\n\n[[exercise]]', 1)
    )
    return root


def test_where_kernels_lack_pandas_nobody_is_blamed_and_nobody_waits(root: Path) -> None:
    without_pandas(root)
    begun = time.monotonic()
    result = handed_in(root, MASTER, OTHER)
    total, plain = result.exercises
    assert (total.verdict, total.score) == (Verdict.NOT_GRADED, None)
    assert total.message == (
        "the inputs of its cases cannot be made on this machine: "
        "ModuleNotFoundError: No module named 'pandas'"
    )
    assert plain.verdict is Verdict.CORRECT
    assert (result.status, result.score) == (Status.NOT_GRADED, None)
    assert time.monotonic() - begun < 60


def test_who_has_written_nothing_is_unanswered_all_the_same(root: Path) -> None:
    stub = MASTER.replace('t = 0.0 + sum(table["x"])', "t = None")
    (total, _) = handed_in(without_pandas(root), stub, OTHER).exercises
    assert total.verdict is Verdict.UNANSWERED


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (
            "import sys\nsys.modules['pandas'] = None",
            "ModuleNotFoundError: import of pandas halted",
        ),
        ("import pandas\npandas.DataFrame = None", "TypeError: 'NoneType' object is not callable"),
    ],
)
def test_a_notebook_that_breaks_pandas_itself_is_not_excused(
    root: Path, cell: str, why: str
) -> None:
    """So nobody can choose not to be graded."""
    found: ExerciseResult = handed_in(root, cell, MASTER, OTHER).exercises[0]
    assert (found.verdict, found.score) == (Verdict.ERROR, 0.0)
    said = "not called, as its inputs could not be made once the notebook had run"
    assert found.cases[0].message.startswith(f"{said}: {why}")
    assert found.cases[1].message == said


def test_the_author_is_told_that_a_case_cannot_be_called(tmp_path: Path) -> None:
    broken = "import sys\nsys.modules['pandas'] = None"
    with pytest.raises(AssignmentError, match="its inputs cannot be made in a kernel: ModuleNot"):
        authored(tmp_path, [broken, MASTER, OTHER], CASES, exercise("total"), exercise("plain"))


def test_an_object_of_a_class_of_the_cases_is_refused_with_what_to_do(tmp_path: Path) -> None:
    cases = """
from dataclasses import dataclass

@dataclass
class Point:
    x: float

@case("total", public=True)
def a_point():
    \"\"\"A point.\"\"\"
    return arguments(Point(1.0))
"""
    with pytest.raises(AssignmentError) as refused:
        authored(tmp_path, [MASTER], cases, exercise("total"))
    assert (
        "is of type Point, whose class a kernel does not know; a driver can make it, which takes "
        "Point from the notebook"
    ) in str(refused.value)
