"""Apply people's decisions, such as a changed score, to the results of grading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.assignments.written import WRITTEN
from grader.gradebook.store.decisions import Decisions
from grader.gradebook.unnamed import with_words
from grader.grading.total import total
from grader.model import ExerciseResult, Graded, Result, Verdict


def decided(
    graded: Graded, decisions: Decisions, behaviours: Mapping[str, int] | None = None
) -> Result:
    """The result with its owner, and with people's scores, remarks and words for mistakes.

    Where a person's score replaces one, the exercise's `adjustment` keeps the score that grading
    gave, and a written answer counts as reviewed. Once every exercise has a score, the submission
    counts as graded. `behaviours` are the numbers of those that its answers have, by exercise.
    """
    result = replace(
        graded.result,
        owner=graded.submission.owner,
        exercises=tuple(
            _with_behaviour(each, decisions, behaviours or {}) for each in graded.result.exercises
        ),
    )
    remarks = decisions.remarks.get(result.student, ())
    exercises = tuple(
        _adjusted(each, graded.assignment, result.student, decisions) for each in result.exercises
    )
    if exercises == result.exercises:
        return replace(result, remarks=remarks)
    status, score, reason = total(exercises)
    return replace(
        result, status=status, score=score, reason=reason, exercises=exercises, remarks=remarks
    )


def _with_behaviour(
    exercise: ExerciseResult, decisions: Decisions, behaviours: Mapping[str, int]
) -> ExerciseResult:
    number = behaviours.get(exercise.name)
    if number is None:
        return exercise
    return with_words(replace(exercise, behaviour=number), decisions.words.get(number))


def _adjusted(
    exercise: ExerciseResult, assignment: str, student: str, decisions: Decisions
) -> ExerciseResult:
    found = decisions.scores.get((assignment, student, exercise.name))
    if found is None:
        return exercise
    is_written = exercise.kind == WRITTEN
    return replace(
        exercise,
        verdict=Verdict.REVIEWED if is_written else exercise.verdict,
        score=found.score,
        adjustment=replace(found, instead_of=exercise.score),
    )
