"""Parse the source of a cell as far as it can be parsed, within limits.

A cell may have IPython's magics, which are not Python, and a student's cell may not parse at all.
Then the statements that can be parsed are used, with their line numbers unchanged.

A cell is parsed each time that it is asked for. Within the context `parsed_once`, each cell is
parsed only once.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice

# A longer cell is not parsed at all.
MAX_CELL_CHARACTERS = 1_000_000
# How many tokens of a notebook are parsed. A syntax tree may take 1,000 bytes for each token and
# three nodes, so it is the number of tokens, and not that of characters, that bounds the memory.
MAX_NOTEBOOK_TOKENS = 100_000
# What a statement that is parsed alone counts at least, because calling the parser has its price.
FEWEST_TOKENS = 10
# The text of a name or number, or a character of an operator. Words in strings and comments count,
# too, as it would take a parser to tell them apart.
_TOKEN = re.compile(r"\w++|[^\w\s]")

# No pattern here may take longer than in proportion to the text, whatever a student has written.
# So each repetition gives nothing back (`++`) where what follows it could begin with the same.
# Cell magics that run the rest of the cell as Python. After any other, the cell is no Python.
_TIMED = re.compile(r"\A\s*+%%(time|timeit|capture|prun)\b")
CELL_MAGIC = re.compile(r"\A\s*+%%")
_MAGIC_LINE = re.compile(
    r"^(\s*+)([%!?].*|[\w.]++\?{1,2}+\s*+|[\w, ]++=\s*+[%!].*)$",
)
# A line that continues the statement above it.
_CONTINUES = re.compile(r"^([\s)\]}#]|(elif|else|except|finally)\b|$)")

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class ParsedCell:
    """The part of a cell that could be parsed.

    `lines` are the cell's own lines. `texts` are the same number of lines, in which those that are
    not Python have been replaced; `tree` was parsed from them. `error` says why some statements
    could not be parsed, if so. `tokens` is how many tokens were parsed.
    """

    tree: ast.Module
    texts: list[str]
    lines: list[str]
    error: SyntaxError | None = None
    tokens: int = 0


class ParsedCells:
    """The parsed cells of one notebook, by their source.

    No more than `MAX_NOTEBOOK_TOKENS` are parsed. Of a cell that has more than are left, the
    statements that fit are parsed, definitions first. `known` has cells that were parsed before,
    those of the template, which are not counted.
    """

    def __init__(self) -> None:
        self.known: ParsedCells | None = None
        self._read: dict[str, ParsedCell] = {}
        self._tokens_left = MAX_NOTEBOOK_TOKENS

    def read(self, source: str) -> ParsedCell:
        found = self._read.get(source) or (self.known and self.known._read.get(source))
        if not found:
            found = self._read[source] = _parse(source, self._tokens_left)
            self._tokens_left -= found.tokens
        return found

    @property
    def trees(self) -> list[ast.Module]:
        """The syntax trees that are kept in memory for this notebook alone."""
        return [each.tree for each in self._read.values()]


_PARSED: ContextVar[ParsedCells | None] = ContextVar("_PARSED", default=None)


@contextmanager
def parsed_once() -> Iterator[ParsedCells]:
    """Parse each cell only once while the context lasts.

    A context is for one notebook, and applies to the thread or task that has entered it.
    """
    parsed = ParsedCells()
    token = _PARSED.set(parsed)
    try:
        yield parsed
    finally:
        _PARSED.reset(token)


def parsed_cell(source: str) -> ParsedCell:
    parsed = _PARSED.get()
    return parsed.read(source) if parsed else _parse(source, MAX_NOTEBOOK_TOKENS)


def source_lines(source: str) -> list[str]:
    """The lines of a cell as Python counts them.

    Unlike `str.splitlines`, which ends lines at a form feed and at U+2028, too.
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def _parse(source: str, tokens_left: int) -> ParsedCell:
    """Parse what can be parsed of a cell, and no more than `tokens_left`."""
    if len(source) > MAX_CELL_CHARACTERS:
        return ParsedCell(ast.Module([], []), [], [], _too_long())
    lines = source_lines(source)
    if CELL_MAGIC.match(source) and not _TIMED.match(source):
        return ParsedCell(ast.Module([], []), [], lines)
    tokens = _tokens(source, tokens_left)
    plain = _without_magics(lines)
    if tokens > tokens_left:
        return _parse_statements(lines, plain, _too_long(), tokens_left)
    error: SyntaxError | None = None
    for texts in (lines, plain):
        try:
            return ParsedCell(parse_python("\n".join(texts)), texts, lines, tokens=tokens)
        except UNREADABLE as problem:
            # Its traceback would keep everything that was parsed when it was raised.
            error = problem.with_traceback(None) if isinstance(problem, SyntaxError) else None
    error = error or SyntaxError("it cannot be read as Python")
    return _parse_statements(lines, plain, error, tokens_left)


def _too_long() -> SyntaxError:
    return SyntaxError("the cell is too long to be read")


def _tokens(text: str, most: int) -> int:
    """The number of tokens; of more than `most`, only so many that it is known that they are."""
    return sum(1 for _ in islice(_TOKEN.finditer(text), most + 1))


def parse_python(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about invalid escapes in the student's strings
        return ast.parse(text)


def _without_magics(lines: list[str]) -> list[str]:
    """The cell with lines of magic replaced by `pass`, and that of a cell magic by nothing."""
    plain = [
        _MAGIC_LINE.sub(r"\1pass", line) if any(each in line for each in "%!?") else line
        for line in lines
    ]
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is not None and _TIMED.match(lines[first]):
        plain[first] = ""
    return plain


def _parse_statements(
    lines: list[str], plain: list[str], error: SyntaxError, tokens_left: int
) -> ParsedCell:
    """Parse a cell statement by statement; those that cannot be parsed are replaced by nothing."""
    texts = [""] * len(plain)
    bodies: dict[int, list[ast.stmt]] = {}
    left = tokens_left
    for start, end in sorted(_statements(plain), key=lambda each: not _defines(plain[each[0]])):
        if left < FEWEST_TOKENS:
            break
        text = "\n".join(plain[start:end])
        tokens = max(_tokens(text, left), FEWEST_TOKENS)
        if tokens > left:
            continue
        left -= tokens
        try:
            tree = parse_python(text)
        except UNREADABLE:
            continue
        texts[start:end] = plain[start:end]
        bodies[start] = [_moved_down(each, start) for each in tree.body]
    body = [each for start in sorted(bodies) for each in bodies[start]]
    return ParsedCell(ast.Module(body, []), texts, lines, error, tokens_left - left)


def _statements(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The first line of each statement, counted from 0, and that after its last one."""
    starts = [n for n, line in enumerate(lines) if n == 0 or not _CONTINUES.match(line)]
    starts = [n for n in starts if n == 0 or not lines[n - 1].startswith("@")]
    return zip(starts, [*starts[1:], len(lines)], strict=bool(starts))


def _defines(line: str) -> bool:
    return line.startswith(("def ", "async def ", "class ", "@", "import ", "from "))


def _moved_down(tree: ast.stmt, lines: int) -> ast.stmt:
    return ast.increment_lineno(tree, lines) if lines else tree
