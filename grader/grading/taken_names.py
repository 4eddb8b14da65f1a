"""Call functions from which a later cell took a name, with the names as their own cells left them.

A scratch cell at the end may say `sum = 0`, and a function above it uses `sum`. In the student's
own notebook it worked when its cell had run, and when the cell with its tests had.

Which names a function is called with, those at the end or those after its cell, is decided by
public cases alone, before any hidden case is called. Students know what public cases should return.
So nobody wins a second guess at a hidden one with a function that answers otherwise in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.assignments.records import Case
from grader.execution.calls import Taken
from grader.execution.outcome import Missing, Raised
from grader.execution.session import Execution
from grader.grading.answers import Answer, calls_for, judge_cases
from grader.grading.remarks import Remarks
from grader.model import Visibility
from grader.sandbox.shared import SharedInputs
from grader.text import one_line

# Names of which a remark speaks.
MAX_NAMED = 3


def may_lack_names(answer: Answer, visibility: Visibility) -> bool:
    """Whether the answer is wrong on cases that have been called, as if names had been taken.

    Hidden cases say so only where there are no public ones, and no function at all.
    """
    if answer.kept or not answer.cells or not answer.judged:
        return False
    if visibility is Visibility.HIDDEN:
        missing = all(isinstance(each, Missing) for each in answer.outcomes.values())
        return missing and not answer.exercise.of(Visibility.PUBLIC)
    return any(each.passed is False for each in answer.judged.values())


async def called_as_kept(
    answer: Answer,
    visibility: Visibility,
    inputs: Mapping[Case, SharedInputs],
    execution: Execution,
    remarks: Remarks,
) -> tuple[Answer, tuple[Taken, ...], str]:
    """The answer, called with the names as its cell left them if that is better.

    Returns also the names that were then given back to it, and a remark, which is empty where no
    name was taken.
    """
    taken = await execution.taken(answer.exercise.names)
    if not taken:
        return answer, (), ""
    marks = [] if visibility is Visibility.PUBLIC else answer.marks
    kept = replace(
        answer,
        kept=True,
        stopped="",
        outcomes=dict(answer.outcomes),
        judged=dict(answer.judged),
        marks=marks,
    )
    (outcomes,) = await execution.call_all([calls_for(kept, visibility, inputs)])
    judge_cases(kept, visibility, outcomes, remarks)
    # What a kernel says after it has been sent hidden inputs could be one of these.
    what = _what_happened(answer, taken) if visibility is Visibility.PUBLIC else _gone(answer)
    if _goodness(kept) > _goodness(answer):
        how = "it was called with the names as they were when its own cell had run"
        return kept, taken, f"{what}; {how}"
    how = "it is wrong with the names as they were before, too"
    return answer, (), f"{what}; {how}"


def _goodness(answer: Answer) -> tuple[bool, int, int]:
    """What makes one of two ways to call a function the better one: the larger, the better."""
    outcomes = answer.outcomes.values()
    there = not all(isinstance(each, Missing) for each in outcomes)
    passed = sum(each.passed is True for each in answer.judged.values())
    return there, passed, -sum(isinstance(each, Raised) for each in outcomes)


def _what_happened(answer: Answer, taken: Sequence[Taken]) -> str:
    name = answer.exercise.name
    own = [each for each in taken if each.name in answer.exercise.names]
    if own:
        where = f"cell {own[0].cell}" if own[0].cell else "a later cell"
        does = "removes it" if own[0].removed else "gives its name another meaning"
        return f"{name}: {where} {does}"
    told = ", ".join(_how(each) for each in taken[:MAX_NAMED])
    rest = len(taken) - MAX_NAMED
    more = f" and {rest} more such names" if rest > 0 else ""
    return f"{name} uses {told}{more}"


def _gone(answer: Answer) -> str:
    return f"{answer.exercise.name}: a later cell removes it, or gives its name another meaning"


def _how(taken: Taken) -> str:
    where = f"cell {taken.cell}" if taken.cell else "a later cell"
    does = "removes it" if taken.removed else "gives it another meaning"
    return f"`{one_line(taken.name)}` ({where} {does})"


def names_by_cell(taken: Sequence[Taken]) -> dict[int, frozenset[str]]:
    """The taken names by the number of the cell that took them."""
    cells = {each.cell for each in taken}
    return {cell: frozenset(each.name for each in taken if each.cell == cell) for cell in cells}
