"""Functions that are wrong only since they call another exercise's function, which is wrong.

An assignment says what an exercise `uses`. Where one of these functions is wrong, the exercise is
called on all its cases once more, with the reference's in its place. That needs the reference's
code in a kernel. So it is a kernel of its own, started when all exercises have been called, and
nothing is kept of it but whether each case passes: no text, no value, and nothing that is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from msgspec import structs

from grader.assignments.records import Assignment, Exercise, Limits
from grader.assignments.reference import definitions
from grader.execution.calls import EditedCalls
from grader.execution.inputs import encoded
from grader.execution.session import Execution
from grader.grading.judging.judge import judge
from grader.grading.judging.score import score
from grader.model import Diagnosis, ExerciseResult, Verdict

# A call may return so many bytes, and four times those of its inputs.
SPARE_BYTES = 16_000_000
_Start = Callable[[Limits], Execution]


def candidates(
    results: Sequence[ExerciseResult], assignment: Assignment
) -> dict[str, tuple[str, ...]]:
    """The wrong exercises that use wrong ones: name -> the names of these."""
    solved = {each.name for each in results if each.verdict.solved}
    wrong = {each.name for each in results} - solved
    # The reference's do not know a student's parameters outside of the notebook.
    wrong -= {each.name for each in assignment.exercises if each.parametric}
    uses = {
        each.name: tuple(name for name in assignment.exercise(each.name).uses if name in wrong)
        for each in results
        if each.verdict.answered and not each.verdict.solved
    }
    return {name: used for name, used in uses.items() if used}


async def with_used_ones_right(
    results: Sequence[ExerciseResult], assignment: Assignment, start: _Start
) -> tuple[ExerciseResult, ...]:
    """The results, with points for functions that are right, given right ones that they use.

    `start` gives a new execution of the notebook's cells within some limits. Each such function is
    called in a kernel of its own, since the reference's functions would be in the next one's way.
    """
    found: dict[str, ExerciseResult] = {}
    for name, used in candidates(results, assignment).items():
        async with start(_limits(assignment, name)) as execution:
            await execution.run_cells()
            exercise = assignment.exercise(name)
            if await _is_right(exercise, used, assignment, execution):
                before = next(each for each in results if each.name == name)
                found[name] = _given_right(before, exercise, used)
    return tuple(found.get(each.name, each) for each in results)


def _limits(assignment: Assignment, name: str) -> Limits:
    """Those of the assignment, with the time for the calls of this exercise beside its cells."""
    limits = assignment.limits
    calls = len(assignment.exercise(name).cases) * limits.call_seconds
    return structs.replace(limits, submission_seconds=limits.submission_seconds + calls)


async def _is_right(
    exercise: Exercise, used: Sequence[str], assignment: Assignment, execution: Execution
) -> bool:
    inputs = tuple(encoded(case) for case in exercise.cases)
    what = EditedCalls(
        names=exercise.names,
        edited=used[0],
        sources=(definitions(used, assignment),),
        inputs=inputs,
        seconds=assignment.limits.call_seconds,
        bytes=SPARE_BYTES + 4 * max(map(len, inputs)),
    )
    outcomes = await execution.call_edited(what, len(inputs) * assignment.limits.call_seconds)
    if len(outcomes) < len(inputs):
        return False
    pairs = zip(exercise.cases, outcomes, strict=True)
    cases = tuple(judge(case, exercise, outcome) for case, outcome in pairs)
    return score(exercise, cases, outcomes).verdict.solved


def _given_right(result: ExerciseResult, exercise: Exercise, used: Sequence[str]) -> ExerciseResult:
    """The result of a function that passes all cases with the reference's in place of `used`."""
    names = " and ".join(f"`{name}`" for name in used)
    right = f"right, given a right {names}"
    explanation = (
        f"`{exercise.name}` uses {names}, where something is wrong in your notebook. With ours in "
        f"the place of yours, `{exercise.name}` passes every case. So there is nothing to change "
        f"here: what is to be mended is {names}."
    )
    share = exercise.uses_share
    whole = share == 1
    points = exercise.points if whole else round(exercise.points * share, 2)
    return replace(
        result,
        verdict=Verdict.ACCEPTED if whole else Verdict.PARTIAL,
        score=max(points, result.score or 0.0),
        message="" if whole else f"{right}, which earns {share:.0%} of the points",
        diagnosis=Diagnosis("given_right", right, explanation, accepted=True),
        also=(),
        alternatives=(),
        marks=(),
        cases=tuple(replace(case, passed=True, message="") for case in result.cases)
        if whole
        else result.cases,
    )
