"""Cases drawn afresh for one run, to find out who has memorised the answers to the frozen ones.

The same generators give other inputs, and the reference solution gives the expected outputs, here
in our process. A function that passes every frozen case and fails these is flagged for a person to
look at; no points depend on it.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from grader import wire
from grader.assignment import Assignment, Exercise
from grader.authoring import drawn_afresh
from grader.cases import importable
from grader.difference import first_difference
from grader.execution import Execution
from grader.model import ExerciseResult, Verdict
from grader.notebook import read_notebook
from grader.outcome import Returned
from grader.source import functions, imports

# Of each exercise, so many cases are drawn.
CASES_DRAWN = 2


async def suspicion(
    result: ExerciseResult, exercise: Exercise, assignment: Assignment, seed: int, run: Execution
) -> str:
    """A remark, if the exercise passes its frozen cases and not those drawn by `seed`; or ""."""
    if result.verdict not in (Verdict.CORRECT, Verdict.ACCEPTED):
        return ""
    right = _right_function(result, exercise, assignment)
    failed, drawn = 0, 0
    for inputs, tolerance in _draw(exercise, seed):
        outcome = await run.call(exercise.names, wire.encode((inputs.args, inputs.kwargs)))
        expected = wire.decode(wire.encode(right(*inputs.args, **inputs.kwargs)))
        drawn += 1
        failed += not isinstance(outcome, Returned) or (
            first_difference(expected, outcome.value, tolerance, exercise.returns) is not None
        )
    if not failed:
        return ""
    return (
        f"{exercise.name} passes all frozen cases, but {failed} of {drawn} drawn afresh for this "
        f"run (seed {seed}) fail: are its answers memorised?"
    )


def _right_function(
    result: ExerciseResult, exercise: Exercise, assignment: Assignment
) -> Callable[..., Any]:
    """The variant that explained the frozen cases, or the reference."""
    for variant in exercise.accepted:
        if result.diagnosis and variant.name == result.diagnosis.variant:
            return variant.function
    return reference(assignment)[exercise.name]


def _draw(exercise: Exercise, seed: int) -> Iterator[tuple[Any, Any]]:
    """Inputs and tolerance of some of the exercise's cases, other ones for another seed."""
    fresh = [(drawn_afresh(case.arguments, seed), case.tolerance) for case in exercise.cases]
    drawn = [(inputs, tolerance) for inputs, tolerance in fresh if inputs is not None]
    chosen = random.Random(f"{seed} {exercise.name}").sample(drawn, min(CASES_DRAWN, len(drawn)))
    yield from chosen


@cache
def reference(assignment: Assignment) -> dict[str, Callable[..., Any]]:
    """The exercises' functions from the master notebook, executed in our process.

    With them come the imports they need, and nothing else of the notebook. The master is the
    author's code.
    """
    cells = [cell.source for cell in read_notebook(assignment.master).cells]
    names = {exercise.name for exercise in assignment.exercises}
    wanted = [
        function
        for source in cells
        for name, function in functions(source).items()
        if name in names
    ]
    needed = {
        node.id for function in wanted for node in ast.walk(function) if isinstance(node, ast.Name)
    }
    body: list[ast.stmt] = [*_imports(cells, needed), *wanted]
    namespace: dict[str, Any] = {}
    code = compile(ast.Module(body, []), str(assignment.master), "exec")
    with importable(assignment.folder):
        exec(code, namespace)
    return {name: namespace[name] for name in names}


def _imports(cells: list[str], needed: set[str]) -> Iterator[ast.stmt]:
    """The imports among the cells that bind a name that is needed."""
    for source in cells:
        for node in imports(source):
            bound = {(each.asname or each.name).split(".")[0] for each in node.names}
            if bound & needed:
                yield node
