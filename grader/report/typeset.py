"""Typeset the formulas of a text as MathML, which browsers show without scripts or network."""

from __future__ import annotations

from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import tostring

from markupsafe import Markup, escape

from grader.formulas import FORMULA, plain_formula

# Characters of a formula's plain form that fit into a line of a phone.
LONG = 46


def typeset(text: str) -> Markup:
    """The text as HTML, with its formulas as MathML. Screen readers read their plain form."""
    html, end = Markup(), 0
    for found in FORMULA.finditer(text):
        html += escape(text[end : found.start()]) + _mathml(found[1])
        end = found.end()
    return html + escape(text[end:])


def not_typeset(text: str) -> list[str]:
    """The formulas of the text that are no LaTeX, or have a command that is not known."""
    found = [each[1] for each in FORMULA.finditer(text)]
    return [each for each in found if "<math" not in _mathml(each) or "\\" in _mathml(each)]


@lru_cache(maxsize=1024)
def _mathml(latex: str) -> Markup:
    """The formula as MathML; as code in its plain form if it is no LaTeX."""
    # Most pages have no formula.
    from latex2mathml.converter import convert_to_element

    plain = plain_formula(latex)
    try:
        element = convert_to_element(latex)
    except Exception:  # its errors have no base class of their own
        return Markup("<code>{}</code>").format(plain)
    element.set("role", "math")
    element.set("aria-label", plain)
    # Operators are written as `&#x0003D;` in it, and other texts are not escaped: `tostring` is to
    # escape all alike.
    for each in element.iter():
        each.text = unescape(each.text or "")
    html = Markup(tostring(element, encoding="unicode"))
    if len(plain) <= LONG:
        return html
    # Browsers break no formula, so it can be scrolled, by keys too.
    return Markup('<span class="formula" tabindex="0">{}</span>').format(html)
