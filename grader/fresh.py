"""Cases drawn afresh for one run, to find out who has memorised the answers to the frozen ones.

The same generators give other inputs, and the reference solution gives the expected outputs, here
in our process. A function that passes every frozen case and fails these is flagged for a person to
look at; no points depend on it.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from grader import wire
from grader.assignment import Assignment, Exercise
from grader.authoring import drawn_afresh
from grader.caller import Call
from grader.cases import importable
from grader.difference import Tolerance, first_difference
from grader.execution import Execution
from grader.model import ExerciseResult, Verdict
from grader.notebook import read_notebook
from grader.outcome import Outcome, Returned
from grader.source import functions, imports

# Of each exercise, so many cases are drawn.
CASES_DRAWN = 2


async def suspicions(
    results: Sequence[ExerciseResult], assignment: Assignment, seed: int, run: Execution
) -> list[str]:
    """A remark for each exercise that passes its frozen cases and not those drawn by `seed`."""
    passed = [
        (exercise, _draw(exercise, assignment, _variant(result), seed))
        for exercise, result in zip(assignment.exercises, results, strict=True)
        if result.verdict in (Verdict.CORRECT, Verdict.ACCEPTED)
        # Partly the variant, partly the reference: no one function is right for all.
        and not (result.diagnosis and result.diagnosis.parts)
    ]
    outcomes = await run.call_all(
        [[Call(exercise.names, each.inputs) for each in drawn] for exercise, drawn in passed]
    )
    return [
        f"{exercise.name} passes all frozen cases, but {failed} of {len(drawn)} drawn afresh for "
        f"this run (seed {seed}) fail: are its answers memorised?"
        for (exercise, drawn), of_drawn in zip(passed, outcomes, strict=True)
        if (failed := _failed(exercise, drawn, of_drawn))
    ]


def _variant(result: ExerciseResult) -> str:
    return result.diagnosis.variant if result.diagnosis else ""


def _failed(exercise: Exercise, drawn: Sequence[_Drawn], outcomes: Sequence[Outcome]) -> int:
    """How many of the cases fail; those without an outcome do."""
    passed = sum(
        isinstance(outcome, Returned)
        and first_difference(each.expected, outcome.value, each.tolerance, exercise.returns) is None
        for each, outcome in zip(drawn, outcomes, strict=False)
    )
    return len(drawn) - passed


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A case drawn afresh: encoded inputs, and what is right for them."""

    inputs: bytes | memoryview
    expected: Any
    tolerance: Tolerance


@lru_cache(maxsize=256)
def _draw(
    exercise: Exercise, assignment: Assignment, variant: str, seed: int
) -> tuple[_Drawn, ...]:
    """Some of the exercise's cases drawn by the seed, the same for every submission of a run.

    Right is what the `variant` gives, or the reference where there is none.
    """
    accepted = {each.name: each.function for each in exercise.accepted}
    right = accepted[variant] if variant else reference(assignment)[exercise.name]
    drawn: list[_Drawn] = []
    for case in random.Random(f"{seed} {exercise.name}").sample(
        exercise.cases, len(exercise.cases)
    ):
        inputs = drawn_afresh(case.arguments, seed)
        if inputs is not None and len(drawn) < CASES_DRAWN:
            encoded = wire.encode((inputs.args, inputs.kwargs))
            # A value that has been over the wire is of base types, as every answer is.
            expected = wire.decode(wire.encode(right(*inputs.args, **inputs.kwargs)))
            drawn.append(_Drawn(encoded, expected, case.tolerance))
    return tuple(drawn)


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
