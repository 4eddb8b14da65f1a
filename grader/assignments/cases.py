"""The cases, variants, pictures and frozen expected outputs of an assignment.

`cases.py`, `variants.py` (or the modules of a folder `variants`) and `pictures.py` are the author's
code and run here, in our process; a student's kernel never sees them.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from grader.assignments.attached import Checker, Parameter
from grader.assignments.driving import STUDENT, draws_of, driver_of, parameter_draws_of
from grader.assignments.kinds import kind_of
from grader.assignments.modules import doc_of, error_at, importable, marked, run_module, words_of
from grader.assignments.paths import EXPECTED_OUTPUTS
from grader.assignments.records import Case, Exercise, Picture, Variant
from grader.authoring import (
    ATOL,
    EXAMPLE,
    NO_ARGUMENTS,
    RTOL,
    Arguments,
)
from grader.errors import AssignmentError, Remedy
from grader.formulas import plain_formulas
from grader.marks import (
    CaseMark,
    ParameterMark,
    PartsMark,
    PictureMark,
    TrainingMark,
    VariantMark,
)
from grader.model import Visibility
from grader.scenes import Training
from grader.text import did_you_mean
from grader.values.comparisons import COMPARISONS
from grader.values.difference import Tolerance
from grader.values.frozen import thaw

# What a checker may have parameters for.
CHECKED = frozenset(("answer", "expected", "arguments"))
PUBLIC_TITLE = "The case that the notebook shows."


@dataclass(frozen=True, slots=True)
class Cases:
    """What an assignment's author wrote for each exercise, by the exercise's name.

    `parts` are functions that take an exercise's answer apart, where there are any. `parameters`
    are those of the notebook, for all exercises.
    """

    cases: dict[str, tuple[Case, ...]]
    variants: dict[str, tuple[Variant, ...]]
    pictures: dict[str, tuple[Picture, ...]]
    parts: dict[str, Callable[[Any], dict[str, Any]]]
    parameters: tuple[Parameter, ...] = ()


def read_cases(
    folder: Path, solutions: Path, public_cases: str, exercises: Sequence[Exercise]
) -> Cases:
    """Run the author's modules and collect what they hold for `exercises`.

    `public_cases` names the student's module whose `PUBLIC_CASES` maps exercise -> case name ->
    a function that gives `(args, kwargs)`; it may be empty.
    """
    if not solutions.is_dir():
        raise AssignmentError(
            f"{solutions}: there is no such folder; the cases of {folder.name!r} belong there"
        )
    collected = _Collected(exercises, folder)
    with importable(folder, solutions, solutions / "variants"):
        if public_cases:
            collected.add_public(folder / public_cases)
        for function, mark in marked(solutions / "cases.py", CaseMark | ParameterMark):
            if isinstance(mark, ParameterMark):
                collected.add_parameter(mark, function)
                continue
            collected.add_case(mark, function.__name__, plain_formulas(doc_of(function)), function)
        found = [marked(path, VariantMark | PartsMark) for path in _variant_files(solutions)]
        for function, mark in dict.fromkeys(chain.from_iterable(found)):
            collected.add_variant(mark, function)
        pictures = solutions / "pictures.py"
        kinds = PictureMark | TrainingMark
        for function, mark in marked(pictures, kinds) if pictures.exists() else ():
            collected.add_picture(mark, function)
    for exercise in exercises:
        if not collected.cases[exercise.name]:
            collected.cases[exercise.name] = _by_default(exercise, solutions / "cases.py")
    return Cases(
        {name: tuple(cases.values()) for name, cases in collected.cases.items()},
        {name: tuple(variants.values()) for name, variants in collected.variants.items()},
        {name: tuple(pictures) for name, pictures in collected.pictures.items()},
        {name: function for name, function in collected.parts.items() if function},
        tuple(collected.parameters.values()),
    )


def _by_default(exercise: Exercise, path: Path) -> dict[str, Case]:
    cases = {case.name: case for case in kind_of(exercise).cases(exercise)}
    if not cases:
        raise AssignmentError(
            f"{path}: there is no case for {exercise.name!r}; "
            "an exercise needs at least one to be graded"
        )
    return cases


def _variant_files(solutions: Path) -> list[Path]:
    """`variants.py` if there is one, then the modules of the folder `variants` by name."""
    alone = solutions / "variants.py"
    return [*([alone] if alone.exists() else []), *sorted(solutions.glob("variants/*.py"))]


def with_expected_outputs(
    cases: dict[str, tuple[Case, ...]], folder: Path, solutions: Path
) -> dict[str, tuple[Case, ...]]:
    """The cases with the frozen outputs of the student's (public) and solutions (hidden) folder."""
    paths = {
        Visibility.PUBLIC: folder / EXPECTED_OUTPUTS,
        Visibility.HIDDEN: solutions / EXPECTED_OUTPUTS,
    }
    frozen = {visibility: _read_frozen(path) for visibility, path in paths.items()}

    def expected(exercise: str, case: Case) -> Any:
        try:
            return thaw(frozen[case.visibility][exercise]["cases"][case.name]["expected"])
        except (KeyError, TypeError, ValueError):
            raise AssignmentError(
                f"{paths[case.visibility]}: there is no expected output for the case "
                f"{case.name!r} of {exercise!r}; generate it from the master notebook",
                Remedy.GENERATE,
            ) from None

    return {
        exercise: tuple(replace(case, expected=expected(exercise, case)) for case in group)
        for exercise, group in cases.items()
    }


