"""Mutants of a function: copies of its syntax tree with one small change each.

The tools for mutation testing (mutmut, cosmic-ray, mutpy) change whole modules on disk and run a
test suite for each; here one function is changed, and called. So this is our own.

A change is an operator, a constant, a comparison, an index, a key or a default that is another; a
name swapped for one that is used alike; a statement, an operand, an argument or a value that is
gone; a loop that ends after its first round.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.source import Function

_OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
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
class Mutant:
    """A changed function. `was` and `becomes` are the statement that differs, in one line; `line`
    is where it stands in its cell."""

    function: Function
    line: int
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class _Change:
    """A changed node, and the statement it is in as soon as that is known."""

    node: ast.AST
    line: int = 0
    was: str = ""
    becomes: str = ""


def mutants(function: Function) -> list[Mutant]:
    """All mutants of the function, in the order of its lines; none of them twice."""
    found: dict[tuple[int, str, str], Mutant] = {}
    for change in _Mutator(function).changed(function):
        assert isinstance(change.node, Function)
        key = (change.line, change.was, change.becomes)
        if change.was != change.becomes and key not in found:
            found[key] = Mutant(ast.fix_missing_locations(change.node), *key)
    return sorted(found.values(), key=lambda mutant: mutant.line)


class _Mutator:
    """Knows what a function's names and keys are, so that they can be swapped for each other."""

    def __init__(self, function: Function) -> None:
        nodes = list(ast.walk(function))
        own = {each.arg for each in nodes if isinstance(each, ast.arg)}
        own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.containers = {
            each.value.id
            for each in nodes
            if isinstance(each, (ast.Subscript, ast.Attribute)) and isinstance(each.value, ast.Name)
        } & own
        self.values = own - self.containers
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        self.keys = {
            node.value
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        self.docstring = function.body[0] if body is not function.body else None

    def changed(self, node: ast.AST) -> Iterator[_Change]:
        """Every copy of the node with one change in it, which is not more than is needed: what
        does not change is shared with the original."""
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
                was, becomes = _header(node), _header(change.node)
                yield replace(change, line=node.lineno, was=was, becomes=becomes)
        yield from _fewer_rounds(node)

    def changed_inside(self, node: ast.AST) -> Iterator[_Change]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "ctx"):
                continue
            if isinstance(value, ast.AST):
                for change in self.changed(value):
                    yield replace(change, node=_with(node, name, change.node))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    for change in self.changed(item) if isinstance(item, ast.AST) else ():
                        items = [*value[:index], change.node, *value[index + 1 :]]
                        yield replace(change, node=_with(node, name, items))

    def replacements(self, node: ast.AST) -> Iterator[ast.AST]:
        """What may stand in the node's place."""
        for kind in _OPERATORS.get(type(node), ()):
            yield kind()
        match node:
            case ast.Constant():
                yield from (ast.Constant(value) for value in self.other_constants(node.value))
            case ast.Name(ctx=ast.Load()):
                for names in (self.containers, self.values):
                    others = sorted(names - {node.id}) if node.id in names else ()
                    yield from (ast.Name(other, ast.Load()) for other in others)
            case ast.stmt():
                yield from _other_statements(node)
            case _:
                yield from _other_expressions(node)

    def other_constants(self, value: object) -> Iterator[bool | int | float | str]:
        match value:
            case bool():
                yield not value
            case int():
                yield from (value + 1, value - 1)
            case float():
                yield from (2 * value, value + 1)
            case str():
                yield from sorted(self.keys - {value}) or [value + "_"]


def _other_statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, (ast.If, ast.While)):
        yield from (_with(node, "test", ast.Constant(value)) for value in (True, False))
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
    if not isinstance(node, (Function, ast.Pass)):
        yield ast.Pass()


def _other_expressions(node: ast.AST) -> Iterator[ast.AST]:
    """The expression with a part gone, or with two parts swapped."""
    match node:
        case ast.BinOp():
            yield from (node.left, node.right)
            if isinstance(node.op, _ORDERED):
                yield ast.BinOp(node.right, node.op, node.left)
        case ast.BoolOp():
            yield from (_with(node, "values", rest) for rest in _one_less(node.values))
        case ast.UnaryOp():
            yield node.operand
        case ast.IfExp():
            yield from (node.body, node.orelse)
        case ast.Slice():
            present = [name for name in ("lower", "upper", "step") if getattr(node, name)]
            yield from (_with(node, name, None) for name in present)
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()):
            yield from _other_items(node)
        case ast.Call():
            yield from _other_calls(node)
        case ast.comprehension():
            yield from (_with(node, "ifs", rest) for rest in _one_less(node.ifs))


def _with(node: ast.AST, name: str, value: object) -> ast.AST:
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
            rest[0] if len(rest) == 1 and isinstance(node, ast.Tuple) else _with(node, "elts", rest)
        )
    for items in _neighbours_swapped(node.elts):
        yield _with(node, "elts", items)


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    """Without one of the arguments, with two of them swapped, and the first argument alone."""
    for name, given in (("args", node.args), ("keywords", node.keywords)):
        for index in range(len(given)):
            yield _with(node, name, [*given[:index], *given[index + 1 :]])
    for arguments in _neighbours_swapped(node.args):
        yield _with(node, "args", arguments)
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def _fewer_rounds(node: ast.stmt) -> Iterator[_Change]:
    if isinstance(node, (ast.For, ast.While)):
        header = _header(node)
        once = _with(node, "body", [*node.body, ast.Break()])
        yield _Change(once, node.lineno, header, f"{header} break")


def _header(node: ast.AST) -> str:
    """A statement in one line, with `...` for the statements inside it."""
    short = copy.copy(node)
    for name in _BLOCKS:
        if getattr(node, name, None) and isinstance(node, ast.stmt):
            setattr(short, name, [ast.Expr(ast.Constant(...))] if name == "body" else [])
    if isinstance(node, Function):
        short.decorator_list = []  # type: ignore[attr-defined]
    return " ".join(ast.unparse(ast.fix_missing_locations(short)).split())
