"""Python code as HTML, with Pygments.

Pygments' own Python lexer takes some 5 ms for a function of 30 lines: a quarter of a minute for a
class of 600. The one here tells only six classes of token apart, which is all that the style
sheet colours, takes a tenth of that, and is linear for whatever a student wrote.
"""

from __future__ import annotations

import builtins
import keyword
from functools import lru_cache
from typing import ClassVar

from markupsafe import Markup, escape
from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, String, Text

from grader.model import Mark
from grader.text import shortened, visible

LONGEST_CODE = 20_000
_BUILTINS = [name for name in dir(builtins) if not name.startswith("_")]
_CLASSES = {
    Comment: "c",
    Keyword: "k",
    String: "s",
    Number: "m",
    Name.Builtin: "b",
    Name.Function: "f",
}


class _Python(RegexLexer):
    """The tokens of Python that get a colour. Each rule takes time linear in what it matches."""

    tokens: ClassVar = {
        "root": [
            (r"[^\w#\"']+", Text),
            (r"(?:(?<=\bdef )|(?<=\bclass ))[^\W\d]\w*", Name.Function),
            (words(keyword.kwlist, prefix=r"(?<!\.)", suffix=r"\b(?![\"'])"), Keyword),
            (words(_BUILTINS, prefix=r"(?<!\.)", suffix=r"\b(?![\"'])"), Name.Builtin),
            (r"(?i:[rbfut]{0,2})(\"\"\"|''')[\s\S]*?(?:\1|\Z)", String),
            (r"(?i:[rbfut]{0,2})\"(?:\\[\s\S]|[^\"\\\n])*\"?", String),
            (r"(?i:[rbfut]{0,2})'(?:\\[\s\S]|[^'\\\n])*'?", String),
            (r"[^\W\d]\w*", Name),
            (r"(?i:0[xbo][\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d+)?j?)", Number),
            (r"#[^\n]*", Comment),
            (r"[\s\S]", Text),
        ]
    }


_LEXER = _Python(stripnl=False, ensurenl=False)


@lru_cache(maxsize=4096)
def highlighted(code: str, marks: tuple[Mark, ...] = ()) -> Markup:
    """The code, escaped: a `<span class="l">` per line, in it one per token that has a class.

    A marked line has the mark's words after it, if there are any. Unseen characters are written
    out. Code of blank lines only gives an empty string.
    """
    code = visible(shortened(code.rstrip("\r\n"), LONGEST_CODE))
    if not code.strip():
        return Markup()
    html = "".join(
        _spans(_CLASSES.get(kind, ""), str(escape(text))) for kind, text in _LEXER.get_tokens(code)
    )
    words: dict[int, list[str]] = {}
    for mark in marks:
        words.setdefault(mark.line, []).append(visible(mark.words))
    lines = html.removesuffix("\n").split("\n")
    return Markup("".join(_line(line, words.get(n, [])) for n, line in enumerate(lines, start=1)))


def _line(html: str, words: list[str]) -> str:
    if not words:
        return f'<span class="l">{html}\n</span>'
    why = escape("; ".join(dict.fromkeys(filter(None, words))))
    said = f" <em>\N{LEFTWARDS ARROW} {why}</em>" if why else ""
    return f'<span class="l marked">{html}{said}\n</span>'


def _spans(css: str, html: str) -> str:
    """A token's HTML; one that goes over several lines gets a span on each of them."""
    if not css:
        return html
    return "\n".join(f'<span class="{css}">{line}</span>' for line in html.split("\n"))
