"""The records that make up an assignment, as all later steps use them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from grader.assignments.attached import Checker, Draws, Driver, Parameter
from grader.authoring import Arguments
from grader.caches import CacheOwner
from grader.model import RubricItem, Visibility
from grader.scenes import Scene
from grader.values.comparisons import COMPARISONS, Comparison
from grader.values.difference import Difference, Returns, Tolerance

ALL, WEIGHTS, VARIANTS = "all", "weights", "variants"
NOT_FROZEN = object()


# The upper bounds exclude infinity, which TOML allows.
Positive: TypeAlias = Annotated[float, Meta(gt=0, le=sys.float_info.max)]
RubricPoints: TypeAlias = Annotated[float, Meta(ge=-1e6, le=1e6)]
_Whole: TypeAlias = Annotated[int, Meta(gt=0, le=2**62)]
_Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)]
_MINUTES_A_YEAR = 366 * 24 * 60


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What a submission may use, as assignment.toml says it in its table `limits`.

    All seconds are wall-clock time. The kernel and all that it starts are limited together.

    To add a limit, add a field: it can then be written in TOML, and it reaches the kernel's side
    without further code. What remains to be written is the place that enforces it.
    """

    cell_seconds: Positive = 15  #: The seconds that a cell may take.
    #: The same for a cell that calls a long-running function, with `--full`.
    long_cell_seconds: Positive = 300
    call_seconds: Positive = 5  #: The seconds that a call of an exercise may take.
    submission_seconds: Positive = 240  #: The seconds for all cells and calls together.
    #: The seconds that what is interrupted has to end by itself, before its kernel is ended.
    grace_seconds: Positive = 2
    output_bytes: _Whole = 1_000_000  #: The bytes that are kept of what a cell prints.
    memory_bytes: _Whole = 4_000_000_000  #: The memory of the kernel and of what it starts.
    disk_bytes: _Whole = 100_000_000  #: The disk that they may fill.
    processes: _Whole = 64  #: Their number; a thread counts as one.


