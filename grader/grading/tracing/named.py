"""The variables that a template names: what its functions assign to, outside of inner functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.assignments.records import Assignment, Exercise
from grader.caches import cached
from grader.notebooks.cells import functions
from grader.notebooks.read import read_notebook


@cached()
def variables(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """For each exercise the names that its function in the template assigns to, in order.

    `v["dW1"] = None` names `v`. The variables of loops are left out: how somebody counts is no
    step of its own. An exercise that the template does not define has no entry.
    """
    cells = read_notebook(assignment.template)
    return {
        exercise.name: tuple(dict.fromkeys(_assigned(functions(cell.source)[exercise.name])))
        for exercise in assignment.exercises
        for cell in cells.cells_defining((exercise.name,))[-1:]
        if _is_whole(exercise, cell.source)
    }


def _is_whole(exercise: Exercise, source: str) -> bool:
    return exercise.name in functions(source)


def _assigned(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Assign(targets=targets):
                yield from (name for target in targets for name in _names(target))
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
                yield from _names(target)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.stmt():
                yield from _assigned(child)


def _names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(name):
            yield name
        case ast.Subscript(value=value) | ast.Starred(value=value):
            yield from _names(value)
        case ast.Tuple(elts) | ast.List(elts):
            yield from (name for each in elts for name in _names(each))
