"""diagnose, parts, score by variants: what explains an answer, and what it earns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignments.load import load_assignment
from grader.assignments.records import Case, Exercise, Variant
from grader.authoring import Arguments, arguments
from grader.errors import AssignmentError
from grader.execution.outcome import Crashed, NotCalled, Outcome, Raised, Returned, TimedOut
from grader.grading.judging.diagnose import BESIDE, Explanation, explain
from grader.model import ExerciseResult, Graded, Verdict, Visibility
from grader.values.difference import Returns, Tolerance

INPUTS = (1.0, 2.0, 5.0)


def line(x: float, *, slope: Callable[[float], float] = lambda x: 3 * x, shift: float = 1) -> Any:
    """The exercise of most tests here: it returns a value and a dictionary."""
    return slope(x), {"shifted": slope(x) + shift}


def variant(name: str, function: Callable[..., Any] = line, **more: Any) -> Variant:
    return Variant(name, name, "", function, **{"accepted": False, "share": 0.5, **more})


def changing(name: str, **changes: Any) -> Variant:
    def function(x: float) -> Any:
        return line(x, **changes)

    return variant(name, function, of=line, changes=changes)


def exercise(*variants: Variant, reference: Callable[..., Any] = line, **more: Any) -> Exercise:
    cases = tuple(
        Case(f"at_{x}", "", Visibility.HIDDEN, Tolerance(), 1, partial(arguments, x), reference(x))
        for x in INPUTS
    )
    fields: dict[str, Any] = {"returns": Returns(("value", "table"), ("extra",))} | more
    return Exercise("line", "", "", 10, "variants", (), cases=cases, variants=variants, **fields)


def returned(function: Callable[..., Any]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for x in INPUTS:
        try:
            outcomes.append(Returned(function(x)))
        except Exception as error:
            outcomes.append(Raised(type(error).__name__, str(error), None))
    return outcomes


def names(explanation: Explanation | None) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.variant, each.parts) for each in explanation.named] if explanation else []


STEEP = changing("steep", slope=lambda x: 4 * x)
HIGH = changing("high", shift=2)
LOW = changing("low", shift=-1)


def test_the_variant_that_explains_every_outcome_is_named() -> None:
    found = explain(exercise(STEEP, HIGH), returned(HIGH.function))
    assert names(found) == [("high", ())]
    assert found
    assert (found.alternatives, found.accepted) == ((), False)


def test_where_nothing_explains_every_case_nothing_is_guessed() -> None:
    def wrong_once(x: float) -> Any:
        return line(x, shift=3 if x == INPUTS[-1] else 2)

    assert explain(exercise(STEEP, HIGH, LOW), returned(wrong_once)) is None


def test_a_right_answer_is_no_mistake() -> None:
    assert explain(exercise(STEEP, HIGH), returned(line)) is None


def test_a_mistake_in_one_part_is_named_with_that_part() -> None:
    """`value` is steep, but the table is right: only the variant's first value explains it."""
    mixed = returned(lambda x: (4 * x, line(x)[1]))
    assert names(explain(exercise(STEEP, HIGH), mixed)) == [("steep", ("value",))]


def test_mistakes_in_separate_parts_are_named_separately() -> None:
    mixed = returned(lambda x: (4 * x, {"shifted": 3 * x + 2}))
    found = explain(exercise(STEEP, HIGH, LOW), mixed)
    assert names(found) == [("steep", ("value",)), ("high", ("table",))]


def test_two_changes_of_one_form_are_found_at_work_together() -> None:
    both = returned(lambda x: line(x, slope=lambda x: 4 * x, shift=-1))
    found = explain(exercise(STEEP, HIGH, LOW), both)
    assert names(found) == [("steep", ()), ("low", ())]


@pytest.mark.parametrize(("beside", "words"), [("It is steep as well.", None), ("", BESIDE)])
def test_an_accepted_form_beside_a_mistake_is_a_note_in_other_words(
    beside: str, words: str | None
) -> None:
    """What its author says of a right answer is not said of a wrong one."""
    form = replace(STEEP, accepted=True, share=1, explanation="It costs no points.", beside=beside)
    both = returned(lambda x: line(x, slope=lambda x: 4 * x, shift=-1))
    found = explain(exercise(form, LOW), both)
    assert names(found) == [("low", ()), ("steep", ())]
    assert found
    assert not found.accepted
    assert found.named[1].explanation == (words or beside)


