"""Functions of the author's: what draws inputs or a parameter, a checker, a driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Checker:
    """A function of the author's that judges the answers to a case, and where it is to be found.

    `takes` are its parameters, of `answer`, `expected` and `arguments`. The assignment `assignment`
    below `root` has the `exercise` with the case.
    """

    function: Callable[..., Any]
    takes: frozenset[str]
    root: Path
    assignment: str
    exercise: str

    @property
    def name(self) -> str:
        return str(getattr(self.function, "__name__", "check"))


@dataclass(frozen=True, slots=True)
class Driver:
    """A generator function of the author's that a kernel runs: `name` in `source`.

    It is called with the notebook's objects of the names that it `takes`, and, if `student` is not
    empty, with that id as its parameter `student`. `labels` say what it yields, as it is written
    there; there are none where that may not be once each, in order.
    """

    source: str
    name: str
    takes: tuple[str, ...]
    labels: tuple[str, ...] = ()
    student: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What it is called with besides objects of the notebook: parameter -> value."""
        return {"student": self.student} if self.student else {}


@dataclass(frozen=True, slots=True)
class Draws:
    """A function of the author's that draws the inputs of a case for a student's id.

    `function` is None in a student's copy. What students are handed out of a public case is the
    `source` that defines the function `name`, for a kernel; it is empty for hidden cases.
    """

    name: str
    source: str = ""
    function: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name that a given cell of the notebook binds, and that has a value for each student.

    `cell` is the id of that cell, where the author has named it. `draws` returns the value for a
    student's id. `value`, if not empty, is that of one student, encoded.
    """

    name: str
    draws: Draws
    cell: str = ""
    value: bytes | memoryview = b""
