"""Apply people's decisions, such as a changed score, to the results of grading."""

from __future__ import annotations

from dataclasses import replace

from grader.gradebook.store import Decisions
from grader.model import ExerciseResult, Graded, Result, Status


def decided(graded: Graded, decisions: Decisions) -> Result:
    """The result with its owner, and with people's scores and remarks.

    Where a person's score replaces one, the exercise's `adjustment` keeps the score that grading
    gave. Once every exercise has a score, the submission counts as graded.
    """
    result = replace(graded.result, owner=graded.submission.owner)
    remarks = decisions.remarks.get(result.student, ())
    exercises = tuple(
        _adjusted(each, graded.assignment, result.student, decisions) for each in result.exercises
    )
    if exercises == result.exercises:
        return replace(result, remarks=remarks)
    if any(each.score is None for each in exercises):
        return replace(result, exercises=exercises, remarks=remarks)
    return replace(
        result,
        status=Status.GRADED,
        score=sum(each.score or 0.0 for each in exercises),
        reason="",
        exercises=exercises,
        remarks=remarks,
    )


def _adjusted(
    exercise: ExerciseResult, assignment: str, student: str, decisions: Decisions
) -> ExerciseResult:
    found = decisions.scores.get((assignment, student, exercise.name))
    if found is None:
        return exercise
    return replace(
        exercise, score=found.score, adjustment=replace(found, instead_of=exercise.score)
    )