def test_two_accepted_forms_at_once_are_no_explanation() -> None:
    """Each of them is right alone; nobody has said that both together are."""
    forms = [replace(each, accepted=True, share=1) for each in (STEEP, LOW)]
    both = returned(lambda x: line(x, slope=lambda x: 4 * x, shift=-1))
    assert explain(exercise(*forms), both) is None


def test_two_variants_that_explain_equally_are_both_said() -> None:
    twin = variant("twin", HIGH.function, share=0.75)
    found = explain(exercise(HIGH, twin), returned(HIGH.function))
    assert names(found) == [("high", ())]
    assert found
    assert [each.variant for each in found.alternatives] == ["twin"]


def test_an_accepted_variant_is_preferred_to_a_mistake() -> None:
    twin = variant("twin", HIGH.function, accepted=True, share=1)
    found = explain(exercise(HIGH, twin), returned(HIGH.function))
    assert names(found) == [("twin", ())]
    assert found
    assert (found.accepted, found.alternatives) == (True, ())


def test_a_variant_that_explains_all_is_preferred_to_one_that_explains_what_is_wrong() -> None:
    partly = variant("partly", lambda x: (0.0, {"shifted": 3 * x + 2}))
    found = explain(exercise(partly, HIGH), returned(HIGH.function))
    assert names(found) == [("high", ())]
    assert found
    assert found.alternatives == ()


def test_values_that_may_be_left_out_do_not_matter() -> None:
    three = variant("three", lambda x: (*HIGH.function(x), "extra"))
    assert names(explain(exercise(three), returned(HIGH.function))) == [("three", ())]


@pytest.mark.parametrize("odd", [None, "text", {"shifted": 1.0}, (1.0,), [1.0] * 9])
def test_an_answer_of_another_make_is_compared_as_a_whole(odd: Any) -> None:
    same = variant("same", lambda x: odd)
    assert names(explain(exercise(STEEP, same), returned(lambda x: odd))) == [("same", ())]
    assert explain(exercise(STEEP, HIGH), returned(lambda x: odd)) is None


def test_an_answer_that_is_odd_once_is_compared_as_a_whole() -> None:
    def odd_once(x: float) -> Any:
        return None if x == INPUTS[1] else HIGH.function(x)

    assert names(explain(exercise(variant("odd", odd_once)), returned(odd_once))) == [("odd", ())]
    assert explain(exercise(HIGH), returned(odd_once)) is None


def raising(kind: type[Exception], *words: str) -> Callable[..., Any]:
    def function(x: float) -> Any:
        if x > 1:
            raise kind(*words)
        return line(x)

    return function


@pytest.mark.parametrize(
    ("theirs", "mine", "explained"),
    [
        ((KeyError, "a"), (KeyError, "a"), True),
        ((KeyError, "a"), (KeyError, "b"), False),
        ((KeyError,), (KeyError, "b"), True),
        ((KeyError,), (ValueError,), False),
    ],
)
def test_an_exception_is_explained_by_its_type_and_message(
    theirs: Any, mine: Any, explained: bool
) -> None:
    found = explain(exercise(variant("raises", raising(*theirs))), returned(raising(*mine)))
    assert names(found) == ([("raises", ())] if explained else [])


@pytest.mark.parametrize("end", [TimedOut(1), Crashed(), NotCalled("no time")])
def test_calls_that_did_not_end_are_not_explained(end: Outcome) -> None:
    assert explain(exercise(HIGH), [*returned(HIGH.function)[:-1], end]) is None


def test_nan_is_compared_and_no_warning_surfaces() -> None:
    def nothing_by_nothing(x: float) -> Any:
        return float(np.float64(0) / np.float64(0)), {"shifted": np.log(np.zeros(2))}

    mine = returned(lambda x: (float("nan"), {"shifted": np.full(2, -np.inf)}))
    assert names(explain(exercise(variant("nan", nothing_by_nothing)), mine)) == [("nan", ())]


