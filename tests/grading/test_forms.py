"""Every form in which real notebooks write the exercises gets the verdict that it deserves.

Each form is graded as a submission of its own: a notebook of an import cell and the form's cells,
in a real kernel. The forms are in `tests/forms/`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.grading.grade import grade
from grader.grading.judging.score import share_of_points
from grader.grading.task import Task
from grader.model import ExerciseResult, Status, Submission, Verdict, Visibility
from tests.conftest import UNHURRIED
from tests.forms import Form, adam, adam_start, gd, mini_batches, momentum, velocity
from tests.forms.diagnoses import DIAGNOSES
from tests.forms.first_steps import (
    expected_step,
    found_step,
)
from tests.forms.page_sentences import untrue
from tests.forms.places import expected, found, wrong_lines

ROOT = Path(__file__).parents[2]
FULL, SHORT = "optimization_methods", "adam"
MODULES = (gd, mini_batches, velocity, momentum, adam_start, adam)
ALL_POINTS = (Verdict.CORRECT, Verdict.ACCEPTED)
Write = Callable[..., Path]


def graded(form: Form, exercise: str, write: Write, assignment: str = FULL) -> ExerciseResult:
    """The exercise's result in a notebook that holds the form and nothing else."""
    cells = [cell.strip("\n") for cell in form.source.split("# %%\n")]
    path = write("form.ipynb", "import math\nimport numpy as np", *cells)
    submission = Submission("form", path.name, str(path))
    result = grade(Task(ROOT, submission, assignment, search=UNHURRIED)).result
    assert result.status is Status.GRADED, result.reason
    return next(each for each in result.exercises if each.name == exercise)


# Each is graded in a kernel of its own: every second one in CI, and all in `.ci/thorough`.
EVERY = [(module.EXERCISE, name, form) for module in MODULES for name, form in module.FORMS.items()]


@pytest.mark.parametrize(
    ("exercise", "name", "form"),
    [
        pytest.param(
            *given,
            id=f"{given[0]}-{given[1]}",
            marks=[pytest.mark.thorough] if number % 2 else [],
        )
        for number, given in enumerate(EVERY)
    ],
)
def test_verdict(exercise: str, name: str, form: Form, write: Write, tmp_path: Path) -> None:
    """Right forms earn all points, wrong ones those of the mistake, and all are called by name."""
    result = graded(form, exercise, write)
    passed = {case.name for case in result.cases if case.passed}
    failed = {case.name for case in result.cases if not case.passed}
    named = tuple(each.variant for each in (result.diagnosis, *result.also) if each)
    verdict, share = expected_of(exercise, form, passed)

    assert result.verdict is verdict, [case.message for case in result.cases]
    assert result.score == result.max_score * share
    assert named == ((form.variant,) if form.variant else wrong_names(exercise, name))
    assert not result.alternatives
    assert passed >= set(form.passes)
    if form.verdict not in ALL_POINTS:
        wrong = wrong_lines(exercise, name, form.source)
        assert found(result, wrong) == expected(exercise, name)
        assert [*untrue(result, form.source, tmp_path / "report")] == []
        assert found_step(result, wrong) == expected_step(exercise, name, result)
    if form.fails_only:
        assert failed == set(form.fails_only)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r"is [-\d.]+ where", "is 0.125 where"),
        (r"where [-\d.]+ is", "where 0.125 is"),
        (r"\d+ of (\d+) numbers", r"77 of \1 numbers"),
        (r"W1\[0, 0\]", "W2[0, 0]"),
        (r"differs from", "is nearly"),
    ],
)
def test_a_sentence_that_is_not_so_is_found(
    was: str, becomes: str, write: Write, tmp_path: Path
) -> None:
    form = gd.FORMS["ascends"]
    result = graded(form, gd.EXERCISE, write)
    changed = tuple(
        replace(case, message=re.sub(was, becomes, case.message)) for case in result.cases
    )
    assert changed != result.cases
    assert [*untrue(replace(result, cases=changed), form.source, tmp_path / "report")]


