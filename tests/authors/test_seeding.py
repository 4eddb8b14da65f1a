"""seeding: an answer that never seeds the random generator is not right on public cases alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment
from grader.assignments.reference import reference
from grader.authoring import UNSEEDED, arguments
from grader.authors.seeding import passed_without_seed
from grader.model import Visibility
from tests.conftest import ROOT

BATCHES = "random_mini_batches"


@pytest.fixture
def ours() -> Assignment:
    return load_assignment(ROOT, "optimization_methods")


def test_our_public_cases_depend_on_the_seed(ours: Assignment) -> None:
    assert list(passed_without_seed(ours)) == []


def test_an_exercise_whose_public_cases_do_not_is_named(ours: Assignment) -> None:
    """Of a single example there is one permutation only, whatever the seed."""
    inputs = arguments(np.ones((2, 1)), np.ones((1, 1)), 64, seed=0)
    expected = reference(ours)[BATCHES](*inputs.args, **inputs.kwargs)
    exercise = ours.exercise(BATCHES)
    public = replace(exercise.of(Visibility.PUBLIC)[0], arguments=lambda: inputs, expected=expected)
    changed = replace(ours, exercises=(replace(exercise, cases=(public,)),))
    (line,) = passed_without_seed(changed)
    assert BATCHES in line
    assert "a public case is needed" in line


def test_the_kernel_seeds_with_what_validate_takes_for_unseeded() -> None:
    """What runs in the kernel imports nothing of ours, so the number stands there twice."""
    source = (ROOT / "grader/sandbox/inside/calls.py").read_text()
    assert f"\nUNSEEDED = {UNSEEDED:_}\n" in source