class Edition(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another edition of the notebook that is in use; a table [[edition]] of assignment.toml."""

    name: str  #: What the edition is called.
    start: str = ""  #: The words of the comment before what its students write.
    end: str = ""  #: The words of the comment after that.
    #: Functions that it asks for and that are no exercises of the assignment.
    not_graded: tuple[str, ...] = ()


class MayBeGiven(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something of the solutions that students may have; a table [[may_be_given]]."""

    #: A part of what `grade release` refuses; it passes over what holds this text.
    text: Annotated[str, Meta(min_length=3)]
    reason: Annotated[str, Meta(min_length=1)]  #: Why, for whoever reads the file.


class LateRule(Struct, frozen=True, forbid_unknown_fields=True):
    """How points are taken off for late days; the table `late` of assignment.toml.

    Each day that has begun after `due` is a late day. With `timezone`, days are counted by the
    clock there, also where it is put forward or back. `due` in a rule that has been loaded has a
    zone.
    """

    #: When the time is up: with its offset from UTC, or by the clock of `timezone`.
    due: datetime
    #: The late days that take nothing off.
    free_days: Annotated[float, Meta(ge=0, le=sys.float_info.max)] = 0
    #: What each late day after these takes off the points reached.
    percent_per_day: _Percent = 0
    most_percent: _Percent = 100  #: What they take off at most, all together.
    timezone: str = ""  #: The name of the course's zone, such as `Europe/Berlin`.
    #: Who is late by no more minutes than this, on whichever day, is in time for that day.
    grace_minutes: Annotated[float, Meta(ge=0, le=_MINUTES_A_YEAR)] = 0

    @property
    def zone(self) -> tzinfo | None:
        """The zone by whose clock days are counted."""
        return ZoneInfo(self.timezone) if self.timezone else self.due.tzinfo


@dataclass(frozen=True, slots=True, eq=False)
class Case(CacheOwner):
    """One call of an exercise, and what the reference solution returns for it.

    `module` is the helper module that lists its inputs for students, if one does. `compare` is the
    name of its comparison, one of `COMPARISONS`. Where the exercise should raise an exception,
    `raises` is the name of its type, and `says` what its text must hold; `expected` is None then.
    `check` judges answers, if there is one. In a student's copy, which has no checkers, the case is
    `checked_elsewhere`: an answer that is not the expected one may be right. What a `driver` yields
    is compared in the place of what a function returns.

    Where a case `draws` its inputs for a student, or its driver does, its inputs and `expected` are
    those of `authoring.EXAMPLE`, or, if not empty, those of the student of the id `drawn_for`.
    """

    name: str
    title: str
    visibility: Visibility
    tolerance: Tolerance
    weight: float
    arguments: Callable[[], Arguments]
    expected: Any = NOT_FROZEN
    module: str = ""
    compare: str = "equal"
    raises: str = ""
    says: str = ""
    check: Checker | None = None
    checked_elsewhere: bool = False
    driver: Driver | None = None
    draws: Draws | None = None
    drawn_for: str = ""

    @property
    def is_own(self) -> bool:
        """Whether its inputs are drawn for each student."""
        return self.draws is not None or bool(self.driver and self.driver.student)

    @property
    def is_checked(self) -> bool:
        """Whether other answers than the expected one may be right."""
        return self.check is not None or self.checked_elsewhere

    @property
    def comparison(self) -> Comparison:
        return COMPARISONS[self.compare]

    def first_difference(
        self,
        expected: Any,
        actual: Any,
        returns: Returns | None = None,
        known_keys: Iterable[Any] = (),
    ) -> Difference | None:
        """What differs first between two answers as this case compares them, or None.

        Every comparison of answers to the case goes through here: `expected` need not be the
        reference's. `known_keys` are those that the discreet message may name.
        """
        return self.comparison.first_difference(
            expected, actual, self.tolerance, returns or Returns(), known_keys
        )

    def same(self, one: Any, other: Any, returns: Returns) -> bool:
        """Whether two answers are the same, of which both may be wrong."""
        counts = len(returns.names), len(returns.names + returns.also)
        several = counts[0] > 1 and all(isinstance(each, (list, tuple)) for each in (one, other))
        named = several and len(one) == len(other) and len(one) in counts
        return self.first_difference(one, other, returns if named else None) is None


@dataclass(frozen=True, slots=True, eq=False)
class Variant(CacheOwner):
    """A named other implementation of an exercise: an accepted one, or a mistake.

    It gets `share` of the points, from 0 to 1. `function` takes the exercise's arguments. Where it
    is another function, `of`, called with some keyword arguments, `changes` has these. `beside` is
    what is said of an accepted one that is found together with a mistake, in place of
    `explanation`. `written` is the explanation as the author wrote it, with formulas in LaTeX.
    """

    name: str
    title: str
    explanation: str
    function: Callable[..., Any]
    accepted: bool = True
    share: float = 1
    of: Callable[..., Any] | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    beside: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedOutputs:
    """Takes the place of a variant's function where only its outputs, by case, are known.

    Students get variants in this form, without their code.
    """

    outputs: Mapping[str, Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("what this variant returns is recorded, its code is not")


@dataclass(frozen=True, slots=True, eq=False)
class Picture(CacheOwner):
    """A picture of what an exercise's function does: `driver` draws it on a sheet of `scene`.

    Where the scene is a `Training`, it is a picture of a training in the notebook: of the call of
    `scene.calls` with the string `given` among its arguments. `driver` is then called once, with
    the value of that call.
    """

    name: str
    title: str
    explanation: str
    scene: Scene
    driver: Callable[..., Any]
    given: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Exercise(CacheOwner):
    """What a student is to do for some points, by default to write the function `name`.

    `asks` says in plain words what it is to do. `kind` says what is graded: a function, the value
    of a variable, what a cell prints, what a driver observes, or what somebody writes. What belongs
    to a cell names it by its id in the master, in `cell`. Where `at` is "cell", a variable is read
    right after that cell, else when the notebook has run. What a cell prints is compared by
    `compare`. What is written stands in the cell, or in the `file` of this name; a person reads it,
    and finds in `rubric` what gives how many points.

    `outputs_from`, if not empty, names the assignment whose master notebook gives the expected
    outputs, because its function returns more values than this assignment's. `parts`, if not None,
    splits a returned value into the parts that are compared: name -> value. `uses` are functions of
    other exercises that this one calls. Where one of them is wrong, and the answer is right with
    the reference's in their place, it gets `uses_share` of the points, from 0 to 1. If it is
    `parametric`, what is right depends on a parameter of the notebook, so what runs outside of the
    notebook does not know it.
    """

    name: str
    title: str
    asks: str
    points: float
    scoring: str
    other_names: tuple[str, ...]
    returns: Returns
    outputs_from: str = ""
    cases: tuple[Case, ...] = ()
    variants: tuple[Variant, ...] = ()
    pictures: tuple[Picture, ...] = ()
    parts: Callable[[Any], dict[str, Any]] | None = None
    kind: str = "function"
    cell: str = ""
    at: str = "end"
    compare: str = ""
    uses: tuple[str, ...] = ()
    uses_share: float = 1
    file: str = ""
    rubric: tuple[RubricItem, ...] = ()
    parametric: bool = False

    @property
    def accepted(self) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.variants if variant.accepted)

    @property
    def mistakes(self) -> tuple[Variant, ...]:
        return tuple(variant for variant in self.variants if not variant.accepted)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.other_names)

    def of(self, visibility: Visibility) -> list[Case]:
        return [case for case in self.cases if case.visibility is visibility]


