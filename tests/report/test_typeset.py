"""typeset: formulas become MathML, text between backticks code, and nothing else becomes HTML."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignments.load import load_assignment
from grader.authors.validate import validate
from grader.formulas import FORMULA
from grader.report.typeset import not_typeset, typeset
from tests.conftest import ROOT

LATEX = r"\frac{v}{1 - \beta_1^t}"


def test_a_formula_is_mathml_with_its_plain_form_for_screen_readers() -> None:
    html = typeset(f"It is ${LATEX}$, a < b.")
    assert html.startswith("It is <math ")
    assert html.endswith("</math>, a &lt; b.")
    assert 'role="math" aria-label="v / (1 - beta1^t)"' in html
    assert "<mfrac>" in html
    assert "<msubsup><mi>β</mi><mn>1</mn><mi>t</mi></msubsup>" in html


@pytest.mark.parametrize("latex", [r"\left( x", r"\frac{a}", "a_b_c", r"\begin{matrix}"])
def test_what_is_no_latex_is_shown_as_it_reads(latex: str) -> None:
    html = typeset(f"${latex}$ <b>")
    assert html.endswith(" &lt;b&gt;")
    assert "$" not in html


def test_what_is_between_backticks_is_code_and_no_formula() -> None:
    html = typeset("Give `a < b` and `$x$`, `not closed\nor `` empty.")
    assert html == ("Give <code>a &lt; b</code> and <code>$x$</code>, `not closed\nor `` empty.")
    assert typeset("$x$ of `<b>`").endswith("</math> of <code>&lt;b&gt;</code>")


class Tags(HTMLParser):
    """The tags of an HTML text that are not MathML's."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if not tag.startswith("m") and tag != "code":
            self.foreign.append(tag)


@settings(deadline=None)
@given(st.text(alphabet=r"<>/&;#x3C\text{}_^$` scriptmgonerror='", max_size=60))
def test_nothing_of_a_text_becomes_a_tag(text: str) -> None:
    for each in (text, f"$\\text{{<script>{text}}}$", f"$x{text}$", f"`<script>{text}`"):
        tags = Tags()
        tags.feed(typeset(each))
        assert tags.foreign == []


def test_every_formula_of_our_assignments_is_typeset() -> None:
    texts = []
    for exercise in load_assignment(ROOT, "optimization_methods").exercises:
        texts += [exercise.asks, *(variant.written for variant in exercise.variants)]
    assert sum(len(FORMULA.findall(text)) for text in texts) > 20
    for text in texts:
        html = typeset(text)
        assert html.count("<math") == len(FORMULA.findall(text))
        assert html.count("<code>") == text.count("`") / 2
        assert "\\" not in html


def test_what_cannot_be_typeset_is_found_before_a_student_sees_it(course: Path) -> None:
    assert not_typeset(rf"${LATEX}$, $x^2$ and $5") == []
    assert not_typeset(r"`$\left( x$` is code") == []
    assert not_typeset(r"$\left( x$ and $\nosuch x$") == [r"\left( x", r"\nosuch x"]
    toml = course / "assignment/words/assignment.toml"
    text = toml.read_text()
    toml.write_text(text.replace('asks = "Return', 'asks = "$a_b_c$ Return', 1))
    assert toml.read_text() != text
    problem = next(validate(course, "words"))
    assert problem.endswith("`asks`: $a_b_c$ cannot be typeset: it is no LaTeX that is known here")
