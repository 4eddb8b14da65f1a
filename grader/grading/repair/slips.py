"""Guesses at what a student meant where they wrote something else: the slips that edits undo.

A guess is an expression to put in the place of another one, and how likely that is (its `Tier`).
Guesses are made from the student's own code alone. Nothing here knows what exercises are about.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

from grader.grading.repair.changes import (
    OPERATORS,
    body_of,
    names_of,
    other_expressions,
    with_field,
)
from grader.notebooks.cells import Function


class Tier(IntEnum):
    """Kinds of slips, the likeliest first: a name that was left unused, a wrong word, a word too
    many or too few, a wrong idea."""

    UNUSED = 0
    WORD = 1
    PART = 2
    THOUGHT = 3


Slip = tuple[Tier, ast.AST]
_MORE_OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Mult: (ast.Pow,),
    ast.BitXor: (ast.Pow,),
}
# Functions that students confuse with each other.
_TAKEN_FOR = [
    {"zeros", "ones"},
    {"zeros_like", "ones_like"},
    {"ceil", "floor", "round"},
    {"sqrt", "square"},
    {"max", "min"},
    {"argmax", "argmin"},
    {"sum", "mean"},
    {"any", "all"},
    {"upper", "lower"},
]


class Slips:
    """The names and keys of a function, and guesses made from them.

    `unused` are parameters that the function never reads. `unread` has a pair for each variable
    that is assigned and never read: the variable from which it was computed, and its own name.
    """

    def __init__(self, function: Function) -> None:
        names = names_of(function)
        self.containers, self.values = sorted(names.containers), sorted(names.values)
        # The docstring says keys in quotes that the code may lack.
        said = re.findall(r"[\"'](\w{1,20})[\"']", ast.get_docstring(function) or "")
        self.keys = sorted(names.keys | {*said})
        statements = body_of(function)
        nodes = [node for each in statements for node in ast.walk(each)]
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        given = [each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)]
        self.unused = [name for name in given if name not in used]
        # A key is mostly made of the right number, as long as its text is right.
        self.keyed = {each for node in nodes for each in _key(node)}
        self.unread = [*_unread(statements, names.containers), *_unread(statements, names.values)]

    def of(self, node: ast.AST, parent: ast.AST | None) -> Iterator[Slip]:
        """Guesses at what was meant by a node, whose parent in the syntax tree is `parent`."""
        match node:
            case ast.Constant(value):
                yield from self._constants(value, node, parent)
            case ast.Name(name):
                yield from self._names(name, node, parent)
            case ast.Slice():
                yield from _slices(node)
            case ast.Subscript():
                yield from _colons(node)
            case ast.Call(ast.Name("len"), [_], []):
                yield Tier.WORD, ast.BinOp(node, ast.FloorDiv(), ast.Constant(2))
            case ast.Attribute(value, name):
                yield Tier.WORD, value
                yield from ((Tier.WORD, with_field(node, "attr", n)) for n in _taken_for(name))
            case ast.Call():
                yield from _calls(node)
            case ast.BinOp() | ast.Compare():
                yield from _operations(node)
        yield from ((Tier.PART, each) for each in other_expressions(node))
        if isinstance(node, (ast.BinOp, ast.Call, ast.Name, ast.Subscript)):
            yield from self._more(node, parent)

    def _constants(self, value: object, node: ast.AST, parent: ast.AST | None) -> Iterator[Slip]:
        match value:
            case bool():
                yield Tier.WORD, ast.Constant(not value)
            case int() | float():
                # A number in a key is mostly one that was counted, or should have been; one that is
                # an exponent may be a step's or layer's that the function was written for.
                counted = node in self.keyed or _is_exponent(node, parent)
                tier = Tier.WORD if counted else Tier.PART
                yield from ((self._tier(each, tier), _name(each)) for each in self.values)
                if isinstance(value, int):
                    yield from ((Tier.WORD, ast.Constant(value + n)) for n in (1, -1))
            case str():
                yield from ((Tier.WORD, ast.Constant(key)) for key in self.keys if key != value)
                if len(value) > 1:
                    yield Tier.PART, ast.Constant(value[1:])

    def _names(self, name: str, node: ast.AST, parent: ast.AST | None) -> Iterator[Slip]:
        for names in (self.containers, self.values):
            if name in names:
                tier = Tier.PART if node in self.keyed else Tier.WORD
                others = [each for each in names if each != name]
                yield from ((self._tier(each, tier), _name(each)) for each in others)
        if name in self.values:
            if isinstance(parent, (ast.Slice, ast.Call, ast.FormattedValue, ast.Subscript)):
                for operator in (ast.Add(), ast.Sub()):
                    yield Tier.WORD, ast.BinOp(_name(name), operator, ast.Constant(1))
            for other in self.values:
                if other != name:
                    tier = self._tier(other, Tier.THOUGHT)
                    yield tier, _binary(_name(name), ast.Pow(), other)

    def _tier(self, name: str, otherwise: Tier) -> Tier:
        return Tier.UNUSED if name in self.unused else otherwise

    def _more(self, node: ast.expr, parent: ast.AST | None) -> Iterator[Slip]:
        """Guesses that an operation on the expression was forgotten, such as a square root."""
        if isinstance(parent, (ast.Attribute, ast.Slice)) or _is_index(node, parent):
            return
        for exponent in (2, 0.5):
            tier = Tier.WORD if isinstance(node, ast.Subscript) else Tier.PART
            yield tier, ast.BinOp(node, ast.Pow(), ast.Constant(exponent))
        operators = (ast.Add(), ast.Sub(), ast.Mult(), ast.Div())
        for name in self.unused:
            yield from ((Tier.UNUSED, _binary(node, each, name)) for each in operators)
        yield from ((Tier.THOUGHT, each) for each in self._multiplied(node))
        if not isinstance(node, ast.Name):
            inside = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            own = [each for each in (*self.containers, *self.values) if each in inside]
            yield from ((Tier.THOUGHT, _name(each)) for each in own)
        if isinstance(node, ast.BinOp) and isinstance(parent, ast.BinOp):
            yield from ((Tier.THOUGHT, _name(each)) for each in self.values)

    def _multiplied(self, node: ast.expr) -> Iterator[ast.AST]:
        """The item, or a power of it, with a factor that was forgotten: `b * x`, `(1 - b) * x`."""
        match node:
            case ast.Subscript() | ast.BinOp(ast.Subscript(), ast.Pow(), _):
                for name in self.values:
                    yield _binary(node, ast.Mult(), name)
                    rest = ast.BinOp(ast.Constant(1), ast.Sub(), _name(name))
                    yield ast.BinOp(rest, ast.Mult(), node)
            case ast.BinOp(_, ast.Add(), _):
                yield ast.BinOp(node, ast.FloorDiv(), ast.Constant(2))


def _is_exponent(node: ast.AST, parent: ast.AST | None) -> bool:
    return isinstance(parent, ast.BinOp) and parent.right is node and isinstance(parent.op, ast.Pow)


def _operations(node: ast.BinOp | ast.Compare) -> Iterator[Slip]:
    if isinstance(node, ast.Compare):
        for kind in OPERATORS.get(type(node.ops[0]), ()):
            operators = [kind(), *node.ops[1:]]
            yield Tier.WORD, with_field(node, "ops", operators)
        yield Tier.PART, node.left
        return
    match node:
        case ast.BinOp(ast.BinOp(a, inner, b), ast.BitXor(), c):  # which binds less than **
            yield Tier.WORD, ast.BinOp(a, inner, ast.BinOp(b, ast.Pow(), c))
    known = type(node.op)
    for kind in (*OPERATORS.get(known, ()), *_MORE_OPERATORS.get(known, ())):
        yield Tier.WORD, ast.BinOp(node.left, kind(), node.right)  # type: ignore[arg-type]
    match node:
        case ast.BinOp(ast.BinOp(a, inner, b), outer, c):
            yield Tier.WORD, ast.BinOp(a, inner, ast.BinOp(b, outer, c))
    match node:
        case ast.BinOp(a, outer, ast.BinOp(b, inner, c)):
            yield Tier.WORD, ast.BinOp(ast.BinOp(a, outer, b), inner, c)
    match node:
        case ast.BinOp(ast.BinOp(a, ast.Mult(), b), ast.Add() as add, ast.BinOp(c, ast.Mult(), d)):
            one, other = ast.BinOp(c, ast.Mult(), b), ast.BinOp(a, ast.Mult(), d)
            yield Tier.PART, ast.BinOp(one, add, other)


def _slices(node: ast.Slice) -> Iterator[Slip]:
    match node:
        case ast.Slice(None, ast.expr() as bound, None) | ast.Slice(
            ast.expr() as bound, None, None
        ):
            negative = _minus(bound)
            sides = [(bound, None), (None, bound), (negative, None), (None, negative)]
            yield from ((Tier.WORD, ast.Slice(*each)) for each in sides)
        case ast.Slice(ast.expr() as lower, ast.expr() as upper, None):
            signs = [(lower, _minus(upper)), (_minus(lower), upper)]
            sides = [(upper, None), (None, lower), (upper, lower), *signs]
            yield from ((Tier.WORD, ast.Slice(*each)) for each in sides)


def _minus(bound: ast.expr) -> ast.expr:
    """The bound with its sign changed."""
    match bound:
        case ast.UnaryOp(ast.USub(), value):
            return value
    return ast.UnaryOp(ast.USub(), bound)


def _colons(node: ast.Subscript) -> Iterator[Slip]:
    """A colon forgotten in an index: `X[:, a]` for `X[:, a:]` or `X[:, :a]`."""
    match node.slice:
        case ast.Tuple([*others, ast.Name() | ast.BinOp() | ast.UnaryOp() as last]):
            for bounds in ((last, None), (None, last)):
                index = ast.Tuple([*others, ast.Slice(*bounds)], ast.Load())
                yield Tier.WORD, with_field(node, "slice", index)


def _calls(node: ast.Call) -> Iterator[Slip]:
    match node:
        case ast.Call(function, [], []):
            yield Tier.WORD, function
        case ast.Call(ast.Name("range"), [stop], []):
            one = ast.Constant(1)
            yield Tier.WORD, ast.Call(node.func, [one, ast.BinOp(stop, ast.Add(), one)], [])
        case ast.Call(ast.Name("range"), [_, stop], []):
            one_more = ast.BinOp(stop, ast.Add(), ast.Constant(1))
            yield Tier.WORD, ast.Call(node.func, [node.args[0], one_more], [])
        case ast.Call(ast.Attribute(value, "insert"), [_, item], []):
            yield Tier.WORD, ast.Call(ast.Attribute(value, "append", ast.Load()), [item], [])
        case ast.Call(ast.Attribute(_, name), [item], []) if name in ("ceil", "floor"):
            yield Tier.WORD, ast.Call(ast.Name("round", ast.Load()), [item], [])
        case ast.Call(ast.Name(name), arguments, keywords):
            for other in _taken_for(name):
                yield Tier.WORD, ast.Call(ast.Name(other, ast.Load()), arguments, keywords)


def _unread(statements: Sequence[ast.stmt], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a variable and one that is computed from it, assigned and never read.

    Both are of `own`, the function's own names. In `v = g * 2; return g`, they are `g` and `v`.
    """
    nodes = [node for each in statements for node in ast.walk(each)]
    stored = {id(n.value) for n in nodes if isinstance(n, ast.Subscript) and _is_stored(n)}
    read = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and not _is_stored(node) and id(node) not in stored
    }
    for node in nodes:
        match node:
            case ast.Assign([ast.Subscript(ast.Name(name)) | ast.Name(name)], value):
                made_of = [n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in own]
                if name in own - read and made_of:
                    yield made_of[0], name


def _key(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an index such as `"dW" + str(l)`, if a string constant is one of them."""
    if isinstance(node, ast.Subscript):
        inside = list(ast.walk(node.slice))
        if any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in inside):
            yield from inside


def _is_stored(node: ast.Name | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store)


def _taken_for(name: str) -> Iterator[str]:
    for alike in _TAKEN_FOR:
        if name in alike:
            yield from sorted(alike - {name})


def _is_index(node: ast.AST, parent: ast.AST | None) -> bool:
    return isinstance(parent, ast.Subscript) and parent.slice is node


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _binary(left: ast.expr, operator: ast.operator, right: str) -> ast.BinOp:
    return ast.BinOp(left, operator, _name(right))
