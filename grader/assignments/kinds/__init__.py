"""The kinds of exercises, by the word that assignment.toml has for each."""

from __future__ import annotations

from collections.abc import Sequence

from grader.assignments.kinds.driver import DRIVER
from grader.assignments.kinds.function import FUNCTION
from grader.assignments.kinds.kind import ExerciseKind
from grader.assignments.kinds.printed import PRINTED
from grader.assignments.kinds.value import VALUE
from grader.assignments.kinds.written import WRITTEN
from grader.assignments.records import Assignment, Exercise
from grader.assignments.untouched import NO_TEMPLATE
from grader.notebooks.read import Cell, Notebook

KINDS: dict[str, ExerciseKind] = {
    "function": FUNCTION,
    "value": VALUE,
    "print": PRINTED,
    "driver": DRIVER,
    "written": WRITTEN,
}


def kind_of(exercise: Exercise) -> ExerciseKind:
    """The kind of the exercise; that of a function where it has none of its own yet."""
    return KINDS.get(exercise.kind, FUNCTION)


def answers_in(exercise: Exercise, notebook: Notebook) -> list[Cell]:
    """The cells of a notebook in which there is an answer to the exercise, or the stub of one.

    They are looked for without the template.
    """
    return kind_of(exercise).cells(exercise, notebook, NO_TEMPLATE)


def called(assignment: Assignment) -> Sequence[Exercise]:
    """The exercises that are called with arguments: functions."""
    return [each for each in assignment.exercises if kind_of(each).is_called]
