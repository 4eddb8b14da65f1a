"""Typeset the formulas of a text as MathML, which browsers show without scripts or network, and set
what stands between backticks as code."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import tostring

from markupsafe import Markup, escape

from grader.formulas import FORMULA, plain_formula

# Characters of a formula's plain form that fit into a line of a phone.
LONG = 46
# Whichever begins first: a dollar within code begins no formula.
_CODE_OR_FORMULA = re.compile(rf"`(?P<code>[^`\n]+)`|{FORMULA.pattern}")


def typeset(text: str) -> Markup:
    """The text as HTML, all of it escaped: formulas as MathML, and code between backticks.

    Screen readers read the plain form of a formula.

    >>> typeset("Return `a < b`.")
    Markup('Return <code>a &lt; b</code>.')
    """
    html, end = Markup(), 0
    for found in _CODE_OR_FORMULA.finditer(text):
        html += escape(text[end : found.start()])
        code = found["code"]
        html += _mathml(found[2]) if code is None else Markup("<code>{}</code>").format(code)
        end = found.end()
    return html + escape(text[end:])


def not_typeset(text: str) -> list[str]:
    """The formulas of the text that are no LaTeX, or have a command that is not known."""
    found = [each[2] for each in _CODE_OR_FORMULA.finditer(text) if each["code"] is None]
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
