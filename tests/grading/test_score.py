"""Points: for every way to score, who passes all that another passes never gets fewer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.assignments.records import ALL, VARIANTS, WEIGHTS, Case, Exercise, Variant
from grader.authoring import arguments
from grader.execution.outcome import Outcome, Returned
from grader.grading.judging.parts import passed_by
from grader.grading.judging.score import score, share_of_points
from grader.model import CaseResult, Visibility
from grader.values.difference import Returns, Tolerance

ROOT = Path(__file__).parents[2]
MOST_CASES = 6

numbers_of_cases = st.integers(1, MOST_CASES)
shares = st.sampled_from([0, 0.1, 0.25, 0.5, 0.9])
Passed = frozenset[int]


@st.composite
def exercises(draw: st.DrawFn) -> Exercise:
    """Up to six cases, on which the right answer is 0, and mistakes that pass any of them."""
    count = draw(numbers_of_cases)
    weights = draw(st.lists(st.floats(0.01, 100), min_size=count, max_size=count))
    cases = tuple(
        Case(str(n), "", Visibility.HIDDEN, Tolerance(), weight, partial(arguments, n), 0)
        for n, weight in enumerate(weights)
    )
    passing = draw(st.lists(st.tuples(subsets(count), shares), max_size=5))
    mistakes = tuple(
        Variant(f"m{n}", "", "", partial(answer, passed=passed), accepted=False, share=share)
        for n, (passed, share) in enumerate(passing)
    )
    scoring = draw(st.sampled_from([ALL, WEIGHTS, VARIANTS]))
    points = draw(st.sampled_from([1.0, 7.0, 12.5, 100.0]))
    return Exercise("e", "", "", points, scoring, (), Returns(), cases=cases, variants=mistakes)


def subsets(count: int) -> st.SearchStrategy[Passed]:
    return st.frozensets(st.integers(0, count - 1))


def answer(n: int, passed: Passed) -> int:
    """0, which is right, for the inputs in `passed`; else another number for every input."""
    return 0 if n in passed else n + 1


def points(exercise: Exercise, passed: Passed, wrong: int) -> float:
    """The points of an answer that passes these cases, and gives `wrong` for others."""
    outcomes: list[Outcome] = []
    judged = []
    for n, case in enumerate(exercise.cases):
        outcomes.append(Returned(0 if n in passed else wrong))
        judged.append(CaseResult(case.name, "", case.visibility, n in passed))
    result = score(exercise, tuple(judged), outcomes)
    assert result.score is not None
    return result.score


@given(st.data())
def test_who_passes_all_that_another_passes_never_gets_fewer_points(data: st.DataObject) -> None:
    """Whatever is returned on the cases that fail, and whether a mistake has a name or not."""
    exercise = data.draw(exercises())
    count = len(exercise.cases)
    more = data.draw(subsets(count))
    fewer = more & data.draw(subsets(count))
    wrong = st.integers(1, MOST_CASES + 1)
    assert points(exercise, fewer, data.draw(wrong)) <= points(exercise, more, data.draw(wrong))


@given(st.data())
def test_a_named_mistake_gets_its_share_at_least_if_it_passes_a_case(data: st.DataObject) -> None:
    exercise = data.draw(exercises())
    for mistake in exercise.mistakes:
        passed = passed_by(mistake, exercise)
        share = share_of_points(exercise, passed)
        assert share >= (mistake.share if passed and exercise.scoring == VARIANTS else 0)


@given(exercises())
def test_who_passes_nothing_gets_nothing_and_who_passes_all_gets_all(exercise: Exercise) -> None:
    assert share_of_points(exercise, frozenset()) == 0
    assert share_of_points(exercise, frozenset(case.name for case in exercise.cases)) == 1


@pytest.mark.parametrize("name", ["optimization_methods", "adam"])
def test_each_small_mistake_of_ours_gets_half_of_the_points(name: str) -> None:
    for exercise in load_assignment(ROOT, name).exercises:
        for mistake in exercise.mistakes:
            share = share_of_points(exercise, passed_by(mistake, exercise))
            assert share == (0.5 if mistake.share else share)
            assert share in (0, 0.5)


def test_passing_seven_of_nine_is_worth_no_less_than_passing_three_of_them() -> None:
    exercise = load_assignment(ROOT, "optimization_methods").exercise("random_mini_batches")
    small = next(each for each in exercise.mistakes if each.name == "last_one_short")
    three = passed_by(small, exercise)
    seven = three | {
        "published",
        "default_arguments",
        "several_classes",
        "fewer_examples_than_size",
    }
    assert (len(three), len(seven)) == (3, 7)
    assert share_of_points(exercise, seven) == share_of_points(exercise, three) == 0.5
