"""Read the source of an author's functions that a kernel runs.

A driver looks at what a notebook made; what draws a student's inputs is handed out with a public
case, and runs where the student has it.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from grader import drivers
from grader.assignments.attached import Draws, Driver
from grader.assignments.modules import error_at
from grader.authoring import EXAMPLE, generator_for
from grader.notebooks.cells import names_read

LONGEST_LABEL = 60
_OURS = drivers.__name__.partition(".")[0]
_TAKES_NAMES = "a driver takes names of the notebook, one or more"
# Between these, a statement may run more or less often than once.
_BRANCHES = (ast.For, ast.While, ast.If, ast.Try, ast.Match, ast.YieldFrom)


def driver_of(function: Callable[..., Any]) -> Driver:
    """The driver that a generator function of the author's is.

    Raises AssignmentError where it is none, or uses names that it does not take or import.
    """
    if not inspect.isgeneratorfunction(function):
        raise error_at(function, "a driver is a generator function: it yields what it sees")
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    given = node.args
    if given.vararg or given.kwarg or given.defaults or given.kwonlyargs or not given.args:
        raise error_at(function, _TAKES_NAMES)
    takes = tuple(each.arg for each in given.args if each.arg != STUDENT)
    if not takes:
        raise error_at(function, _TAKES_NAMES)
    draws = len(takes) < len(given.args)
    node.decorator_list = []
    _InsteadOfOurs(function).visit(node)
    known = {*dir(builtins), function.__name__, *((generator_for.__name__,) if draws else ())}
    unknown = sorted(names_read(node) - known)
    helpers = [getattr(drivers, name) for name in unknown if _is_ready(name)]
    others = [name for name in unknown if not _is_ready(name)]
    if others:
        raise error_at(
            function,
            f"the driver uses {others[0]!r}, which it neither takes as a parameter nor imports; it "
            "runs in the kernel, where nothing else of this file is",
        )
    node.body = [each for each in node.body if not _is_docstring(each)] or [ast.Pass()]
    prelude = _WITH_GENERATOR if draws else _PRELUDE
    sources = [prelude, *map(inspect.getsource, helpers), ast.unparse(node)]
    student = EXAMPLE if draws else ""
    return Driver("\n".join(sources), function.__name__, takes, tuple(_labels(node)), student)


_PRELUDE = "from __future__ import annotations\n"
_WITH_GENERATOR = f"""{_PRELUDE}import unicodedata
from hashlib import sha256
import numpy as np

{inspect.getsource(generator_for)}"""
_FOR_DRAWING = f"""{_WITH_GENERATOR}
def arguments(*args, **kwargs):
    return args, kwargs
"""
_DRAWING_KNOWS = frozenset(("arguments", generator_for.__name__))
# The parameter by which a case's function, or a driver, asks for a student's id.
STUDENT = "student"


def draws_of(function: Callable[..., Any], *, public: bool) -> Draws | None:
    """What draws a case's inputs for a student; None where they are the same for everybody.

    Raises AssignmentError where a function that students get uses names that it does not import.
    """
    if [*inspect.signature(function).parameters] != [STUDENT]:
        return None
    if not public:
        return Draws(function.__name__, function=function)
    return _handed_out(function, "public case")


def parameter_draws_of(function: Callable[..., Any]) -> Draws:
    """What draws a parameter for a student; raises AssignmentError for what cannot."""
    if [*inspect.signature(function).parameters] != [STUDENT]:
        problem = f"the function of a parameter takes {STUDENT!r} and nothing else"
        raise error_at(function, problem)
    return _handed_out(function, "parameter's function")


def _handed_out(function: Callable[..., Any], what: str) -> Draws:
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    node.decorator_list, node.returns = [], None
    node.args = ast.arguments([], [ast.arg(STUDENT)], None, [], [], None, [])
    _InsteadOfOurs(function).visit(node)
    unknown = sorted(names_read(node) - set(dir(builtins)) - {node.name} - _DRAWING_KNOWS)
    if unknown:
        raise error_at(
            function,
            f"this {what} uses {unknown[0]!r}, which it does not import itself; students get the "
            "function without the rest of this file, to draw with it what is their own",
        )
    node.body = [each for each in node.body if not _is_docstring(each)] or [ast.Pass()]
    return Draws(node.name, f"{_FOR_DRAWING}\n{ast.unparse(node)}\n", function)


class _InsteadOfOurs(ast.NodeTransformer):
    """Takes out what a function imports from fairgrade, which is not there where it runs.

    What is ready in `grader.drivers` and `grader.authoring` is put beside the function by its name,
    wherever it is imported. Raises AssignmentError for other imports.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        for each in node.names:
            self._refuse(each.name, each.name)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | list[ast.stmt]:
        given = node.module in (drivers.__name__, generator_for.__module__)
        for each in node.names:
            if not (given and (_is_ready(each.name) or each.name in _DRAWING_KNOWS)):
                self._refuse(node.module or "", each.name)
                return node
        renamed: list[ast.stmt] = [
            ast.parse(f"{each.asname} = {each.name}").body[0] for each in node.names if each.asname
        ]
        return renamed or ast.Pass()

    def _refuse(self, module: str, what: str) -> None:
        if module.partition(".")[0] == _OURS:
            raise error_at(
                self._function,
                f"it imports {what!r}, which is not there where it runs; of fairgrade it may use "
                "`generator_for`, and what docs/kinds.md names of `grader.drivers`",
            )


def _is_ready(name: str) -> bool:
    return getattr(getattr(drivers, name, None), "__module__", "") == drivers.__name__


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _labels(node: ast.FunctionDef) -> Iterator[str]:
    """What is yielded, as it is written; nothing where that may not be once each, in order."""
    nodes = [each for each in ast.walk(node) if isinstance(each, (ast.Yield, *_BRANCHES))]
    yields = [each for each in nodes if isinstance(each, ast.Yield)]
    if len(yields) == len(nodes):
        yields.sort(key=lambda each: (each.lineno, each.col_offset))
        yield from (_label(place, each.value) for place, each in enumerate(yields) if each.value)


def _label(place: int, value: ast.expr) -> str:
    """An expression as it is written; of a long one what is called, or else its number."""
    written = ast.unparse(value)
    if len(written) > LONGEST_LABEL and isinstance(value, ast.Call):
        written = f"{ast.unparse(value.func)}(…)"
    return written if len(written) <= LONGEST_LABEL else f"observations[{place}]"
