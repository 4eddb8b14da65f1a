"""Where a student's function was stopped: the line, and what its code has around it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from grader.notebooks.cells import Function, functions
from grader.notebooks.parsing import source_lines
from grader.text import beginning

# Of a function at most; no person writes longer ones.
MOST_NODES = 20_000
# How much of a line of code is quoted.
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where an exception was raised: the function, the line, and the case's inputs by parameter.

    `defined` are the functions of the cell, by name.
    """

    function: Function | None = None
    line: int | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    defined: Mapping[str, Function] = field(default_factory=dict)

    @property
    def _nodes(self) -> list[ast.AST]:
        return _nodes_of(self.function) if self.function else []

    @property
    def names(self) -> set[str]:
        """The names of the function's parameters, and of variables that it set above the line."""
        nodes = self._nodes
        stored = {
            node.id
            for node in nodes
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Store)
            and (self.line is None or node.lineno < self.line)
        }
        return stored | {node.arg for node in nodes if isinstance(node, ast.arg)}

    def asked_for(self, key: Any) -> set[str]:
        """The names that the line subscripts with this key, or with what may be this key."""
        return {
            node.value.id
            for node in self._nodes
            if isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.lineno <= (self.line or 0) <= (node.end_lineno or 0)
            and _may_be(node.slice, key)
        }


def place(
    code: str,
    names: Sequence[str],
    line: int | None,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Place:
    """The place of a line in a cell's code, in a call of the first of `names` that it defines.

    If the line is in another function of the cell, that one is the place's function, and the place
    has no inputs, since it is not known what that function was called with.
    """
    defined = functions(code)
    called = next((defined[name] for name in names if name in defined), None)
    inside = [f for f in defined.values() if f.lineno <= (line or 0) <= (f.end_lineno or 0)]
    function = inside[0] if inside else called
    if function is None or function is not called:
        return Place(function, line, defined=defined)
    parameters = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    inputs = {**dict(zip(parameters, args, strict=False)), **kwargs}
    return Place(function, line, inputs, defined)


def loop_at(code: str, line: int) -> str:
    """A sentence about the innermost loop around a line of a cell; empty outside of loops."""
    loops = [
        node
        for function in functions(code).values()
        for node in _nodes_of(function)
        if isinstance(node, (ast.For, ast.While)) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    if not loops:
        return ""
    loop = max(loops, key=lambda node: node.lineno)
    head = beginning(source_lines(code)[loop.lineno - 1].strip(), LONGEST_LINE)
    advice = (
        "see what makes its condition false in the end"
        if isinstance(loop, ast.While)
        else "see over what it goes, and how often"
    )
    return f"It was in the loop that begins in line {loop.lineno}, `{head}`: {advice}."


def _nodes_of(function: Function) -> list[ast.AST]:
    """The nodes of a function's syntax tree, the outer ones first; of very many the first ones."""
    return list(islice(ast.walk(function), MOST_NODES))


def _may_be(node: ast.expr, key: Any) -> bool:
    """Whether an expression may have the value `key`: `"dW" + str(l)` may be any key after "dW"."""
    match node:
        case ast.Constant():
            return bool(node.value == key)
        case ast.BinOp(left=ast.Constant(value=str(beginning)), op=ast.Add()):
            return isinstance(key, str) and key.startswith(beginning)
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            return isinstance(key, str) and key.startswith(beginning)
    return True
