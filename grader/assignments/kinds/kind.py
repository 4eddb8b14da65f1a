"""What a kind of exercise says about itself: where its answer stands, and what is said of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from grader.assignments.records import Case, Exercise
from grader.assignments.untouched import Template
from grader.notebooks.read import Cell, Notebook
from grader.values.difference import Returns


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of an answer of this kind that is not right, as the beginning of a sentence.

    `{name}` stands for the exercise's name.
    """

    gives: str = "returns"
    raises: str = "raises"
    incomparable: str = "returns something that cannot be compared"
    too_slow: str = "had not returned"
    crashed: str = "ended the Python process it ran in"
    missing: str = "there is no such function once the notebook has run"
    not_tried: str = "not called"


class ExerciseKind:
    """One kind of exercise. What is inherited from here is right for what has a name in a notebook.

    To add a kind, write a subclass, and say in `grader.grading.answers.call_for` what a kernel is
    asked.
    """

    # What the name of such an exercise is in the notebook; empty where it is only a name.
    noun: ClassVar[str] = ""
    words: ClassVar[Words] = Words()
    # The decorator of `grader.authoring` that marks its cases.
    decorator: ClassVar[str] = "case"
    # Whether its cases are calls with arguments. Of such answers mistakes are searched, and
    # inputs drawn afresh.
    is_called: ClassVar[bool] = False
    # Whether the cells leave the answer, so that it is there when they have run.
    is_observed: ClassVar[bool] = False
    # Whether the answer is what its cells print, and not the value of a variable.
    reads_output: ClassVar[bool] = False

    def cells(self, exercise: Exercise, notebook: Notebook, template: Template) -> list[Cell]:
        """The cells of a notebook in which there is an answer, or the stub of one, in order."""
        raise NotImplementedError

    def untouched(
        self, exercise: Exercise, cells: Sequence[Cell], template: Template
    ) -> Collection[int]:
        """The numbers of those of its cells in which nothing has been written yet."""
        raise NotImplementedError

    def copies(self, cells: Sequence[Cell], untouched: Collection[int]) -> Collection[int]:
        """Which of the untouched cells are not run, where another one has an answer.

        A stub that comes after the answer would take its place.
        """
        return untouched

    def code(self, exercise: Exercise, cells: Sequence[Cell]) -> str:
        """The source of the cell that counts as the answer; empty where there is none."""
        return cells[-1].source if cells else ""

    def defines(self, exercise: Exercise, cell: Cell) -> bool:
        """Whether one of its cells gives the exercise's name a value."""
        return True

    def names_in(self, cell: Cell) -> Collection[str]:
        """The names in a cell that could be the exercise's, but for a slip of the pen."""
        return ()

    def cases(self, exercise: Exercise) -> tuple[Case, ...]:
        """The cases of an exercise of which the author has written none; most kinds need some."""
        return ()

    def returns(self, exercise: Exercise) -> Returns:
        """What the values that are compared are called in messages."""
        return exercise.returns

    def missing(self, exercise: Exercise) -> str:
        """What is said where the notebook has nothing of the exercise's name."""
        return self.words.missing.format(name=exercise.name)

    def problem(self, exercise: Exercise, master: Notebook) -> str:
        """Why the exercise cannot be graded by a master notebook; empty where it can."""
        return ""
