"""Parse the source of a cell, and find functions, imports and calls in it, without running it.

A cell may have IPython's magics, which are not Python, and a student's cell may not parse at all.
Then the statements that can be parsed are used, with their line numbers unchanged.

Every function here parses the cell that it is given. Within the context `parsed_once`, each cell is
parsed only once.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# The abstract syntax tree of a cell may take up to 900 bytes for each of its characters.
MAX_CELL_CHARACTERS = 1_000_000
# How many characters of a notebook are parsed; cells that are asked for after that are not.
MAX_NOTEBOOK_CHARACTERS = 2_000_000
START_MARK = re.compile(r"^\s*#+\s*START CODE HERE")
END_MARK = re.compile(r"^\s*#+\s*END CODE HERE")

# Cell magics that run the rest of the cell as Python. After any other, the cell is no Python.
_TIMED = re.compile(r"\A\s*%%(time|timeit|capture|prun)\b")
_CELL_MAGIC = re.compile(r"\A\s*%%")
_MAGIC_LINE = re.compile(r"^(\s*)([%!?].*|[\w.]+\?{1,2}\s*|[\w, ]+=\s*[%!].*)$")
# A line that continues the statement above it.
_CONTINUES = re.compile(r"^([\s)\]}#]|(elif|else|except|finally)\b|$)")

Function = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# The nodes of an expression that needs nothing else of the notebook, such as `[1, 2 * 3]`.
_PLAIN = (
    *(ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp),
    *(ast.operator, ast.unaryop, ast.expr_context),
)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class _Read:
    """The part of a cell that could be parsed.

    `lines` are the cell's own lines. `texts` are the same number of lines, in which those that are
    not Python have been replaced; `tree` was parsed from them. `error` says why some statements
    could not be parsed, if so.
    """

    tree: ast.Module
    texts: list[str]
    lines: list[str]
    error: SyntaxError | None = None


class ParsedCells:
    """The parsed cells of one notebook, by their source.

    Once `MAX_NOTEBOOK_CHARACTERS` have been parsed, further cells count as too long to be read.
    `known` has cells that were parsed before, those of the template, which are not counted.
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
    """Parse each cell only once while the context lasts.

    A context is for one notebook, and applies to the thread or task that has entered it.
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
    """The cell with lines of magic replaced by `pass`, and that of a cell magic by nothing."""
    plain = [_MAGIC_LINE.sub(r"\1pass", line) for line in lines]
    if plain and _TIMED.match("\n".join(lines)):
        plain[next(i for i, line in enumerate(lines) if line.strip())] = ""
    return "\n".join(plain)


def _readable_lines(lines: list[str]) -> list[str]:
    """The lines, those of statements that cannot be parsed replaced by empty ones."""
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
    """Why part of a cell cannot be parsed; None if all of it can."""
    return _read(source).error


def functions(source: str) -> dict[str, Function]:
    """The functions a cell defines at its top level, by name; the last one of a name."""
    return {node.name: node for node in _read(source).tree.body if isinstance(node, Function)}


def imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    """The import statements at a cell's top level."""
    return [n for n in _read(source).tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]


def bindings(source: str) -> list[tuple[ast.stmt, set[str]]]:
    """The statements at a cell's top level that bind names, each with the names it binds.

    A `from module import *` binds the name "*".
    """
    found = [(node, _bound_by(node)) for node in _read(source).tree.body]
    return [(node, names) for node, names in found if names]


def _bound_by(node: ast.stmt) -> set[str]:
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    return {name for each in ast.walk(node) for name in _binds(each)}


def names_read(node: ast.stmt) -> set[str]:
    """The names that a statement reads without binding them itself."""
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
    """Whether a cell defines the function, or has its `def` among lines that cannot be parsed."""
    if name in functions(source):
        return True
    if syntax_error(source) is None:
        return False
    tries = rf"^[ \t]*(async[ \t]+)?def[ \t]+{re.escape(name)}[ \t]*\("
    return re.search(tries, source, re.MULTILINE) is not None


def calls(source: str) -> set[str]:
    """The names of the functions that a cell calls when it is run.

    Calls in the body of a function do not count, since defining it does not make them.
    """
    return {name for node in _read(source).tree.body for name, _ in _calls(node)}


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
    """The source of each statement of the cell that can be parsed."""
    read = _read(source)
    return [_segment(read, node)[1] for node in read.tree.body]


def definitions(source: str) -> list[str]:
    """The source of each import and each definition of a function or class in the cell."""
    read = _read(source)
    return [_segment(read, node)[1] for node in read.tree.body if isinstance(node, _DEFINITIONS)]


def definitions_only(source: str) -> str:
    """The cell's imports and definitions on their own lines; the other lines are empty."""
    return _only(source, [n for n in _read(source).tree.body if isinstance(n, _DEFINITIONS)])


def definitions_and_constants(source: str) -> str:
    """The cell's imports, definitions and assignments of constants, such as `rate = 0.1`."""
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
    """The cell without statements that use one of `names`, or a variable that such a one assigns.

    Line numbers stay the same. Expressions that stand alone are left out too, because in such a
    cell they print or plot the result. Imports and definitions always stay.
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
    """The number of a statement's first line, and its source, with decorators and magics."""
    decorators = getattr(node, "decorator_list", [])
    first = decorators[0].lineno if decorators else node.lineno
    if decorators or isinstance(node, ast.Pass):
        return first, "\n".join(read.lines[first - 1 : node.end_lineno])
    last = node.end_lineno or first
    text = read.texts[first - 1 : last]
    # Column offsets count bytes. The last line is cut first, since it may also be the first one.
    text[-1] = text[-1].encode()[: node.end_col_offset].decode()
    text[0] = text[0].encode()[node.col_offset :].decode()
    return first, "\n".join(text)


def anchored(source: str) -> str:
    """The cell with the empty lines at its top made comments.

    IPython removes empty lines there, so its line numbers would differ from ours.
    """
    lines = source.split("\n")
    empty = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if empty == 0 or _CELL_MAGIC.match(source):
        return source
    return "\n".join(["#"] * empty + lines[empty:])


def is_untouched(source: str, name: str, original: str | None = None) -> bool:
    """Whether the function `name` of a cell is still the stub that students were given.

    It is if there is nothing but comments, `pass`, `...` and assignments of None between START CODE
    HERE and END CODE HERE, or if its `skeleton` is `original`, that of the template's function.
    """
    stubs = list(_stubs(_lines_of(source, name)))
    if stubs and all(_is_blank(line) for stub in stubs for line in stub):
        return True
    return original is not None and skeleton(source, name) == original


def _lines_of(source: str, name: str) -> list[str]:
    """The lines of a function, with the comments after it; of the whole cell if it is not found."""
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
    """Whether a line of a stub is empty, a comment, `pass`, `...`, or assigns nothing but None."""
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
    """The abstract syntax tree of a function's arguments and body, as text.

    It is the same for two functions that differ only in comments, docstring and layout. None where
    the cell has no such function.
    """
    function = functions(source).get(name)
    if function is None:
        return None
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    try:
        return ast.dump(function.args) + "".join(map(ast.dump, body))
    except RecursionError:  # an expression nested deeper than Python can print
        return None
