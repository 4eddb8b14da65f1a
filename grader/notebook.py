"""Read a notebook as students hand it in, and take its cells apart without running them."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from grader.errors import SubmissionError

MAX_NOTEBOOK_BYTES = 50_000_000
MAX_CELL_CHARACTERS = 200_000
START_MARK = re.compile(r"^\s*#+\s*START CODE HERE")
END_MARK = re.compile(r"^\s*#+\s*END CODE HERE")

_MERGE_MARK = re.compile(r"^(<{7}|={7}|>{7})", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\A\s*%%(time|timeit|capture|prun)\b[^\n]*\n")
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell. `number` counts all cells of the notebook from 1, as a person would."""

    number: int
    source: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code cells of a notebook, and the assignment its metadata names (or an empty string)."""

    cells: tuple[Cell, ...]
    assignment: str = ""
    flags: tuple[str, ...] = ()

    def cells_defining(self, names: tuple[str, ...]) -> list[Cell]:
        """The cells that define a function of one of `names`, readable Python or not."""
        return [cell for cell in self.cells if any(defines(cell.source, name) for name in names)]


def read_notebook(path: Path) -> Notebook:
    """The notebook at `path`, whatever edition of the format it is in.

    Raises SubmissionError, with the reason in words, for everything that cannot be graded.
    """
    data = _json(_text(path))
    language = _language(data)
    if language not in ("", "python"):
        raise SubmissionError(f"is a notebook in {language[:40]}, where Python is expected")
    flags: tuple[str, ...] = ()
    if data["nbformat"] != nbformat.current_nbformat:
        flags = (f"converted from notebook format {data['nbformat']}",)
    cells = tuple(_code_cells(_converted(data)))
    if not any(cell.source.strip() for cell in cells):
        raise SubmissionError("has no code in it")
    named = _dict(_dict(data.get("metadata")).get("fairgrade")).get("assignment")
    return Notebook(cells, named if isinstance(named, str) else "", flags)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MAX_NOTEBOOK_BYTES:
            raise SubmissionError(
                f"is {size // 1_000_000} MB large, where at most {MAX_NOTEBOOK_BYTES // 1_000_000} "
                "are read; clearing the outputs makes it small"
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SubmissionError("is not a notebook: its bytes are not UTF-8 text") from None
    except OSError as error:
        raise SubmissionError(f"cannot be read: {error.strerror or error}") from None


def _json(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        if _MERGE_MARK.search(text):
            raise SubmissionError(
                "is not valid JSON: it holds the marks of an unresolved merge (<<<<<<<)"
            ) from None
        what = "is empty" if not text.strip() else f"is not valid JSON (line {error.lineno})"
        raise SubmissionError(what) from None
    except (RecursionError, ValueError):
        raise SubmissionError("is not a notebook: its JSON is nested too deeply") from None
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise SubmissionError("is JSON, but not a notebook")
    return data


def _language(data: dict[str, Any]) -> str:
    metadata = _dict(data.get("metadata"))
    language = _dict(metadata.get("language_info")).get("name")
    language = language or _dict(metadata.get("kernelspec")).get("language")
    return language.lower() if isinstance(language, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _converted(data: dict[str, Any]) -> dict[str, Any]:
    """The notebook in the current format; only older ones need nbformat's help."""
    if data["nbformat"] == nbformat.current_nbformat:
        return data
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            converted: dict[str, Any] = nbformat.convert(
                nbformat.from_dict(data), nbformat.current_nbformat
            )
    except Exception:  # nbformat trusts what it is given, and this was given by a student
        raise SubmissionError(
            f"is in notebook format {data['nbformat']}, and could not be converted"
        ) from None
    return converted


def _code_cells(data: dict[str, Any]) -> Iterator[Cell]:
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise SubmissionError("is JSON, but not a notebook: it has no list of cells")
    for number, cell in enumerate(cells, start=1):
        if _dict(cell).get("cell_type") == "code":
            source = cell.get("source", "")
            if isinstance(source, list):
                source = "".join(line for line in source if isinstance(line, str))
            if isinstance(source, str):
                yield Cell(number, source)


