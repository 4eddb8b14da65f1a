"""Edits of structure: a statement that stands in the wrong block is moved into another one.

For example, a `return` that stands in a loop is moved behind that loop.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from grader.grading.repair.changes import header
from grader.notebooks.cells import Function

_BLOCKS = ("body", "orelse", "finalbody")
# So many statements at the end of a block are moved out of it together, or into the one before.
TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Move:
    """A function's source after the statements `moved` were put where `place` says in words."""

    source: str
    moved: tuple[ast.stmt, ...]
    place: str

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of the function's cell in which the statements stand, counted from 1."""
        return tuple(sorted({each.lineno for each in self.moved}))

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Each statement in one line: as it is, and with the place where it belongs."""
        lines = map(header, self.moved)
        return tuple((line, f"{line}  # {self.place}") for line in lines)


@dataclass(frozen=True, slots=True)
class Way:
    """Statements to move, the blocks they stand in from the outermost one, and the block that they
    are to stand behind or, if `into`, at the end of."""

    statements: tuple[ast.stmt, ...]
    inside: tuple[ast.stmt, ...]
    block: ast.stmt
    into: bool = False

    @property
    def place(self) -> str:
        return f"{'at the end of' if self.into else 'after'}: {header(self.block)}"


def returns_to_move(function: Function) -> Iterator[Way]:
    """Each `return` in a loop or another block, to be put behind that block or one around it.

    A `return` at the end of a loop is the likeliest to stand in the wrong place.
    """
    found = [
        (block[-1] is statement, statement, inside)
        for block, inside in _blocks(function.body)
        for statement in block
        if isinstance(statement, ast.Return) and inside
    ]
    for _, statement, inside in sorted(found, key=lambda each: not each[0]):
        for block in reversed(inside):
            yield Way((statement,), inside, block)
        if function.body[-1] is not inside[0]:
            yield Way((statement,), inside, function.body[-1])


def others_to_move(function: Function) -> Iterator[Way]:
    """The last statements of a block to be put behind it, and those behind a block to be put into
    it: a line too many or too few was indented."""
    for block, inside in _blocks(function.body):
        for count in range(1, TOGETHER + 1):
            if inside and count < len(block) and block is getattr(inside[-1], "body", None):
                yield Way(tuple(block[-count:]), inside, inside[-1])
            for index, statement in enumerate(block[:-count]):
                if isinstance(statement, ast.For | ast.While | ast.If):
                    after = tuple(block[index + 1 : index + 1 + count])
                    yield Way(after, inside, statement, into=True)


def _blocks(
    block: Sequence[ast.stmt], inside: tuple[ast.stmt, ...] = ()
) -> Iterator[tuple[Sequence[ast.stmt], tuple[ast.stmt, ...]]]:
    """Each block of statements, with the statements around it, the outermost first."""
    yield block, inside
    for statement in block:
        for name in _BLOCKS:
            if inner := getattr(statement, name, ()):
                yield from _blocks(inner, (*inside, statement))


def moved(what: Way, lines: Sequence[bytes], first: int) -> Move | None:
    """The edit that makes the move; None where a line has too much on it to say where it would go.

    `lines` are those of the function, the first of which is the cell's line `first`.
    """
    block, new = what.block, list(lines)
    last = _body_of(block)[-1] if what.into else block
    margin = _margin(_body_of(block)[0] if what.into else block, lines, first)
    if margin is None:
        return None
    text = "\n".join(map(ast.unparse, what.statements))
    inserted = indent(text, margin).encode().split(b"\n")
    for statement in sorted(what.statements, key=lambda each: each.lineno, reverse=True):
        begin, end = statement.lineno - first, (statement.end_lineno or 0) - first
        head, tail = new[begin][: statement.col_offset], new[end][statement.end_col_offset :]
        # The lines in between stay as empty ones, so that all others keep their numbers.
        new[begin : end + 1] = [head + b"pass" + tail, *[b""] * (end - begin)]
    behind = (last.end_lineno or 0) - first + 1
    new[behind:behind] = inserted
    return Move(b"\n".join(new).decode(), what.statements, what.place)


def _body_of(statement: ast.stmt) -> list[ast.stmt]:
    body = getattr(statement, "body", None)
    return body if isinstance(body, list) else [statement]


def _margin(statement: ast.stmt, lines: Sequence[bytes], first: int) -> str | None:
    """What stands before a statement on its line, if that is white space only."""
    head = lines[statement.lineno - first][: statement.col_offset].decode()
    return None if head.strip() or _is_elif(statement, lines, first) else head


def _is_elif(statement: ast.stmt, lines: Sequence[bytes], first: int) -> bool:
    """What stands behind an `elif` would part it from its `else`."""
    return lines[statement.lineno - first][statement.col_offset :].startswith(b"elif")
