"""Judged cases -> the verdict on an exercise, and its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.assignments.records import VARIANTS, WEIGHTS, Exercise
from grader.execution.outcome import Crashed, Missing, Outcome, Raised, TimedOut
from grader.grading.diagnose import Explanation, explain
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
    passed = sum(
        case.weight for case, judged in zip(exercise.cases, cases, strict=True) if judged.passed
    )
    share = passed / sum(case.weight for case in exercise.cases)
    found = explain(exercise, outcomes) if share < 1 else None
    if found and found.accepted:
        cases = tuple(replace(case, passed=True, message="") for case in cases)
    elif share < 1:
        share = _share(exercise, share, found)
    verdict = _verdict(share, found, cases, outcomes)
    return ExerciseResult(
        name=exercise.name,
        verdict=verdict,
        score=_points(exercise, verdict, share),
        max_score=exercise.points,
        message=_summary(exercise, verdict, cases, share, found),
        diagnosis=found.named[0] if found else None,
        also=found.named[1:] if found else (),
        alternatives=found.alternatives if found else (),
        cases=cases,
    )


def _share(exercise: Exercise, passed: float, found: Explanation | None) -> float:
    """The share of the points for an answer that is not right: `passed` is that of the cases."""
    if exercise.scoring == VARIANTS:
        return found.share if found else 0
    return passed if exercise.scoring == WEIGHTS else 0


def _points(exercise: Exercise, verdict: Verdict, share: float) -> float | None:
    if verdict.solved:
        return exercise.points
    match verdict:
        case Verdict.PARTIAL:
            return round(exercise.points * share, 2)
        case Verdict.NOT_GRADED:
            return None
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
    failed = [out for out, case in zip(outcomes, cases, strict=True) if case.passed is False]
    if not failed:
        return Verdict.NOT_GRADED
    if share > 0:
        return Verdict.PARTIAL
    for kind, verdict in (
        (Missing, Verdict.MISSING),
        (TimedOut, Verdict.TIMEOUT),
        (Crashed, Verdict.CRASHED),
    ):
        if any(isinstance(outcome, kind) for outcome in failed):
            return verdict
    if all(isinstance(outcome, Raised) for outcome in failed):
        return Verdict.ERROR
    return Verdict.INCORRECT


def _summary(
    exercise: Exercise,
    verdict: Verdict,
    cases: Sequence[CaseResult],
    share: float,
    found: Explanation | None,
) -> str:
    first = next((case.message for case in cases if case.message), "")
    if verdict in (Verdict.MISSING, Verdict.NOT_GRADED):
        return first
    if verdict.solved:
        return ""
    passed = f"{sum(case.passed is True for case in cases)} of {len(cases)} cases pass"
    if verdict is not Verdict.PARTIAL:
        return passed
    if exercise.scoring == WEIGHTS or not found:
        return f"{passed}, which earns {share:.0%} of the points"
    return f"{passed}; what explains this is small, and leaves {share:.0%} of the points"
