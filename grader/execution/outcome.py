"""What came of one call of a student's function: one small class for each way it can end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Returned:
    """It returned this value, of exact base types."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """It raised. `line` is the line of its own cell, counted from 1; all text is the student's."""

    type: str
    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Incomparable:
    """It returned something that cannot be compared; `reason` says what, in the kernel's words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such function once the notebook has run."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """It had not returned after `seconds`; it was then in `line` of its own cell, if it said so."""

    seconds: float
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Crashed:
    """It took the kernel down, or left it speaking nonsense."""


@dataclass(frozen=True, slots=True)
class NotCalled:
    """It was not called: after a call that did not return, or when time had run out."""

    reason: str


Outcome = Returned | Raised | Incomparable | Missing | TimedOut | Crashed | NotCalled