@lru_cache(maxsize=512)
def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell, its magics as IPython reads them; None if it is not Python.

    Line numbers are those of the cell.
    """
    if len(source) > MAX_CELL_CHARACTERS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about invalid escapes in the student's strings
            return ast.parse(python_of(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def python_of(source: str) -> str:
    """The cell as plain Python, line for line. Raises SyntaxError where IPython would."""
    timed = _CELL_MAGIC.match(source)
    if timed:
        blank = "\n" * timed.group().count("\n")
        return blank + python_of(source[timed.end() :])
    return str(TransformerManager().transform_cell(source))


def functions(source: str) -> dict[str, Function]:
    """The functions a cell defines at its top level, by name; the last one of a name."""
    tree = parse(source)
    body = tree.body if tree else ()
    return {node.name: node for node in body if isinstance(node, Function)}


def defines(source: str, name: str) -> bool:
    """Whether a cell defines the function, or tries to in a cell that does not parse."""
    if parse(source):
        return name in functions(source)
    return re.search(rf"^\s*(async\s+)?def\s+{re.escape(name)}\s*\(", source, re.M) is not None


def syntax_error(source: str) -> SyntaxError | None:
    """Why a cell is not Python, or None."""
    if parse(source):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(python_of(source))
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        pass
    return SyntaxError("the cell cannot be read as Python")


def calls(source: str) -> set[str]:
    """The names of functions that a cell calls when it runs, not only when those are called."""
    tree = parse(source)
    waiting: list[ast.AST] = list(tree.body) if tree else []
    found = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        waiting += ast.iter_child_nodes(node)
    return found


def definitions_only(source: str) -> str:
    """What a cell imports and defines, on its own lines, without anything else it does."""
    tree = parse(source)
    if tree is None:
        return ""
    python = python_of(source)
    lines = [""] * len(python.splitlines())
    for node in tree.body:
        if isinstance(node, _DEFINITIONS):
            first, segment = _segment(python, node)
            for number, line in enumerate(segment.split("\n"), start=first - 1):
                lines[number] += f"; {line}" if lines[number] else line
    return "\n".join(lines) if any(lines) else ""


def statements(source: str) -> list[str]:
    """The cell's top-level statements, one by one; the whole cell where it does not parse."""
    tree = parse(source)
    if tree is None:
        return [source]
    python = python_of(source)
    return [_segment(python, node)[1] for node in tree.body]


def _segment(python: str, node: ast.stmt) -> tuple[int, str]:
    """The first line and the text of a statement, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    if decorators:
        first = decorators[0].lineno
        return first, "\n".join(python.splitlines()[first - 1 : node.end_lineno])
    return node.lineno, ast.get_source_segment(python, node) or ""


def is_untouched(source: str, name: str, template: str = "") -> bool:
    """Whether the function `name` in a cell is a stub in which nothing has been written.

    It is one where all its stubs hold nothing but comments and `name = None`, or where it is the
    same function as in the `template` cell, comments and docstring aside.
    """
    stubs = list(_stubs(_lines_of(source, name)))
    if stubs and all(_is_blank(line) for stub in stubs for line in stub):
        return True
    mine, theirs = functions(source).get(name), functions(template).get(name)
    return mine is not None and theirs is not None and _skeleton(mine) == _skeleton(theirs)


def _lines_of(source: str, name: str) -> list[str]:
    """A function's lines and the comments after it; the whole cell, where it is no Python."""
    function, tree = functions(source).get(name), parse(source)
    lines = source.splitlines()
    if function is None or tree is None:
        return lines
    later = [node.lineno for node in tree.body if node.lineno > function.lineno]
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


def _skeleton(function: Function) -> str:
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return ast.dump(function.args) + "".join(map(ast.dump, body))
