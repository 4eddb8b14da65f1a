"""A student's code as HTML, coloured with Pygments, and with what was handed out folded away.

Pygments' own Python lexer takes some 5 ms for a function of 30 lines: a quarter of a minute for a
class of 600. The one here tells only six classes of token apart, which is all that the style
sheet colours, takes a tenth of that, and is linear for whatever a student wrote.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import ClassVar

from markupsafe import Markup, escape
from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, String, Text

from grader.model import Mark
from grader.notebooks.cells import functions
from grader.notebooks.stubs import OUR_MARKS, Marks
from grader.text import shortened, visible

LONGEST_CODE, LONGEST_KEPT = 20_000, 4_000
# Fewer lines are not worth a click to see them.
FEWEST_FOLDED = 4
DOCSTRING, GIVEN = "docstring", "given code"
# A comment around what a student writes into a text cell, which notebooks do not show either.
_ANSWER_MARK = r"<!--+\s*+(?:START|END) ANSWER HERE\b[^<>\n]*-->"
_WHOLE_LINE = rf"^[ \t]*+{_ANSWER_MARK}[ \t]*+(?:\r?\n|\Z)"
_ANSWER_MARKS = re.compile(f"{_WHOLE_LINE}|{_ANSWER_MARK}", re.MULTILINE)
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


def highlighted(code: str, marks: tuple[Mark, ...] = ()) -> Markup:
    """The code, escaped: a `<span class="l">` per line, in it one per token that has a class.

    A marked line has the mark's words after it, if there are any. Unseen characters are written
    out. Code of blank lines only gives an empty string.

    What is made of a short code is kept, since much of it is the same in a whole class.
    """
    return Markup("".join(_highlighted_lines(code, marks)))


def _highlighted_lines(code: str, marks: tuple[Mark, ...] = ()) -> tuple[str, ...]:
    """The HTML of each line of what `highlighted` gives."""
    return (_kept if len(code) <= LONGEST_KEPT else _highlighted)(code, marks)


def _shown(code: str) -> str:
    """The code as it is shown: a very long one without its middle, unseen characters written out.

    It has as many lines as `_highlighted_lines` gives.
    """
    return visible(shortened(code.rstrip("\r\n"), LONGEST_CODE))


def _highlighted(code: str, marks: tuple[Mark, ...]) -> tuple[str, ...]:
    code = _shown(code)
    if not code.strip():
        return ()
    html = "".join(
        _spans(_CLASSES.get(kind, ""), str(escape(text))) for kind, text in _LEXER.get_tokens(code)
    )
    words: dict[int, list[str]] = {}
    for mark in marks:
        words.setdefault(mark.line, []).append(visible(mark.words))
    lines = html.removesuffix("\n").split("\n")
    return tuple(_line(n, line, words.get(n, [])) for n, line in enumerate(lines, start=1))


# As HTML, a code may take up to forty times its length.
_kept = lru_cache(maxsize=512)(_highlighted)


def _line(number: int, html: str, words: list[str]) -> str:
    if not words:
        return f'<span class="l" data-n="{number}">{html}\n</span>'
    why = escape("; ".join(dict.fromkeys(filter(None, words))))
    said = f" <em>\N{LEFTWARDS ARROW} {why}</em>" if why else ""
    return f'<span class="l marked" data-n="{number}">{html}{said}\n</span>'


def _spans(css: str, html: str) -> str:
    """A token's HTML; one that goes over several lines gets a span on each of them."""
    if not css:
        return html
    return "\n".join(f'<span class="{css}">{line}</span>' for line in html.split("\n"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of code that stand together. `folded` says what they are where they are folded away."""

    html: Markup
    count: int
    folded: str = ""


def as_written(text: str) -> tuple[Piece, ...]:
    """A text that is no code, escaped, as the one piece of a listing; none where it is blank.

    The comments START ANSWER HERE and END ANSWER HERE are left out.

    >>> as_written("<!-- START ANSWER HERE -->\\nThey grow.\\n<!-- END ANSWER HERE -->")[0].html
    Markup('They grow.')
    """
    answer = _ANSWER_MARKS.sub("", text).lstrip("\n").rstrip()
    shown = visible(shortened(answer, LONGEST_CODE))
    return (Piece(Markup(escape(shown)), shown.count("\n") + 1),) if shown.strip() else ()


def listing(
    code: str, marks: tuple[Mark, ...] = (), stubs: tuple[Marks, ...] = (OUR_MARKS,)
) -> tuple[Piece, ...]:
    """The code in pieces, of which the docstring and the lines outside of the stubs are folded.

    `stubs` are the marks between which students write. A marked line is never folded, nor is the
    line that names the function.
    """
    lines = _highlighted_lines(code, marks)
    kinds = _kinds(_shown(code).split("\n"), stubs)[: len(lines)]
    for mark in marks:
        if 0 < mark.line <= len(kinds):
            kinds[mark.line - 1] = ""
    return tuple(_joined(_pieces(lines, kinds)))


def _kinds(lines: list[str], stubs: Iterable[Marks]) -> list[str]:
    """What each line is, if it may be folded; empty for the student's own lines."""
    kinds = [""] * len(lines)
    for each in stubs:
        inside = list(_inside(lines, each))
        if any(inside):
            kinds = [
                "" if own or _defines(line) else GIVEN
                for own, line in zip(inside, lines, strict=True)
            ]
            break
    function = next(iter(functions("\n".join(lines)).values()), None)
    if function is not None and ast.get_docstring(function, clean=False) is not None:
        first = function.body[0]
        for line in range(first.lineno, (first.end_lineno or first.lineno) + 1):
            kinds[line - 1] = DOCSTRING
    return kinds


def _inside(lines: list[str], marks: Marks) -> Iterator[bool]:
    """Whether each line is one of a stub, with the marks around it."""
    inside = False
    for line in lines:
        inside = inside or bool(marks.start.match(line))
        yield inside
        inside = inside and not marks.end.match(line)


def _defines(line: str) -> bool:
    return line.lstrip().startswith(("def ", "async def "))


def _pieces(lines: Sequence[str], kinds: Sequence[str]) -> Iterator[Piece]:
    at = 0
    for kind, group in groupby(kinds):
        count = len(list(group))
        html = Markup("".join(lines[at : at + count]))
        yield Piece(html, count, kind if count >= FEWEST_FOLDED else "")
        at += count


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces, with those that are not folded and stand side by side made one."""
    for folded, group in groupby(pieces, key=lambda piece: piece.folded):
        if folded:
            yield from group
        else:
            each = list(group)
            html = Markup().join(piece.html for piece in each)
            yield Piece(html, sum(piece.count for piece in each))
