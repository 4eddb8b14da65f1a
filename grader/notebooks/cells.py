"""Take the source of a cell apart without running it.

A cell is IPython's, not quite Python: lines may be magics, and a student's cell may not parse at
all. What of it can be read is read statement by statement, and keeps its line numbers.

Every function here parses the cell that it is given; within `parsed_once`, each cell only once.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# A character of a cell takes up to 900 bytes of the tree that it is parsed into.
MAX_CELL_CHARACTERS = 1_000_000
# Of a notebook. What is longer is read up to there, in the order in which it is asked for.
MAX_NOTEBOOK_CHARACTERS = 2_000_000
START_MARK = re.compile(r"^\s*#+\s*START CODE HERE")
END_MARK = re.compile(r"^\s*#+\s*END CODE HERE")

# Magics that run the rest of the cell as Python; other cell magics make it something else.
_TIMED = re.compile(r"\A\s*%%(time|timeit|capture|prun)\b")
_CELL_MAGIC = re.compile(r"\A\s*%%")
_MAGIC_LINE = re.compile(r"^(\s*)([%!?].*|[\w.]+\?{1,2}\s*|[\w, ]+=\s*[%!].*)$")
# A line that goes on with the statement above it.
_CONTINUES = re.compile(r"^([\s)\]}#]|(elif|else|except|finally)\b|$)")

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# What a value is written with that needs nothing else of the notebook.
_PLAIN = (
    *(ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class _Read:
    """What can be read of a cell.

    `tree` was parsed from the lines `texts`, which have as many lines as the cell's own, `lines`.
    `error` says why they differ, where something of the cell is not Python.
    """

    tree: ast.Module
    texts: list[str]
    lines: list[str]
    error: SyntaxError | None = None


class ParsedCells:
    """What was read of a notebook's cells, by their source.

    Where `MAX_NOTEBOOK_CHARACTERS` have been parsed, further cells are too long to be read. `known`
    cells, those of the template, are taken from there and do not count.
    """

    def __init__(self) -> None:
        self.known: ParsedCells | None = None
        self._read: dict[str, _Read] = {}
        self._characters = 0

    def read(self, source: str) -> _Read:
        found = self._read.get(source) or (self.known and self.known._read.get(source))
        if not found:
            self._characters += len(source)
            is_too_long = self._characters > MAX_NOTEBOOK_CHARACTERS
            found = self._read[source] = _unread(source) if is_too_long else _parse(source)
        return found


_PARSED: ContextVar[ParsedCells | None] = ContextVar("_PARSED", default=None)


@contextmanager
def parsed_once() -> Iterator[ParsedCells]:
    """Parse each cell only once within the context, and forget all of them at its end.

    One context is for one notebook. It holds for the thread or task that has entered it.
    """
    parsed = ParsedCells()
    token = _PARSED.set(parsed)
    try:
        yield parsed
    finally:
        _PARSED.reset(token)


def _read(source: str) -> _Read:
    parsed = _PARSED.get()
    return parsed.read(source) if parsed else _parse(source)


def _unread(source: str) -> _Read:
    why = SyntaxError("the cell is too long to be read")
    return _Read(ast.Module([], []), [], source.splitlines(), why)


def _parse(source: str) -> _Read:
    if len(source) > MAX_CELL_CHARACTERS:
        return _unread(source)
    lines = source.splitlines()
    if _CELL_MAGIC.match(source) and not _TIMED.match(source):
        return _Read(ast.Module([], []), [], lines)
    error: SyntaxError | None = None
    for text in (source, _without_magics(lines)):
        try:
            return _Read(_parsed(text), text.split("\n"), lines)
        except _UNREADABLE as problem:
            error = problem if isinstance(problem, SyntaxError) else None
    text = "\n".join(_readable_lines(_without_magics(lines).split("\n")))
    return _Read(
        _parsed(text), text.split("\n"), lines, error or SyntaxError("it cannot be read as Python")
    )


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about invalid escapes in the student's strings
        return ast.parse(text)


def _without_magics(lines: list[str]) -> str:
    """The lines with those that are not Python made to do nothing."""
    plain = [_MAGIC_LINE.sub(r"\1pass", line) for line in lines]
    if plain and _TIMED.match("\n".join(lines)):
        plain[next(i for i, line in enumerate(lines) if line.strip())] = ""
    return "\n".join(plain)


def _readable_lines(lines: list[str]) -> list[str]:
    """The lines, empty where the statement they belong to cannot be read."""
    starts = [n for n, line in enumerate(lines) if n == 0 or not _CONTINUES.match(line)]
    starts = [n for n in starts if n == 0 or not lines[n - 1].startswith("@")]
    readable = [""] * len(lines)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        try:
            _parsed("\n".join(lines[start:end]))
        except _UNREADABLE:
            continue
        readable[start:end] = lines[start:end]
    return readable


def syntax_error(source: str) -> SyntaxError | None:
    """Why not all of a cell can be read, or None."""
    return _read(source).error


def functions(source: str) -> dict[str, Function]:
    """The functions a cell defines at its top level, by name; the last one of a name."""
    return {node.name: node for node in _read(source).tree.body if isinstance(node, Function)}


def imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    """The import statements at a cell's top level."""
    return [n for n in _read(source).tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]


