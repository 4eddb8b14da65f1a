"""Load an assignment from a student's folder, which has public cases and no solutions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.assignments.cases import checked_arguments, listed_cases
from grader.assignments.load import read_settings
from grader.assignments.modules import importable
from grader.assignments.paths import EXPECTED_OUTPUTS, PUBLIC_VARIANTS, entries_in
from grader.assignments.records import Assignment, Case, Exercise, RecordedOutputs, Variant
from grader.assignments.unchanged import KeptAssignments, Stamp, stamp_of
from grader.authoring import Arguments
from grader.errors import AssignmentError
from grader.model import Visibility
from grader.values.comparisons import COMPARISONS
from grader.values.difference import Tolerance
from grader.values.frozen import thaw


def _stamp_of_own_files(folders: Iterable[Path]) -> Stamp:
    """The stamp of the files directly in the folders.

    Those in subfolders are left out, because a student may keep anything there.
    """
    entries = (entry for folder in folders for entry in entries_in(folder))
    return stamp_of(entry for entry in entries if entry.is_file())


_KEPT = KeptAssignments(_stamp_of_own_files)


def load_handed_out(folder: Path) -> Assignment:
    """The assignment in a student's `folder`, with its public cases and public variants.

    Every call returns the same object until a file of the folder changes. Raises AssignmentError
    where a file is missing or differs in form from what was handed out.
    """
    return _KEPT.get(folder, lambda: read_settings(folder, folder).folders, lambda: _load(folder))


def _load(folder: Path) -> Assignment:
    settings = read_settings(folder, folder)
    frozen = _read(folder / EXPECTED_OUTPUTS)
    path = folder / PUBLIC_VARIANTS
    variants = _read(path) if path.exists() else {}
    inputs = _Inputs(folder)
    try:
        exercises = tuple(_exercise(each, frozen, variants, inputs) for each in settings.exercises)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AssignmentError(
            f"{folder}: {EXPECTED_OUTPUTS} or {PUBLIC_VARIANTS} is not what was handed out "
            f"({type(error).__name__}: {error}); unpack the assignment's files again"
        ) from None
    return replace(
        settings,
        exercises=tuple(each for each in exercises if each.cases),
        public_only=True,
    )


def _exercise(
    exercise: Exercise, frozen: dict[str, Any], variants: dict[str, Any], inputs: _Inputs
) -> Exercise:
    cases = frozen[exercise.name]["cases"]
    recorded = variants.get(exercise.name, [])
    return replace(
        exercise,
        cases=tuple(_case(exercise.name, name, case, inputs) for name, case in cases.items()),
        variants=tuple(map(_variant, recorded)),
    )


def _case(exercise: str, name: str, frozen: dict[str, Any], inputs: _Inputs) -> Case:
    module = frozen.get("inputs_from", "")
    return Case(
        name=name,
        title=frozen["title"],
        visibility=Visibility.PUBLIC,
        tolerance=Tolerance(frozen["rtol"], frozen["atol"]),
        weight=1,
        arguments=checked_arguments(
            inputs.listed_in(module)[exercise][name] if module else _thawed(frozen["inputs"])
        ),
        expected=thaw(frozen["expected"]),
        module=module,
        compare=_known(frozen.get("compare", "equal")),
    )


def _known(compare: str) -> str:
    if compare not in COMPARISONS:
        raise ValueError(f"there is no comparison {compare!r}")
    return compare


class _Inputs:
    """The inputs that modules of a student's folder list for cases. Each module is run once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed: dict[str, dict[str, dict[str, Callable[[], Any]]]] = {}

    def listed_in(self, module: str) -> dict[str, dict[str, Callable[[], Any]]]:
        """Exercise -> case -> function that returns the case's inputs."""
        if module not in self._listed:
            with importable(self._folder):
                self._listed[module] = listed_cases(self._folder / f"{module}.py")
        return self._listed[module]


def _thawed(inputs: dict[str, Any]) -> Callable[[], Arguments]:
    """A function that makes new objects of the frozen inputs at every call."""

    def arguments() -> Arguments:
        return Arguments(tuple(map(thaw, inputs["args"])), thaw({"named": inputs["kwargs"]}))

    arguments()  # so that a damaged file is noticed now
    return arguments


def _variant(recorded: dict[str, Any]) -> Variant:
    return Variant(
        name=recorded["name"],
        title=recorded["title"],
        explanation=recorded["explanation"],
        accepted=recorded["accepted"],
        share=recorded["share"],
        function=RecordedOutputs({name: thaw(out) for name, out in recorded["outputs"].items()}),
    )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AssignmentError(
            f"{path}: cannot be read ({error}); unpack the assignment's files again"
        ) from None
