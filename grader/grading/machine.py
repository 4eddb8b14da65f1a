"""Tell what the machine has done wrong from what the student has.

Where a package that the assignment imports is missing on this machine, a right notebook fails. Its
exercises that raise errors are then not graded, and the flag names the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from grader.assignments.records import Assignment
from grader.execution.environment import needs_of, unmet
from grader.execution.outcome import CellRun
from grader.model import ExerciseResult, Verdict

_NOT_FOUND = re.compile(r"No module named '(\w{1,100})")
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


def _messages(result: ExerciseResult) -> list[str]:
    return [result.message, *(case.message for case in result.cases)]


def _not_found(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _NOT_FOUND.findall(text)}


def _not_graded(result: ExerciseResult, why: str) -> ExerciseResult:
    if result.verdict not in _SUFFER:
        return result
    return replace(result, verdict=Verdict.NOT_GRADED, score=None, message=why)