def bindings(source: str) -> list[tuple[ast.stmt, set[str]]]:
    """The statements at a cell's top level that give names a meaning, each with these names; "*"
    is that of `from module import *`."""
    found = [(node, _bound_by(node)) for node in _read(source).tree.body]
    return [(node, names) for node, names in found if names]


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    return {name for each in ast.walk(node) for name in _binds(each)}


def names_read(node: ast.stmt) -> set[str]:
    """The names that a statement reads, and does not itself give a meaning."""
    nodes = list(ast.walk(node))
    own = {each.arg for each in nodes if isinstance(each, ast.arg)}
    own |= {name for each in nodes for name in _binds(each)}
    return {each.id for each in nodes if isinstance(each, ast.Name)} - own


def _binds(node: ast.AST) -> set[str]:
    match node:
        case ast.Name(name, ast.Store()):
            return {name}
        case ast.Import(names) | ast.ImportFrom(names=names):
            return {(each.asname or each.name).split(".")[0] for each in names}
    return set()


def defines(source: str, name: str) -> bool:
    """Whether a cell defines the function, or tries to in lines that cannot be read."""
    if name in functions(source):
        return True
    if syntax_error(source) is None:
        return False
    tries = rf"^[ \t]*(async[ \t]+)?def[ \t]+{re.escape(name)}[ \t]*\("
    return re.search(tries, source, re.MULTILINE) is not None


def calls(source: str) -> set[str]:
    """The names of functions that a cell calls when it runs, not only when those are called."""
    return {name for node in _read(source).tree.body for name, _ in _calls(node)}


@dataclass(frozen=True, slots=True)
class Called:
    """A call: the texts among its arguments, and the name that its value gets (or nothing)."""

    texts: frozenset[str]
    target: str


