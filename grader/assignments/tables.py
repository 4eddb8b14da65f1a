"""The keys of assignment.toml, with their types and defaults: a class for each of its tables."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct, field

from grader.assignments.kinds import kind_of
from grader.assignments.records import Edition, Exercise, LateRule, Limits, MayBeGiven, Positive
from grader.assignments.toml import wrong
from grader.values.difference import Returns

_Names: TypeAlias = tuple[str, ...]
# What the name of an exercise is in the notebook, by its kind; of other kinds it is only a name.
_NAMES_IN_THE_NOTEBOOK = {"function": "function", "value": "variable"}
_NAME = re.compile(r"\w[\w.-]*")


class SharedExerciseTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table [[exercise]] that names an exercise of another assignment."""

    name: str
    points: Positive


class ExerciseTable(SharedExerciseTable, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table [[exercise]] that describes an exercise of this assignment."""

    title: str
    asks: str
    scoring: Literal["all", "weights", "variants"] = "all"
    other_names: _Names = ()
    returns: _Names = ()
    may_also_return: _Names = ()
    outputs_from: str = ""
    kind: Literal["function", "value", "print", "driver", "written"] = "function"
    cell: str = ""
    at: Literal["end", "cell"] = "end"


class CommonTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys that every assignment.toml may have."""

    schema: int
    name: str
    title: str
    notebook: str
    limits: Limits = Limits()
    long_running: _Names = ()
    helpers: _Names = ()
    other_names: dict[str, _Names] = field(default_factory=dict)
    shared_files: _Names = ()
    warm_imports: _Names = ()
    require: Literal["limits", "landlock", "namespaces"] = "limits"
    search: bool = True
    public_cases: str = ""
    requirements: _Names = ()
    late: LateRule | None = None
    edition: tuple[Edition, ...] = ()
    may_be_given: tuple[MayBeGiven, ...] = ()


class AssignmentTable(CommonTable, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An assignment.toml with exercises of its own."""

    shares: Literal[""] = ""
    exercise: tuple[ExerciseTable, ...]


class SharingTable(CommonTable, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An assignment.toml whose exercises are those of another assignment, which `shares` names."""

    shares: str
    exercise: tuple[SharedExerciseTable, ...]


def exercise_of(table: ExerciseTable, path: Path, number: int) -> Exercise:
    """The exercise that the table of this number describes, without cases."""
    _check_name(table, path, number)
    exercise = Exercise(
        name=table.name,
        title=table.title,
        asks=table.asks,
        points=table.points,
        scoring=table.scoring,
        other_names=table.other_names,
        returns=Returns(table.returns, table.may_also_return),
        outputs_from=table.outputs_from,
        kind=table.kind,
        cell=table.cell,
        at=table.at,
    )
    return replace(exercise, returns=kind_of(exercise).returns(exercise))


def _check_name(table: ExerciseTable, path: Path, number: int) -> None:
    """Raise AssignmentError for a name that nothing of the exercise's kind can have."""
    if table.kind in _NAMES_IN_THE_NOTEBOOK:
        if not table.name.isidentifier():
            problem = f"{table.name!r} is not the name of a {_NAMES_IN_THE_NOTEBOOK[table.kind]}"
            raise wrong(path, ("exercise", number, "name"), problem)
    elif not _NAME.fullmatch(table.name):
        problem = f"{table.name!r} is not a name of letters, digits, dots, _ and -"
        raise wrong(path, ("exercise", number, "name"), problem)
