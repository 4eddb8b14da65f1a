"""Which exercises of an assignment are written answers, which a person reads."""

from __future__ import annotations

from dataclasses import replace

from grader.assignments.records import Assignment, Exercise
from grader.caches import cached

WRITTEN = "written"


def written_exercises(assignment: Assignment) -> tuple[Exercise, ...]:
    return tuple(each for each in assignment.exercises if each.kind == WRITTEN)


@cached()
def without_written(assignment: Assignment) -> Assignment:
    """The assignment with those exercises only that a machine grades, by calling something.

    It is the assignment itself where nothing is written.
    """
    graded = tuple(each for each in assignment.exercises if each.kind != WRITTEN)
    if len(graded) == len(assignment.exercises):
        return assignment
    return replace(assignment, exercises=graded)
