"""A result in a few lines of plain text, for places that have no room for a page."""

from __future__ import annotations

from collections.abc import Iterator

from grader.model import ExerciseResult, Result, Run, Status, Verdict
from grader.report.words import VERDICTS
from grader.text import number, one_line


def summary(result: Result, run: Run) -> Iterator[str]:
    """Yield the total or why there is none, what being late cost, each exercise, and remarks."""
    yield total(result)
    yield from drawn(result)
    if result.late and result.late.words:
        yield one_line(result.late.words)
    for exercise in result.exercises:
        yield f"{one_line(run.title_of(exercise.name))}: {about(exercise)}"
    yield from map(one_line, result.remarks)


def total(result: Result) -> str:
    if result.status is Status.TO_REVIEW:
        return f"No total yet: {one_line(result.reason)}"
    if result.score is None:
        return f"Not graded, which is not the same as 0: {one_line(result.reason)}"
    return f"{number(result.score)} of {number(result.max_score)} points"


def drawn(result: Result) -> Iterator[str]:
    """A line on the values of the notebook that were drawn for the student, if there are any."""
    if result.drawn:
        values = "; ".join(map(one_line, result.drawn))
        yield f"In grading, your notebook had these values, drawn for each student: {values}"


def about(exercise: ExerciseResult) -> str:
    """The verdict in words, the points, the mistake that was found, and a person's reason."""
    parts = [VERDICTS[exercise.verdict].word]
    if exercise.score is not None:
        parts.append(f"{number(exercise.score)} of {number(exercise.max_score)} points")
    said = ", ".join(parts)
    titles = [
        f"{each.title} (says the course's staff)" if each.by_staff else each.title
        for each in (exercise.diagnosis, *exercise.also)
        if each
    ]
    if titles:
        said += f": {one_line('; '.join(titles))}"
    if exercise.adjustment:
        who = "Reviewed" if exercise.verdict is Verdict.REVIEWED else "Decided"
        items = [one_line(each.text) for each in exercise.adjustment.items]
        reason = "; ".join(filter(None, [*items, one_line(exercise.adjustment.reason)]))
        said += f". {who} by a person{reason and f': {reason}'}"
    return said
