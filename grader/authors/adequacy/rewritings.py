"""Rewritings of a function: they mean the same in another style. A student may well have written
one of them instead of the reference, so the cases must let all of them pass.

Locals get other names, independent statements another order, products their factors swapped;
`x = x - y` becomes `x -= y` and back; `"W" + str(l)` an f-string; a range is counted from zero, or
a list; values go through temporary variables; conditions are turned round.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Sequence
from typing import TypeGuard

from grader.notebooks.cells import Function

# Calls that may be made at another time, or twice: these functions have no side effects, and read
# nothing but their arguments.
_PURE = {"abs", "dict", "float", "int", "len", "list", "max", "min", "range", "str", "sum", "tuple"}
_PURE_METHODS = {"copy", "floor", "sqrt", "square", "zeros", "zeros_like"}


def rewritten(function: Function, seed: int) -> Function:
    """A rewriting of the function; the same seed gives the same one every time."""
    rewriting = _Rewriting(function, random.Random(seed))
    changed = rewriting.visit(copy.deepcopy(function))
    assert isinstance(changed, Function)
    return ast.fix_missing_locations(changed)


class _Rewriting(ast.NodeTransformer):
    """Goes through a function and tosses a coin wherever something can be said in another way."""

    def __init__(self, function: Function, rng: random.Random) -> None:
        self.rng = rng
        nodes = list(ast.walk(function))
        taken = {node.id for node in nodes if isinstance(node, ast.Name)}
        taken |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        given = {node.arg for node in nodes if isinstance(node, ast.arg)}
        bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.free = (name for n in range(10**6) if (name := f"x{n}") not in taken)
        nested = any(isinstance(n, (Function, ast.Lambda, ast.ClassDef)) for n in nodes[1:])
        local = [] if nested else sorted(bound - given)
        self.names = {name: next(self.free) for name in local if self.heads()}

    def heads(self) -> bool:
        return self.rng.random() < 0.5

    # --- expressions

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if self.heads():
            return node
        match node:
            case ast.BinOp(ast.Constant(str() as text), ast.Add(), call) if _is_str_of_one(call):
                shown = ast.FormattedValue(call.args[0], -1)
                return ast.JoinedStr([ast.Constant(text), shown])
            case ast.BinOp(left, ast.Mult(), right):
                return ast.BinOp(right, ast.Mult(), left)
            case ast.BinOp(left, ast.Add(), right) if _is_number(left) or _is_number(right):
                return ast.BinOp(right, ast.Add(), left)
            case ast.BinOp(left, ast.Sub(), right) if _is_number(right):
                return ast.BinOp(left, ast.Add(), ast.UnaryOp(ast.USub(), right))
            case ast.BinOp(base, ast.Pow(), ast.Constant(2)) if _is_pure(base):
                return ast.BinOp(base, ast.Mult(), copy.deepcopy(base))
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
        turned |= {ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}
        operators = [turned[type(each)]() for each in node.ops if type(each) in turned]
        if len(node.ops) == len(operators) == 1 and self.heads():
            return ast.Compare(node.comparators[0], operators, [node.left])
        return node

    # --- statements

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = self.block(node.body)
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        node.target, node.iter = self.visit(node.target), self.visit(node.iter)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        match node.iter:
            case ast.Call(ast.Name("range"), [ast.Constant(int()) as start, stop], []):
                if self.heads() and isinstance(node.target, ast.Name):
                    return self.counted_from_zero(node, start, stop)
        if self.heads():
            node.iter = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        return node

    def counted_from_zero(self, node: ast.For, start: ast.expr, stop: ast.expr) -> ast.For:
        index = next(self.free)
        rounds = ast.BinOp(stop, ast.Sub(), start)
        counted = ast.BinOp(start, ast.Add(), ast.Name(index, ast.Load()))
        body = [ast.Assign([node.target], counted), *node.body]
        iterable = ast.Call(ast.Name("range", ast.Load()), [rounds], [])
        return ast.For(ast.Name(index, ast.Store()), iterable, body, node.orelse)

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self.visit(node.test)
        node.body, node.orelse = self.block(node.body), self.block(node.orelse)
        if self.heads():
            otherwise = node.orelse or [ast.Pass()]
            return ast.If(ast.UnaryOp(ast.Not(), node.test), otherwise, node.body)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not _is_pure(node.target) or self.heads():
            return node
        value = ast.BinOp(_loaded(node.target), node.op, node.value)
        return ast.Assign([node.target], value)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        match node:
            case ast.Assign([target], ast.BinOp(left, ast.Sub(), right)):
                same = ast.unparse(target) == ast.unparse(left)
                if same and isinstance(target, (ast.Name, ast.Subscript)) and self.heads():
                    return ast.AugAssign(target, ast.Sub(), right)
            case ast.Assign([_], ast.BinOp(left, op, right)) if self.heads():
                one, other = next(self.free), next(self.free)
                value = ast.BinOp(ast.Name(one, ast.Load()), op, ast.Name(other, ast.Load()))
                return [_assign(one, left), _assign(other, right), ast.Assign(node.targets, value)]
            case ast.Assign([_], value) if self.heads():
                name = next(self.free)
                return [_assign(name, value), ast.Assign(node.targets, ast.Name(name, ast.Load()))]
        return node

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Rewrite the statements one after the other; independent neighbours may change places."""
        ordered = list(statements)
        for index in range(len(ordered) - 1):
            if self.heads() and _are_independent(*ordered[index : index + 2]):
                ordered[index : index + 2] = reversed(ordered[index : index + 2])
        visited: list[ast.stmt] = []
        for statement in ordered:
            result = self.visit(statement)
            visited += result if isinstance(result, list) else [result]
        return visited


