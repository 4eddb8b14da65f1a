"""What came of a cell, and the outcome of one call of a student's function.

The outcome of a call has a class for each way in which it can end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from grader.model import Picture


@dataclass(frozen=True, slots=True)
class CellRun:
    """What came of a cell: `ended` is ok, error, timeout, crashed or skipped.

    Of a cell that failed, `done` is how many of its statements had run before, and `line` the line
    in which it stopped, counted from 1; both are None where the kernel did not say. `output` is
    what it printed to the standard output, or showed as its last value, and nothing else.
    `pictures` are those that it drew, where they were asked for, without so many that were
    `left_out`.
    """

    ended: str
    printed: str = ""
    error: str = ""
    done: int | None = None
    line: int | None = None
    output: str = field(default="", compare=False)
    pictures: tuple[Picture, ...] = field(default=(), compare=False)
    left_out: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """It returned this value, which the decoder has built of exact base types."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """It raised. `line` is the line of its own cell, counted from 1; all text is the student's.

    `bases` are the names of the type and of those that it derives from, if they are known.
    """

    type: str
    message: str
    line: int | None
    bases: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Incomparable:
    """It returned something that cannot be compared; `reason`, from the kernel, says what."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unmade:
    """It was not called: its inputs could not be made in the kernel, which says `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such function once the notebook has run."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """It had not returned after `seconds`, when it was in `line` of its own cell, if known."""

    seconds: float
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Crashed:
    """It ended the kernel, or the kernel's reply was malformed."""


@dataclass(frozen=True, slots=True)
class NotCalled:
    """It was not called: an earlier call did not return, or the notebook has used up its time."""

    reason: str


Outcome = Returned | Raised | Incomparable | Unmade | Missing | TimedOut | Crashed | NotCalled
