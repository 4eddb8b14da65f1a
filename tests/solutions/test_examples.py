"""The notebooks in `examples/submissions/` get the verdicts that their names promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.api import grade_class
from grader.model import Result, Status, Verdict
from grader.notebooks.cells import defines
from grader.notebooks.read import read_notebook
from grader.notebooks.stubs import is_untouched
from tests.forms.page_sentences import untrue

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SUBMISSIONS = EXAMPLES / "submissions"

GD = "update_parameters_with_gd"
MINI_BATCHES = "random_mini_batches"
VELOCITY = "initialize_velocity"
MOMENTUM = "update_parameters_with_momentum"
ADAM_START = "initialize_adam"
ADAM = "update_parameters_with_adam"

# Student -> points, and the verdicts other than `correct`.
EXPECTED: dict[str, tuple[float, dict[str, Verdict]]] = {
    "accepted_epsilon_inside_root": (100, {ADAM: Verdict.ACCEPTED}),
    "all_right_comprehensions": (100, {}),
    "all_right_five_values": (100, {}),
    "all_right_in_place": (100, {}),
    "all_right_operators": (100, {}),
    "all_right_power": (100, {}),
    "endless_loop": (75, {MINI_BATCHES: Verdict.TIMEOUT}),
    "half_done": (
        37.5,
        {
            MINI_BATCHES: Verdict.PARTIAL,
            MOMENTUM: Verdict.INCORRECT,
            ADAM_START: Verdict.UNANSWERED,
            ADAM: Verdict.UNANSWERED,
        },
    ),
    "old_helpers": (100, {}),
    "renamed_function": (90, {VELOCITY: Verdict.MISSING}),
    "shuffled_cells": (100, {}),
    "syntax_error": (85, {MOMENTUM: Verdict.ERROR}),
    "untouched": (
        0,
        dict.fromkeys((GD, MINI_BATCHES, VELOCITY, MOMENTUM, ADAM_START, ADAM), Verdict.UNANSWERED),
    ),
    "wrong_bias_correction_missing": (75, {ADAM: Verdict.INCORRECT}),
    "wrong_epsilon_added_to_step": (75, {ADAM: Verdict.INCORRECT}),
    "wrong_last_batch": (87.5, {MINI_BATCHES: Verdict.PARTIAL}),
}


def test_folder_and_tables_list_the_same_notebooks() -> None:
    """Every example has its verdicts held here and told in the README, and no other has."""
    names = {path.stem for path in SUBMISSIONS.iterdir()}
    lines = (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    told = {line.split("`")[1].removesuffix(".ipynb") for line in lines if line.startswith("| `")}

    assert names == set(EXPECTED)
    assert told == set(EXPECTED)


def test_readme_tells_the_points() -> None:
    """The last column of the README's table is what is held here."""
    lines = (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split("|") for line in lines if line.startswith("| `")]

    assert {row[0].strip(" `").removesuffix(".ipynb"): float(row[-1]) for row in rows} == {
        name: points for name, (points, _) in EXPECTED.items()
    }


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    """One run over the folder."""
    book = tmp_path_factory.mktemp("examples") / "book.sqlite"
    with grade_class(SUBMISSIONS, ROOT, jobs=2, gradebook=book) as finished:
        assert finished.found is not None
        assert finished.found.passed_over == ()
        assert [run.assignment for _, run in finished.runs] == ["optimization_methods"]
        return list(finished.results)


def test_every_example_gets_the_verdicts_it_promises(results: list[Result]) -> None:
    """All are graded, and every verdict and total is as listed."""
    assert {each.student: each.reason for each in results if each.reason} == {}
    assert {each.status for each in results} == {Status.GRADED}
    assert {each.student: _told(each) for each in results} == EXPECTED


def test_every_sentence_of_their_pages_is_so(results: list[Result], tmp_path: Path) -> None:
    """As `tests/grading/test_forms.py` holds it of forms; what did not end is called by nobody."""
    held = 0
    for result in results:
        for exercise in result.exercises:
            if exercise.verdict in (*NOT_CALLED, Verdict.CORRECT, Verdict.ACCEPTED):
                continue
            folder = tmp_path / f"{result.student}-{exercise.name}"
            source = "\n# %%\n".join(_defining(result, exercise.name))
            assert [*untrue(exercise, source, folder)] == []
            held += 1
    assert held == 5


def test_what_is_said_of_functions_that_were_not_called_is_so(results: list[Result]) -> None:
    said = {
        (result.student, exercise.name): exercise.message
        for result in results
        for exercise in result.exercises
        if exercise.verdict in NOT_CALLED
    }
    for (student, exercise), message in said.items():
        (cell,) = _defining(by_name(results, student), exercise)[-1:] or [""]
        verdict = EXPECTED[student][1][exercise]
        if verdict is Verdict.UNANSWERED:
            assert message == "nothing has been written here yet"
            assert is_untouched(cell, exercise)
        elif verdict is Verdict.MISSING:
            other = re.search(r"There is `(\w+)`: if that is it, it needs the name `(.*)`", message)
            assert other
            assert other[2] == exercise
            assert _defining(by_name(results, student), other[1])
            assert not cell
        elif verdict is Verdict.ERROR:
            told = re.fullmatch(r"cell (\d+), .* not valid Python in its line (\d+): (.*)", message)
            assert told
            with pytest.raises(SyntaxError, match=re.escape(told[3])) as caught:
                compile(_cells(student)[int(told[1])], student, "exec")
            assert caught.value.lineno == int(told[2])
        else:
            assert verdict is Verdict.TIMEOUT
            assert "while" in cell


NOT_CALLED = (Verdict.UNANSWERED, Verdict.MISSING, Verdict.TIMEOUT, Verdict.ERROR)


def by_name(results: list[Result], student: str) -> Result:
    return next(each for each in results if each.student == student)


def _cells(student: str) -> dict[int, str]:
    """The code cells of an example by their numbers."""
    notebook = read_notebook(SUBMISSIONS / f"{student}.ipynb")
    return {cell.number: cell.source for cell in notebook.cells}


def _defining(result: Result, name: str) -> list[str]:
    """The cells of an example that define the function."""
    return [cell for cell in _cells(result.student).values() if defines(cell, name)]


def _told(result: Result) -> tuple[float | None, dict[str, Verdict]]:
    others = [each for each in result.exercises if each.verdict is not Verdict.CORRECT]
    return result.score, {each.name: each.verdict for each in others}
