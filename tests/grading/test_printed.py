"""Exercises of the kind "print": what a cell prints, as text or by the numbers in it."""

from pathlib import Path

import pytest

from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.model import ExerciseResult, Verdict
from grader.values.comparisons import COMPARISONS
from grader.values.difference import Returns, Tolerance
from tests.authored import NAME, authored, exercise, handed_in

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
GIVEN = "rows = [('ann', 2.5), ('ben', 3.0)]"
TABLE = f"# Print the table.\n{START}\nfor name, value in rows:\n    print(name, value)\n{END}"
MEAN = f"# Print the mean.\n{START}\nprint('the mean is', sum(v for _, v in rows) / 2)\n{END}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    numbers = 'kind = "print"\ncell = "c3"\ncompare = "numbers"'
    return authored(
        tmp_path_factory.mktemp("printed"),
        [GIVEN, TABLE, MEAN],
        "",
        exercise("table", 'kind = "print"\ncell = "c2"'),
        exercise("mean", numbers),
    )


def answers(root: Path, *cells: str) -> dict[str, ExerciseResult]:
    found = handed_in(root, GIVEN, *cells, ids=True)
    return {each.name: each for each in found.exercises}


def test_the_same_text_and_the_same_numbers_are_right(root: Path) -> None:
    table = "import sys\nprint('ann 2.5  ')\nprint('ben 3.0\\n')\nprint('odd', file=sys.stderr)"
    found = answers(root, table, "sum(v for _, v in rows) / 2")
    assert {name: each.verdict.value for name, each in found.items()} == {
        "table": "correct",
        "mean": "correct",
    }
    assert found["table"].code == table


def test_the_first_line_that_differs_is_named_and_nothing_of_it_shown(root: Path) -> None:
    found = answers(root, "print('ann 2.5')\nprint('ben 3')", "print(5.5, 2)")
    assert found["table"].cases[0].message == ("line 2 of the text differs from what is expected")
    assert found["mean"].cases[0].message == "another count of numbers is expected in the text"
    assert found["mean"].verdict is Verdict.INCORRECT


@pytest.mark.parametrize(
    ("cell", "verdict"),
    [
        (TABLE.replace("for name, value in rows:\n    print(name, value)", "pass"), "unanswered"),
        ("", "unanswered"),
        ("1 / 0", "error"),
        ("import os; os._exit(1)", "crashed"),
        ("print(end='')", "incorrect"),
        ("print('ann 2.5\\nben 3.0' * 100000)", "incorrect"),
        ("from IPython.display import display\ndisplay('ann 2.5\\nben 3.0')", "incorrect"),
    ],
)
def test_whatever_else_a_cell_does_has_its_verdict(root: Path, cell: str, verdict: str) -> None:
    found = answers(root, cell, MEAN)
    assert found["table"].verdict.value == verdict
    assert found["mean"].verdict is Verdict.CORRECT


def test_an_answer_may_stand_in_a_cell_after_the_stub(root: Path) -> None:
    stub = f"# Print the table.\n{START}\npass\n{END}"
    own = "for each in rows:\n    print(*each)"
    cells = [GIVEN, stub, own, MEAN]
    found = {each.name: each for each in handed_in(root, *cells).exercises}
    assert found["table"].verdict is Verdict.CORRECT


def test_a_deleted_cell_is_missing(root: Path) -> None:
    found = handed_in(root, "x = 1").exercises[0]
    assert found.verdict is Verdict.MISSING
    assert found.message == "the cell of this exercise is not in the notebook"


def test_the_assignment_is_in_order(root: Path) -> None:
    assert list(validate(root, NAME)) == []


def test_a_cell_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="names no `cell`"):
        authored(tmp_path, [TABLE], "", exercise("table", 'kind = "print"'))
    with pytest.raises(AssignmentError, match="no cell has the id 'lost', which 'table' names"):
        authored(tmp_path, [TABLE], "", exercise("table", 'kind = "print"\ncell = "lost"'))


@pytest.mark.parametrize(
    ("compare", "expected", "actual", "message"),
    [
        ("text", "a\nb", "a  \nb\n\n", ""),
        ("text", "a\nb", "a", "line 2 of the text is missing, where 'b' is expected"),
        ("text", "a", "a\nb", "line 2 of the text is 'b' where the text should have ended"),
        ("text", "a", 1, "result is an integer where a string is expected"),
        ("numbers", "W1 = 2.0, -3e-2", "W1: 2 and -.03", ""),
        ("numbers", "1 2", "1 3", "numbers[1] is 3 where 2 is expected: 1 apart, tolerance 2e-09"),
        ("numbers", "1", "", "the text has 0 numbers where 1 is expected"),
        ("numbers", "1", None, "result is None where a string is expected"),
    ],
)
def test_texts_are_compared_by_lines_or_numbers(
    compare: str, expected: str, actual: object, message: str
) -> None:
    comparison = COMPARISONS[compare]
    found = comparison.first_difference(expected, actual, Tolerance(), Returns(), ())
    assert (found.message if found else "") == message
