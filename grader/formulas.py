"""Formulas that an author writes into a sentence, in LaTeX between dollars, as in a notebook.

Pages typeset them (`report/typeset.py`); everything else shows them as plain text. As in Pandoc, no
blank follows the first dollar or stands before the second, and no digit follows that one: so
"$5 or $6" has no formula.
"""

from __future__ import annotations

import re

FORMULA = re.compile(r"\$(?=\S)([^$\n]*[^$\s])\$(?!\d)")

_COMMANDS = {
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    " ": " ",
    "quad": " ",
    "left": "",
    "right": "",
    "cdot": " · ",
    "times": " x ",
    "leq": " ≤ ",
    "le": " ≤ ",
    "geq": " ≥ ",
    "ge": " ≥ ",
    "neq": " ≠ ",
    "ne": " ≠ ",
    "approx": " ≈ ",
    "pm": " ± ",
    "to": " → ",
    "leftarrow": " ← ",
    "partial": "∂",
    "nabla": "∇",
    "sum": "sum",
    "infty": "∞",
    "in": " in ",
}
# The innermost braces first: what stands in them has none of its own.
_GROUP = r"\s*\{([^{}]*)\}"
_FRACTION = re.compile(rf"\\[dt]?frac{_GROUP}{_GROUP}")
_ROOT = re.compile(rf"\\sqrt{_GROUP}")
_WORDS = re.compile(rf"\\(?:text|mathrm|mathit|mathbf|operatorname){_GROUP}")
_BELOW, _ABOVE = re.compile(rf"_{_GROUP}"), re.compile(rf"\^{_GROUP}")
_BRACES = re.compile(r"(?<!\\frac)\{([^{}]*)\}")


def plain_formulas(text: str) -> str:
    """The text with its formulas in plain text.

    >>> plain_formulas(r"You divide by $1 - \\beta_1^t$, not by $\\sqrt{s_c} + \\epsilon$.")
    'You divide by 1 - beta1^t, not by sqrt(s_c) + epsilon.'
    """
    return FORMULA.sub(lambda found: plain_formula(found[1]), text)


def plain_formula(latex: str) -> str:
    """A formula as one would type it: fractions with a slash, names of Greek letters.

    >>> plain_formula(r"\\frac{v}{1 - \\beta_1^t}")
    'v / (1 - beta1^t)'
    """
    text, before = latex, ""
    while text != before:
        before = text
        text = _WORDS.sub(r"\1", text)
        text = _ROOT.sub(r"sqrt(\1)", text)
        text = _BELOW.sub(r"_\1", text)
        text = _ABOVE.sub(lambda found: f"^{_in_parentheses(found[1])}", text)
        text = _FRACTION.sub(
            lambda found: f"{_in_parentheses(found[1])} / {_in_parentheses(found[2])}", text
        )
        if text == before:
            text = _BRACES.sub(r"\1", text, count=1)
    text = re.sub(r"\\([A-Za-z]+|.)", lambda found: _COMMANDS.get(found[1], found[1]), text)
    text = re.sub(r"_(?=\d)", "", text)
    text = re.sub(r"[\\{}]", "", text)
    return " ".join(text.replace("( ", "(").split())


def _in_parentheses(text: str) -> str:
    return f"({text})" if re.search(r"[\s+*/-]", text.strip()) else text.strip()
