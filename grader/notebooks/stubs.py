"""Tell whether a function is still the stub that students were given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.notebooks.cells import functions
from grader.notebooks.parsing import UNREADABLE, parse_python, parsed_cell, source_lines

# A tuple, and what ast has in it besides its values.
_TUPLE = (ast.Tuple, ast.expr_context)
# A longer line of a stub is taken to have something in it.
MAX_BLANK_CHARACTERS = 1_000


def _mark(words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*+#++\s*+{re.escape(words)}")


START_MARK, END_MARK = _mark("START CODE HERE"), _mark("END CODE HERE")
# The same in a text cell, as comments that are not shown there.
ANSWER_START = re.compile(r"^\s*+<!--+\s*+START ANSWER HERE\b")
ANSWER_END = re.compile(r"^\s*+<!--+\s*+END ANSWER HERE\b")


# Comments by which other programs that grade notebooks part what is for the author alone.
_FOREIGN = re.compile(
    r"(?<!#)#++[ \t]*+((?:BEGIN|END)[ \t]++"
    r"(?:SOLUTION|HIDDEN TESTS|TESTS|MARK SCHEME|PROMPT|QUESTION)|SOLUTION|SEED|HIDDEN)\b"
)


def is_marked(source: str) -> bool:
    """Whether the line from which students write stands in a cell: `### START CODE HERE ###`.

    >>> is_marked("### START CODE HERE ###")
    True
    """
    return any(map(START_MARK.match, source.splitlines()))


def foreign_marker(source: str) -> str | None:
    """The first marker of nbgrader's or otter-grader's in a cell, such as `### BEGIN SOLUTION`."""
    found = _FOREIGN.search(source)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Marks:
    """The comments between which students write: what the first and the last line begin with."""

    start: re.Pattern[str] = START_MARK
    end: re.Pattern[str] = END_MARK

    @classmethod
    def of(cls, start: str, end: str) -> Marks:
        """The marks with these words after `#`."""
        return cls(_mark(start), _mark(end))


OUR_MARKS = Marks()


def is_untouched(
    source: str, name: str, original: str | None = None, marks: Iterable[Marks] = (OUR_MARKS,)
) -> bool:
    """Whether the function `name` of a cell is still the stub that students were given.

    It is if there is nothing but comments, `pass`, `...` and assignments of None between marks of
    one kind, or if its `skeleton` is `original`, that of the template's function. Where no marks
    stand in the function, those of the whole cell count: `answer = None` may stand before it.
    """
    lines, whole = _lines_of(source, name), source_lines(source)
    for each in marks:
        stubs = [*_stubs(lines, each)] or [*_stubs(whole, each)]
        if stubs:
            if all(_is_blank(line) for stub in stubs for line in stub):
                return True
            if not any(map(each.start.match, lines)):
                return False
    if original is None:
        return False
    return original == _skeleton(source, name) or original == _skeleton(source)


def _lines_of(source: str, name: str) -> list[str]:
    """The lines of a function, with the comments after it; of the whole cell if it is not found."""
    function = functions(source).get(name)
    lines = source_lines(source)
    if function is None:
        return lines
    later = [n.lineno for n in parsed_cell(source).tree.body if n.lineno > function.lineno]
    return lines[function.lineno - 1 : min(later, default=len(lines) + 1) - 1]


def _stubs(lines: list[str], marks: Marks) -> Iterator[list[str]]:
    return ([lines[number - 1] for number in each] for each in _stub_ranges(lines, marks))


def _stub_ranges(lines: list[str], marks: Marks) -> Iterator[range]:
    """The numbers, from 1, of the lines between each pair of marks."""
    first = None
    for number, line in enumerate(lines, start=1):
        if marks.end.match(line):
            if first is not None:
                yield range(first, number)
            first = None
        elif marks.start.match(line):
            first = number + 1


def stub_lines(source: str) -> frozenset[int]:
    """The numbers, from 1, of the lines of a cell that stand between our marks: a student's own."""
    found = _stub_ranges(source_lines(source), OUR_MARKS)
    return frozenset(number for each in found for number in each)


def _is_blank(line: str) -> bool:
    """Whether a line of a stub is empty, a comment, `pass`, `...`, or assigns nothing but None."""
    text = line.strip()
    if text in ("", "pass", "...") or text.startswith("#"):
        return True
    if len(text) > MAX_BLANK_CHARACTERS:
        return False
    try:
        (statement,) = parse_python(text).body
    except UNREADABLE:
        return False
    if not isinstance(statement, ast.Assign):
        return False
    values = (node for node in ast.walk(statement.value) if not isinstance(node, _TUPLE))
    return all(isinstance(each, ast.Constant) and each.value is None for each in values)


def skeleton(source: str, name: str) -> str | None:
    """The abstract syntax tree of a function's arguments and body, as text.

    It is the same for two functions that differ only in comments, docstring and layout. Where the
    stub stands outside of the function, it is that of the whole cell. None where the cell has no
    such function.
    """
    inside = any(map(START_MARK.match, _lines_of(source, name)))
    outside = not inside and any(map(START_MARK.match, source_lines(source)))
    return _skeleton(source, "" if outside and name in functions(source) else name)


def _skeleton(source: str, name: str = "") -> str | None:
    """The skeleton of a function, or without a name that of all the cell's statements."""
    if not name:
        try:
            return "".join(map(ast.dump, parsed_cell(source).tree.body))
        except (RecursionError, ValueError):
            return None
    function = functions(source).get(name)
    if function is None:
        return None
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    try:
        return ast.dump(function.args) + "".join(map(ast.dump, body))
    except (RecursionError, ValueError):  # nested too deeply, or a number too long, to be printed
        return None
