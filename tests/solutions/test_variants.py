"""Our assignments' variants: many, explained in a few words, and told apart by the cases."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import VARIANTS, Case, Exercise, Variant
from grader.execution.outcome import Outcome, Raised, Returned
from grader.grading.judging.diagnose import explain
from grader.grading.judging.parts import Cut, parts_from
from grader.model import Visibility
from grader.values.difference import Tolerance, first_difference

ROOT = Path(__file__).parents[2]
EXERCISES = load_assignment(ROOT, "optimization_methods").exercises
MARGIN = 1000
ALL = [
    pytest.param(exercise, variant, id=f"{exercise.name}-{variant.name}")
    for exercise in EXERCISES
    for variant in exercise.variants
]


def outcome(exercise: Exercise, variant: Variant, case: Case) -> Outcome:
    """What a student's function that does as the variant does comes to."""
    parts = parts_from(case, variant.function, Cut(exercise, whole=True))
    return parts if isinstance(parts, Raised) else Returned(next(iter(parts.values())))


def outcomes(exercise: Exercise, variant: Variant) -> list[Outcome]:
    """On all cases; large arrays are digests there, so it is not for `random_mini_batches`."""
    return [outcome(exercise, variant, case) for case in exercise.cases]


def is_far(exercise: Exercise, variant: Variant, case: Case) -> bool:
    """Whether the case tells the variant from the reference by many times the tolerance."""
    wide = Tolerance(case.tolerance.rtol * MARGIN, case.tolerance.atol * MARGIN)
    found = outcome(exercise, variant, case)
    return not isinstance(found, Returned) or (
        first_difference(case.expected, found.value, wide, exercise.returns) is not None
    )


@pytest.mark.parametrize(("exercise", "variant"), ALL)
def test_a_hidden_case_tells_it_from_the_reference_by_far(
    exercise: Exercise, variant: Variant
) -> None:
    hidden = [case for case in exercise.cases if case.visibility is Visibility.HIDDEN]
    assert any(is_far(exercise, variant, case) for case in hidden)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_hidden_cases_tell_every_two_variants_apart(exercise: Exercise) -> None:
    hidden = [case for case in exercise.cases if case.visibility is Visibility.HIDDEN]
    for one, other in combinations(exercise.variants, 2):
        assert any(differ(exercise, one, other, case) for case in hidden), (
            f"{one.name} and {other.name}"
        )


def differ(exercise: Exercise, one: Variant, other: Variant, case: Case) -> bool:
    first, second = outcome(exercise, one, case), outcome(exercise, other, case)
    if isinstance(first, Returned) and isinstance(second, Returned):
        return first_difference(first.value, second.value, case.tolerance) is not None
    return first != second


@pytest.mark.parametrize(("exercise", "variant"), ALL)
def test_it_is_told_in_a_few_sentences_that_show_no_solution(
    exercise: Exercise, variant: Variant
) -> None:
    text = variant.explanation
    assert 2 <= sum(text.count(end) for end in (". ", ".\n", "? ")) + 1 <= 6
    assert len(text) <= 320
    assert len(variant.title) <= 60
    assert variant.title[0].islower() or variant.title[0] in "WXYt^"
    assert "START CODE" not in text
    assert "str(l)" not in text


def test_there_are_many_mistakes_and_half_the_points_for_small_ones() -> None:
    mistakes = [each for exercise in EXERCISES for each in exercise.mistakes]
    assert len(mistakes) >= 150
    assert {each.share for each in mistakes} == {0, 0.5}
    assert {exercise.scoring for exercise in EXERCISES} == {VARIANTS}


def test_the_lesson_shares_the_variants() -> None:
    lesson = load_assignment(ROOT, "adam").exercise("update_parameters_with_adam")
    full = load_assignment(ROOT, "optimization_methods").exercise("update_parameters_with_adam")
    assert [each.name for each in lesson.variants] == [each.name for each in full.variants]


@pytest.mark.parametrize(
    "exercise",
    [each for each in EXERCISES if each.name != "random_mini_batches"],
    ids=lambda exercise: exercise.name,
)
def test_each_variant_is_found_by_its_own_outputs(exercise: Exercise) -> None:
    for variant in exercise.variants:
        found = explain(exercise, outcomes(exercise, variant))
        assert found
        assert [each.variant for each in found.named] == [variant.name]
        assert not found.alternatives
        assert found.accepted == variant.accepted


def test_numbers_near_the_tolerance_are_no_mistake() -> None:
    """A right answer with rounding of its own passes, and is not compared with any variant."""
    exercise = EXERCISES[0]
    noisy = [
        Returned({k: np.nextafter(p, math.inf) for k, p in case.expected.items()})
        for case in exercise.cases
    ]
    assert explain(exercise, noisy) is None
