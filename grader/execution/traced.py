"""Have a kernel follow a function line by line, and read what it has noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from grader.execution.outcome import Returned
from grader.sandbox.shared import SharedInputs

# The key or index of an item of a dictionary or list; None for a variable itself.
Key: TypeAlias = str | int | None
# Changes that are read, characters of a name or key, and the largest index or other whole number.
MOST_CHANGES, LONGEST_NAME, LARGEST_KEY = 10_000, 80, 1_000_000
# All values that are set together, and the one that is returned.
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TracedCall:
    """A call of the function `edited`, which is followed, from its `source`.

    The source has as many lines before it as in its cell. Followed are the values of its
    `variables`. The call may take `seconds` of processor time and that many `lines`, and set values
    of that many `bytes`.
    """

    edited: str
    source: str
    variables: tuple[str, ...]
    inputs: bytes | memoryview | SharedInputs
    seconds: float
    lines: int
    bytes: int

    @property
    def content(self) -> dict[str, Any]:
        """What is sent besides the inputs."""
        names = ("edited", "source", "variables", "seconds", "lines", "bytes")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a line gives a variable or an item of it; `data` is that value, encoded.

    `data` is empty for a value that cannot be sent, and for a dictionary or list as a whole.
    """

    name: str
    key: Key
    line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Trace:
    """What a function gives its variables, in this order; `given` had a value from the start.

    Of an item of a dictionary or list, it is the last change that is here. `returned` is the value
    that the function returns, encoded; it is empty where it raises.
    """

    changes: tuple[Change, ...]
    given: frozenset[tuple[str, Key]]
    returned: bytes


def trace_of(outcome: object) -> Trace | None:
    """The trace that a kernel has sent; None if it is of another form."""
    match outcome:
        case Returned((list() as changes, list() as given, bytes() as value)) if (
            len(changes) <= MOST_CHANGES
        ):
            read = tuple(_changes(changes))
            had = frozenset(each for each in given if _is_place(each))
            small = len(value) + sum(len(each.data) for each in read) <= MOST_BYTES
            return Trace(read, had, value) if small and len(read) == len(changes) else None
    return None


def _changes(sent: list[Any]) -> Iterator[Change]:
    for each in sent:
        match each:
            case (name, key, int() as line, bytes() as data) if _is_place((name, key)):
                yield Change(name, key, line, data)


def _is_place(place: object) -> bool:
    match place:
        case (str() as name, None | str() as key):
            return len(name) <= LONGEST_NAME and len(key or "") <= LONGEST_NAME
        case (str() as name, int() as key):
            return len(name) <= LONGEST_NAME and abs(key) <= LARGEST_KEY
    return False