def wrong_names(exercise: str, name: str) -> tuple[str, ...]:
    return DIAGNOSES[exercise].get(name, ())


def expected_of(exercise: str, form: Form, passed: set[str]) -> tuple[Verdict, float]:
    """The verdict and the share of the points, which depends on the cases that the form passes."""
    if form.verdict in ALL_POINTS:
        return form.verdict, 1
    known = load_assignment(ROOT, FULL).exercise(exercise)
    share = share_of_points(known, frozenset(passed))
    return (Verdict.PARTIAL if share else form.verdict), share


def test_nearly_every_wrong_form_is_named() -> None:
    """The others repeat what is published: there is no mistake to name."""
    unnamed = {name for forms in DIAGNOSES.values() for name, named in forms.items() if not named}
    assert unnamed == {"digits_as_printed", "repeats_published", "knows_the_published_case"}


@pytest.mark.parametrize("name", ["plain", "five_values"])
def test_short_lesson_takes_three_values_and_five(name: str, write: Write) -> None:
    """In `adam`, too, the corrected averages may be returned or not."""
    result = graded(adam.FORMS[name], adam.EXERCISE, write, SHORT)

    assert (result.verdict, result.score) == (Verdict.CORRECT, result.max_score)


@pytest.mark.parametrize("name", adam.ACCEPTED)
def test_short_lesson_accepts_epsilon_inside_root(name: str, write: Write) -> None:
    """`adam` shares the accepted form with the full notebook."""
    result = graded(adam.FORMS[name], adam.EXERCISE, write, SHORT)

    assert (result.verdict, result.score) == (Verdict.ACCEPTED, result.max_score)
    assert result.diagnosis is not None
    assert result.diagnosis.variant == adam.INSIDE


def test_short_lesson_judges_the_corrected_averages(write: Write) -> None:
    """In `adam` the reference returns them, so a wrong one is a mistake where they are returned."""
    result = graded(adam.LAST_LAYER_CORRECTED, adam.EXERCISE, write, SHORT)

    assert (result.verdict, result.score) == (Verdict.INCORRECT, 0)


@pytest.mark.parametrize("name", mini_batches.LOOKS_RIGHT)
def test_notebook_prints_the_same_for_what_looks_right(name: str) -> None:
    """What the example cell prints cannot tell these wrong forms: only their values can."""
    assert printed(mini_batches.LOOKS_RIGHT[name].source) == printed(mini_batches.PLAIN)


@pytest.mark.parametrize(
    "name",
    [
        "epsilon_added_to_the_step",
        "epsilon_added_within_learning_rate",
        "epsilon_subtracted_with_the_step",
        "no_epsilon",
        "torch_port_epsilon_hat",
    ],
)
def test_public_case_hardly_shows_epsilon(name: str) -> None:
    """On the public case these differ from the reference by less than a tolerance of 1e-5."""
    ours, *_ = on_public_case(adam.PLAIN, adam.EXERCISE)
    theirs, *_ = on_public_case(adam.FORMS[name].source, adam.EXERCISE)

    assert all(np.allclose(theirs[key], ours[key], rtol=1e-5, atol=0) for key in ours)


def printed(source: str) -> list[Any]:
    """What the notebook's example cell prints of three mini-batches."""
    batches = on_public_case(source, mini_batches.EXERCISE)
    shapes = [(X.shape, Y.shape) for X, Y in batches[:3]]
    return [shapes, batches[0][0][0][0:3].tolist()]


def on_public_case(source: str, exercise: str) -> Any:
    """What the form returns on the case that students have."""
    cases = load_assignment(ROOT, FULL).exercise(exercise).cases
    inputs = next(each for each in cases if each.visibility is Visibility.PUBLIC).arguments()
    namespace: dict[str, Any] = {"math": math, "np": np}
    exec(source, namespace)  # ours, unlike a student's: it may run in this process
    return namespace[exercise](*inputs.args, **inputs.kwargs)


def test_right_forms_are_of_thirty_styles_and_more() -> None:
    """Counted by name over all exercises: the same style in two exercises is one."""
    assert len({name for module in MODULES for name in module.RIGHT}) >= 30
