"""Take the reference solutions from the master notebook, and run them in our process."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from grader.assignments.modules import importable
from grader.assignments.records import Assignment
from grader.caches import cached
from grader.errors import AssignmentError
from grader.notebooks.cells import bindings, names_read
from grader.notebooks.read import read_notebook
from grader.values import wire


@cached()
def reference(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The exercises' functions by name, from the master notebook, which is the author's own code.

    Only the statements are run that define the functions, or names that they depend on. Raises
    AssignmentError where these statements fail without the rest of the notebook.
    """
    exercises = {exercise.name for exercise in assignment.exercises}
    cells = read_notebook(assignment.master).cells
    found = [binding for cell in cells for binding in bindings(cell.source)]
    needed = _needed(exercises, found)
    body = [statement for statement, names in found if names & needed]
    namespace: dict[str, Any] = {}
    code = compile(ast.Module(body, []), str(assignment.master), "exec")
    try:
        with importable(assignment.folder):
            exec(code, namespace)
    except Exception as error:  # whatever the author's code may raise
        raise AssignmentError(
            f"{assignment.master}: what its exercises need of it cannot be run without the rest of "
            f"the notebook: {type(error).__name__}: {error}"
        ) from error
    return {name: namespace[name] for name in exercises}


@cached(most=8)
def reference_output(assignment: Assignment, exercise: str, case: str) -> Any:
    """What the reference returns on a case, run in our process; None where it does not return."""
    inputs = next(each for each in assignment.exercise(exercise).cases if each.name == case)
    try:
        function = reference(assignment)[exercise]
        arguments = inputs.arguments()
        # A value that has been over the wire is of base types, as every answer is.
        return wire.decode(wire.encode(function(*arguments.args, **arguments.kwargs)))
    except Exception:  # whatever the author's code may raise
        return None


def code_for(exercises: Iterable[str], master: Path) -> dict[str, str]:
    """Name of an exercise -> the statements of the master that define it and what it depends on.

    They are in a form without comments, docstrings and line ends; it is not Python.
    """
    found = [binding for cell in read_notebook(master).cells for binding in bindings(cell.source)]
    dumped = [(ast.dump(_undocumented(statement)), names) for statement, names in found]
    code = {}
    for exercise in exercises:
        needed = _needed({exercise}, found)
        code[exercise] = "\n".join(text for text, names in dumped if names & needed)
    return code


def _undocumented(statement: ast.stmt) -> ast.stmt:
    """The function without its docstring; any other statement as it is."""
    if isinstance(statement, ast.FunctionDef) and ast.get_docstring(statement) is not None:
        found = ast.FunctionDef(**dict(ast.iter_fields(statement)))
        found.body = statement.body[1:] or [ast.Pass()]
        return found
    return statement


def _needed(names: set[str], found: list[tuple[ast.stmt, set[str]]]) -> set[str]:
    """All names that a definition of `names` depends on, directly or through other definitions.

    Each of `found` is a statement with the names that it binds. The result includes `names`
    themselves. If some name is bound nowhere, it also has "*", which stands for every
    `from module import *`, because one of those may bind it.
    """
    needed, more = set[str](), names
    while more:
        needed |= more
        read = (names_read(statement) for statement, bound in found if bound & more)
        more = set[str]().union(*read) - needed
    known = {name for _, bound in found for name in bound} | set(dir(builtins))
    return needed if needed <= known else needed | {"*"}
