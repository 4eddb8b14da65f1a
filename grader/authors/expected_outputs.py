"""Freeze what the reference solution returns as the expected outputs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.assignments.paths import EXPECTED_OUTPUTS
from grader.assignments.records import Assignment, Case
from grader.errors import AssignmentError
from grader.grading.reference_outputs import reference_outputs
from grader.model import Visibility
from grader.values.arrays.array import MAX_NUMBERS
from grader.values.frozen import freeze, holds_digest, pretty


def frozen_outputs(assignment: Assignment, root: Path) -> dict[Path, bytes]:
    """Path -> content of the two files of expected outputs, from calling the master's functions.

    Raises AssignmentError where the reference does not return on a case, or returns what cannot be
    compared later.
    """
    outputs = reference_outputs(assignment, root)
    return {
        folder / EXPECTED_OUTPUTS: f"{pretty(_frozen(assignment, visibility, outputs))}\n".encode()
        for visibility, folder in (
            (Visibility.PUBLIC, assignment.folder),
            (Visibility.HIDDEN, assignment.solutions),
        )
    }


def _frozen(
    assignment: Assignment, visibility: Visibility, outputs: dict[tuple[str, str], Any]
) -> dict[str, Any]:
    return {
        exercise.name: {
            **({} if exercise.kind == "function" else {"kind": exercise.kind}),
            "returns": list(exercise.returns.names),
            "may_also_return": list(exercise.returns.also),
            "cases": {
                case.name: {
                    "rtol": case.tolerance.rtol,
                    "atol": case.tolerance.atol,
                    **({} if case.compare == "equal" else {"compare": case.compare}),
                    **({"raises": case.raises} if case.raises else {}),
                    **({"says": case.says} if case.says else {}),
                    **({"checked": True} if case.check else {}),
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
    if case.check and "expected" in case.check.takes and holds_digest(frozen):
        raise AssignmentError(
            f"the expected output of the case {case.name!r} has an array of more than "
            f"{MAX_NUMBERS:,} numbers, of which only a hash is kept, so its checker cannot have "
            "it as `expected`; give the case smaller inputs"
        )
    if case.compare != "equal" and holds_digest(frozen):
        raise AssignmentError(
            f"the expected output of the case {case.name!r} has an array of more than "
            f"{MAX_NUMBERS:,} numbers, of which only a hash is kept, and that cannot be compared "
            f"by compare={case.compare!r}; give the case smaller inputs"
        )
    return frozen


def _inputs(case: Case) -> dict[str, Any]:
    """How a student gets the inputs of a public case: the module that makes them, or themselves."""
    if case.driver:
        nothing: dict[str, Any] = {"args": [], "kwargs": {}}
        driver = {name: value for name, value in asdict(case.driver).items() if value != ""}
        return {"title": case.title, "inputs": nothing, "driver": driver}
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
    draws = {"name": case.draws.name, "source": case.draws.source} if case.draws else {}
    return {"title": case.title, "inputs": frozen, **({"draws": draws} if draws else {})}
