"""What is asked for when a submission is to be graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.grading.repair.budget import SearchLimits
from grader.model import Submission
from grader.sandbox.level import Level

# By the assignment, then by the exercise: right answers, packed by `RightAnswers.packed`.
Donors = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker needs to grade one submission.

    `assignment` is empty to find out which; `level` is None for the one the canary finds in force;
    `seed` is that of the cases drawn afresh. With `public_only`, `root` is a student's folder, and
    only what it holds is used. With `strict`, as an author wants it, no step may fail. `single`
    says that the process grades nothing else, so nothing is prepared for others. Without `pictures`
    none are drawn, as for a page that only has words. `search` bounds the search for a mistake.
    `donors` are right answers of the class, for it to take lines from.
    """

    root: Path
    submission: Submission
    assignment: str = ""
    full: bool = False
    level: Level | None = None
    seed: int = 0
    public_only: bool = False
    strict: bool = False
    single: bool = False
    pictures: bool = True
    search: SearchLimits = field(default_factory=SearchLimits)
    donors: Donors = field(default_factory=dict, compare=False, repr=False)
