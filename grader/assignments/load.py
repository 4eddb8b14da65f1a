"""Load an assignment from its folder and its solutions folder.

ROOT/assignment/NAME/   what students get: assignment.toml, notebook, helper modules
ROOT/solutions/NAME/    what they do not get: master notebook, cases, variants, pictures,
                        expected outputs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec import structs

from grader.assignments.cases import Cases, read_cases, with_expected_outputs
from grader.assignments.records import (
    Assignment,
    Case,
    Edition,
    Exercise,
    LateRule,
)
from grader.assignments.reference import reference_output
from grader.assignments.tables import (
    AssignmentTable,
    CommonTable,
    SharingTable,
    check_uses,
    exercise_of,
)
from grader.assignments.toml import mirrored, read_toml, wrong
from grader.assignments.unchanged import KeptAssignments
from grader.assignments.written import without_written
from grader.errors import AssignmentError
from grader.text import did_you_mean
from grader.values.frozen import with_whole_arrays

FILE = "assignment.toml"
_KEPT = KeptAssignments()


def assignment_names(root: Path) -> list[str]:
    """The names of the assignments below ROOT/assignment, sorted."""
    return sorted(path.parent.name for path in root.glob(f"assignment/*/{FILE}"))


def load_assignment(root: Path, name: str) -> Assignment:
    """The assignment with its cases and their frozen expected outputs.

    Every call returns the same object until one of the assignment's files changes. Raises
    AssignmentError where something is missing or malformed, such as a case's frozen output.
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
    called = without_written(assignment)
    exercises = tuple(
        replace(
            exercise,
            cases=tuple(
                _with_whole_arrays(called, exercise, case) for case in expected[exercise.name]
            ),
        )
        for exercise in assignment.exercises
    )
    return replace(assignment, exercises=exercises)


def _with_whole_arrays(assignment: Assignment, exercise: Exercise, case: Case) -> Case:
    """The case, whose large arrays are worked out by the reference where they are needed."""
    whole = partial(reference_output, assignment, exercise.name, case.name)
    return replace(case, expected=with_whole_arrays(case.expected, whole))


def read_assignment(root: Path, name: str) -> Assignment:
    """The assignment without expected outputs, which are generated from it."""
    assignment = _settings(root, name)
    if assignment.shared_folder != assignment.folder:
        base = read_assignment(root, assignment.shared_folder.name)
        found = Cases(
            {each.name: each.cases for each in base.exercises},
            {each.name: each.variants for each in base.exercises},
            {each.name: each.pictures for each in base.exercises},
            {each.name: each.parts for each in base.exercises if each.parts},
            base.parameters,
        )
    else:
        called = without_written(assignment)
        folders = assignment.folder, assignment.solutions
        found = read_cases(*folders, assignment.public_cases, called.exercises)
    exercises = tuple(_with(found, each) for each in assignment.exercises)
    return replace(assignment, exercises=exercises, parameters=found.parameters)


def _settings(root: Path, name: str) -> Assignment:
    folder, solutions = root / "assignment" / name, root / "solutions" / name
    if not (folder / FILE).exists():
        known = ", ".join(assignment_names(root)) or "none"
        raise AssignmentError(f"{root}: there is no assignment {name!r} here (there are: {known})")
    assignment = read_settings(folder, solutions)
    if assignment.name != name:
        raise wrong(folder / FILE, ("name",), f"is not {name!r}, the name of its folder")
    return assignment


def read_settings(folder: Path, solutions: Path) -> Assignment:
    """The assignment as its assignment.toml describes it, without cases and variants.

    Raises AssignmentError where that file is missing or malformed.
    """
    path = folder / FILE
    data = read_toml(path)
    if data.get("schema", 1) != 1:
        raise wrong(path, ("schema",), "is not 1, the only one this version reads")
    if not data.get("exercise"):
        raise wrong(path, ("exercise",), "is missing; at least one [[exercise]] is expected")
    if not data.get("shares"):
        settings = mirrored(data, AssignmentTable, path)
        exercises = [
            exercise_of(each, path, number) for number, each in enumerate(settings.exercise)
        ]
        check_uses(exercises, path)
        return _assignment(settings, exercises, folder, solutions)
    # This is checked first, because it decides which keys the file may have.
    _check_shares(data, path)
    sharing = mirrored(data, SharingTable, path)
    base = read_settings(folder.parent / sharing.shares, solutions.parent / sharing.shares)
    shared = {exercise.name: exercise for exercise in base.exercises}
    exercises = []
    for number, each in enumerate(sharing.exercise):
        if each.name not in shared:
            problem = f"{each.name!r} is not an exercise of the assignment it shares"
            raise wrong(path, ("exercise", number, "name"), problem)
        exercises.append(replace(shared[each.name], points=each.points))
    assignment = _assignment(sharing, exercises, folder, solutions)
    return replace(assignment, shared_folder=base.folder)


