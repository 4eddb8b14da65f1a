"""An assignment's folder and its solutions folder, read into one `Assignment`.

    ROOT/assignment/NAME/   what students get: assignment.toml, notebook, helper modules
    ROOT/solutions/NAME/    what they don't: master notebook, cases, variants, pictures, outputs

Nothing here or after knows what the exercises are about.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path

from grader.assignments.cases import Cases, read_cases, with_expected_outputs
from grader.assignments.records import (
    ALL,
    VARIANTS,
    WEIGHTS,
    Assignment,
    Exercise,
    LateRule,
    Limits,
)
from grader.assignments.toml import Table, read_table
from grader.assignments.unchanged import KeptAssignments
from grader.errors import AssignmentError
from grader.values.difference import Returns

_KEPT = KeptAssignments()


def assignment_names(root: Path) -> list[str]:
    """The assignments below ROOT/assignment, by name."""
    return sorted(path.parent.name for path in root.glob("assignment/*/assignment.toml"))


def load_assignment(root: Path, name: str) -> Assignment:
    """The assignment with its cases and their frozen expected outputs.

    It is the same object in every call until one of its files changes. Raises AssignmentError for
    anything missing or malformed, a case without frozen output too.
    """
    return _KEPT.get(
        (root, name),
        lambda: _settings(root, name).folders,
        lambda: _load(root, name),
    )


def _load(root: Path, name: str) -> Assignment:
    assignment = read_assignment(root, name)
    cases = {exercise.name: exercise.cases for exercise in assignment.exercises}
    expected = with_expected_outputs(cases, assignment.folder, assignment.solutions)
    exercises = tuple(
        replace(exercise, cases=expected[exercise.name]) for exercise in assignment.exercises
    )
    return replace(assignment, exercises=exercises)


def read_assignment(root: Path, name: str) -> Assignment:
    """The assignment as its author wrote it: cases, but no expected outputs yet."""
    assignment = _settings(root, name)
    if assignment.shared_folder != assignment.folder:
        base = read_assignment(root, assignment.shared_folder.name)
        found = Cases(
            {each.name: each.cases for each in base.exercises},
            {each.name: each.variants for each in base.exercises},
            {each.name: each.pictures for each in base.exercises},
            {each.name: each.parts for each in base.exercises if each.parts},
        )
    else:
        names = [exercise.name for exercise in assignment.exercises]
        found = read_cases(assignment.folder, assignment.solutions, assignment.public_cases, names)
    return replace(assignment, exercises=tuple(_with(found, each) for each in assignment.exercises))


def _settings(root: Path, name: str) -> Assignment:
    folder, solutions = root / "assignment" / name, root / "solutions" / name
    if not (folder / "assignment.toml").exists():
        known = ", ".join(assignment_names(root)) or "none"
        raise AssignmentError(f"{root}: there is no assignment {name!r} here (there are: {known})")
    assignment = read_settings(folder, solutions)
    if assignment.name != name:
        raise AssignmentError(
            f"{folder / 'assignment.toml'}: name: is not {name!r}, the name of its folder"
        )
    return assignment


def read_settings(folder: Path, solutions: Path) -> Assignment:
    """What the folder's assignment.toml says; its exercises have no cases yet."""
    table = read_table(folder / "assignment.toml")
    shares = table.get("shares", str, "")
    if not shares:
        return _assignment(table, folder, solutions, {})
    if shares == table.get("name", str):
        raise table.error("shares", "is the assignment itself")
    other = folder.parent / shares
    if not (other / "assignment.toml").exists():
        known = ", ".join(
            sorted(path.parent.name for path in folder.parent.glob("*/assignment.toml"))
        )
        raise table.error("shares", f"is {shares!r} where one of {known} is expected")
    base = read_settings(other, solutions.parent / shares)
    shared = {exercise.name: exercise for exercise in base.exercises}
    return replace(_assignment(table, folder, solutions, shared), shared_folder=base.folder)


