"""What the cells of a notebook leave, values and printed text, before any function is called.

Such an answer is known when the cells have run. It is read before the first call, since a function
that is called could change it, and since then no hidden input has been in the kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.assignments.kinds.value import cell_to_read_after
from grader.execution.calls import Call
from grader.execution.cell_steps import CellStep
from grader.execution.outcome import (
    CellRun,
    Crashed,
    Missing,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.execution.session import Execution
from grader.grading.answers import Answer

NO_TIME = "its cell was not run, as there was too little time left"


def reading(steps: Sequence[CellStep], answers: Sequence[Answer]) -> list[CellStep]:
    """The steps; those after which a variable is read say so."""
    wanted: dict[int, list[str]] = {}
    for answer in answers:
        if _is_read(answer) and answer.exercise.at == "cell":
            wanted.setdefault(_cell(answer), []).append(answer.exercise.name)
    return [
        replace(step, reads=(*step.reads, *wanted[step.cell.number]))
        if step.cell.number in wanted
        else step
        for step in steps
    ]


async def observe(answers: Sequence[Answer], execution: Execution) -> list[list[Outcome]]:
    """For each answer the outcome of each of its cases; none where it is not of this kind."""
    at_end = [each for each in answers if _is_read(each) and each.exercise.at == "end"]
    calls = [[Call((each.exercise.name,), how="value")] for each in at_end]
    found = await execution.call_all(calls)
    read = {each.exercise.name: of[0] for each, of in zip(at_end, found, strict=True) if of}
    outcomes: list[list[Outcome]] = []
    for answer in answers:
        name, count = answer.exercise.name, len(answer.exercise.cases)
        if not answer.kind.is_observed:
            outcomes.append([])
        elif answer.kind.reads_output:
            outcomes.append([_output(answer, execution)] * count)
        elif answer.exercise.at == "end":
            outcomes.append([read.get(name, NotCalled(NO_TIME))] * count)
        else:
            outcomes.append([_after_cell(answer, execution)] * count)
    return outcomes


def _is_read(answer: Answer) -> bool:
    return answer.kind.is_observed and not answer.kind.reads_output


def _output(answer: Answer, execution: Execution) -> Outcome:
    """What the answer's cells have printed; how the first that was not done has ended."""
    if not answer.cells:
        return Missing()
    printed = ""
    for cell in answer.cells:
        run = execution.runs.get(cell.number)
        if run and run.ended == "error":
            kind, _, message = run.error.partition(": ")
            return Raised(kind, message, run.line)
        if cell.source.strip() and not (run and run.ended == "ok"):
            return _not_read(run, execution.limits.cell_seconds)
        printed += run.output if run else ""
    return Returned(printed)


def _after_cell(answer: Answer, execution: Execution) -> Outcome:
    number = _cell(answer)
    if not number:
        return Missing()
    found = execution.values.get((number, answer.exercise.name))
    return found or _not_read(execution.runs.get(number), execution.limits.cell_seconds)


def _not_read(run: CellRun | None, seconds: float) -> Outcome:
    match run.ended if run else "":
        case "timeout":
            return TimedOut(seconds)
        case "crashed":
            return Crashed()
    return NotCalled(NO_TIME)


def _cell(answer: Answer) -> int:
    return cell_to_read_after(answer.exercise, answer.cells, answer.copies)