def test_large_arrays_are_remembered_as_digests() -> None:
    def large(x: float) -> Any:
        return x, {"shifted": np.arange(5000) * x}

    def larger(x: float) -> Any:
        return x, {"shifted": np.arange(5000) * (x + 1)}

    one = exercise(variant("larger", larger), reference=large)
    assert names(explain(one, returned(larger))) == [("larger", ())]
    assert explain(one, returned(lambda x: large(x + 2))) is None


def test_the_authors_parts_tell_mistakes_apart() -> None:
    def reference(x: float) -> Any:
        return {"a": x, "b": x}

    def doubled(x: float) -> Any:
        return {"a": 2 * x, "b": 2 * x}

    one = exercise(
        variant("doubled", doubled),
        reference=reference,
        returns=Returns(("pair",)),
        parts=lambda answer: {"of a": answer["a"], "of b": answer["b"]},
    )
    mixed = returned(lambda x: {"a": x, "b": 2 * x})
    assert names(explain(one, mixed)) == [("doubled", ("of b",))]
    assert explain(one, returned(lambda x: "no pair")) is None


def test_parts_that_cannot_take_the_expected_output_are_the_authors_mistake() -> None:
    one = exercise(HIGH, parts=lambda answer: answer["no"])
    with pytest.raises(AssignmentError, match="cannot be taken apart by the `parts` of 'line'"):
        explain(one, returned(HIGH.function))


def test_a_variant_that_returns_no_answer_is_the_authors_mistake() -> None:
    with pytest.raises(AssignmentError, match="what no answer can be"):
        explain(exercise(variant("odd", lambda x: object())), returned(HIGH.function))


def test_variants_get_inputs_of_their_own() -> None:
    held = [1.0]

    def inputs() -> Arguments:
        return arguments(list(held))

    def spoils(values: list[float]) -> Any:
        values.append(2.0)
        return sum(values)

    case = Case("c", "", Visibility.HIDDEN, Tolerance(), 1, inputs, 1.0)
    one = replace(exercise(), cases=(case,), returns=Returns(), variants=(variant("s", spoils),))
    assert names(explain(one, [Returned(3.0)])) == [("s", ())]
    assert names(explain(one, [Returned(3.0)])) == [("s", ())]


# In a real kernel, with the small course


def spread(graded: Graded) -> ExerciseResult:
    return next(each for each in graded.result.exercises if each.name == "mean_and_spread")


SQUARED = """
def mean_and_spread(text):
    sizes = [len(w) for w in text.split()]
    mean = sum(sizes) / len(sizes)
    return mean, sum((s - mean) ** 2 for s in sizes) / len(sizes)
"""


def test_a_small_mistake_earns_its_share_and_says_so(grade_cells: Callable[..., Graded]) -> None:
    result = spread(grade_cells(SQUARED))
    assert (result.verdict, result.score) == (Verdict.PARTIAL, 5)
    assert result.message == "1 of 2 cases pass, which earns 50% of the points"
    assert result.diagnosis
    assert result.diagnosis.variant == "squared"


def test_two_mistakes_earn_what_the_cases_that_pass_do(grade_cells: Callable[..., Graded]) -> None:
    result = spread(grade_cells(SQUARED.replace("return mean,", "return sum(sizes),")))
    assert (result.verdict, result.score) == (Verdict.INCORRECT, 0)
    assert result.diagnosis
    assert (result.diagnosis.variant, result.diagnosis.parts) == ("squared", ("spread",))
    assert [(each.variant, each.parts) for each in result.also] == [("total", ("mean",))]
    assert result.message == "0 of 2 cases pass"


def test_what_no_variant_explains_earns_nothing_where_nothing_passes(
    grade_cells: Callable[..., Graded],
) -> None:
    result = spread(grade_cells("def mean_and_spread(text):\n    return 1.0, 2.0"))
    assert (result.verdict, result.score, result.diagnosis) == (Verdict.INCORRECT, 0, None)


