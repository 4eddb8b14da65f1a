"""What is planned for a unit of a master: its kind, its cases, and what is left to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from grader.authors.importing.driver_source import DriverSource
from grader.authors.importing.foreign import Unit
from grader.authors.importing.recording import Call


class Kind(StrEnum):
    """The kinds of exercises that a unit may become."""

    FUNCTION = "function"
    VALUE = "value"
    DRIVER = "driver"
    WRITTEN = "written"


class State(StrEnum):
    """How far a unit has come.

    READY is as it was; LOOK is graded, and its author has to look at something; AUTHOR is not
    graded until its author has written it, and stands in assignment.toml as a comment.
    """

    READY = "ready"
    LOOK = "ready, look at it"
    AUTHOR = "needs the author"


@dataclass(slots=True)
class PlannedCase:
    """A call that becomes a case. `raises` names the exception that is right, if one is."""

    call: Call
    rtol: float | None
    atol: float | None
    public: bool
    weight: float
    raises: str = ""


@dataclass(slots=True)
class PlannedDriver:
    """A driver, with the tolerances of its case."""

    source: DriverSource
    rtol: float | None
    atol: float | None
    public: bool
    weight: float


@dataclass(slots=True)
class Planned:
    """What becomes of a unit. `reasons` are sentences for the author."""

    unit: Unit
    kind: Kind
    name: str
    state: State = State.READY
    reasons: list[str] = field(default_factory=list)
    cases: list[PlannedCase] = field(default_factory=list)
    drivers: list[PlannedDriver] = field(default_factory=list)
    value: PlannedCase | None = None
    at_cell: str = ""
    weighted: bool = False

    def needs(self, state: State, reason: str) -> Planned:
        """The same, with a reason why its author has to do something about it."""
        if self.state is not State.AUTHOR:
            self.state = state
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self
