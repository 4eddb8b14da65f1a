"""Edits without operations that leave a value as it is, such as `l * 1`.

Such an edit may pass every case. But it is not what anybody would write: what was wrong is the
operation, and the edit without it says so.
"""

from __future__ import annotations

import ast

from grader.grading.repair.places import with_nodes


def plainer(old: ast.AST, new: ast.AST) -> ast.AST:
    """The new tree without such operations, as far as they are not in the old one; `new` itself
    where there are none."""
    operations = {node: inner for node in ast.walk(new) if (inner := _same(node)) is not None}
    if operations:
        for node in ast.walk(old):
            operations.pop(node, None)
    return with_nodes(new, operations) if operations else new


def _same(node: ast.AST) -> ast.AST | None:
    """The operand of an operation that leaves its value as it is."""
    match node:
        case ast.BinOp(value, ast.Mult() | ast.Div() | ast.FloorDiv() | ast.Pow(), ast.Constant(1)):
            return value
        case ast.BinOp(value, ast.Add() | ast.Sub(), ast.Constant(0)):
            return value
        case ast.BinOp(ast.Constant(1), ast.Mult(), value):
            return value
        case ast.BinOp(ast.Constant(0), ast.Add(), value):
            return value
        case ast.UnaryOp(ast.USub(), ast.UnaryOp(ast.USub(), value)):
            return value
        case ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), value)):
            return value
    return None