def _assign(name: str, value: ast.expr) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _loaded(target: ast.expr) -> ast.expr:
    loaded = copy.deepcopy(target)
    loaded.ctx = ast.Load()  # type: ignore[attr-defined]
    return loaded


def _is_str_of_one(node: ast.expr) -> TypeGuard[ast.Call]:
    """Whether the expression is a call `str(x)`."""
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "str"
        and len(node.args) == 1
        and not node.keywords
    )


def _is_number(node: ast.expr) -> bool:
    """Whether the value is almost certainly a number, or an array of numbers."""
    match node:
        case ast.Constant(int() | float()):
            return True
        case ast.BinOp(_, ast.Sub() | ast.Div() | ast.Pow(), _):
            return True
        case ast.BinOp(left, ast.Mult(), right):  # an integer constant times a list is a list
            return any(_is_number(x) and not isinstance(x, ast.Constant) for x in (left, right))
    return False


def _is_pure(node: ast.AST) -> bool:
    """Whether the node can be evaluated twice, or at another time, without any other effect."""
    for each in ast.walk(node):
        match each:
            case ast.Call(ast.Name(name)) if name in _PURE:
                pass
            case ast.Call(ast.Attribute(attr=name)) if name in _PURE_METHODS:
                pass
            case ast.Call() | ast.NamedExpr() | ast.Await() | ast.Yield() | ast.YieldFrom():
                return False
    return True


def _are_independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two assignments may change places: neither sets what the other sets or reads."""
    if not (isinstance(one, ast.Assign) and isinstance(other, ast.Assign)):
        return False
    if not (_is_pure(one) and _is_pure(other)):
        return False
    return not any(
        _overlap(place, used)
        for first, second in ((one, other), (other, one))
        for place in first.targets
        for used in [*second.targets, *_read(second)]
    )


def _read(statement: ast.Assign) -> list[ast.expr]:
    """What an assignment reads: names, and `name["key"]` as one place of its own."""
    waiting: list[ast.AST] = [statement.value]
    waiting += [each.slice for each in statement.targets if isinstance(each, ast.Subscript)]
    places: list[ast.expr] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            places.append(node)
            waiting.append(node.slice)
        elif isinstance(node, ast.Name):
            places.append(node)
        else:
            waiting += ast.iter_child_nodes(node)
    return places


def _overlap(place: ast.expr, used: ast.expr) -> bool:
    """Whether setting `place` may change the value of `used`."""
    match place, used:
        case ast.Subscript(ast.Name(one), key), ast.Subscript(ast.Name(other), key2):
            return one == other and not _are_different_keys(key, key2)
    return not _names(place).isdisjoint(_names(used))


def _names(place: ast.expr) -> set[str]:
    """The names that are set or read at the place; of `name[key]` it is `name` alone.

    Names in a key are only read, and `_read` lists them as places of their own.
    """
    if isinstance(place, ast.Subscript) and isinstance(place.value, ast.Name):
        return {place.value.id}
    return {each.id for each in ast.walk(place) if isinstance(each, ast.Name)}


def _are_different_keys(one: ast.expr, other: ast.expr) -> bool:
    """Whether the keys are `"a" + x` and `"b" + x`, where the texts differ and are equally long."""
    match one, other:
        case (
            ast.BinOp(ast.Constant(str() as a), ast.Add(), x),
            ast.BinOp(ast.Constant(str() as b), ast.Add(), y),
        ):
            return a != b and len(a) == len(b) and ast.dump(x) == ast.dump(y)
    return False