def _read_frozen(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise AssignmentError(
            f"{path}: not what is generated ({error}); generate it again", Remedy.GENERATE
        ) from None


class _Collected:
    """The cases and variants found so far, by exercise."""

    def __init__(self, exercises: Sequence[Exercise], folder: Path) -> None:
        self.folder = folder
        names = [exercise.name for exercise in exercises]
        self.kinds = {exercise.name: kind_of(exercise) for exercise in exercises}
        self.cases: dict[str, dict[str, Case]] = {name: {} for name in names}
        self.variants: dict[str, dict[str, Variant]] = {name: {} for name in names}
        self.pictures: dict[str, list[Picture]] = {name: [] for name in names}
        self.parts: dict[str, Callable[..., Any] | None] = dict.fromkeys(names)
        self.parameters: dict[str, Parameter] = {}

    def add_public(self, path: Path) -> None:
        for exercise, named in listed_cases(path).items():
            mark = CaseMark(exercise, RTOL, ATOL, weight=1, public=True)
            for name, inputs in named.items():
                self.add_case(mark, name, PUBLIC_TITLE, inputs, path.stem)

    def add_case(
        self, mark: CaseMark, name: str, title: str, function: Callable[..., Any], module: str = ""
    ) -> None:
        known = self.of(self.cases, mark.exercise, function)
        if name in known:
            raise error_at(function, f"{mark.exercise!r} has two cases named {name!r}")
        if mark.decorator != (wanted := self.kinds[mark.exercise].decorator):
            problem = f"{mark.exercise!r} takes @{wanted} and not @{mark.decorator}"
            raise error_at(function, f"{problem}, by its `kind` in assignment.toml")
        _check(function, "weight", mark.weight, "above 0", lambda weight: weight > 0)
        for tolerance in ("rtol", "atol"):
            _check(function, tolerance, getattr(mark, tolerance), "of 0 or more", lambda t: t >= 0)
        _check_comparison(function, mark.compare)
        _check_exception(function, mark)
        visibility = Visibility.PUBLIC if mark.public else Visibility.HIDDEN
        is_called = mark.decorator == "case"
        draws = draws_of(function, public=mark.public) if is_called else None
        if draws and module:
            problem = f"a case in PUBLIC_CASES takes no {STUDENT!r}; write it in cases.py"
            raise error_at(function, problem)
        inputs: Callable[[], Any] = partial(function, EXAMPLE) if draws else function
        known[name] = Case(
            name,
            title,
            visibility,
            Tolerance(mark.rtol, mark.atol),
            mark.weight,
            checked_arguments(inputs) if is_called else lambda: NO_ARGUMENTS,
            module=module,
            compare=mark.compare,
            raises=mark.raises,
            says=mark.says,
            check=self._checker(mark, function),
            driver=driver_of(function) if mark.decorator == "driver" else None,
            draws=draws,
        )

    def _checker(self, mark: CaseMark, function: Callable[..., Any]) -> Checker | None:
        if mark.check is None:
            return None
        if mark.raises or mark.compare != "equal":
            raise error_at(function, "`check` decides alone, without `compare` and `raises`")
        takes = frozenset(inspect.signature(mark.check).parameters)
        if "answer" not in takes or not takes <= CHECKED:
            problem = f"takes {', '.join(sorted(takes)) or 'nothing'}"
            wanted = "`answer`, and `expected` or `arguments` if it needs them"
            raise error_at(mark.check, f"this checker {problem} where {wanted} is expected")
        root, name = self.folder.parents[1], self.folder.name
        return Checker(mark.check, takes, root, name, mark.exercise)

    def add_parameter(self, mark: ParameterMark, function: Callable[..., Any]) -> None:
        if not mark.name.isidentifier():
            raise error_at(function, f"{mark.name!r} is not a name that a cell can bind")
        if mark.name in self.parameters:
            raise error_at(function, f"there are two parameters named {mark.name!r}")
        if mark.name in self.cases:
            problem = f"{mark.name!r} is an exercise, whose value students work out"
            raise error_at(function, f"{problem}; a parameter is a name that they are given")
        draws = parameter_draws_of(function)
        self.parameters[mark.name] = Parameter(mark.name, draws, mark.cell)

    def add_variant(self, mark: VariantMark | PartsMark, function: Callable[..., Any]) -> None:
        if isinstance(mark, PartsMark):
            if self.of(self.parts, mark.exercise, function):
                raise error_at(function, f"{mark.exercise!r} is taken apart by another function")
            self.parts[mark.exercise] = function
            return
        known, name = self.of(self.variants, mark.exercise, function), function.__name__
        if name in known:
            raise error_at(function, f"{mark.exercise!r} has two variants named {name!r}")
        if not mark.accepted:
            _check(function, "share", mark.share, "from 0 to below 1", lambda share: 0 <= share < 1)
        known[name] = _variant(mark, function)

    def add_picture(self, mark: PictureMark | TrainingMark, function: Callable[..., Any]) -> None:
        yields = inspect.isgeneratorfunction(function)
        if isinstance(mark, TrainingMark) is not isinstance(mark.scene, Training):
            raise error_at(function, "@training, and nothing else, draws on a `Training`")
        if isinstance(mark, TrainingMark) and yields:
            raise error_at(function, "what draws a training is called once; this one yields")
        if isinstance(mark, PictureMark) and not yields:
            raise error_at(function, "a picture's driver yields `arguments(...)`; this one doesn't")
        given = mark.given if isinstance(mark, TrainingMark) else ""
        name, doc = function.__name__, doc_of(function)
        picture = Picture(name, mark.title, doc, mark.scene, function, given)
        self.of(self.pictures, mark.exercise, function).append(picture)

    def of(self, table: dict[str, Any], exercise: str, function: Callable[..., Any]) -> Any:
        if exercise not in table:
            known = ", ".join(table)
            raise error_at(function, f"{exercise!r} is not one of the exercises ({known})")
        return table[exercise]


def _variant(mark: VariantMark, function: Callable[..., Any]) -> Variant:
    changes: Any = {}
    if mark.of:
        try:
            changes = function()
        except Exception as error:  # whatever the author's code may raise
            raise error_at(function, f"the variant raises {words_of(error)}") from error
        if not (isinstance(changes, dict) and changes):
            raise error_at(
                function, "a variant with `of` returns a dictionary of keyword arguments for it"
            )
    return Variant(
        name=function.__name__,
        title=mark.title,
        explanation=plain_formulas(doc_of(function)),
        written=doc_of(function),
        function=partial(mark.of, **changes) if mark.of else function,
        accepted=mark.accepted,
        share=mark.share,
        of=mark.of,
        changes=changes,
        beside=plain_formulas(mark.beside),
    )


def listed_cases(path: Path) -> dict[str, dict[str, Callable[[], Any]]]:
    """The PUBLIC_CASES of a student's module: exercise -> case -> what gives its inputs."""
    return getattr(run_module(path), "PUBLIC_CASES", {})


def checked_arguments(function: Callable[[], Any]) -> Callable[[], Arguments]:
    """The case's inputs; a public case gives them as a plain `(args, kwargs)`."""

    def inputs() -> Arguments:
        try:
            given = function()
        except Exception as error:  # whatever the author's code may raise
            raise error_at(function, f"the case raises {words_of(error)}") from error
        match given:
            case Arguments():
                return given
            case (tuple() as args, dict() as kwargs):
                return Arguments(args, kwargs)
        raise error_at(function, "a case returns `arguments(...)`, and this one does not")

    return inputs


def _check(
    function: Callable[..., Any],
    name: str,
    value: Any,
    wanted: str,
    is_right: Callable[[Any], bool],
) -> None:
    if not isinstance(value, (int, float)) or not is_right(value):
        raise error_at(function, f"{name} is {value!r} where a number {wanted} is expected")


def _check_exception(function: Callable[..., Any], mark: CaseMark) -> None:
    if mark.raises and not mark.raises.isidentifier():
        raise error_at(function, f"raises is {mark.raises!r} where a type's name is expected")
    if mark.says and not mark.raises:
        raise error_at(function, "says what an exception's text holds, and so needs `raises`, too")


def _check_comparison(function: Callable[..., Any], name: Any) -> None:
    if not isinstance(name, str) or name not in COMPARISONS:
        hint = did_you_mean(str(name), COMPARISONS)
        known = ", ".join(map(repr, COMPARISONS))
        raise error_at(function, f"compare is {name!r} where one of {known} is expected{hint}")
