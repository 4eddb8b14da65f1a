"""Tell what the machine has done wrong from what the student has.

Where a package that the assignment imports is missing on this machine, a right notebook fails. Its
exercises that raise errors are then not graded, and the flag names the machine. An exercise whose
inputs cannot be made in any kernel here is not graded either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.assignments.records import Assignment
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.environment import needs_of, unmet
from grader.execution.outcome import CellRun, Unmade
from grader.execution.session import Execution
from grader.model import ExerciseResult, Verdict
from grader.notebooks.read import Cell

_NOT_FOUND = re.compile(r"No module named '(\w{1,100})")
# A function that takes any inputs, and its definition.
MAKES = "take"
TAKES_ANYTHING = CellStep(Cell(1, f"def {MAKES}(*args, **kwargs):\n    pass"))
# What may come of an import that failed.
_SUFFER = (Verdict.ERROR, Verdict.CRASHED, Verdict.MISSING)


def with_machine_named(
    exercises: tuple[ExerciseResult, ...], assignment: Assignment, runs: Mapping[int, CellRun]
) -> tuple[tuple[ExerciseResult, ...], list[str]]:
    """The results, and flags, after what this machine lacks is taken into account.

    `runs` are those of the notebook's cells, by number.
    """
    needs = unmet(needs_of(assignment))
    if not needs:
        return exercises, []
    errors = [run.error for run in runs.values() if run.ended == "error"]
    messages = [message for each in exercises for message in _messages(each)]
    missing = {each.module for each in needs if not each.found}
    failed = sorted(missing & _not_found([*errors, *messages]))
    if failed:
        names = ", ".join(failed)
        why = f"this machine lacks {names}, which the assignment imports: that is nobody's mistake"
        return tuple(_not_graded(each, why) for each in exercises), [why]
    others = [
        f"{each.requirement} is pinned, and {each.found} is here" for each in needs if each.found
    ]
    if others and (errors or any(each.verdict is Verdict.ERROR for each in exercises)):
        return exercises, [f"errors may come of this machine: {'; '.join(others)}"]
    return exercises, []


async def unmade_here(call: Call, execution: Execution) -> str:
    """Why the inputs of a call cannot be made here; empty where they can.

    The kernel of the student's notebook may say anything. So it is asked of the `execution` of a
    notebook that only defines `MAKES`, where nothing of the student's runs.
    """
    outcome = await execution.call(replace(call, names=(MAKES,), kept=False))
    return outcome.reason if isinstance(outcome, Unmade) else ""


def _messages(result: ExerciseResult) -> list[str]:
    return [result.message, *(case.message for case in result.cases)]


def _not_found(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _NOT_FOUND.findall(text)}


def _not_graded(result: ExerciseResult, why: str) -> ExerciseResult:
    if result.verdict not in _SUFFER:
        return result
    return replace(result, verdict=Verdict.NOT_GRADED, score=None, message=why)
