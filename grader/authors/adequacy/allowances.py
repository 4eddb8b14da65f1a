"""What an author vouches for where it cannot be proved: `adequacy.toml` in the solutions folder.

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

from msgspec import Struct

from grader.assignments.toml import mirrored, read_toml, wrong
from grader.encoding import Keys

ALLOWANCES = "adequacy.toml"


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that is as right as the reference: the statement `was` may be `becomes` as well."""

    exercise: str
    was: str
    becomes: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spare:
    """A hidden case that stays although the other cases tell apart all that it does."""

    exercise: str
    case: str
    reason: str


@dataclass(frozen=True, slots=True)
class Allowances:
    """The content of the file at `path`; empty where there is no such file."""

    path: Path
    equivalents: tuple[Equivalent, ...] = ()
    spares: tuple[Spare, ...] = ()

    def of(self, exercise: str) -> Allowances:
        """The allowances for one exercise."""
        return Allowances(
            self.path,
            tuple(each for each in self.equivalents if each.exercise == exercise),
            tuple(each for each in self.spares if each.exercise == exercise),
        )


class _EquivalentTable(Struct, frozen=True, forbid_unknown_fields=True):
    exercise: str
    was: str
    becomes: tuple[str, ...]
    reason: str


class _SpareTable(Struct, frozen=True, forbid_unknown_fields=True):
    exercise: str
    case: str
    reason: str


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    equivalent: tuple[_EquivalentTable, ...] = ()
    spare: tuple[_SpareTable, ...] = ()


def read_allowances(path: Path, exercises: tuple[str, ...]) -> Allowances:
    """The allowances for `exercises`; raises AssignmentError for anything else in the file."""
    if not path.exists():
        return Allowances(path)
    file = mirrored(read_toml(path), _File, path)
    for keys, problem in _problems(file, exercises):
        raise wrong(path, keys, problem)
    return Allowances(
        path,
        tuple(
            Equivalent(each.exercise, each.was, becomes, each.reason.strip())
            for each in file.equivalent
            for becomes in each.becomes
        ),
        tuple(Spare(each.exercise, each.case, each.reason.strip()) for each in file.spare),
    )


def _problems(file: _File, exercises: tuple[str, ...]) -> Iterator[tuple[Keys, str]]:
    for name in ("equivalent", "spare"):
        for number, table in enumerate(getattr(file, name)):
            if table.exercise not in exercises:
                problem = f"{table.exercise!r} is not one of the exercises: {exercises}"
                yield (name, number, "exercise"), problem
            if not table.reason.strip():
                yield (name, number, "reason"), "is empty; say why, for whoever reads it next"
    for number, equivalent in enumerate(file.equivalent):
        if not equivalent.becomes:
            problem = "is empty; a list of the statement's other forms is expected"
            yield ("equivalent", number, "becomes"), problem
