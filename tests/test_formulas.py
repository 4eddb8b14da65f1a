"""formulas: what is one, and how it reads where nothing can typeset it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.formulas import FORMULA, plain_formula, plain_formulas
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"1 - \beta_1^t", "1 - beta1^t"),
        (r"\frac{v}{1 - \beta_1^t}", "v / (1 - beta1^t)"),
        (r"\frac{v_c}{\sqrt{s_c} + \epsilon}", "v_c / (sqrt(s_c) + epsilon)"),
        (r"\dfrac{\frac{a}{b}}{c}", "(a / b) / c"),
        (r"\sqrt{s_{\text{corrected}} + \epsilon}", "sqrt(s_corrected + epsilon)"),
        (r"W^{[l]} = W^{[l]} - \alpha\,dW^{[l]}", "W^[l] = W^[l] - alpha dW^[l]"),
        (r"\beta^{t-1}", "beta^(t-1)"),
        (r"x_{10} \cdot y \leq \infty", "x10 · y ≤ ∞"),
        (r"\left( \frac{m}{n} \right)", "(m / n )"),
        (r"\text{learning\_rate}", "learning_rate"),
    ],
)
def test_a_formula_reads_as_one_would_type_it(latex: str, plain: str) -> None:
    assert plain_formula(latex) == plain


@pytest.mark.parametrize(
    "text", ["$5 or $6", "costs 5$", "a $ b $ c", "5$-6$7", "$\n$", "no formula", "$$", "$ x $"]
)
def test_money_and_lone_dollars_are_no_formulas(text: str) -> None:
    assert FORMULA.search(text) is None
    assert plain_formulas(text) == text


@given(st.text(alphabet=r"\{}_^$ ab1fracsqrtext", max_size=40))
def test_whatever_is_written_reads_without_markup(latex: str) -> None:
    assert not set(plain_formula(latex)) & set("\\{}")


def test_results_have_the_explanations_of_our_variants_without_markup() -> None:
    written = 0
    for exercise in load_assignment(ROOT, "optimization_methods").exercises:
        for variant in exercise.variants:
            assert not set(variant.explanation + variant.title + variant.beside) & set("\\${}")
            assert plain_formulas(variant.written) == variant.explanation
            written += variant.written != variant.explanation
    assert written > 10
