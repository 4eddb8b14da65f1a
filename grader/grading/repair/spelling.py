"""Spell syntax trees out, so that what means the same in another way of writing is equal.

`count += 1` is spelled like `count = count + 1`, `a > b` like `b < a`, and `not a == b` like
`a != b`. Names are spelled as whoever compares two functions likes them to be.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from grader.grading.repair.changes import body_of
from grader.notebooks.cells import Function

Names = Callable[[str], str]
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def spelled(node: ast.AST, names: Names) -> str:
    """The tree as text, with each name in it as `names` spells it."""
    match node:
        case ast.Name(name) | ast.arg(arg=name):
            return names(name)
        case ast.Constant(value):
            return repr(value)
    node = _canonical(node)
    parts = [type(node).__name__]
    for field in node._fields:
        if field != "ctx":
            parts.append(_part(getattr(node, field, None), names))
    return f"({' '.join(parts)})"


def _part(value: object, names: Names) -> str:
    if isinstance(value, ast.AST):
        return spelled(value, names)
    if isinstance(value, list):
        return f"[{' '.join(_part(each, names) for each in value)}]"
    return repr(value)


def _canonical(node: ast.AST) -> ast.AST:
    match node:
        case ast.AugAssign(target, operator, value):
            return ast.Assign([target], ast.BinOp(target, operator, value))
        case ast.Compare(left, [ast.Gt() | ast.GtE() as operator], [right]):
            return ast.Compare(right, [_TURNED[type(operator)]()], [left])
        case ast.UnaryOp(ast.Not(), ast.Compare(left, [operator], [right])):
            if opposite := _OPPOSITE.get(type(operator)):
                return ast.Compare(left, [opposite()], [right])
    return node


def parameters(function: Function) -> list[str]:
    """The names of a function's parameters, in their order."""
    given = function.args
    listed = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [each.arg for each in listed if each]


def variables(function: Function) -> frozenset[str]:
    """The names that a function binds besides its parameters."""
    return frozenset(_bound(function)) - {*parameters(function)}


def _bound(function: Function) -> Iterator[str]:
    for statement in body_of(function):
        for node in ast.walk(statement):
            match node:
                case ast.Name(name, ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                    yield name


def anonymous(function: Function) -> Names:
    """Names parameters by their position, and all variables alike."""
    known = {name: f"p{index}" for index, name in enumerate(parameters(function))}
    known |= dict.fromkeys(variables(function), "_")
    return lambda name: known.get(name, name)


def numbered(function: Function) -> str:
    """The function's body with its parameters and variables numbered in the order of their use:
    equal for functions that differ in these names, comments, and ways of writing only."""
    numbers = {name: f"p{index}" for index, name in enumerate(parameters(function))}
    own = variables(function)

    def name_of(name: str) -> str:
        if name in own:
            numbers.setdefault(name, f"v{len(numbers)}")
        return numbers.get(name, name)

    return "\n".join(spelled(each, name_of) for each in body_of(function))
