"""Put our marks around the lines of a cell that are its solution.

Of a function that is a solution, arguments and docstring stay outside of the marks: students need
them to write a function that can be called. Comments between our marks are given to students, so
comments of a solution are left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.notebooks.parsing import parsed_cell, source_lines

START, END = "### START CODE HERE ###", "### END CODE HERE ###"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cell; `solution` says that students do not get it."""

    text: str
    solution: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell with our marks: its source, and how many comments were left out.

    `problem` says why the marks could not be put where they belong, if so.
    """

    source: str
    comments_left_out: int = 0
    problem: str = ""


def marked(lines: Iterable[Line]) -> Marked:
    """The cell with our marks around its solution."""
    given = list(lines)
    given, lost = _without_solution_comments(given)
    if not any(each.solution and each.text.strip() for each in given):
        return Marked(_source(given), lost)
    given = _on_lines_of_their_own(given)
    source = _source(given)
    read = parsed_cell(source)
    if read.error:
        return Marked(_around_all(given), lost, f"line {read.error.lineno}: {read.error.msg}")
    solution = [each.solution for each in given]
    ranges = list(_ranges(read.tree.body, solution, source_lines(source)))
    return Marked(_with_marks([each.text for each in given], _merged(ranges, given)), lost)


def _source(lines: Iterable[Line]) -> str:
    return "\n".join(each.text for each in lines)


def _without_solution_comments(lines: list[Line]) -> tuple[list[Line], int]:
    inside = _inside_statements("\n".join(each.text for each in lines))
    kept = []
    lost = 0
    for number, line in enumerate(lines, start=1):
        text = line.text.strip()
        # The lines of a text or of brackets are no comments, whatever they begin with.
        if line.solution and text.startswith("#") and number not in inside:
            lost += 1
        else:
            kept.append(line)
    return kept, lost


def _inside_statements(source: str) -> set[int]:
    """The numbers of the lines that continue a simple statement."""
    nodes = (node for node in ast.walk(parsed_cell(source).tree) if isinstance(node, ast.stmt))
    simple = (node for node in nodes if not hasattr(node, "body"))
    return {n for node in simple for n in range(node.lineno + 1, (node.end_lineno or 0) + 1)}


def _on_lines_of_their_own(lines: list[Line]) -> list[Line]:
    """The lines, with the body of `def f(x): return x` on a line below."""
    made = list(lines)
    for node in parsed_cell(_source(lines)).tree.body:
        if not isinstance(node, ast.FunctionDef) or node.body[0].lineno != node.end_lineno:
            continue
        first, column = node.body[0].lineno, node.body[0].col_offset
        if first != node.lineno:
            continue
        line = made[first - 1]
        head, body = line.text[:column].rstrip(), line.text[column:]
        made[first - 1] = Line(f"{head}\n    {body}", line.solution)
    return [Line(text, line.solution) for line in made for text in line.text.split("\n")]


def _ranges(
    body: list[ast.stmt], solution: list[bool], lines: list[str], top: bool = True
) -> Iterator[tuple[int, int]]:
    """The first and last lines of what is to stand between marks."""
    for node in body:
        first, last = _first(node), node.end_lineno or node.lineno
        flags = [
            s
            for s, text in zip(solution[first - 1 : last], lines[first - 1 : last], strict=False)
            if text.strip()
        ]
        if not any(flags):
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and top and all(flags):
            yield from _range_of_body(node)
        elif all(flags) or not hasattr(node, "body"):
            yield first, last
        else:
            blocks = list(_blocks(node))
            found = [r for block in blocks for r in _ranges(block, solution, lines, top=False)]
            # Lines that belong to the statement itself, such as those of a condition.
            yield from found or [(first, last)]


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _range_of_body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, int]]:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if body:
        yield _first(body[0]), node.end_lineno or node.lineno


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block
    for each in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield each.body


def _merged(ranges: list[tuple[int, int]], lines: list[Line]) -> list[tuple[int, int]]:
    """The ranges, where those that only solution or empty lines part, at one depth, are one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and _depth(lines[merged[-1][0] - 1]) == _depth(lines[first - 1]):
            between = lines[merged[-1][1] : first - 1]
            if all(each.solution or not each.text.strip() for each in between):
                merged[-1] = (merged[-1][0], last)
                continue
        merged.append((first, last))
    return merged


def _depth(line: Line) -> int:
    return len(line.text) - len(line.text.lstrip())


def _with_marks(lines: list[str], ranges: list[tuple[int, int]]) -> str:
    starts, ends = {first for first, _ in ranges}, {last for _, last in ranges}
    indents = {last: _indent(lines[first - 1]) for first, last in ranges}
    made = []
    for number, line in enumerate(lines, start=1):
        if number in starts:
            made.append(f"{_indent(line)}{START}")
        made.append(line)
        if number in ends:
            made.append(f"{indents[number]}{END}")
    return "\n".join(made)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _around_all(lines: list[Line]) -> str:
    texts = [each.text for each in lines]
    return "\n".join([START, *texts, END])
