"""The opposite of a condition, as `if x != 4: raise` says that x is to be 4."""

from __future__ import annotations

import ast

_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.Is: ast.IsNot,
    ast.In: ast.NotIn,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
}
_OPPOSITES |= {other: each for each, other in _OPPOSITES.items()}


def opposite(test: ast.expr) -> ast.expr:
    """The expression that is true where this one is not: `x == 4` of `x != 4`."""
    match test:
        case ast.UnaryOp(ast.Not(), operand):
            return operand
        case ast.Compare(left, [operator], [right]):
            return ast.Compare(left, [_OPPOSITES[type(operator)]()], [right])
        case ast.BoolOp(ast.Or(), values):
            return ast.BoolOp(ast.And(), [opposite(each) for each in values])
    return ast.UnaryOp(ast.Not(), test)
