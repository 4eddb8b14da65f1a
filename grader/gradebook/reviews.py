"""The records of reviewing written answers, as they pass into the gradebook and out of it."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Adjustment, RubricItem, Verdict


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decides on a written answer; see `Adjustment`."""

    score: float
    remark: str = ""
    by: str = ""
    items: tuple[RubricItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision that stands, with its number in the gradebook."""

    number: int
    adjustment: Adjustment


@dataclass(frozen=True, slots=True)
class ListedAnswer:
    """A student's answer to an exercise; `number` is that of the result which has it."""

    assignment: str
    student: str
    number: int
    verdict: Verdict
