"""Mutants of a function: copies of its syntax tree with one small change each.

The tools for mutation testing (mutmut, cosmic-ray, mutpy) change whole modules on disk and run a
test suite for each; here one function is changed, and called. So this is our own.

A change replaces an operator, a constant, a comparison, an index, a key or a default by another;
swaps a name for one that is used in the same way; removes a statement, an operand, an argument or a
value; or ends a loop after its first round.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from grader.grading.repair.changes import OPERATORS, header, names_of, other_expressions, with_field
from grader.notebooks.cells import Function


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed function.

    `was` and `becomes` are the changed statement before and after, each in one line; `line` is its
    line in the cell.
    """

    function: Function
    line: int
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class _Change:
    """A changed node, with the statement that it is in once that is known (`was` is not empty)."""

    node: ast.AST
    line: int = 0
    was: str = ""
    becomes: str = ""


def mutants(function: Function, lines: Collection[int] | None = None) -> list[Mutant]:
    """All mutants of the function, in the order of its lines; none of them twice.

    With `lines`, numbers of lines of the cell, only those of a statement that begins in one of
    these.
    """
    found: dict[tuple[int, str, str], Mutant] = {}
    for change in _Mutator(function).changed(function):
        assert isinstance(change.node, Function)
        key = (change.line, change.was, change.becomes)
        is_wanted = lines is None or change.line in lines
        if is_wanted and change.was != change.becomes and key not in found:
            found[key] = Mutant(ast.fix_missing_locations(change.node), *key)
    return sorted(found.values(), key=lambda mutant: mutant.line)


class _Mutator:
    """Makes the changes. It knows the function's names and keys, to swap them for each other."""

    def __init__(self, function: Function) -> None:
        self.names = names_of(function)
        is_documented = ast.get_docstring(function) is not None
        self.docstring = function.body[0] if is_documented else None

    def changed(self, node: ast.AST) -> Iterator[_Change]:
        """Yield a copy of the node for each change that can be made in it.

        Only the nodes on the way to the change are copied; all others are those of the original.
        """
        if node is self.docstring or isinstance(node, ast.arg):
            return
        inside = self.changed_inside(node)
        if not isinstance(node, ast.stmt):
            yield from map(_Change, self.replacements(node))
            yield from inside
            return
        for change in [*map(_Change, self.replacements(node)), *inside]:
            if change.was:
                yield change
            else:
                was, becomes = header(node), header(change.node)
                yield replace(change, line=node.lineno, was=was, becomes=becomes)
        yield from _fewer_rounds(node)

    def changed_inside(self, node: ast.AST) -> Iterator[_Change]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "ctx"):
                continue
            if isinstance(value, ast.AST):
                for change in self.changed(value):
                    yield replace(change, node=with_field(node, name, change.node))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    for change in self.changed(item) if isinstance(item, ast.AST) else ():
                        items = [*value[:index], change.node, *value[index + 1 :]]
                        yield replace(change, node=with_field(node, name, items))

    def replacements(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that this one may be replaced by."""
        for kind in OPERATORS.get(type(node), ()):
            yield kind()
        match node:
            case ast.Constant():
                yield from (ast.Constant(value) for value in self.other_constants(node.value))
            case ast.Name(ctx=ast.Load()):
                for names in (self.names.containers, self.names.values):
                    others = sorted(names - {node.id}) if node.id in names else ()
                    yield from (ast.Name(other, ast.Load()) for other in others)
            case ast.stmt():
                yield from _other_statements(node)
            case _:
                yield from other_expressions(node)

    def other_constants(self, value: object) -> Iterator[bool | int | float | str]:
        match value:
            case bool():
                yield not value
            case int():
                yield from (value + 1, value - 1)
            case float():
                yield from (2 * value, value + 1)
            case str():
                yield from sorted(self.names.keys - {value}) or [value + "_"]


def _other_statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, (ast.If, ast.While)):
        yield from (with_field(node, "test", ast.Constant(value)) for value in (True, False))
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
    if not isinstance(node, (Function, ast.Pass)):
        yield ast.Pass()


def _fewer_rounds(node: ast.stmt) -> Iterator[_Change]:
    if isinstance(node, (ast.For, ast.While)):
        once = with_field(node, "body", [*node.body, ast.Break()])
        yield _Change(once, node.lineno, header(node), f"{header(node)} break")
