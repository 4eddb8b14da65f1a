"""Find functions, imports, calls and statements in the source of a cell, without running it.

Of a cell that cannot be parsed as a whole, what can be parsed is looked at: see `parsing`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from grader.notebooks.parsing import CELL_MAGIC, ParsedCell, parsed_cell

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# The nodes of an expression that needs nothing else of the notebook, such as `[1, 2 * 3]`.
_PLAIN = (
    *(ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp),
    *(ast.operator, ast.unaryop, ast.expr_context),
)


def syntax_error(source: str) -> SyntaxError | None:
    """Why part of a cell cannot be parsed; None if all of it can."""
    return parsed_cell(source).error


def functions(source: str) -> dict[str, Function]:
    """The functions a cell defines at its top level, by name; the last one of a name."""
    return {node.name: node for node in parsed_cell(source).tree.body if isinstance(node, Function)}


def imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    """The import statements at a cell's top level."""
    return [n for n in parsed_cell(source).tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]


def imports_anywhere(source: str) -> set[str]:
    """The first parts of the names of all modules that a cell imports, in functions, too."""
    found: set[str] = set()
    for node in ast.walk(parsed_cell(source).tree):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module.partition(".")[0]} if node.module and not node.level else set()
    return found


def bindings(source: str) -> list[tuple[ast.stmt, set[str]]]:
    """The statements at a cell's top level that bind names, each with the names it binds.

    A `from module import *` binds the name "*".
    """
    found = [(node, _bound_by(node)) for node in parsed_cell(source).tree.body]
    return [(node, names) for node, names in found if names]


def names_bound(source: str) -> set[str]:
    """The names that the statements at a cell's top level bind.

    >>> sorted(names_bound("x = 1; import math"))
    ['math', 'x']
    """
    return {name for _, names in bindings(source) for name in names}


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    return {name for each in ast.walk(node) for name in _binds(each)}


def names_read(node: ast.stmt) -> set[str]:
    """The names that a statement reads without binding them itself."""
    nodes = list(ast.walk(node))
    own = {each.arg for each in nodes if isinstance(each, ast.arg)}
    own |= {name for each in nodes for name in _binds(each)}
    inner = (each for each in nodes[1:] if isinstance(each, (*_SCOPES, ast.ExceptHandler)))
    own |= {each.name for each in inner if each.name}
    return {each.id for each in nodes if isinstance(each, ast.Name)} - own


