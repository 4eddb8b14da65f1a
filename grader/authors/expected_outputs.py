"""Run the reference solution, and freeze what it returns as the expected outputs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.assignments.load import read_assignment
from grader.assignments.paths import EXPECTED_OUTPUTS
from grader.assignments.records import Assignment, Case, Exercise
from grader.errors import AssignmentError
from grader.execution.calls import Call
from grader.execution.outcome import (
    Incomparable,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.execution.session import Execution, confinement_for, step_for
from grader.model import Visibility
from grader.notebooks.read import read_notebook
from grader.sandbox.level import Level
from grader.values import wire
from grader.values.array import MAX_NUMBERS
from grader.values.frozen import freeze, holds_digest, pretty


def frozen_outputs(assignment: Assignment, root: Path) -> dict[Path, bytes]:
    """Path -> content of the two files of expected outputs, from calling the master's functions.

    Raises AssignmentError where the reference does not return on a case, or returns what cannot be
    compared later.
    """
    outputs: dict[tuple[str, str], Any] = {}
    for name, exercises in _by_master(assignment).items():
        source = read_assignment(root, name)
        outputs |= asyncio.run(_reference_outputs(source, exercises))
    return {
        folder / EXPECTED_OUTPUTS: f"{pretty(_frozen(assignment, visibility, outputs))}\n".encode()
        for visibility, folder in (
            (Visibility.PUBLIC, assignment.folder),
            (Visibility.HIDDEN, assignment.solutions),
        )
    }


def _by_master(assignment: Assignment) -> dict[str, list[Exercise]]:
    """Name of the assignment whose master gives the outputs -> the exercises it gives them for."""
    groups: dict[str, list[Exercise]] = {}
    for exercise in assignment.exercises:
        groups.setdefault(exercise.outputs_from or assignment.name, []).append(exercise)
    return groups


async def _reference_outputs(
    assignment: Assignment, exercises: Sequence[Exercise]
) -> dict[tuple[str, str], Any]:
    """(exercise, case) -> what the master's function returns in a kernel, as a student's does.

    The master is the author's own code, so the weakest protection (limits) is enough for it.
    """
    notebook = read_notebook(assignment.master)
    contents = {
        name: path.read_bytes() if path.exists() else b"{}"
        for name, path in assignment.helper_files().items()
    }
    steps = [step_for(cell, assignment.long_running, full=False) for cell in notebook.cells]
    outputs = {}
    limits = assignment.limits
    confinement = confinement_for(limits, assignment.warm_imports, Level.LIMITS)
    async with Execution(steps, contents, limits, confinement) as execution:
        for exercise in exercises:
            for case in exercise.cases:
                inputs = case.arguments()
                encoded = wire.encode((inputs.args, inputs.kwargs))
                outcome = await execution.call(Call((exercise.name,), encoded))
                if not isinstance(outcome, Returned):
                    raise AssignmentError(
                        f"{assignment.master}: the reference solution of {exercise.name!r} does "
                        f"not pass the case {case.name!r}: {_in_words(outcome)}"
                    )
                check_count(exercise, case, outcome.value, assignment.master)
                outputs[exercise.name, case.name] = outcome.value
    return outputs


def _in_words(outcome: Outcome) -> str:
    match outcome:
        case Raised(kind, message, line):
            where = f" (line {line} of its cell)" if line else ""
            return f"it raises {kind}: {message}{where}"
        case Incomparable(reason):
            return f"what it returns cannot be compared: {reason}"
        case Missing():
            return "there is no such function once the notebook has run; run the master in Jupyter"
        case TimedOut(seconds):
            return f"it had not returned after {seconds:.3g} s (call_seconds in assignment.toml)"
        case NotCalled(reason):
            return reason
    return "it ended the Python process it ran in"


def check_count(exercise: Exercise, case: Case, value: Any, master: Path) -> None:
    """Raise AssignmentError where another number of values is returned than `returns` names."""
    names, also = exercise.returns.names, exercise.returns.also
    if len(names) < 2 or (
        isinstance(value, (tuple, list)) and len(value) in (len(names), len(names + also))
    ):
        return
    what = f"{len(value)} values" if isinstance(value, (tuple, list)) else "a single value"
    raise AssignmentError(
        f"{master}: the reference solution of {exercise.name!r} returns {what} on the case "
        f"{case.name!r}, where `returns` in assignment.toml names {len(names)}: {', '.join(names)}"
    )


def _frozen(
    assignment: Assignment, visibility: Visibility, outputs: dict[tuple[str, str], Any]
) -> dict[str, Any]:
    return {
        exercise.name: {
            "returns": list(exercise.returns.names),
            "may_also_return": list(exercise.returns.also),
            "cases": {
                case.name: {
                    "rtol": case.tolerance.rtol,
                    "atol": case.tolerance.atol,
                    **({} if case.compare == "equal" else {"compare": case.compare}),
                    **(_inputs(case) if visibility is Visibility.PUBLIC else {}),
                    "expected": _expected(case, outputs[exercise.name, case.name]),
                }
                for case in exercise.cases
                if case.visibility is visibility
            },
        }
        for exercise in assignment.exercises
    }


def _expected(case: Case, output: Any) -> Any:
    frozen = freeze(output)
    if case.compare != "equal" and holds_digest(frozen):
        raise AssignmentError(
            f"the expected output of the case {case.name!r} has an array of more than "
            f"{MAX_NUMBERS:,} numbers, of which only a hash is kept, and that cannot be compared "
            f"by compare={case.compare!r}; give the case smaller inputs"
        )
    return frozen


def _inputs(case: Case) -> dict[str, Any]:
    """How a student gets the inputs of a public case: the module that makes them, or themselves."""
    if case.module:
        return {"title": case.title, "inputs_from": case.module}
    given = case.arguments()
    frozen = {
        "args": [freeze(value) for value in given.args],
        "kwargs": {name: freeze(value) for name, value in given.kwargs.items()},
    }
    if holds_digest(frozen):
        raise AssignmentError(
            f"the public case {case.name!r} has inputs of more than {MAX_NUMBERS:,} numbers, too "
            "many to be kept as text; write it in a helper module with PUBLIC_CASES instead, "
            "where its inputs are computed"
        )
    return {"title": case.title, "inputs": frozen}
