"""Small changes to syntax trees: mutants of a reference and edits of a student's function are made
of them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.notebooks.cells import Function

OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult, ast.Div),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_BLOCKS = ("body", "orelse", "finalbody", "handlers")


@dataclass(frozen=True, slots=True)
class Names:
    """The parameters and variables of a function, and its string constants.

    `containers` are those names that are subscripted or of which attributes are read; `values` are
    the others. `keys` are all string constants but the docstring.
    """

    containers: frozenset[str]
    values: frozenset[str]
    keys: frozenset[str]


def names_of(function: Function) -> Names:
    nodes = list(ast.walk(function))
    own = {each.arg for each in nodes if isinstance(each, ast.arg)}
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    containers = own & {
        each.value.id
        for each in nodes
        if isinstance(each, (ast.Subscript, ast.Attribute)) and isinstance(each.value, ast.Name)
    }
    keys = {
        node.value
        for statement in body_of(function)
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return Names(frozenset(containers), frozenset(own - containers), frozenset(keys))


def body_of(function: Function) -> list[ast.stmt]:
    """The function's statements without its docstring."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


def other_expressions(node: ast.AST) -> Iterator[ast.AST]:
    """The expression with one of its operands or items removed, or with two of them swapped."""
    match node:
        case ast.BinOp():
            yield from (node.left, node.right)
            if isinstance(node.op, _ORDERED):
                yield ast.BinOp(node.right, node.op, node.left)
        case ast.BoolOp():
            yield from (with_field(node, "values", rest) for rest in _one_less(node.values))
        case ast.UnaryOp():
            yield node.operand
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Slice():
            present = [name for name in ("lower", "upper", "step") if getattr(node, name)]
            yield from (with_field(node, name, None) for name in present)
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()):
            yield from _other_items(node)
        case ast.Call():
            yield from _other_calls(node)
        case ast.comprehension():
            yield from (with_field(node, "ifs", rest) for rest in _one_less(node.ifs))


def with_field(node: ast.AST, name: str, value: object) -> ast.AST:
    changed = copy.copy(node)
    setattr(changed, name, value)
    return changed


def _one_less(items: Sequence[ast.expr]) -> Iterator[list[ast.expr]]:
    return ([*items[:index], *items[index + 1 :]] for index in range(len(items)))


def _neighbours_swapped(items: Sequence[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(items) - 1):
        yield [*items[:index], items[index + 1], items[index], *items[index + 2 :]]


def _other_items(node: ast.Tuple | ast.List) -> Iterator[ast.AST]:
    for rest in _one_less(node.elts):
        yield (
            rest[0]
            if len(rest) == 1 and isinstance(node, ast.Tuple)
            else with_field(node, "elts", rest)
        )
    for items in _neighbours_swapped(node.elts):
        yield with_field(node, "elts", items)


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    """The call without one argument, with two neighbours swapped, and the first argument itself."""
    for name, given in (("args", node.args), ("keywords", node.keywords)):
        for index in range(len(given)):
            yield with_field(node, name, [*given[:index], *given[index + 1 :]])
    for arguments in _neighbours_swapped(node.args):
        yield with_field(node, "args", arguments)
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def header(node: ast.AST) -> str:
    """A statement in one line, with `...` for the statements inside it."""
    short = copy.copy(node)
    for name in _BLOCKS:
        if getattr(node, name, None) and isinstance(node, ast.stmt):
            setattr(short, name, [ast.Expr(ast.Constant(...))] if name == "body" else [])
    if isinstance(node, Function):
        short.decorator_list = []  # type: ignore[attr-defined]
    return " ".join(ast.unparse(ast.fix_missing_locations(short)).split())
