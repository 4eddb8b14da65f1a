"""Find out the inputs of public cases by running what students have of them, in a kernel.

That is a module that lists them, or a function that draws a student's own. In a folder that
somebody else may have written to, such as a student's clone, it is code as strange as the notebook.
So it never runs in our process; what it returns is decoded strictly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.assignments.attached import Draws
from grader.assignments.records import Assignment
from grader.errors import AssignmentError, WireError
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.event_loop import run
from grader.execution.outcome import Outcome, Raised, Returned
from grader.execution.protection import protection_in_force
from grader.execution.session import Execution, confinement_for
from grader.notebooks.read import Cell
from grader.values import wire

_ASKED = """
import importlib

def inputs(module, exercise, case):
    args, kwargs = importlib.import_module(module).PUBLIC_CASES[exercise][case]()
    return args, kwargs
"""
_FUNCTION = "inputs"


def public_inputs(
    assignment: Assignment, module: str, names: Sequence[tuple[str, str]], single: bool = False
) -> dict[tuple[str, str], Callable[[], Any]]:
    """For each exercise and case a function that makes new objects of the case's inputs.

    `module` is a module of the assignment's folder. With `single`, the warm parent is like that of
    a submission which is graded alone, and serves both. Raises AssignmentError where the module
    does not give the inputs, and KernelFailure where no kernel can be started.
    """
    outcomes = run(_asked(assignment, module, names, single))
    return {
        name: _maker(assignment.folder / f"{module}.py", name, outcome)
        for name, outcome in zip(names, outcomes, strict=True)
    }


async def drawn_inputs(
    assignment: Assignment, draws: Draws, student: str
) -> bytes | memoryview | None:
    """The inputs, encoded, that the function draws for a student's id, in a kernel of its own.

    None where it does not give any.
    """
    match await _drawn(assignment, draws, student):
        case Returned((tuple(), dict()) as value):
            return wire.encode(value, inputs=True)
    return None


async def drawn_value(
    assignment: Assignment, draws: Draws, student: str
) -> bytes | memoryview | None:
    """The value, encoded, of a parameter for a student's id; None where there is none."""
    outcome = await _drawn(assignment, draws, student)
    if not isinstance(outcome, Returned):
        return None
    try:
        return wire.encode(outcome.value, inputs=True)
    except WireError:
        return None


async def _drawn(assignment: Assignment, draws: Draws, student: str) -> Outcome:
    async with _execution(assignment, draws.source, single=True) as execution:
        return await execution.call(Call((draws.name,), wire.encode(((student,), {}))))


async def _asked(
    assignment: Assignment, module: str, names: Sequence[tuple[str, str]], single: bool
) -> list[Outcome]:
    async with _execution(assignment, _ASKED, single) as execution:
        calls = [Call((_FUNCTION,), wire.encode(((module, *name), {}))) for name in names]
        return [await execution.call(each) for each in calls]


def _execution(assignment: Assignment, source: str, single: bool) -> Execution:
    """A new execution of the source alone, with the modules of the assignment's folder."""
    limits, imports = assignment.limits, assignment.warm_imports
    shut_in = confinement_for(limits, imports, protection_in_force()[0], rehearsed=not single)
    files = {path.name: path for path in assignment.folder.glob("*.py") if path.is_file()}
    beside = {**files, **assignment.helper_files()}
    return Execution([CellStep(Cell(1, source))], beside, limits, shut_in)


def _maker(path: Path, name: tuple[str, str], outcome: Outcome) -> Callable[[], Any]:
    match outcome:
        case Returned((tuple(), dict()) as inputs):
            encoded = wire.encode(inputs)
            return lambda: wire.decode(encoded)
        case Raised(kind, message):
            how = f"{kind}: {message}"
        case _:
            how = f"it gives {type(outcome).__name__.lower()}"
    raise AssignmentError(
        f"{path}: the inputs of case {name[1]!r} of {name[0]!r} cannot be had ({how}); "
        "unpack the assignment's files again"
    )
