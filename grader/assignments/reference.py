"""Take the reference solutions from the master notebook, and run them in our process."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from grader.assignments.kinds import called, kind_of
from grader.assignments.modules import importable
from grader.assignments.records import Assignment, Exercise
from grader.caches import cached
from grader.errors import AssignmentError
from grader.notebooks.cells import bindings, names_read
from grader.notebooks.parsing import parsed_cell
from grader.notebooks.read import Notebook, read_notebook
from grader.values import wire

# Statements that define functions and modules, and no data.
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class _Bound(NamedTuple):
    """A statement of the master, with the names that it binds and those that it reads."""

    statement: ast.stmt
    names: set[str]
    reads: set[str]


@cached()
def reference(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The exercises' functions by name, from the master notebook, which is the author's own code.

    Only the statements are run that define the functions, or names that they depend on. Raises
    AssignmentError where these statements fail without the rest of the notebook.
    """
    exercises = {exercise.name for exercise in called(assignment)}
    found = _bound(read_notebook(assignment.master))
    needed = _needed(exercises, found)
    body = [each.statement for each in found if each.names & needed]
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
    """What the reference returns on a case, run in our process.

    None where it does not return, or needs the rest of its notebook.
    """
    if not stands_alone(assignment):
        return None
    inputs = next(each for each in assignment.exercise(exercise).cases if each.name == case)
    try:
        function = reference(assignment)[exercise]
        arguments = inputs.arguments()
        # A value that has been over the wire is of base types, as every answer is.
        return wire.decode(wire.encode(function(*arguments.args, **arguments.kwargs)))
    except Exception:  # whatever the author's code may raise
        return None


def definitions(names: Sequence[str], assignment: Assignment) -> str:
    """Python source that defines these functions as the master does, and binds no other name.

    What they depend on is theirs alone: a function of the same name that stands in the notebook
    where the source is run stays as it is.
    """
    found = _bound(read_notebook(assignment.master))
    needed = _needed({*names}, found)
    body = [each.statement for each in found if each.names & needed]
    source = ast.unparse(ast.Module(body, []))
    made = f"(exec({source!r}, found), [found[name] for name in {[*names]!r}])[1]"
    return f"[{', '.join(names)}] = (lambda found: {made})({{}})"


def code_for(exercises: Iterable[Exercise], master: Path) -> dict[str, str]:
    """Name of an exercise -> the statements of the master that define it and what it depends on.

    Of an exercise that is no function, these are all. They are in a form without comments,
    docstrings and line ends; it is not Python.
    """
    notebook = read_notebook(master)
    found = _bound(notebook)
    every = (node for cell in notebook.cells for node in parsed_cell(cell.source).tree.body)
    whole = "\n".join(ast.dump(_undocumented(statement)) for statement in every)
    dumped = [(ast.dump(_undocumented(each.statement)), each.names) for each in found]
    code = {}
    for exercise in exercises:
        needed = _needed({exercise.name}, found)
        own = "\n".join(text for text, names in dumped if names & needed)
        code[exercise.name] = own if kind_of(exercise).is_called else whole
    return code


def _undocumented(statement: ast.stmt) -> ast.stmt:
    """The function without its docstring; any other statement as it is."""
    if isinstance(statement, ast.FunctionDef) and ast.get_docstring(statement) is not None:
        found = ast.FunctionDef(**dict(ast.iter_fields(statement)))
        found.body = statement.body[1:] or [ast.Pass()]
        return found
    return statement


@cached()
def parametric(assignment: Assignment) -> frozenset[str]:
    """The names of functions of exercises whose code, in the master, reads a parameter."""
    names = {each.name for each in assignment.parameters}
    found = _bound(read_notebook(assignment.master))
    functions = (each.name for each in called(assignment))
    return frozenset(each for each in functions if _needed({each}, found) & names)


@cached()
def stands_alone(assignment: Assignment) -> bool:
    """Whether the definitions that `reference` runs are all that its functions depend on.

    They are not where other statements of the notebook use its data, which these may change, as
    `rates["eur"] = 1.1` and `words.append("a")` do, or where one of its files is named.
    Then only the whole notebook, in its folder, gives what a student's gives.
    """
    notebook = read_notebook(assignment.master)
    statements = [node for cell in notebook.cells for node in parsed_cell(cell.source).tree.body]
    bound = _bound(notebook)
    needed = _needed({exercise.name for exercise in called(assignment)}, bound)
    body = [each.statement for each in bound if each.names & needed]
    data = {
        name
        for each in bound
        if not isinstance(each.statement, _DEFINING)
        for name in each.names & needed
    }
    others = [node for node in statements if node not in body and not isinstance(node, _DEFINING)]
    used = (_needed(names_read(node), bound) for node in others)
    files = {file.name for file in assignment.helper_files().values()}
    texts = {
        each.value for node in body for each in ast.walk(node) if isinstance(each, ast.Constant)
    }
    return not files & texts and not any(data & names for names in used)


def _bound(notebook: Notebook) -> list[_Bound]:
    """The statements at the top level of the notebook's cells that bind names."""
    found = [binding for cell in notebook.cells for binding in bindings(cell.source)]
    return [_Bound(statement, names, names_read(statement)) for statement, names in found]


def _needed(names: set[str], found: list[_Bound]) -> set[str]:
    """All names that a definition of `names` depends on, directly or through other definitions.

    The result includes `names` themselves. If some name is bound nowhere, it also has "*", which
    stands for every `from module import *`, because one of those may bind it.
    """
    needed, more = set[str](), names
    while more:
        needed |= more
        read = (each.reads for each in found if each.names & more)
        more = set[str]().union(*read) - needed
    known = {name for each in found for name in each.names} | set(dir(builtins))
    return needed if needed <= known else needed | {"*"}
