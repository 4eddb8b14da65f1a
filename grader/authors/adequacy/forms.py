"""The records of the forms that are tried in the proof of adequacy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from grader.authors.adequacy.trials import APART


class Kind(Enum):
    """Where a form comes from; the value is what it is called."""

    MUTANT = "mutant"
    MISTAKE = "mistake"
    WRONG = "wrong form"
    ACCEPTED = "accepted variant"
    REWRITING = "rewriting"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of an exercise, and what came of its trials.

    `said` has a character for each hidden case: SAME, NEAR or APART of `trials`. For a mutant,
    `line` (in the reference's cell), `was` and `becomes` describe the statement that was changed.
    For a rewriting, `becomes` is the whole function. Of a mutant that no hidden case tells from the
    reference, `public` is the first public case that does, and `reached` says whether a hidden case
    comes to its line at all.
    """

    kind: Kind
    name: str
    line: int = 0
    was: str = ""
    becomes: str = ""
    said: str = ""
    public: str = ""
    reached: bool = True

    def is_told_by(self, case: int) -> bool:
        return self.said[case] == APART.decode()

    @property
    def told_by(self) -> list[int]:
        """The numbers of the cases that tell it from the reference."""
        return [case for case in range(len(self.said)) if self.is_told_by(case)]
