"""The records of an assignment: what an author wrote, as the later steps use it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Struct

from grader.authoring import Arguments
from grader.caches import CacheOwner
from grader.model import Visibility
from grader.scenes import Scene
from grader.values.comparisons import COMPARISONS, Comparison
from grader.values.difference import Difference, Returns, Tolerance

ALL, WEIGHTS, VARIANTS = "all", "weights", "variants"
NOT_FROZEN = object()


# Upper bounds keep infinity out, which TOML can write.
Positive: TypeAlias = Annotated[float, Meta(gt=0, le=sys.float_info.max)]
_Whole: TypeAlias = Annotated[int, Meta(gt=0, le=2**62)]
_Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100)]


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What a submission may use, as assignment.toml says it in its table `limits`.

    The seconds are those of the clock on the wall: for a cell, for one that trains (with `--full`),
    for a call of an exercise, for everything together, and, after an interrupt, for a cell or call
    to end before its kernel is ended. `output_bytes` are kept of what one cell prints. The kernel
    and all it starts may have so many bytes of memory and of disk, and so many processes; a thread
    counts as one.

    A limit that is added here can be written in TOML and reaches the kernel's side by itself; what
    is left to write is the one place that enforces it.
    """

    cell_seconds: Positive = 15
    long_cell_seconds: Positive = 300
    call_seconds: Positive = 5
    submission_seconds: Positive = 240
    grace_seconds: Positive = 2
    output_bytes: _Whole = 1_000_000
    memory_bytes: _Whole = 4_000_000_000
    disk_bytes: _Whole = 100_000_000
    processes: _Whole = 64


class LateRule(Struct, frozen=True, forbid_unknown_fields=True):
    """`due` has an offset from UTC. Every day that has begun after it counts as a late day. After
    the free ones each takes a share of the points that were reached, up to a most."""

    due: Annotated[datetime, Meta(tz=True)]
    free_days: Annotated[float, Meta(ge=0, le=sys.float_info.max)] = 0
    percent_per_day: _Percent = 0
    most_percent: _Percent = 100


@dataclass(frozen=True, slots=True, eq=False)
class Case(CacheOwner):
    """One call of an exercise, and what the reference solution returns for it.

    `module` is the student's own module that has the inputs, where one has. `compare` names the
    comparison, one of `COMPARISONS`.
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

    `share` of the points is given for it. `function` is called as the exercise is. Where it is a
    general form, `of`, with some keyword arguments changed, `changes` has these.
    """

    name: str
    title: str
    explanation: str
    function: Callable[..., Any]
    accepted: bool = True
    share: float = 1
    of: Callable[..., Any] | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class RecordedOutputs:
    """Stands for a variant's function where only its outputs are known, by the case's name."""

    outputs: Mapping[str, Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("what this variant returns is recorded, its code is not")


@dataclass(frozen=True, slots=True, eq=False)
class Picture(CacheOwner):
    """A picture of what an exercise's function does: its driver puts that on a sheet of the scene.

    Where the scene is a `Training`, it is of what the notebook trained with the text `given` among
    the arguments; `driver` is then called once, with what came of it.
    """

    name: str
    title: str
    explanation: str
    scene: Scene
    driver: Callable[..., Any]
    given: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Exercise(CacheOwner):
    """One function a student writes. `asks` says in plain words what it is to do.

    `outputs_from`, if any, names the assignment whose master gives the expected outputs: one that
    returns more values than this assignment's own. `parts`, if there, takes an answer apart.
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

    `search` says whether wrong functions are searched for the place of the mistake.
    `public_only` where it was read from what a student has: there is no solutions folder then.
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
    public_only: bool = False

    @property
    def max_score(self) -> float:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def template(self) -> Path:
        return self.folder / self.notebook

    @property
    def master(self) -> Path:
        return self.solutions / self.notebook

    @property
    def shared_solutions(self) -> Path:
        """The solutions folder of the assignment whose exercises these are: mostly its own."""
        if self.shared_folder == self.folder:
            return self.solutions
        return self.solutions.parent / self.shared_folder.name

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders with everything that belongs to the assignment, each once."""
        every = (self.folder, self.solutions, self.shared_folder, self.shared_solutions)
        return tuple(dict.fromkeys(every))

    def exercise(self, name: str) -> Exercise:
        return next(exercise for exercise in self.exercises if exercise.name == name)

    def helper_files(self) -> dict[str, Path]:
        """File name in the kernel's folder -> the file whose content it gets."""
        files = {name: self.folder / name for name in self.helpers}
        for name, others in self.other_names.items():
            files |= dict.fromkeys(others, self.folder / name)
        return files