def _check_shares(data: dict[str, Any], path: Path) -> None:
    """Raise AssignmentError where `shares` does not name another assignment."""
    name, others = data["shares"], path.parent.parent
    if name == data.get("name"):
        raise wrong(path, ("shares",), "is the assignment itself")
    known = sorted(each.parent.name for each in others.glob(f"*/{FILE}"))
    if isinstance(name, str) and name not in known:
        problem = f"is {name!r} where one of {', '.join(known)} is expected"
        raise wrong(path, ("shares",), problem)


def _assignment(
    table: CommonTable, exercises: Sequence[Exercise], folder: Path, solutions: Path
) -> Assignment:
    path = folder / FILE
    names = [name for exercise in exercises for name in exercise.names]
    for name in names:
        if names.count(name) > 1:
            raise wrong(path, ("exercise",), f"{name!r} is the name of two exercises")
    if Path(table.notebook).name != table.notebook or not table.notebook.endswith(".ipynb"):
        problem = f"is {table.notebook!r} where the name of an .ipynb file is expected"
        raise wrong(path, ("notebook",), problem)
    for number, edition in enumerate(table.edition):
        _check_edition(edition, names, path, number)
    for name in table.other_names:
        if name not in table.helpers:
            raise wrong(path, ("other_names", name), "is not one of the helpers")
    return Assignment(
        name=table.name,
        title=table.title,
        folder=folder,
        solutions=solutions,
        notebook=table.notebook,
        exercises=tuple(exercises),
        limits=table.limits,
        long_running=frozenset(table.long_running),
        long_results=table.long_results,
        helpers=table.helpers,
        other_names=table.other_names,
        shared_folder=folder,
        shared_files=table.shared_files,
        warm_imports=table.warm_imports,
        require=table.require,
        search=table.search,
        public_cases=table.public_cases,
        requirements=table.requirements,
        late=_late_rule(table.late, path) if table.late else None,
        editions=table.edition,
        may_be_given=table.may_be_given,
    )


def _check_edition(edition: Edition, exercises: Sequence[str], path: Path, number: int) -> None:
    """Raise AssignmentError for an edition with one mark of two, or that leaves out an exercise."""
    if bool(edition.start.strip()) is not bool(edition.end.strip()):
        missing = "end" if edition.start.strip() else "start"
        problem = (
            "is missing; the words of both comments are expected, that before a stub and after it"
        )
        raise wrong(path, ("edition", number, missing), problem)
    for name in edition.not_graded:
        if name in exercises:
            problem = f"{name!r} is an exercise of this assignment, so it is graded"
            raise wrong(path, ("edition", number, "not_graded"), problem)
        if not name.isidentifier():
            problem = f"{name!r} is not the name of a function"
            raise wrong(path, ("edition", number, "not_graded"), problem)


def _late_rule(rule: LateRule, path: Path) -> LateRule:
    """The rule with a due time that has a zone; AssignmentError where it has none."""
    if rule.timezone:
        try:
            zone = ZoneInfo(rule.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise wrong(path, ("late", "timezone"), _no_zone(rule.timezone)) from None
        if rule.due.tzinfo is None:
            return structs.replace(rule, due=latest(rule.due, zone))
        return structs.replace(rule, due=rule.due.astimezone(zone))
    if rule.due.tzinfo is None:
        raise wrong(
            path,
            ("late", "due"),
            f"is {rule.due} where a time with its offset from UTC, such as "
            "2026-03-01T23:59:00+01:00, is expected; or `timezone` names the course's zone",
        )
    return rule


def _no_zone(name: str) -> str:
    hint = did_you_mean(name, available_timezones())
    return f"is {name!r} where the name of a zone such as 'Europe/Berlin' is expected{hint}"


def latest(local: datetime, zone: tzinfo) -> datetime:
    """The last moment at which clocks in the zone show this time of day.

    When clocks are put back, they show it twice. When they are put forward, they skip it; it then
    counts as if they had not been put forward.
    """
    both = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(both).astimezone(zone)


def _with(found: Cases, exercise: Exercise) -> Exercise:
    name = exercise.name
    if name not in found.cases:  # it is a written answer
        return exercise
    return replace(
        exercise,
        cases=found.cases[name],
        variants=found.variants[name],
        pictures=found.pictures[name],
        parts=found.parts.get(name),
    )
