"""Judged cases -> the verdict on an exercise, and its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.assignments.records import VARIANTS, WEIGHTS, Exercise, Variant
from grader.execution.outcome import Crashed, Missing, Outcome, Raised, TimedOut, Unmade
from grader.grading.judging.diagnose import Explanation, explain
from grader.grading.judging.parts import passes, quickest_first
from grader.model import CaseResult, ExerciseResult, Verdict


def without_cases(exercise: Exercise, verdict: Verdict, message: str) -> ExerciseResult:
    """The result, with no points, of an exercise that there was nothing to call of."""
    cases = tuple(
        CaseResult(case.name, case.title, case.visibility, None) for case in exercise.cases
    )
    return ExerciseResult(exercise.name, verdict, 0.0, exercise.points, message, cases=cases)


def score(
    exercise: Exercise, cases: tuple[CaseResult, ...], outcomes: Sequence[Outcome]
) -> ExerciseResult:
    """The exercise's result from its judged cases and the outcomes they were judged by."""
    share = share_of_points(exercise, frozenset(case.name for case in cases if case.passed))
    found = explain(exercise, outcomes) if share < 1 else None
    if found and found.accepted:
        cases = tuple(replace(case, passed=True, message="") for case in cases)
    verdict = _verdict(share, found, cases, outcomes)
    return ExerciseResult(
        name=exercise.name,
        verdict=verdict,
        score=_points(exercise, verdict, share),
        max_score=exercise.points,
        message=_summary(verdict, cases, share),
        diagnosis=found.named[0] if found else None,
        also=found.named[1:] if found else (),
        alternatives=found.alternatives if found else (),
        cases=cases,
    )


def share_of_points(exercise: Exercise, passed: frozenset[str]) -> float:
    """The share of the points for an answer that passes these cases, by name, and no others.

    It depends on nothing else, and is never smaller for more cases: who passes all that another
    passes never gets fewer points. An answer that passes no case gets none.
    """
    if len(passed) == len(exercise.cases):
        return 1
    if exercise.scoring == WEIGHTS:
        every = sum(case.weight for case in exercise.cases)
        return sum(case.weight for case in exercise.cases if case.name in passed) / every
    if exercise.scoring == VARIANTS:
        small = [each for each in exercise.mistakes if each.share and passed]
        small.sort(key=lambda each: each.share, reverse=True)
        return next((each.share for each in small if _leaves(each, exercise, passed)), 0)
    return 0


def _leaves(mistake: Variant, exercise: Exercise, passed: frozenset[str]) -> bool:
    """Whether all the cases that the mistake leaves right, one or more, are among those passed."""
    cases = quickest_first(exercise)
    # In a large class most mistakes are ruled out by one small case.
    if any(passes(mistake, each, exercise) for each in cases if each.name not in passed):
        return False
    return any(passes(mistake, each, exercise) for each in cases if each.name in passed)


def _points(exercise: Exercise, verdict: Verdict, share: float) -> float:
    if verdict.solved:
        return exercise.points
    if verdict is Verdict.PARTIAL:
        return round(exercise.points * share, 2)
    return 0.0


def _verdict(
    share: float,
    found: Explanation | None,
    cases: Sequence[CaseResult],
    outcomes: Sequence[Outcome],
) -> Verdict:
    if share == 1:
        return Verdict.CORRECT
    if found and found.accepted:
        return Verdict.ACCEPTED
    if share > 0:
        return Verdict.PARTIAL
    failed = [out for out, case in zip(outcomes, cases, strict=True) if case.passed is False]
    if not failed:  # the notebook had used up the submission's time before the last case
        return Verdict.TIMEOUT
    for kind, verdict in (
        (Missing, Verdict.MISSING),
        (TimedOut, Verdict.TIMEOUT),
        (Crashed, Verdict.CRASHED),
    ):
        if any(isinstance(outcome, kind) for outcome in failed):
            return verdict
    if all(isinstance(outcome, Raised | Unmade) for outcome in failed):
        return Verdict.ERROR
    return Verdict.INCORRECT


def _summary(verdict: Verdict, cases: Sequence[CaseResult], share: float) -> str:
    first = next((case.message for case in cases if case.message), "")
    if verdict.solved:
        return ""
    if verdict is Verdict.MISSING:
        return first
    passed = f"{sum(case.passed is True for case in cases)} of {len(cases)} cases pass"
    if verdict is not Verdict.PARTIAL:
        return passed if any(case.passed is False for case in cases) else first
    return f"{passed}, which earns {share:.0%} of the points"
