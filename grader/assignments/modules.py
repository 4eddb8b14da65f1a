"""Run the author's modules in our process, and report their errors with file and line.

These are the modules with cases, variants and pictures in the solutions folder, and the helper
modules that students get. Modules of the same name in several assignments are kept apart.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any

from grader.errors import AssignmentError

_IMPORTING = threading.RLock()


def error_at(function: Callable[..., Any], problem: str) -> AssignmentError:
    """An AssignmentError about a function of the author's, with its file and line."""
    function = function.func if isinstance(function, partial) else function
    line = function.__code__.co_firstlineno
    return AssignmentError(f"{inspect.getsourcefile(function)}, line {line}: {problem}")


def marked(path: Path, kind: type[Any] | UnionType) -> Iterator[tuple[Callable[..., Any], Any]]:
    """The functions of a module that a decorator of `grader.authoring` has marked, with the marks.

    They come in the order of the file. Raises AssignmentError for a mark of another kind than
    `kind`, which does not belong in this module.
    """
    for value in vars(run_module(path)).values():
        for mark in getattr(value, "__fairgrade__", ()) if inspect.isfunction(value) else ():
            if isinstance(mark, kind):
                yield value, mark
            elif value.__module__ == path.stem:  # defined here: nobody else would read it
                raise error_at(value, f"{mark.place}; here it is not read")


def run_module(path: Path) -> ModuleType:
    """Run the author's module at `path`, unless another module has imported it already.

    Raises AssignmentError, with file and line, for whatever it raises.
    """
    _check_names(path)
    imported = sys.modules.get(path.stem)
    if imported and getattr(imported, "__file__", None) == str(path):
        return imported  # by another module of its folder
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
    except FileNotFoundError:
        raise AssignmentError(f"{path}: there is no such file; it holds the cases") from None
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(f"{path}{_line_in(path, error)}: {words_of(error)}") from error
    return module


def _check_names(path: Path) -> None:
    """Raise AssignmentError where a module defines two functions of the same name.

    The second would replace the first, and its case would be missing without a message.
    """
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except (OSError, SyntaxError, ValueError):
        return  # `run_module` reports it
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    for name, count in Counter(function.name for function in functions).items():
        if count > 1:
            line = [function.lineno for function in functions if function.name == name][1]
            raise AssignmentError(
                f"{path}, line {line}: there are two functions named {name!r}; "
                "each case, variant and picture needs a name of its own"
            )


def _line_in(path: Path, error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""


def words_of(error: Exception) -> str:
    """The exception's type and message, such as "KeyError: 'W1'"."""
    # `str` of a SyntaxError would repeat file and line.
    return f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"


@contextmanager
def importable(*folders: Path) -> Iterator[None]:
    """Make the modules in these folders importable while the context lasts.

    Afterwards they are removed from `sys.modules`, so that another assignment's module of the same
    name can be imported. `sys.path` and `sys.modules` belong to the whole process, so a lock keeps
    other threads waiting.
    """
    with _IMPORTING:
        before, path = set(sys.modules), list(sys.path)
        sys.path[:0] = [str(folder) for folder in folders]
        try:
            yield
        finally:
            sys.path[:] = path
            for name in set(sys.modules) - before:
                file = getattr(sys.modules[name], "__file__", None)
                if file and Path(file).parent in folders:
                    del sys.modules[name]


def doc_of(function: Callable[..., Any]) -> str:
    """The function's docstring on one line; without one, its name with spaces for underscores."""
    return " ".join((inspect.getdoc(function) or function.__name__.replace("_", " ")).split())
