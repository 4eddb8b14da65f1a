"""Run the reference solution, and freeze what it returns as the expected outputs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader import wire
from grader.assignment import Assignment, Exercise, read_assignment
from grader.caller import Call
from grader.cases import EXPECTED_OUTPUTS, Case
from grader.errors import AssignmentError
from grader.execution import Execution, confinement_for, step_for
from grader.freezing import MAX_NUMBERS, freeze, pretty
from grader.model import Visibility
from grader.notebook import read_notebook
from grader.outcome import Returned
from grader.sandbox.level import Level


def frozen_outputs(assignment: Assignment, root: Path) -> dict[Path, bytes]:
    """Path -> content of the expected outputs, from calling the master's functions on all cases."""
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
    """(exercise, case) -> what the master's function returns, through a kernel as always.

    The master is the author's own code: no stranger's, so it needs no more than limits.
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
                        f"not return on the case {case.name!r}: {outcome}"
                    )
                outputs[exercise.name, case.name] = outcome.value
    return outputs


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
                    **(_inputs(case) if visibility is Visibility.PUBLIC else {}),
                    "expected": freeze(outputs[exercise.name, case.name]),
                }
                for case in exercise.cases
                if case.visibility is visibility
            },
        }
        for exercise in assignment.exercises
    }


def _inputs(case: Case) -> dict[str, Any]:
    """What a student needs to call a public case: the module that has its inputs, or these."""
    if case.module:
        return {"title": case.title, "inputs_from": case.module}
    given = case.arguments()
    frozen = {
        "args": [freeze(value) for value in given.args],
        "kwargs": {name: freeze(value) for name, value in given.kwargs.items()},
    }
    if '"sha256"' in json.dumps(frozen):
        raise AssignmentError(
            f"the public case {case.name!r} has inputs of more than {MAX_NUMBERS:,} numbers, too "
            "many to be kept as text; write it in a helper module with PUBLIC_CASES instead, "
            "where its inputs are computed"
        )
    return {"title": case.title, "inputs": frozen}
