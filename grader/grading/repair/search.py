"""Search for the mistake in a wrong function: edits of it are tried until one passes every case.

Edits are made from the student's code alone. They are tried in a kernel of their own, which has run
the notebook's definitions. That kernel is sent the inputs of all cases, hidden ones included, and
is ended after the search; only which of our edits passes is kept of it. No score depends on it.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from msgspec import structs

from grader.assignments.kinds import called
from grader.assignments.records import Assignment, Case, Exercise, Limits, Variant
from grader.errors import SystemFailure
from grader.execution.calls import EditedCalls
from grader.execution.inputs import encoded
from grader.execution.outcome import Outcome, Returned
from grader.execution.session import Execution
from grader.grading.evidence import MAX_SHOWN
from grader.grading.expected import is_right
from grader.grading.parts import variant_outcome
from grader.grading.repair.budget import Budget, OutOfSteps, SearchLimits
from grader.grading.repair.edits import Edit, edits
from grader.model import ExerciseResult, Mark, Repair
from grader.notebooks.cells import Function, functions
from grader.notebooks.read import Cell, Notebook
from grader.text import plain

# Of an exercise at most.
MAX_EDITS, MAX_FUNCTIONS = 700, 4
# For making the edits of an exercise: several times what functions of usual length take.
MAX_STEPS = 600_000
EDITS_TOGETHER = 40
# Of one call with a small case, the processor's time: some edits never end.
CALL_SECONDS = 0.2
# How many bytes a call may return besides four times its inputs; characters of a statement shown.
SPARE_BYTES, LONGEST = 1_000_000, 500
# For the start of the kernel and the notebook's definitions, besides the searches.
START_SECONDS = 15.0
WORDS = "look again at this line"

_Start = Callable[[Limits], Execution]


async def searched(
    results: Sequence[ExerciseResult],
    notebook: Notebook,
    assignment: Assignment,
    start: _Start,
    limits: SearchLimits,
) -> tuple[tuple[ExerciseResult, ...], list[str]]:
    """The results, with a repair where one edit makes a wrong function pass.

    The remarks that come with them name the exercises whose search did not come to its end.
    `start` gives a new execution of the notebook's definitions within some limits.
    """
    functions = {exercise.name for exercise in called(assignment)}
    wrong = [each for each in results if each.name in functions and _is_searched(each)]
    if not wrong:
        return tuple(results), []
    found: dict[str, ExerciseResult] = {}
    remarks: list[str] = []
    seconds = START_SECONDS + len(wrong) * limits.clock_seconds
    try:
        async with start(
            structs.replace(assignment.limits, submission_seconds=seconds)
        ) as execution:
            await execution.run_cells()
            for result in wrong:
                exercise = assignment.exercise(result.name)
                search = _Search(exercise, result, notebook, execution, limits)
                found[result.name] = await search.result()
                if search.cut_short:
                    remarks.append(f"{result.name}: the search for the mistake was cut short")
                if search.lost:
                    break
    except SystemFailure:
        remarks.append("the search for mistakes was cut short")
    return tuple(found.get(each.name, each) for each in results), remarks


def _is_searched(result: ExerciseResult) -> bool:
    return result.verdict.has_mistake and any(case.passed is False for case in result.cases)


@dataclass(frozen=True, slots=True)
class _Searched:
    """A function to make edits of, and the cell that defines it."""

    cell: Cell
    function: Function

    def edits(self, budget: Budget) -> Iterator[Edit]:
        return edits(self.function, self.cell.source.split("\n"), budget)


class _Search:
    """The search for the mistake of one exercise.

    `cut_short` says that its steps or its time ended before all edits were tried; `lost`, that the
    kernel did not answer any more.
    """

    def __init__(
        self,
        exercise: Exercise,
        result: ExerciseResult,
        notebook: Notebook,
        execution: Execution,
        limits: SearchLimits,
    ) -> None:
        self.exercise, self.before, self.execution = exercise, result, execution
        self.functions = _functions(exercise, notebook)
        self.cases = sorted(exercise.cases, key=lambda case: len(encoded(case)))
        failed = {case.name for case in result.cases if case.passed is False}
        self.first = next(case for case in self.cases if case.name in failed)
        self.end = time.monotonic() + limits.clock_seconds
        self.end_here = time.process_time() + limits.seconds
        self.budget = Budget(MAX_STEPS, self._is_over)
        self.cut_short = self.lost = self.out_of_steps = False

    async def result(self) -> ExerciseResult:
        """The result with the repair that was found, and the lines marked."""
        for searched in self.functions:
            tried = islice(self._edits(searched), MAX_EDITS // len(self.functions))
            while batch := list(islice(tried, EDITS_TOGETHER)):
                for edit in await self._passing_first(batch, searched):
                    if await self._passes_all(edit, searched):
                        return self._repaired(edit, searched)
                if self.cut_short:
                    return self.before
        self.cut_short = self.out_of_steps
        return self.before

    def _edits(self, searched: _Searched) -> Iterator[Edit]:
        """The function's edits, as far as the budget goes."""
        try:
            yield from searched.edits(self.budget)
        except OutOfSteps:
            self.out_of_steps = True

    def _is_over(self) -> bool:
        return time.process_time() > self.end_here or time.monotonic() > self.end

    async def _passing_first(self, batch: Sequence[Edit], of: _Searched) -> list[Edit]:
        """The edits of the batch that pass the smallest case which the student's function fails."""
        sources = [edit.source for edit in batch]
        outcomes = await self._outcomes(sources, [self.first], of, CALL_SECONDS)
        ways = self._ways()
        return [
            edit
            for edit, outcome in zip(batch, outcomes, strict=False)
            if any(_is_right(outcome, self.first, self.exercise, way) for way in ways)
        ]

    async def _passes_all(self, edit: Edit, of: _Searched) -> bool:
        """Whether it gives on every case what the reference gives, or one accepted variant."""
        seconds = self.execution.limits.call_seconds
        outcomes = await self._outcomes([edit.source], self.cases, of, seconds)
        pairs = list(zip(outcomes, self.cases, strict=False))
        return len(pairs) == len(self.cases) and any(
            all(_is_right(outcome, case, self.exercise, way) for outcome, case in pairs)
            for way in self._ways()
        )

    def _ways(self) -> tuple[Variant | None, ...]:
        """What an answer is compared with: None for the reference, and each accepted variant."""
        return (None, *self.exercise.accepted)

    async def _outcomes(
        self, sources: Sequence[str], cases: Sequence[Case], of: _Searched, seconds: float
    ) -> list[Outcome]:
        """What comes of each source on all the cases; less where time is over."""
        left = self.end - time.monotonic()
        if self.cut_short or self._is_over():
            self.cut_short = True
            return []
        what = EditedCalls(
            names=self.exercise.names,
            edited=of.function.name,
            sources=tuple(sources),
            inputs=tuple(encoded(case) for case in cases),
            seconds=seconds,
            bytes=SPARE_BYTES + 4 * max(len(encoded(case)) for case in cases),
        )
        outcomes = await self.execution.call_edited(what, left)
        self.cut_short = self.lost = len(outcomes) < len(sources) * len(cases)
        return outcomes

    def _repaired(self, edit: Edit, of: _Searched) -> ExerciseResult:
        was, becomes = zip(*edit.shown, strict=True)
        repair = Repair(
            plain(of.function.name),
            of.cell.number,
            edit.lines,
            tuple(plain(each[:LONGEST]) for each in was),
            tuple(plain(each[:LONGEST]) for each in becomes),
        )
        return replace(
            self.before, repair=repair, marks=(*self.before.marks, *self._marks(edit, of))
        )

    def _marks(self, edit: Edit, of: _Searched) -> Iterator[Mark]:
        """Marks for the edited lines, if they are in the cell that is shown with the result.

        For a function in another cell, the line of the shown cell that names it is marked.
        """
        shown = self.functions[0]
        if plain(shown.cell.source[:MAX_SHOWN]) != self.before.code:
            return
        if of.cell.number == shown.cell.number:
            yield from (Mark(line, WORDS) for line in edit.lines)
            return
        name = of.function.name
        for node in ast.walk(shown.function):
            if isinstance(node, ast.Name) and node.id == name:
                yield Mark(node.lineno, f"look again at {plain(name)}, which is called here")
                return


def _is_right(outcome: Outcome, case: Case, exercise: Exercise, way: Variant | None) -> bool:
    if case.raises or case.is_checked:
        return is_right(case, exercise, outcome)
    if not isinstance(outcome, Returned):
        return False
    expected = variant_outcome(way, case) if way else Returned(case.expected)
    return (
        isinstance(expected, Returned)
        and case.first_difference(expected.value, outcome.value, exercise.returns) is None
    )


def _functions(exercise: Exercise, notebook: Notebook) -> list[_Searched]:
    """The exercise's function, and those functions of the notebook that it calls."""
    last = {
        name: _Searched(cell, function)
        for cell in notebook.cells
        for name, function in functions(cell.source).items()
    }
    found = {name: last[name] for name in exercise.names if name in last}
    found = dict(islice(found.items(), 1))
    waiting = list(found.values())
    while waiting and len(found) < MAX_FUNCTIONS:
        for node in ast.walk(waiting.pop(0).function):
            if isinstance(node, ast.Name) and node.id in last and node.id not in found:
                found[node.id] = last[node.id]
                waiting.append(last[node.id])
    return list(found.values())[:MAX_FUNCTIONS]
