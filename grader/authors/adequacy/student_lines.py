"""The lines of a reference in which a student's mistake could change what is graded.

A mutant of another line says nothing about the cases: students do not write the given code, and
what a function only prints is not compared.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.notebooks.cells import Function
from grader.notebooks.stubs import stub_lines

# Calls that show their arguments and do nothing else.
_SHOWING = ("print", "display")
# Methods that change the object they belong to: their call is not there to be printed alone.
_CHANGING = frozenset(
    (
        *("add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft"),
        *("remove", "reverse", "send", "setdefault", "shuffle", "sort", "update"),
    )
)


def student_lines(source: str, function: Function) -> frozenset[int]:
    """The lines of the cell `source`, from 1, in which mutants of its `function` are made.

    They are those between the marks of a stub, or all lines of the function where no stub lies in
    it, without the statements that only print.
    """
    lines = frozenset(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    printing = only_printing(function)
    left_out = {
        number
        for each in printing
        for number in range(each.lineno, (each.end_lineno or each.lineno) + 1)
    }
    # Several statements may stand on one line.
    others = {each.lineno for each in _statements(function) if each not in printing}
    return ((lines & stub_lines(source)) or lines) - (left_out - others)


def only_printing(function: Function) -> list[ast.stmt]:
    """The statements of a function that print, or make nothing but what others of them use.

    In `mean = sum(x) / 2`, `print("mean", mean)`, that is the first one as well, unless something
    else uses `mean`. A compound statement is among them if all statements in it are.
    """
    statements = _statements(function)
    shared = {name for node in statements for name in _shared_names(node)}
    found: list[ast.stmt] = []
    while True:
        outside = [node for node in _parts(function, found) if isinstance(node, ast.Name)]
        used = shared | {node.id for node in outside if not isinstance(node.ctx, ast.Store)}
        printed = _names_read(found)
        more = [
            each
            for each in statements
            if each not in found and _only_prints(each, printed - used, found)
        ]
        if not more:
            return found
        found += more


def _statements(function: Function) -> list[ast.stmt]:
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
    return [node for node in nodes if node is not function]


def _shared_names(node: ast.stmt) -> list[str]:
    return node.names if isinstance(node, ast.Global | ast.Nonlocal) else []


def _names_read(statements: list[ast.stmt]) -> set[str]:
    nodes = (node for each in statements for node in ast.walk(each))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _only_prints(statement: ast.stmt, printed: set[str], found: list[ast.stmt]) -> bool:
    """Whether a statement prints, or assigns to names that are only `printed`, or does nothing."""
    match statement:
        case ast.Expr(ast.Constant()) | ast.AnnAssign(value=None):
            return True  # Python makes nothing of these
        case ast.Expr(ast.Call(ast.Name(name), keywords=keywords)):
            is_shown = name in _SHOWING and not any(each.arg == "file" for each in keywords)
            return is_shown and not _changes_something(statement)
        case ast.Assign(targets=targets):
            are_printed = all(_is_one_of(target, printed) for target in targets)
            return are_printed and not _changes_something(statement)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
            return _is_one_of(target, printed) and not _changes_something(statement)
        case ast.If() | ast.For() | ast.While() | ast.With():
            inside = [*statement.body, *getattr(statement, "orelse", ())]
            return all(each in found or isinstance(each, ast.Pass) for each in inside)
    return False


def _is_one_of(target: ast.expr, names: set[str]) -> bool:
    """Whether it is one of these names; an item or an attribute belongs to another value."""
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_one_of(each, names) for each in target.elts)
    return isinstance(target, ast.Name) and target.id in names


def _changes_something(statement: ast.stmt) -> bool:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return any(isinstance(each, ast.Attribute) and each.attr in _CHANGING for each in calls)


def _parts(node: ast.AST, without: list[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes in a node, but for those in the statements `without`."""
    for child in ast.iter_child_nodes(node):
        if child not in without:
            yield child
            yield from _parts(child, without)
