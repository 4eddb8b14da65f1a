"""public_tests: what students can check by themselves of exceptions, values and checkers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.authored import NAME, authored, exercise

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
ROOT = f"""def root(x):
    {START}
    if x < 0:
        raise ValueError("negative")
    y = x**0.5
    {END}
    return y"""
TOTAL = f"{START}\ntotal = 6.0\n{END}"
CASES = """
from grader.authoring import value

@case("root", raises=ValueError, says="negative", public=True)
def of_minus_one():
    \"\"\"A number that has no root.\"\"\"
    return arguments(-1.0)

@case("root", check=lambda answer: abs(answer) == 2, public=True)
def of_four():
    \"\"\"Either root.\"\"\"
    return arguments(4.0)

@value("total", public=True)
def all_of_them():
    \"\"\"The sum.\"\"\"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("handed_out")
    authored(
        root,
        [ROOT, TOTAL],
        CASES,
        exercise("root"),
        exercise("total", 'kind = "value"'),
        settings='helpers = ["public_tests.py", "difference.py"]\n',
    )
    return root / "assignment" / NAME


def printed(folder: Path, code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"from public_tests import *\n{code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_right_answers_pass(folder: Path) -> None:
    code = f"{ROOT}\nroot_test(root)\ntotal_test(6)"
    assert printed(folder, code) == [
        "root, case of_minus_one: passed",
        "root, case of_four: passed",
        "total, case all_of_them: passed",
    ]


def test_other_answers_are_told_and_may_be_right_where_a_checker_decides(folder: Path) -> None:
    code = "root_test(lambda x: -(abs(x) ** 0.5))\ntotal_test(7.0)"
    assert printed(folder, code) == [
        "root, case of_minus_one: NOT YET, it raises nothing where ValueError is expected",
        "root, case of_four: cannot be decided here: other answers than the reference's may be "
        "right",
        "total, case all_of_them: NOT YET, total is 7 where 6 is expected: 1 apart, tolerance "
        "6e-09",
    ]


def test_another_exception_is_told(folder: Path) -> None:
    code = "def root(x):\n    if x < 0: raise KeyError(x)\n    return x ** 0.5\nroot_test(root)"
    assert printed(folder, code)[0] == (
        "root, case of_minus_one: NOT YET, it raises KeyError where ValueError is expected"
    )
