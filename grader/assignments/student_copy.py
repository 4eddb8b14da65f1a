"""Load an assignment from a student's folder, which has public cases and no solutions."""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, TypeAlias

from grader.assignments.attached import Draws, Driver, Parameter
from grader.assignments.cases import checked_arguments
from grader.assignments.load import read_settings
from grader.assignments.paths import EXPECTED_OUTPUTS, PARAMETERS, PUBLIC_VARIANTS, entries_in
from grader.assignments.records import Assignment, Case, Exercise, RecordedOutputs, Variant
from grader.assignments.unchanged import KeptAssignments
from grader.assignments.written import without_written
from grader.authoring import Arguments
from grader.errors import AssignmentError
from grader.files import Stamp, stamp_of
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


# Gives for a module's cases, named by exercise and case, what makes the inputs of each.
InputsOf: TypeAlias = Callable[
    [Assignment, str, Sequence[tuple[str, str]]], dict[tuple[str, str], Callable[[], Any]]
]


def load_handed_out(folder: Path, inputs_of: InputsOf | None = None) -> Assignment:
    """The assignment in a student's `folder`, with its public cases and public variants.

    No code of the folder runs in this process. `inputs_of` runs the modules that list cases
    somewhere else; without it, the inputs of these cases are not known. Every call returns the same
    object until a file of the folder changes. Raises AssignmentError where a file is missing or
    differs in form from what was handed out.
    """
    return _KEPT.get(
        (folder, inputs_of),
        lambda: read_settings(folder, folder).folders,
        lambda: _load(folder, inputs_of),
    )


def _load(folder: Path, inputs_of: InputsOf | None) -> Assignment:
    settings = read_settings(folder, folder)
    imports = tuple(filter(_is_installed, settings.warm_imports))
    settings = replace(settings, warm_imports=imports)
    frozen = _read(folder / EXPECTED_OUTPUTS)
    path = folder / PUBLIC_VARIANTS
    variants = _read(path) if path.exists() else {}
    path = folder / PARAMETERS
    drawn = _read(path) if path.exists() else {}
    try:
        parameters = tuple(
            Parameter(name, _draws(each), str(each["cell"])) for name, each in drawn.items()
        )
        inputs = _Inputs(settings, frozen, inputs_of)
        exercises = tuple(
            _exercise(each, frozen, variants, inputs)
            for each in without_written(settings).exercises
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AssignmentError(
            f"{folder}: {EXPECTED_OUTPUTS}, {PUBLIC_VARIANTS} or {PARAMETERS} is not what was "
            f"handed out ({type(error).__name__}: {error}); unpack the assignment's files again"
        ) from None
    return replace(
        settings,
        exercises=tuple(each for each in exercises if each.cases),
        parameters=parameters,
        public_only=True,
    )


def _is_installed(module: str) -> bool:
    """Whether the module is one of an installed package, and may be imported ahead.

    Imports ahead are made before a kernel is shut in. In a folder that somebody else may have
    written to, they could name anything that acts when it is imported, as `antigravity` does, and
    as the `__main__` of a package may.
    """
    package, *inner = module.split(".")
    folders = [sysconfig.get_path(name) for name in ("purelib", "platlib")]
    return "__main__" not in inner and PathFinder.find_spec(package, folders) is not None


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
            inputs.of(exercise, name) if module else _thawed(frozen["inputs"])
        ),
        expected=thaw(frozen["expected"]),
        module=module,
        compare=_known(frozen.get("compare", "equal")),
        raises=str(frozen.get("raises", "")),
        says=str(frozen.get("says", "")),
        checked_elsewhere=bool(frozen.get("checked", False)),
        driver=_driver(frozen["driver"]) if "driver" in frozen else None,
        draws=_draws(frozen["draws"]) if "draws" in frozen else None,
    )


def _driver(frozen: dict[str, Any]) -> Driver:
    takes, labels = (tuple(map(str, frozen[key])) for key in ("takes", "labels"))
    student = str(frozen.get("student", ""))
    return Driver(str(frozen["source"]), str(frozen["name"]), takes, labels, student)


def _draws(frozen: dict[str, Any]) -> Draws:
    return Draws(str(frozen["name"]), str(frozen["source"]))


def _known(compare: str) -> str:
    if compare not in COMPARISONS:
        raise ValueError(f"there is no comparison {compare!r}")
    return compare


class _Inputs:
    """The inputs that modules of a student's folder list for cases. Each module is run once."""

    def __init__(
        self, settings: Assignment, frozen: dict[str, Any], inputs_of: InputsOf | None
    ) -> None:
        listed: dict[str, list[tuple[str, str]]] = {}
        for exercise in without_written(settings).exercises:
            for name, case in frozen[exercise.name]["cases"].items():
                if module := case.get("inputs_from", ""):
                    if not module.isidentifier():
                        raise ValueError(f"{module!r} is not the name of a module")
                    listed.setdefault(module, []).append((exercise.name, name))
        self._found: dict[tuple[str, str], Callable[[], Any]] = {}
        for module, names in listed.items() if inputs_of else ():
            self._found |= inputs_of(settings, module, names) if inputs_of else {}

    def of(self, exercise: str, case: str) -> Callable[[], Any]:
        return self._found.get((exercise, case), _unknown)


def _unknown() -> Any:
    raise LookupError("the module with this case's inputs was not run")


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
