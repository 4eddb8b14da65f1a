"""Search for the mistake in a wrong function: edits of it are tried until one passes every case.

Edits are made from the student's code alone. Where none of them passes, lines of right answers of
the class are tried in the place of the function's own (see `donors`). All are tried in a kernel of
their own, which has run the notebook's definitions. That kernel is sent the inputs of all cases,
hidden ones included, and is ended after the search; only which of our edits passes is kept of it.
No score depends on it.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from msgspec import structs

from grader.assignments.kinds import called
from grader.assignments.records import Assignment, Case, Exercise, Limits, Variant
from grader.errors import SystemFailure
from grader.execution.calls import EditedCalls
from grader.execution.inputs import encoded
from grader.execution.outcome import Incomparable, Outcome, Returned
from grader.execution.session import Execution
from grader.grading.evidence import MAX_SHOWN
from grader.grading.judging.expected import is_right
from grader.grading.judging.parts import variant_outcome
from grader.grading.repair.budget import Budget, OutOfSteps, SearchLimits
from grader.grading.repair.donors import grafts
from grader.grading.repair.edits import Edit, edits
from grader.grading.repair.right_answers import unpacked
from grader.model import ExerciseResult, Mark, Repair
from grader.notebooks.cells import Function, functions
from grader.notebooks.read import Cell, Notebook
from grader.text import plain

# Of an exercise at most.
MAX_EDITS, MAX_FUNCTIONS, MAX_GRAFTS = 700, 4, 240
# For making the edits of an exercise: several times what functions of usual length take.
MAX_STEPS = 600_000
EDITS_TOGETHER = 40
# Of one call with a small case, the processor's time, as some edits never end: the first where the
# student's own function takes no longer.
CALL_SECONDS = (0.05, 0.2)
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
    donors: Mapping[str, bytes] | None = None,
) -> tuple[tuple[ExerciseResult, ...], list[str]]:
    """The results, with a repair where one edit makes a wrong function pass.

    The remarks that come with them name the exercises whose search did not come to its end.
    `start` gives a new execution of the notebook's definitions within some limits. `donors` are
    right answers by exercise. Their lines are tried when all edits of all exercises have been: what
    somebody else's code does to the kernel takes no edit away from this student.
    """
    functions = {exercise.name for exercise in called(assignment)}
    wrong = [each for each in results if each.name in functions and _is_searched(each)]
    if not wrong:
        return tuple(results), []
    found: dict[str, ExerciseResult] = {}
    remarks: list[str] = []
    searches = [_Search(assignment, each, notebook, limits) for each in wrong]
    if donors:
        searches += [_Search(assignment, each, notebook, limits, donors) for each in wrong]
    seconds = START_SECONDS + len(searches) * limits.clock_seconds
    try:
        async with start(
            structs.replace(assignment.limits, submission_seconds=seconds)
        ) as execution:
            await execution.run_cells()
            for search in searches:
                name = search.before.name
                if name in found:
                    continue
                result = await search.result(execution)
                if result.repair:
                    found[name] = result
                remark = f"{name}: the search for the mistake was cut short"
                if search.cut_short and remark not in remarks:
                    remarks.append(remark)
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

    @property
    def source(self) -> str:
        return ast.unparse(self.function)

    def edits(self, budget: Budget) -> Iterator[Edit]:
        return edits(self.function, self.cell.source.split("\n"), budget)


class _Search:
    """The search for the mistake of one exercise, by edits; with `donors`, by lines of these.

    `cut_short` says that its steps or its time ended before all edits were tried; `lost`, that the
    kernel did not answer any more.
    """

    def __init__(
        self,
        assignment: Assignment,
        result: ExerciseResult,
        notebook: Notebook,
        limits: SearchLimits,
        donors: Mapping[str, bytes] | None = None,
    ) -> None:
        self.exercise = exercise = assignment.exercise(result.name)
        self.before, self.limits = result, limits
        self.functions = _functions(exercise, notebook)
        self.donors = _donors(assignment, self.functions, donors or {})
        self.donated = donors is not None
        self.cases = sorted(exercise.cases, key=lambda case: len(encoded(case)))
        failed = {case.name for case in result.cases if case.passed is False}
        self.first = next(case for case in self.cases if case.name in failed)
        self.end = self.end_here = 0.0
        self.budget = Budget(MAX_STEPS, self._is_over)
        self.cut_short = self.lost = self.out_of_steps = False

    async def result(self, execution: Execution) -> ExerciseResult:
        """The result with the repair that was found, and the lines marked.

        `execution` has run the notebook's definitions.
        """
        self.execution = execution
        self.end = time.monotonic() + self.limits.clock_seconds
        self.end_here = time.process_time() + self.limits.seconds
        if self.donated and not self.donors:
            return self.before
        seconds = await self._seconds_of_a_call(self.functions[0])
        for searched in self.functions:
            tried = self._tried(searched)
            while batch := list(islice(tried, EDITS_TOGETHER)):
                passing = await self._passing_first(batch, searched, seconds)
                for edit in passing:
                    if await self._passes_all(edit, searched):
                        plainest = await self._plainest(edit, passing, searched)
                        return self._repaired(plainest, searched)
                if self.cut_short:
                    return self.before
        self.cut_short = self.out_of_steps
        return self.before

    def _tried(self, searched: _Searched) -> Iterator[Edit]:
        """The edits of a function that are tried, as far as the budget goes."""
        found: Iterator[Edit]
        if self.donated:
            name, answers = self.donors.get(searched, ("", []))
            most = MAX_GRAFTS // max(1, len(self.donors))
            found = grafts(searched.function, name, answers, self.budget)
        else:
            most = MAX_EDITS // len(self.functions)
            found = searched.edits(self.budget)
        try:
            yield from islice(found, most)
        except OutOfSteps:
            self.out_of_steps = True

    def _is_over(self) -> bool:
        return time.process_time() > self.end_here or time.monotonic() > self.end

    async def _seconds_of_a_call(self, of: _Searched) -> float:
        """How long the call of an edited function may take."""
        quick, slow = CALL_SECONDS
        outcomes = await self._outcomes([of.source], [self.first], of, quick)
        return slow if any(isinstance(each, Incomparable) for each in outcomes) else quick

    async def _passing_first(
        self, batch: Sequence[Edit], of: _Searched, seconds: float
    ) -> list[Edit]:
        """The edits of the batch that pass the smallest case which the student's function fails."""
        sources = [edit.source for edit in batch]
        outcomes = await self._outcomes(sources, [self.first], of, seconds)
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

    async def _plainest(self, edit: Edit, passing: Sequence[Edit], of: _Searched) -> Edit:
        """The shortest edit of the same lines that passes as well, as far as these were tried."""
        length = len(edit.source)
        same = (each for each in passing if each.lines == edit.lines)
        shorter = [each for each in same if len(each.source) < length]
        for each in sorted(shorter, key=lambda each: len(each.source)):
            if await self._passes_all(each, of):
                return each
        return edit

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
            donated=self.donated,
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


def _donors(
    assignment: Assignment, searched: Sequence[_Searched], donors: Mapping[str, bytes]
) -> dict[_Searched, tuple[str, list[str]]]:
    """For each of the functions that is an exercise's: its name there, and right answers to it."""
    names = {name: each.name for each in assignment.exercises for name in each.names}
    mine = ((each, names.get(each.function.name, "")) for each in searched)
    return {each: (name, unpacked(donors[name])) for each, name in mine if name in donors}


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
