"""Edits that put new syntax trees in some places of a function."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from grader.grading.repair.changes import header
from grader.grading.repair.places import Place, with_nodes

Changes = Mapping[Place, ast.AST]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A function's source after an edit, and the new syntax tree for each place that differs."""

    source: str
    changes: Changes

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(sorted({_line(place, new) for place, new in self.changes.items()}))

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        changed: dict[ast.stmt, dict[ast.AST, ast.AST]] = defaultdict(dict)
        for place in sorted(self.changes, key=lambda each: each.start):
            changed[place.statement][place.node] = self.changes[place]
        return tuple((header(old), header(with_nodes(old, new))) for old, new in changed.items())


def _line(place: Place, new: ast.AST) -> int:
    """The line in the cell of what was changed inside a place, or else the place's first line."""
    first, last = place.node.lineno, place.node.end_lineno or place.node.lineno
    if isinstance(new, ast.Module):  # something after the place
        return last
    line = getattr(_changed(place.node, new), "lineno", first)
    return line if first <= line <= last else first  # what stands in an f-string may lie


def _changed(old: ast.AST, new: ast.AST) -> ast.AST:
    """The innermost node of the old tree that contains every difference to the new one."""
    if type(old) is not type(new):
        return old
    differ: list[tuple[ast.AST, ast.AST]] = []
    for mine, its in zip(ast.iter_child_nodes(old), ast.iter_child_nodes(new), strict=False):
        if ast.dump(mine) != ast.dump(its):
            differ.append((mine, its))
    if len(differ) != 1 or not hasattr(differ[0][0], "lineno"):
        return old
    return _changed(*differ[0])


def written(place: Place, text: str, head: bytes) -> str:
    """The source to insert at a place, indented or in parentheses as the place needs it.

    `head` is what stands before the place on its line.
    """
    if isinstance(place.node, ast.stmt):
        indent = head.decode()
        return text.replace("\n", "; " if indent.strip() else f"\n{indent}")
    return text if place.is_target else f"({text})"
