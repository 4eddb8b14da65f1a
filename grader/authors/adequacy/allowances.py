"""What an author vouches for where proof ends: `adequacy.toml` in the solutions folder.

[[equivalent]]                # mutants of the reference that are as right as itself
exercise = "count"
was = "if n > 0: ..."         # the statement, as `grade validate --strict` prints it
becomes = ["if n >= 1: ..."]
reason = "n is a whole number"

[[spare]]                     # a hidden case that could go, and stays all the same
exercise = "count"
case = "empty_text"
reason = "what students ask about most"
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignments.toml import Table, read_table

ALLOWANCES = "adequacy.toml"


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that is no mistake, by the statement that differs."""

    exercise: str
    was: str
    becomes: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spare:
    """A hidden case that tells nothing apart which other cases do not."""

    exercise: str
    case: str
    reason: str


@dataclass(frozen=True, slots=True)
class Allowances:
    """Everything in the file at `path`; nothing, if there is none."""

    path: Path
    equivalents: tuple[Equivalent, ...] = ()
    spares: tuple[Spare, ...] = ()

    def of(self, exercise: str) -> Allowances:
        """What of it is said about one exercise."""
        return Allowances(
            self.path,
            tuple(each for each in self.equivalents if each.exercise == exercise),
            tuple(each for each in self.spares if each.exercise == exercise),
        )


def read_allowances(path: Path, exercises: tuple[str, ...]) -> Allowances:
    """The allowances for `exercises`; raises AssignmentError for anything else in the file."""
    if not path.exists():
        return Allowances(path)
    table = read_table(path)
    equivalents = [
        each for entry in table.tables("equivalent") for each in _equivalents(entry, exercises)
    ]
    spares = [_spare(entry, exercises) for entry in table.tables("spare")]
    table.no_more()
    return Allowances(path, tuple(equivalents), tuple(spares))


def _equivalents(table: Table, exercises: tuple[str, ...]) -> Iterator[Equivalent]:
    exercise, was, reason = _exercise(table, exercises), table.get("was", str), _reason(table)
    becomes = table.strings("becomes")
    table.no_more()
    if not becomes:
        raise table.error("becomes", "is empty; a list of the statement's other forms is expected")
    return (Equivalent(exercise, was, each, reason) for each in becomes)


def _spare(table: Table, exercises: tuple[str, ...]) -> Spare:
    spare = Spare(_exercise(table, exercises), table.get("case", str), _reason(table))
    table.no_more()
    return spare


def _exercise(table: Table, exercises: tuple[str, ...]) -> str:
    name = table.get("exercise", str)
    if name not in exercises:
        raise table.error("exercise", f"{name!r} is not one of the exercises: {exercises}")
    return name


def _reason(table: Table) -> str:
    reason = table.get("reason", str).strip()
    if not reason:
        raise table.error("reason", "is empty; say why, for whoever reads it next")
    return reason
