"""A print exercise's test looks at what the cell has printed, and does not run it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.authors.validate import validate
from tests.authored import NAME, authored, exercise, handed_in
from tests.handout.test_kinds import in_a_notebook

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
IMPORTS = "from public_tests import *\nimport random\nrandom.seed(3)\nlines, count = [], 0"
GREETING = f"{START}\nlines.append('hello')\ncount += 1\nprint(lines[-1], count)\n{END}"
TOTAL = f"{START}\ntotal = count + len(lines) + random.random()\n{END}"
CASES = """
from grader.authoring import printed, value

@printed("greeting", public=True)
def a_line():
    \"\"\"One line.\"\"\"

@value("total", public=True)
def of_lines():
    \"\"\"The sum.\"\"\"
"""
FILES = '"public_tests.py", "difference.py", "expected_outputs.json"'
DRAWS = GREETING.replace("print(", "random.random()\nprint(")


@pytest.fixture(scope="module", params=[GREETING, DRAWS], ids=["mutates", "draws"])
def greeting(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path, greeting: str) -> Path:
    cells = [IMPORTS, greeting, "greeting_test()", TOTAL, "total_test(total)"]
    kinds = 'kind = "print"\ncell = "c2"', 'kind = "value"'
    both = exercise("greeting", kinds[0]), exercise("total", kinds[1])
    return authored(tmp_path, cells, CASES, *both, settings=f"helpers = [{FILES}]\n")


@pytest.mark.parametrize("tests", [[], ["greeting_test()"]], ids=["untested", "tested"])
def test_grading_runs_each_cell_once_whether_it_is_tested_or_not(
    root: Path, greeting: str, tests: list[str]
) -> None:
    cells = [IMPORTS, greeting, *tests, TOTAL]
    found = handed_in(root, *cells)
    assert [each.verdict.value for each in found.exercises] == ["correct", "correct"]
    assert [*validate(root, NAME)] == []


def test_in_a_students_notebook_later_cells_see_the_cell_once(root: Path, greeting: str) -> None:
    cells = [IMPORTS, greeting, "greeting_test()", "greeting_test()", "print(len(lines), count)"]
    said = in_a_notebook(root / "assignment" / NAME, *cells)
    assert said[2:] == [["greeting, case a_line: passed"]] * 2 + [["1 1"]]


def test_what_a_cell_writes_elsewhere_is_not_its_text(root: Path, greeting: str) -> None:
    wrapped = f"""import contextlib, io, sys
{greeting}
sys.stderr.write("odd")
with contextlib.redirect_stdout(io.StringIO()): print("kept away")
greeting_was = sys.stdout.write"""
    cells = [IMPORTS, wrapped, "greeting_test()", "print(type(sys.stdout).__name__)"]
    said = in_a_notebook(root / "assignment" / NAME, *cells)
    assert said[2:] == [["greeting, case a_line: passed"], ["OutStream"]]


def test_a_cell_that_was_run_before_the_import_is_asked_for_again(
    root: Path, greeting: str
) -> None:
    cells = ["lines, count, random = [], 0, __import__('random')", greeting]
    late = "from public_tests import greeting_test\ngreeting_test()"
    said = in_a_notebook(root / "assignment" / NAME, *cells, late)
    assert said[2] == ["greeting: write greeting_test() into the cell below it, and run both again"]