def _binds(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(name, ast.Store()):
            return {name}
        case ast.Import(names) | ast.ImportFrom(names=names):
            return {(each.asname or each.name).split(".")[0] for each in names}
    return set()


def defines(source: str, name: str) -> bool:
    """Whether a cell defines the function, or has its `def` among lines that cannot be parsed."""
    if name in functions(source):
        return True
    if syntax_error(source) is None:
        return False
    tries = rf"^[ \t]*+(async[ \t]++)?+def[ \t]++{re.escape(name)}[ \t]*+\("
    return re.search(tries, source, re.MULTILINE) is not None


def calls(source: str) -> set[str]:
    """The names of the functions that a cell calls when it is run.

    Calls in the body of a function do not count, since defining it does not make them.
    """
    return {name for node in parsed_cell(source).tree.body for name, _ in _calls(node)}


@dataclass(frozen=True, slots=True)
class Called:
    """A call: the string literals among its arguments, and the variable its value is assigned to.

    `target` is empty where the value is not assigned to a single name.
    """

    texts: frozenset[str]
    target: str


def calls_of(source: str, name: str) -> list[Called]:
    """The calls of a function that a cell makes when it is run."""
    return [
        _called(call, statement)
        for statement in parsed_cell(source).tree.body
        for called, call in _calls(statement)
        if called == name
    ]


def _called(call: ast.Call, statement: ast.stmt) -> Called:
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    constants = (each.value for each in given if isinstance(each, ast.Constant))
    texts = frozenset(each for each in constants if isinstance(each, str))
    match statement:
        case ast.Assign(targets=[ast.Name(target)], value=value) if value is call:
            return Called(texts, target)
    return Called(texts, "")


def _calls(statement: ast.stmt) -> Iterator[tuple[str, ast.Call]]:
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node
        waiting += ast.iter_child_nodes(node)


def statements(source: str) -> list[str]:
    """The source of each statement of the cell that can be parsed."""
    read = parsed_cell(source)
    return [segment for _, segment in _segments(read, read.tree.body)]


def assignments_after(source: str, index: int) -> list[str]:
    """The source of each import, definition and assignment after the statement of that index."""
    read = parsed_cell(source)
    kept = (*_DEFINITIONS, *_ASSIGNMENTS)
    nodes = [node for node in read.tree.body[index + 1 :] if isinstance(node, kept)]
    return [segment for _, segment in _segments(read, nodes)]


def definitions(source: str) -> list[str]:
    """The source of each import and each definition of a function or class in the cell."""
    read = parsed_cell(source)
    nodes = [node for node in read.tree.body if isinstance(node, _DEFINITIONS)]
    return [segment for _, segment in _segments(read, nodes)]


def definitions_only(source: str) -> str:
    """The cell's imports and definitions on their own lines; the other lines are empty."""
    return _only(source, [n for n in parsed_cell(source).tree.body if isinstance(n, _DEFINITIONS)])


def definitions_and_constants(source: str) -> str:
    """The cell's imports, definitions and assignments of constants, such as `rate = 0.1`.

    A function made by `lambda` is a constant, too.
    """
    nodes = parsed_cell(source).tree.body
    return _only(source, [n for n in nodes if isinstance(n, _DEFINITIONS) or _is_constant(n)])


def _is_constant(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            pass
        case _:
            return False
    if isinstance(value, ast.Lambda) and not value.args.defaults + value.args.kw_defaults:
        return True  # making a function runs nothing of it
    return all(isinstance(each, _PLAIN) for each in ast.walk(value))


def without_calls(source: str, names: frozenset[str]) -> str:
    """The cell without statements that use one of `names`, or a variable that such a one assigns.

    Line numbers stay the same. Expressions that stand alone are left out too, because in such a
    cell they print or plot the result. Imports and definitions always stay.
    """
    kept: list[ast.stmt] = []
    lost = set(names)
    for node in parsed_cell(source).tree.body:
        used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        if isinstance(node, _DEFINITIONS):
            kept.append(node)
        elif used & lost:
            lost |= {
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
        elif not isinstance(node, ast.Expr):
            kept.append(node)
    return _only(source, kept)


def without_bindings(source: str, names: frozenset[str]) -> str:
    """The cell without the statements that bind one of these names."""
    nodes = parsed_cell(source).tree.body
    return _only(source, [node for node in nodes if not _bound_by(node) & names])


def without_assignments(source: str, names: frozenset[str]) -> str:
    """The cell without the assignments that give a value to these names, and to no other."""
    nodes = parsed_cell(source).tree.body
    return _only(source, [node for node in nodes if not _assigns_only(node, names)])


def _assigns_only(node: ast.stmt, names: frozenset[str]) -> bool:
    bound = _bound_by(node)
    return isinstance(node, _ASSIGNMENTS) and bool(bound) and bound <= names


def _only(source: str, nodes: list[ast.stmt]) -> str:
    read = parsed_cell(source)
    parts: dict[int, list[str]] = {}
    for first, segment in _segments(read, nodes):
        for number, line in enumerate(segment.split("\n"), start=first - 1):
            parts.setdefault(number, []).append(line)
    if not any(any(each) for each in parts.values()):
        return ""
    return "\n".join("; ".join(filter(None, parts.get(n, ()))) for n in range(len(read.lines)))


def _segments(read: ParsedCell, nodes: Iterable[ast.stmt]) -> Iterator[tuple[int, str]]:
    """The number of each statement's first line, and its source, with decorators and magics."""
    # Many statements may stand on one line, which is encoded only once.
    encoded = cache(lambda number: read.texts[number - 1].encode())
    return (_segment(read, node, encoded) for node in nodes)


def _segment(read: ParsedCell, node: ast.stmt, encoded: Callable[[int], bytes]) -> tuple[int, str]:
    decorators = getattr(node, "decorator_list", [])
    first = decorators[0].lineno if decorators else node.lineno
    last = node.end_lineno or first
    if decorators or isinstance(node, ast.Pass):
        return first, "\n".join(read.lines[first - 1 : last])
    # Column offsets count bytes.
    if first == last:
        return first, encoded(first)[node.col_offset : node.end_col_offset].decode()
    between = read.texts[first : last - 1]
    head, tail = encoded(first)[node.col_offset :], encoded(last)[: node.end_col_offset]
    return first, "\n".join([head.decode(), *between, tail.decode()])


def anchored(source: str) -> str:
    """The cell with the empty lines at its top made comments.

    IPython removes empty lines there, so its line numbers would differ from ours.
    """
    lines = source.split("\n")
    empty = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if empty == 0 or CELL_MAGIC.match(source):
        return source
    return "\n".join(["#"] * empty + lines[empty:])
