"""The notebooks in `examples/submissions/` get the verdicts that their names promise."""

from __future__ import annotations

from pathlib import Path

from grader.api import grade_class
from grader.model import Result, Status, Verdict

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


def test_every_example_gets_the_verdicts_it_promises(tmp_path: Path) -> None:
    """One run over the folder: all are graded, and every verdict and total is as listed."""
    with grade_class(SUBMISSIONS, ROOT, jobs=2, gradebook=tmp_path / "book.sqlite") as finished:
        results = list(finished.results)

    assert finished.found is not None
    assert finished.found.passed_over == ()
    assert [run.assignment for _, run in finished.runs] == ["optimization_methods"]
    assert {each.student: each.reason for each in results if each.reason} == {}
    assert {each.status for each in results} == {Status.GRADED}
    assert {each.student: _told(each) for each in results} == EXPECTED


def _told(result: Result) -> tuple[float | None, dict[str, Verdict]]:
    others = [each for each in result.exercises if each.verdict is not Verdict.CORRECT]
    return result.score, {each.name: each.verdict for each in others}
