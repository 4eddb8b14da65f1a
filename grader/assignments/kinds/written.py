"""What a student writes for a person: nothing is called or compared, so there is little to say."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.assignments.kinds.kind import ExerciseKind
from grader.assignments.records import Exercise
from grader.assignments.untouched import Template
from grader.notebooks.read import Cell, Notebook


class _Written(ExerciseKind):
    """It has no name in the notebook. `grader.grading.written` finds what was written."""

    def cells(self, exercise: Exercise, notebook: Notebook, template: Template) -> list[Cell]:
        return []

    def untouched(
        self, exercise: Exercise, cells: Sequence[Cell], template: Template
    ) -> Collection[int]:
        return ()


WRITTEN = _Written()
