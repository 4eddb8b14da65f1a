"""What is said of wrong answers that once were told something false, or nothing at all.

Each notebook in tests/grading/verdicts has one wrong function, named in the file's name; they are
graded with our own assignment.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import ExerciseResult, Result, Submission, Verdict
from tests.conftest import ROOT, UNHURRIED

NOTEBOOKS = Path(__file__).parent / "verdicts"
GD, BATCHES = "update_parameters_with_gd", "random_mini_batches"
VELOCITY, ADAM = "initialize_velocity", "update_parameters_with_adam"


@cache
def graded(name: str) -> Result:
    path = NOTEBOOKS / f"{name}.ipynb"
    submission = Submission("student", path.name, str(path))
    return grade(Task(ROOT, submission, "optimization_methods", search=UNHURRIED)).result


def answer(name: str, exercise: str) -> ExerciseResult:
    (found,) = (each for each in graded(name).exercises if each.name == exercise)
    return found


def said(result: ExerciseResult) -> str:
    """All that a student's page says of the answer."""
    named = [each for each in (result.diagnosis, *result.also, *result.alternatives) if each]
    words = [result.message, *(f"{each.title}: {each.explanation}" for each in named)]
    return "\n".join([*words, *(case.message for case in result.cases)])


class Wanted(NamedTuple):
    """What has to be said of the answer to an exercise, and what must not be."""

    exercise: str
    verdict: Verdict
    words: str
    never: str


WORDS = {
    "s_by_beta1": Wanted(ADAM, Verdict.INCORRECT, "eight to ten times too long", "too short"),
    "s_uncorrected_eps_inside": Wanted(
        ADAM, Verdict.INCORRECT, "the mistake is the other one", "costs no points"
    ),
    "seed_forgotten": Wanted(BATCHES, Verdict.INCORRECT, "is not seeded", "passed"),
    "key_without_d": Wanted(GD, Verdict.ERROR, "'W1' is a key of `parameters`", "loop"),
    "return_in_loop": Wanted(
        VELOCITY, Verdict.INCORRECT, "where the return stands", "range(1, L + 1)"
    ),
    "torch_missing": Wanted(
        VELOCITY,
        Verdict.ERROR,
        "because `import torch` in line 12 of cell 1 failed",
        "Is `",
    ),
    "no_seed_parameter": Wanted(
        BATCHES,
        Verdict.INCORRECT,
        "raises TypeError\nThe parameters in the function's first line are not those",
        "unexpected keyword",
    ),
    "layer_for_t": Wanted(ADAM, Verdict.INCORRECT, "the number of the layer stands for t", "swap"),
    "v_always_for_2": Wanted(
        ADAM, Verdict.INCORRECT, "the first correction uses 2 for t", "divide s"
    ),
}


@pytest.mark.parametrize("name", WORDS)
def test_what_is_said_is_true_of_the_answer(name: str) -> None:
    wanted = WORDS[name]
    result = answer(name, wanted.exercise)
    assert result.verdict is wanted.verdict
    assert wanted.words in said(result)
    assert wanted.never not in said(result)


def test_an_answer_that_never_seeds_passes_no_case_at_all() -> None:
    """The seed that a kernel has before a call is none that a case uses."""
    assert not any(case.passed for case in answer("seed_forgotten", BATCHES).cases)


def test_numpy_comes_with_the_test_cases_as_in_the_published_notebooks() -> None:
    assert answer("numpy_from_star", VELOCITY).verdict is Verdict.CORRECT


def test_stubs_of_the_edition_of_2021_are_unanswered_and_its_cells_run() -> None:
    result = graded("stub_2021")
    assert answer("stub_2021", BATCHES).verdict is Verdict.UNANSWERED
    assert [flag for flag in result.flags if "raised an error" in flag] == []


def test_another_exercise_or_helper_is_never_taken_for_the_missing_one() -> None:
    missing = [
        each for each in graded("deleted_cells").exercises if each.verdict is Verdict.MISSING
    ]
    assert len(missing) == 4
    assert [each.message for each in missing if "There is" in each.message] == []