@dataclass(frozen=True, slots=True, eq=False)
class Assignment(CacheOwner):
    """Everything fairgrade knows about one assignment.

    `search` says whether edits are tried to find the line with a mistake. `public_only` says that
    it was read from a student's copy, which has no solutions folder. `shared_folder` is the folder
    of the assignment whose exercises these are, mostly `folder` itself. `common`, if not None, is
    the assignment that all students have, of which this is one student's, with inputs of its own.
    `parameters` are names of the notebook that have another value for each student.
    """

    name: str
    title: str
    folder: Path
    solutions: Path
    notebook: str
    exercises: tuple[Exercise, ...]
    limits: Limits
    long_running: frozenset[str]
    helpers: tuple[str, ...]
    other_names: dict[str, tuple[str, ...]]
    shared_folder: Path
    shared_files: tuple[str, ...]
    warm_imports: tuple[str, ...]
    require: str = "limits"
    search: bool = True
    public_cases: str = ""
    requirements: tuple[str, ...] = ()
    late: LateRule | None = None
    editions: tuple[Edition, ...] = ()
    may_be_given: tuple[MayBeGiven, ...] = ()
    long_results: tuple[str, ...] = ()
    public_only: bool = False
    common: Assignment | None = None
    parameters: tuple[Parameter, ...] = ()

    @property
    def keeper(self) -> Assignment:
        return self.common or self

    @property
    def draws(self) -> bool:
        """Whether a parameter, or the inputs of some case, are drawn for each student."""
        own = (case.is_own for exercise in self.exercises for case in exercise.cases)
        return bool(self.parameters) or any(own)

    @property
    def most_seconds(self) -> float:
        """The seconds for a notebook, and for the master where that runs for each student."""
        return self.limits.submission_seconds * (2 if self.draws else 1)

    @property
    def max_score(self) -> float:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def not_graded(self) -> tuple[str, ...]:
        """The functions that other editions ask for and that are no exercises, each once."""
        names = (name for edition in self.editions for name in edition.not_graded)
        return tuple(dict.fromkeys(names))

    @property
    def template(self) -> Path:
        return self.folder / self.notebook

    @property
    def master(self) -> Path:
        return self.solutions / self.notebook

    @property
    def shared_solutions(self) -> Path:
        """The solutions folder that belongs to `shared_folder`."""
        if self.shared_folder == self.folder:
            return self.solutions
        return self.solutions.parent / self.shared_folder.name

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders that files of the assignment are read from, each once."""
        every = (self.folder, self.solutions, self.shared_folder, self.shared_solutions)
        return tuple(dict.fromkeys(every))

    def exercise(self, name: str) -> Exercise:
        return next(exercise for exercise in self.exercises if exercise.name == name)

    def helper_files(self) -> dict[str, Path]:
        """Name of a file in the kernel's folder -> path of the file with its content."""
        files = {name: self.folder / name for name in self.helpers}
        for name, others in self.other_names.items():
            files |= dict.fromkeys(others, self.folder / name)
        return files
