"""What `grade import` says when it is done: what was taken as what, what was not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from grader.authors.importing.foreign import Master
from grader.authors.importing.planned import Kind, Planned, State
from grader.authors.importing.write import is_graded

COLUMNS = ("unit", "points", "taken as", "cases", "state", "to do")


def rows(planned: Sequence[Planned], kinds: Iterable[Kind]) -> list[list[str]]:
    """A row of the table for each unit of the master."""
    return [
        [
            each.unit.name,
            f"{each.unit.points:g}",
            f"{each.kind.value} {each.name}",
            _cases(each),
            state_of(each, kinds).value,
            "; ".join(reasons_of(each, kinds)),
        ]
        for each in planned
    ]


def _cases(planned: Planned) -> str:
    count = len(planned.cases) + len(planned.drivers) + bool(planned.value)
    return str(count or "")


def state_of(planned: Planned, kinds: Iterable[Kind]) -> State:
    """How far a unit has come, of which the kind may not be one that can be graded."""
    return planned.state if is_graded(planned, kinds) else State.AUTHOR


def reasons_of(planned: Planned, kinds: Iterable[Kind]) -> list[str]:
    """Why its author has to do something about a unit."""
    if planned.kind in set(kinds):
        return planned.reasons
    return [*planned.reasons, f"exercises of the kind {planned.kind.value} cannot be graded yet"]


def summary(master: Master, planned: Sequence[Planned], kinds: Sequence[Kind]) -> dict[str, Any]:
    """The figures of one master: units by kind and by state, and how many are lost."""
    states = Counter(state_of(each, kinds) for each in planned)
    by_kind = Counter(each.kind for each in planned)
    return {
        "source": master.path.name,
        "system": master.system,
        "units": len(master.units),
        "points": sum(each.points for each in master.units),
        "kinds": {kind.value: by_kind[kind] for kind in Kind},
        "states": {state.value: states[state] for state in State},
        "lost": len(master.units) - len(planned),
        "remarks": list(master.remarks),
        "exercises": [
            {
                "unit": each.unit.name,
                "points": each.unit.points,
                "kind": each.kind.value,
                "name": each.name,
                "state": state_of(each, kinds).value,
                "reasons": reasons_of(each, kinds),
            }
            for each in planned
        ],
    }
