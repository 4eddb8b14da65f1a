"""Exercises of the kind "value": a variable of the notebook, at its end or right after a cell."""

import json
from pathlib import Path

import pytest

from grader.api import grade_notebook
from grader.authors.adequacy.proof import prove
from grader.authors.validate import validate
from grader.errors import AssignmentError
from grader.model import ExerciseResult, Result, Verdict
from tests.authored import NAME, authored, exercise, handed_in
from tests.conftest import notebook

START, END = "### START CODE HERE ###", "### END CODE HERE ###"
VALUE = 'kind = "value"'
AT_CELL = 'kind = "value"\nat = "cell"'
GIVEN = "import numpy as np\ndata = np.array([1.0, 2.0, 6.0])"
ANSWERS = f"""{START}
mean = data.mean()
spread = float(data.max() - data.min())
{END}"""
# The name is used again further down.
BEST = f"""{START}
best = [int(data.argmax()), "last"]
{END}"""
LATER = "best = None\nprint('used again')"
CASES = """
from grader.authoring import value

@value("mean", rtol=1e-3)
def about():
    \"\"\"To three digits.\"\"\"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authored(
        tmp_path_factory.mktemp("values"),
        [GIVEN, ANSWERS, BEST, LATER],
        CASES,
        exercise("mean", VALUE),
        exercise("spread", VALUE),
        exercise("best", AT_CELL),
    )


def by_name(result: Result) -> dict[str, ExerciseResult]:
    return {each.name: each for each in result.exercises}


def verdicts(result: Result) -> dict[str, str]:
    return {each.name: each.verdict.value for each in result.exercises}


def test_right_values_have_all_points(root: Path) -> None:
    answers = "mean = 3.0001\nspread = 5", "best = (2, 'last')"
    result = handed_in(root, GIVEN, *answers, LATER)
    assert verdicts(result) == {"mean": "correct", "spread": "correct", "best": "correct"}
    assert result.score == 30
    assert by_name(result)["spread"].code == answers[0]


def test_wrong_values_are_told_by_their_name_and_without_what_is_expected(root: Path) -> None:
    result = handed_in(root, GIVEN, "mean = 2\nspread = '5'", "best = [2, 'first']", LATER)
    told = {name: each.cases[0].message for name, each in by_name(result).items()}
    assert told == {
        "mean": "mean differs from what is expected",
        "spread": "spread is a string where a float is expected",
        "best": "The first item of best is right; the last one is not.\n"
        "best[1] differs from what is expected",
    }
    assert result.score == 0


@pytest.mark.parametrize("stub", ["...", "None"])
def test_a_stub_is_no_answer(root: Path, stub: str) -> None:
    cell = f"{START}\nmean = {stub}\nspread = {stub}\n{END}"
    result = handed_in(root, GIVEN, cell, f"best = {stub}", LATER)
    assert set(verdicts(result).values()) == {"unanswered"}


def test_of_several_values_in_a_cell_each_counts(root: Path) -> None:
    result = handed_in(root, GIVEN, "mean = 3.0\nspread = ...", "best: list = ...", LATER)
    assert verdicts(result) == {"mean": "correct", "spread": "unanswered", "best": "unanswered"}


def test_what_is_not_there_is_missing_with_a_name_like_it(root: Path) -> None:
    result = handed_in(root, GIVEN, "maen = 3.0")
    found = by_name(result)
    assert found["mean"].verdict is Verdict.MISSING
    assert found["mean"].message == (
        "there is no variable of this name once the notebook has run. There is `maen`: if that is "
        "it, it needs the name `mean`"
    )
    assert found["best"].verdict is Verdict.MISSING


def test_a_value_that_the_cell_did_not_get_to_is_explained_by_the_cell(root: Path) -> None:
    result = handed_in(root, GIVEN, "mean = 3 / 0\nspread = 5.0", "best = [2, 'last']", LATER)
    found = by_name(result)
    assert verdicts(result) == {"mean": "missing", "spread": "correct", "best": "correct"}
    assert found["mean"].message == (
        "there is no variable of this name once the notebook has run: cell 2 would define it, but "
        "did not get there, which ended with ZeroDivisionError: division by zero"
    )


def test_a_function_that_is_called_does_not_change_a_value(tmp_path: Path) -> None:
    cells = [f"xs = [1]\ndef f(x):\n    {START}\n    xs.append(x)\n    {END}\n    return x"]
    cells += [f"{START}\ntotal = xs\n{END}"]
    case = '@case("f", public=True)\ndef one():\n    """One."""\n    return arguments(2)'
    authored(tmp_path, cells, case, exercise("f"), exercise("total", VALUE))
    assert verdicts(handed_in(tmp_path, *cells)) == {"f": "correct", "total": "correct"}


def test_a_value_is_read_after_the_cell_that_the_assignment_names(tmp_path: Path) -> None:
    cells = [f"{START}\nbest = {number}\n{END}" for number in (1, 2)]
    authored(tmp_path, cells, "", exercise("best", AT_CELL + '\ncell = "c1"'))
    assert list(validate(tmp_path, NAME)) == []
    right = handed_in(tmp_path, "best = 1", "best = 2", ids=True)
    wrong = handed_in(tmp_path, "best = 2", "best = 1", ids=True)
    assert verdicts(right) == {"best": "correct"}
    assert verdicts(wrong) == {"best": "incorrect"}


def test_an_answer_may_stand_in_a_cell_of_its_own_after_the_stub(root: Path) -> None:
    cells = [GIVEN, "mean = 3.0\nspread = 5.0", "best = None", "best = [2]", "best += ['last']"]
    assert verdicts(handed_in(root, *cells, LATER))["best"] == "correct"


@pytest.mark.parametrize(
    "hostile",
    [
        "class L(list):\n    def __iter__(self): raise SystemExit\nmean = L([1])",
        "class F(float):\n    __eq__ = lambda *_: True\n    __sub__ = lambda *_: 0\nmean = F(7)",
        "mean = (n for n in [3.0])",
        "mean = []\nmean.append(mean)",
        "mean = np.zeros(10**9, dtype='V1')",
        "import os\nclass A:\n    def __float__(self): os._exit(0)\nmean = A()",
        "mean = 'x' * 10**8",
        "mean = type('float', (), {})()",
    ],
)
def test_no_hostile_value_is_right(root: Path, hostile: str) -> None:
    result = handed_in(root, GIVEN, hostile, "spread = 5.0", "best = [2, 'last']", LATER)
    found = by_name(result)
    assert found["mean"].verdict not in (Verdict.CORRECT, Verdict.NOT_GRADED)
    assert found["spread"].verdict is Verdict.CORRECT


def test_expected_values_are_not_in_the_kernel(root: Path) -> None:
    """What a cell can see of the answers: nothing that is not in the notebook."""
    look = "import gc\nfound = [each for each in gc.get_objects() if each == [2, 'last']]"
    result = handed_in(root, GIVEN, look, "best = found[0]", "mean, spread = 0, 0")
    assert by_name(result)["best"].verdict is not Verdict.CORRECT


def test_an_assignment_of_values_alone_is_in_order_and_proved(root: Path) -> None:
    assert list(validate(root, NAME)) == []
    assert prove(root, NAME, 1) == []


def test_students_check_public_values(tmp_path: Path) -> None:
    cases = CASES.replace("rtol=1e-3", "public=True")
    master = [GIVEN, ANSWERS]
    authored(tmp_path, master, cases, exercise("mean", VALUE), exercise("spread", VALUE))
    own = tmp_path / "own.ipynb"
    own.write_text(json.dumps(notebook(GIVEN, "mean = 4.0")))
    (found,) = grade_notebook(own, tmp_path / "assignment" / NAME, public_only=True).exercises
    assert [each.message for each in found.cases] == [
        "mean is 4 where 3 is expected: 1 apart, tolerance 3e-09"
    ]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("other = 1", "no cell assigns the variable 'mean'"),
        ("mean = 1", "no line `### START CODE HERE ###` stands in a cell that assigns 'mean'"),
    ],
)
def test_a_master_without_the_value_is_refused(tmp_path: Path, cell: str, problem: str) -> None:
    with pytest.raises(AssignmentError, match=problem):
        authored(tmp_path, [cell], "", exercise("mean", VALUE))


def test_a_decorator_of_another_kind_is_refused(tmp_path: Path) -> None:
    wrong = CASES.replace("@value", "@case").replace("import value", "import case")
    with pytest.raises(AssignmentError, match="'mean' takes @value and not @case"):
        authored(tmp_path, [GIVEN, ANSWERS], wrong, exercise("mean", VALUE))