def test_what_no_variant_explains_earns_what_a_small_mistake_with_these_cases_does(
    grade_cells: Callable[..., Graded],
) -> None:
    mean_of_equals = "def mean_and_spread(text):\n    return float(len(text.split()[0])), 0.0"
    result = spread(grade_cells(mean_of_equals))
    assert (result.verdict, result.score, result.diagnosis) == (Verdict.PARTIAL, 5, None)
    assert result.message == "1 of 2 cases pass, which earns 50% of the points"


def test_points_by_weight_are_not_changed_by_a_diagnosis(
    grade_cells: Callable[..., Graded],
) -> None:
    graded = grade_cells("def count(text):\n    return {w: 1 for w in text.split()}")
    result = next(each for each in graded.result.exercises if each.name == "count")
    assert (result.verdict, result.score) == (Verdict.PARTIAL, 2)
    assert result.diagnosis
    assert result.diagnosis.variant == "once"
    assert result.message == "1 of 2 cases pass, which earns 33% of the points"


def test_a_mistake_that_raises_is_named_and_stays_an_error(
    grade_cells: Callable[..., Graded],
) -> None:
    graded = grade_cells("def longest(text):\n    return {}[text]")
    result = next(each for each in graded.result.exercises if each.name == "longest")
    assert (result.verdict, result.score) == (Verdict.ERROR, 0)
    assert result.diagnosis
    assert result.diagnosis.variant == "wrong_key"


# How variants are read


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("share=0.5", "share=1", "share is 1 where a number from 0 to below 1 is expected"),
        ("share=0.5", "share=0.5, of=fmean", "the variant raises TypeError"),
        ('@mistake("count"', '@mistake("counts"', "'counts' is not one of the exercises"),
        ("def once", "def once(t): ...\ndef once", "there are two functions named 'once'"),
    ],
)
def test_a_variant_that_is_written_wrongly_is_pointed_out(
    course: Path, old: str, new: str, words: str
) -> None:
    path = course / "solutions/words/variants.py"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(AssignmentError, match=words) as caught:
        load_assignment(course, "words")
    assert "variants.py, line" in str(caught.value)


def test_variants_may_be_modules_of_a_folder_that_share_functions(course: Path) -> None:
    solutions = course / "solutions/words"
    (solutions / "variants").mkdir()
    (solutions / "variants/longest.py").write_text(
        "from grader.authoring import mistake\nfrom forms import form\n"
        "@mistake('longest', title='t', of=form)\n"
        "def shouted():\n    return {'change': str.upper}\n"
    )
    (solutions / "variants/forms.py").write_text(
        "def form(text, *, change=str):\n    return change(max(text.split(), key=len))\n"
    )
    variants = load_assignment(course, "words").exercise("longest").variants
    assert [each.name for each in variants] == ["first_word", "wrong_key", "shouted"]
    assert variants[-1].function("one three") == "THREE"
    assert not variants[-1].accepted


def by(compare: str, *variants: Variant, **more: Any) -> Exercise:
    made = exercise(*variants, **more)
    return replace(made, cases=tuple(replace(case, compare=compare) for case in made.cases))


def test_a_variant_explains_what_is_the_same_as_the_case_compares() -> None:
    def listed(x: float, last: float = 0) -> list[float]:
        return [x, 3, last]

    late = variant("late", lambda x: listed(x, 7))
    one = {"returns": Returns(("values",)), "reference": listed}
    answer = returned(lambda x: [7, *listed(x)[:2]])
    assert names(explain(by("order", late, **one), answer)) == [("late", ())]
    assert explain(by("equal", late, **one), answer) is None


def test_where_one_sign_is_for_all_an_answer_is_not_taken_apart() -> None:
    def two(x: float, first: float = 1, second: float = 1) -> tuple[float, float]:
        return first * (x + 5), second * (x + 6)

    doubled = variant("doubled", lambda x: two(x, 2))
    both = {"returns": Returns(("one", "other")), "reference": two}
    assert names(explain(by("sign", doubled, **both), returned(lambda x: two(x, -2, -1)))) == [
        ("doubled", ())
    ]
    assert explain(by("sign", doubled, **both), returned(lambda x: two(x, -2))) is None
