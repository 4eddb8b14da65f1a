"""Judged cases -> the verdict on an exercise, and its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.assignment import WEIGHTS, Exercise
from grader.diagnosis import accepted_variant
from grader.model import CaseResult, Diagnosis, ExerciseResult, Verdict
from grader.outcome import Crashed, Missing, Outcome, Raised, TimedOut


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
    diagnosis = accepted_variant(exercise, outcomes) if share < 1 else None
    verdict = _verdict(exercise, share, diagnosis, cases, outcomes)
    if verdict is Verdict.ACCEPTED:
        cases = tuple(replace(case, passed=True, message="") for case in cases)
    return ExerciseResult(
        name=exercise.name,
        verdict=verdict,
        score=_points(exercise, verdict, share),
        max_score=exercise.points,
        message=_summary(verdict, cases),
        diagnosis=diagnosis,
        cases=cases,
    )


def _points(exercise: Exercise, verdict: Verdict, share: float) -> float | None:
    match verdict:
        case Verdict.CORRECT | Verdict.ACCEPTED:
            return exercise.points
        case Verdict.PARTIAL:
            return round(exercise.points * share, 2)
        case Verdict.NOT_GRADED:
            return None
    return 0.0


def _verdict(
    exercise: Exercise,
    share: float,
    diagnosis: Diagnosis | None,
    cases: Sequence[CaseResult],
    outcomes: Sequence[Outcome],
) -> Verdict:
    if share == 1:
        return Verdict.CORRECT
    if diagnosis:
        return Verdict.ACCEPTED
    failed = [out for out, case in zip(outcomes, cases, strict=True) if case.passed is False]
    if not failed:
        return Verdict.NOT_GRADED
    if exercise.scoring == WEIGHTS and share > 0:
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


def _summary(verdict: Verdict, cases: Sequence[CaseResult]) -> str:
    first = next((case.message for case in cases if case.message), "")
    if verdict in (Verdict.MISSING, Verdict.NOT_GRADED):
        return first
    if verdict in (Verdict.CORRECT, Verdict.ACCEPTED):
        return ""
    passed = sum(case.passed is True for case in cases)
    return f"{passed} of {len(cases)} cases pass"
