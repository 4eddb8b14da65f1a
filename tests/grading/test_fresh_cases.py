"""fresh_cases: who has memorised the frozen cases is flagged, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignments.load import load_assignment
from grader.authoring import Arguments, arguments, drawn_afresh, generator
from grader.authors.validate import generate
from grader.errors import AssignmentError
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Result, Submission, Verdict
from tests.forms import adam

GD = """
def update_parameters_with_gd(parameters, grads, learning_rate):
    {guard}
    return {{k: parameters[k] - learning_rate * grads["d" + k] for k in parameters}}
"""


@pytest.fixture
def graded(root: Path, write: Callable[..., Path]) -> Callable[..., Result]:
    def grade_them(*cells: str, seed: int = 1) -> Result:
        path = write("s.ipynb", *cells)
        task = Task(root, Submission("s", path.name, str(path)), "optimization_methods", seed=seed)
        return grade(task).result

    return grade_them


def test_a_function_that_recognises_the_frozen_inputs_is_flagged(
    root: Path, graded: Callable[..., Result]
) -> None:
    cases = load_assignment(root, "optimization_methods").exercises[0].cases
    known = [float(case.arguments().args[0]["W1"].flat[0]) for case in cases]
    guard = f"if float(parameters['W1'].flat[0]) not in {known}: return parameters"
    result = graded(GD.format(guard=guard))
    assert result.exercises[0].verdict is Verdict.CORRECT
    assert [flag for flag in result.flags if "memorised" in flag] == [
        "update_parameters_with_gd passes all frozen cases, but 2 of 2 drawn afresh for this run "
        "(seed 1) fail: are its answers memorised?"
    ]


def test_an_honest_function_is_not_flagged_whatever_the_seed(
    graded: Callable[..., Result],
) -> None:
    for seed in (0, 7, 2**32 - 1):
        assert graded(GD.format(guard="pass"), seed=seed).flags == ()


def test_an_accepted_form_is_compared_with_its_own_kind(graded: Callable[..., Result]) -> None:
    result = graded("import numpy as np", adam.ACCEPTED["epsilon_inside_root"])
    assert result.exercises[-1].verdict is Verdict.ACCEPTED
    assert not [flag for flag in result.flags if "memorised" in flag]


def test_a_case_is_drawn_afresh_by_its_generators_only() -> None:
    def random_case() -> Arguments:
        return arguments(generator(3).random())

    frozen = random_case()
    assert random_case() == frozen
    drawn = [drawn_afresh(random_case, number) for number in range(3)]
    assert len({each.args for each in (frozen, *drawn) if each}) == 4
    assert drawn_afresh(random_case, 1) == drawn[1]
    assert drawn_afresh(lambda: arguments(1), 1) is None
    assert random_case() == frozen


def test_every_exercise_of_ours_can_be_drawn_afresh(root: Path) -> None:
    for exercise in load_assignment(root, "optimization_methods").exercises:
        fresh = [drawn_afresh(case.arguments, 1) for case in exercise.cases]
        assert sum(each is not None for each in fresh) >= 4


def test_a_case_that_the_reference_does_not_return_on_when_drawn_afresh_is_named(
    course: Path,
) -> None:
    with (course / "solutions/words/cases.py").open("a") as cases:
        cases.write(
            "from grader.authoring import generator\n\n"
            "@case('longest')\ndef drawn():\n"
            "    return arguments('ab'[generator(1).integers(2) :].replace('b', ''))\n"
        )
    generate(course, "words")
    master = course / "solutions/words/Words.ipynb"
    task = Task(course, Submission("s", master.name, str(master)), "words", seed=2)
    with pytest.raises(AssignmentError, match=r"raises ValueError: .* of the case longest/drawn"):
        grade(replace(task, strict=True))
