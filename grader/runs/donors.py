"""Right answers of the class, which the search for a mistake may take lines from.

They come from the gradebook's latest results, and from those that this run has found so far. So
what the first submissions of a class are told may be less than what the last ones are, and a later
run may say more. Points do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from grader.assignments.records import Assignment
from grader.errors import InputError
from grader.gradebook.store import Gradebook
from grader.grading.repair.right_answers import RightAnswers
from grader.grading.task import Donors
from grader.model import Result

# So many of the gradebook's latest results are looked through, when a run begins to grade.
LOOKED_THROUGH = 400


@dataclass(slots=True)
class ClassAnswers:
    """The right answers that are known while a class is graded."""

    gradebook: Gradebook
    searched: frozenset[str]
    _answers: RightAnswers = field(default_factory=RightAnswers)
    _begun: bool = False

    @classmethod
    def of(cls, gradebook: Gradebook, assignments: Iterable[Assignment]) -> ClassAnswers:
        return cls(gradebook, frozenset(each.name for each in assignments if each.search))

    def add(self, assignment: str, result: Result) -> None:
        """Add the right answers of a submission, where the assignment has mistakes searched for."""
        if assignment not in self.searched:
            return
        for each in result.exercises:
            if each.verdict.solved:
                self._answers.add(assignment, each.name, each.code)

    def packed(self) -> Donors:
        """All that are known now. The gradebook is read when this is asked for the first time."""
        if not self._begun and self.searched:
            # A record that cannot be read is the business of whoever asks for that result.
            with suppress(InputError):
                for kept in self.gradebook.newest(LOOKED_THROUGH):
                    self.add(kept.assignment, kept.result)
        self._begun = True
        return self._answers.packed()