def _assignment(
    table: Table, folder: Path, solutions: Path, shared: dict[str, Exercise]
) -> Assignment:
    if table.get("schema", int) != 1:
        raise table.error("schema", "is not 1, the only one this version reads")
    tables = table.tables("exercise")
    if not tables:
        raise table.error("exercise", "is missing; at least one [[exercise]] is expected")
    exercises = tuple(_exercise(each, shared) for each in tables)
    names = [name for exercise in exercises for name in exercise.names]
    for name in names:
        if names.count(name) > 1:
            raise table.error("exercise", f"{name!r} is the name of two exercises")
    assignment = Assignment(
        name=table.get("name", str),
        title=table.get("title", str),
        folder=folder,
        solutions=solutions,
        notebook=_file_name(table, "notebook"),
        exercises=exercises,
        limits=_limits(table.table("limits")),
        long_running=frozenset(table.strings("long_running")),
        helpers=table.strings("helpers"),
        other_names=table.table("other_names").lists(),
        shared_folder=folder,
        shared_files=table.strings("shared_files"),
        warm_imports=table.strings("warm_imports"),
        require=table.choice("require", ("limits", "landlock", "namespaces")),
        search=table.get("search", bool, True),
        public_cases=table.get("public_cases", str, ""),
        requirements=table.strings("requirements"),
        late=_late_rule(table.table("late")) if table.get("late", dict, {}) else None,
    )
    table.no_more()
    for name in assignment.other_names:
        if name not in assignment.helpers:
            raise table.error(f"other_names.{name}", "is not one of the helpers")
    return assignment


def _with(found: Cases, exercise: Exercise) -> Exercise:
    name = exercise.name
    return replace(
        exercise,
        cases=found.cases[name],
        variants=found.variants[name],
        pictures=found.pictures[name],
        parts=found.parts.get(name),
    )


def _file_name(table: Table, key: str) -> str:
    name = table.get(key, str)
    if Path(name).name != name or not name.endswith(".ipynb"):
        raise table.error(key, f"is {name!r} where the name of an .ipynb file is expected")
    return name


def _limits(table: Table) -> Limits:
    values = {
        field.name: table.positive(field.name, field.default)  # type: ignore[arg-type]
        for field in fields(Limits)
    }
    table.no_more()
    return Limits(**values)


def _exercise(table: Table, shared: dict[str, Exercise]) -> Exercise:
    name = table.get("name", str)
    points = table.positive("points")
    if name in shared:
        table.no_more()
        return replace(shared[name], points=points)
    if shared:
        raise table.error("name", f"{name!r} is not an exercise of the assignment it shares")
    if not name.isidentifier():
        raise table.error("name", f"{name!r} is not the name of a function")
    exercise = Exercise(
        name=name,
        title=table.get("title", str),
        asks=table.get("asks", str),
        points=points,
        scoring=table.choice("scoring", (ALL, WEIGHTS, VARIANTS)),
        other_names=table.strings("other_names"),
        returns=Returns(table.strings("returns"), table.strings("may_also_return")),
        outputs_from=table.get("outputs_from", str, ""),
    )
    table.no_more()
    return exercise


def _late_rule(table: Table) -> LateRule:
    """The table `late` of an assignment.toml; raises AssignmentError where it makes no sense."""
    due = table.get("due", datetime)
    if due.utcoffset() is None:
        raise table.error("due", f"is {due} without an offset from UTC; write {due.isoformat()}Z")
    rule = LateRule(
        due,
        _share(table, "free_days", 0, math.inf),
        _share(table, "percent_per_day", 0, 100),
        _share(table, "most_percent", 100, 100),
    )
    table.no_more()
    return rule


def _share(table: Table, key: str, default: float, most: float) -> float:
    value = table.get(key, float, float(default))
    if not 0 <= value <= most:
        to = f" to {most:g}" if most < math.inf else " up"
        raise table.error(key, f"is {value:g} where a number from 0{to} is expected")
    return value