def calls_of(source: str, name: str) -> list[Called]:
    """The calls of a function that a cell makes when it runs."""
    return [
        _called(call, statement)
        for statement in _read(source).tree.body
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
    """The cell's statements that can be read, one by one."""
    read = _read(source)
    return [_segment(read, node)[1] for node in read.tree.body]


def definitions(source: str) -> list[str]:
    """What of the cell imports or defines, one by one."""
    read = _read(source)
    return [_segment(read, node)[1] for node in read.tree.body if isinstance(node, _DEFINITIONS)]


def definitions_only(source: str) -> str:
    """What a cell imports and defines, on its own lines, without anything else it does."""
    return _only(source, [n for n in _read(source).tree.body if isinstance(n, _DEFINITIONS)])


def definitions_and_constants(source: str) -> str:
    """What a cell imports and defines, and the names it gives to numbers, texts and the like."""
    nodes = _read(source).tree.body
    return _only(source, [n for n in nodes if isinstance(n, _DEFINITIONS) or _is_constant(n)])


def _is_constant(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(), value=ast.expr() as value):
            pass
        case _:
            return False
    return all(isinstance(each, _PLAIN) for each in ast.walk(value))


def without_calls(source: str, names: frozenset[str]) -> str:
    """The cell, on its own lines, without what calls one of `names` or depends on what that gave.

    Bare expressions go too: in such a cell they show or plot the result.
    """
    kept: list[ast.stmt] = []
    lost = set(names)
    for node in _read(source).tree.body:
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


def _only(source: str, nodes: list[ast.stmt]) -> str:
    read = _read(source)
    lines = [""] * len(read.lines)
    for node in nodes:
        first, segment = _segment(read, node)
        for number, line in enumerate(segment.split("\n"), start=first - 1):
            lines[number] += f"; {line}" if lines[number] else line
    return "\n".join(lines) if any(lines) else ""


def _segment(read: _Read, node: ast.stmt) -> tuple[int, str]:
    """The first line and the text of a statement, decorators included, magics as they were."""
    decorators = getattr(node, "decorator_list", [])
    first = decorators[0].lineno if decorators else node.lineno
    if decorators or isinstance(node, ast.Pass):
        return first, "\n".join(read.lines[first - 1 : node.end_lineno])
    last = node.end_lineno or first
    text = read.texts[first - 1 : last]
    # Columns are counted in bytes. The last line is cut first, as it may be the first as well.
    text[-1] = text[-1].encode()[: node.end_col_offset].decode()
    text[0] = text[0].encode()[node.col_offset :].decode()
    return first, "\n".join(text)


def anchored(source: str) -> str:
    """The cell with empty lines at its top made comments: IPython drops them, and its line numbers
    would no longer be ours."""
    lines = source.split("\n")
    empty = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if empty == 0 or _CELL_MAGIC.match(source):
        return source
    return "\n".join(["#"] * empty + lines[empty:])


def is_untouched(source: str, name: str, original: str | None = None) -> bool:
    """Whether nothing has been written yet into the function `name` of a cell.

    So it is where everything between START CODE HERE and END CODE HERE is comments and assignments
    of None, or where the function's `skeleton` is that of the `original` in the template.
    """
    stubs = list(_stubs(_lines_of(source, name)))
    if stubs and all(_is_blank(line) for stub in stubs for line in stub):
        return True
    return original is not None and skeleton(source, name) == original


def _lines_of(source: str, name: str) -> list[str]:
    """A function's lines and the comments after it; the whole cell, where it is no Python."""
    function = functions(source).get(name)
    lines = source.splitlines()
    if function is None:
        return lines
    later = [n.lineno for n in _read(source).tree.body if n.lineno > function.lineno]
    return lines[function.lineno - 1 : min(later, default=len(lines) + 1) - 1]


def _stubs(lines: list[str]) -> Iterator[list[str]]:
    stub: list[str] | None = None
    for line in lines:
        if END_MARK.match(line):
            if stub is not None:
                yield stub
            stub = None
        elif START_MARK.match(line):
            stub = []
        elif stub is not None:
            stub.append(line)


def _is_blank(line: str) -> bool:
    """Whether a stub's line says nothing: empty, a comment, `pass`, `...`, or names = None."""
    text = line.strip()
    if text in ("", "pass", "...") or text.startswith("#"):
        return True
    try:
        (statement,) = ast.parse(text).body
    except (SyntaxError, ValueError):
        return False
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value
    values = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(isinstance(each, ast.Constant) and each.value is None for each in values)


def skeleton(source: str, name: str) -> str | None:
    """The function's arguments and statements as text that is the same for the same code.

    Comments, the docstring and the layout make no difference. None where the cell has no such
    function.
    """
    function = functions(source).get(name)
    if function is None:
        return None
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    try:
        return ast.dump(function.args) + "".join(map(ast.dump, body))
    except RecursionError:  # an expression nested deeper than Python can print
        return None
