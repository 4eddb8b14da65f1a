"""The keys of assignment.toml, with their types and defaults: a class for each of its tables.

What stands beside a key behind `#:`, here and in `records.py`, is what the documents' reference of
all keys says of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, field

from grader.assignments.kinds import kind_of
from grader.assignments.records import (
    Edition,
    Exercise,
    LateRule,
    Limits,
    MayBeGiven,
    Positive,
    RubricPoints,
)
from grader.assignments.toml import wrong
from grader.model import RubricItem
from grader.values.difference import Returns

_Names: TypeAlias = tuple[str, ...]
# What the name of an exercise is in the notebook, by its kind; of other kinds it is only a name.
_NAMES_IN_THE_NOTEBOOK = {"function": "function", "value": "variable"}
_NAME = re.compile(r"\w[\w.-]*")


class SharedExerciseTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table [[exercise]] that names an exercise of another assignment."""

    name: str  #: The name of the function or variable; for other kinds one of your choice.
    points: Positive  #: The points for a right answer.


class RubricTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table [[exercise.rubric]]: what a written answer has, and the points for it."""

    text: Annotated[str, Meta(min_length=1)]  #: What the answer has, which the student reads.
    points: RubricPoints  #: The points for it; below 0 to take some off.


class ExerciseTable(SharedExerciseTable, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table [[exercise]] that describes an exercise of this assignment."""

    title: str  #: What people call it, in reports and tables.
    asks: str  #: What it is to do, in a sentence.
    #: What an answer that is not right is worth: nothing, the weights of the cases that it passes,
    #: or the share that the mistake has which was recognized.
    scoring: Literal["all", "weights", "variants"] = "all"
    other_names: _Names = ()  #: Further names that the function may have.
    returns: _Names = ()  #: Names for the values that it returns, used in messages.
    may_also_return: _Names = ()  #: Names for values that it may return after those.
    #: The assignment whose master gives the expected outputs, if its function returns more values.
    outputs_from: str = ""
    #: What is graded: a function, the value of a variable, what a cell prints, what a driver
    #: observes, or what somebody writes.
    kind: Literal["function", "value", "print", "driver", "written"] = "function"
    #: Functions of other exercises that this one calls. If one of these is wrong, it is called once
    #: more with the master's in their place.
    uses: _Names = ()
    #: The share of the points for an answer that is right only so.
    uses_share: Annotated[float, Meta(gt=0, le=1)] = 1
    cell: str = ""  #: The id, in the master, of the cell that it belongs to.
    #: When a variable is read: when the notebook has run, or right after that cell.
    at: Literal["end", "cell"] = "end"
    #: How what a cell prints is compared: as text, the default, or by the numbers in it.
    compare: Literal["", "text", "numbers"] = ""
    file: str = ""  #: The file that a student hands in, where a written answer is one.
    rubric: tuple[RubricTable, ...] = ()  #: What a written answer has, and the points for it.


class CommonTable(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys that every assignment.toml may have."""

    schema: int  #: The edition of this file's form: 1.
    name: str  #: The name of the assignment's folder.
    title: str  #: What people call the assignment.
    notebook: str  #: The file name of the master and of the template.
    limits: Limits = Limits()
    #: Functions that take long, such as training: a cell that calls one is run with `--full` only.
    long_running: _Names = ()
    #: Variables that such cells leave: where one is not run, later cells get the master's values.
    long_results: _Names = ()
    helpers: _Names = ()  #: Files of the folder that the notebook finds beside it.
    #: Further names of helpers, by their name, for notebooks that import them by these.
    other_names: dict[str, _Names] = field(default_factory=dict)
    #: Files of the assignment that `shares` names, which are copied into this one's folder.
    shared_files: _Names = ()
    warm_imports: _Names = ()  #: Modules to import once, before kernels are forked.
    #: The least protection from student code to grade with.
    require: Literal["limits", "landlock", "namespaces"] = "limits"
    search: bool = True  #: Whether to search wrong functions for the line of the mistake.
    public_cases: str = ""  #: The helper that lists the inputs of the public cases, if one does.
    requirements: _Names = ()  #: Packages with their versions, which `grade release` pins.
    late: LateRule | None = None
    edition: tuple[Edition, ...] = ()
    may_be_given: tuple[MayBeGiven, ...] = ()


class AssignmentTable(CommonTable, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An assignment.toml with exercises of its own."""

    #: The assignment whose exercises these are; each [[exercise]] then has `name` and `points`.
    shares: Literal[""] = ""
    exercise: tuple[ExerciseTable, ...]


class SharingTable(CommonTable, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An assignment.toml whose exercises are those of another assignment, which `shares` names."""

    shares: str
    exercise: tuple[SharedExerciseTable, ...]


def exercise_of(table: ExerciseTable, path: Path, number: int) -> Exercise:
    """The exercise that the table of this number describes, without cases."""
    _check_name(table, path, number)
    _check_written(table, path, number)
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
        compare=table.compare,
        uses=table.uses,
        uses_share=table.uses_share,
        file=table.file,
        rubric=tuple(RubricItem(each.text, each.points) for each in table.rubric),
    )
    return replace(exercise, returns=kind_of(exercise).returns(exercise))


def _check_written(table: ExerciseTable, path: Path, number: int) -> None:
    """Raise AssignmentError where it is not said what is written, or a rubric is for nobody."""
    if table.kind != "written":
        for key in ("file", "rubric"):
            if getattr(table, key):
                problem = f'is for exercises of kind "written", and this one is a {table.kind}'
                raise wrong(path, ("exercise", number, key), problem)
    elif bool(table.cell) is bool(table.file):
        problem = (
            "is missing" if not table.cell else "stands beside `file`"
        ) + "; a written answer is in a cell, named by `cell`, or in a file, named by `file`"
        raise wrong(path, ("exercise", number, "cell"), problem)
    elif table.file != Path(table.file).name:
        problem = f"is {table.file!r} where the name of a file that students hand in is expected"
        raise wrong(path, ("exercise", number, "file"), problem)


def _check_name(table: ExerciseTable, path: Path, number: int) -> None:
    """Raise AssignmentError for a name that nothing of the exercise's kind can have."""
    if table.kind in _NAMES_IN_THE_NOTEBOOK:
        if not table.name.isidentifier():
            problem = f"{table.name!r} is not the name of a {_NAMES_IN_THE_NOTEBOOK[table.kind]}"
            raise wrong(path, ("exercise", number, "name"), problem)
    elif not _NAME.fullmatch(table.name):
        problem = f"{table.name!r} is not a name of letters, digits, dots, _ and -"
        raise wrong(path, ("exercise", number, "name"), problem)


def check_uses(exercises: Sequence[Exercise], path: Path) -> None:
    """Raise AssignmentError where an exercise uses what is no function of another exercise."""
    functions = {each.name for each in exercises if kind_of(each).is_called}
    for number, exercise in enumerate(exercises):
        others = sorted(functions - {exercise.name})
        for name in exercise.uses:
            if exercise.name not in functions:
                problem = f"is for functions, and {exercise.name!r} is none"
            elif name == exercise.name:
                problem = f"{name!r} is the exercise itself; name others that it calls"
            elif name not in functions:
                known = ", ".join(others) or "none"
                problem = f"{name!r} is no function of an exercise (others are: {known})"
            else:
                continue
            raise wrong(path, ("exercise", number, "uses"), problem)
