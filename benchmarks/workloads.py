"""The workloads: an assignment for fairgrade, and the same calls as data for the other tools."""

from __future__ import annotations

import functools
import importlib.util
import json
import pickle
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from classroom import Notebook, assignment_notebook, functions_notebook

from grader.assignments.load import load_assignment
from grader.assignments.records import Assignment, Case
from grader.authors.single_file import difference_file
from grader.authors.validate import generate

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
FULL = "optimization_methods"


@dataclass(frozen=True, slots=True)
class Workload:
    """An assignment below `root`. `notebook` makes a submission from a student's functions.

    `data` is a folder that the peers import from. It has `checks.py`, the calls with their expected
    outputs, and the helper modules of the notebook.
    """

    name: str
    root: Path
    assignment: Assignment
    notebook: Callable[[dict[str, str]], Notebook]
    data: Path

    @property
    def exercises(self) -> list[str]:
        return [exercise.name for exercise in self.assignment.exercises]


def make_functions(folder: Path) -> Workload:
    """The workload `functions`: the six functions, in a notebook that imports only numpy."""
    root = _judged_only(folder, "functions")
    settings = root / "assignment" / "functions" / "assignment.toml"
    settings.write_text(_numpy_only(settings.read_text(encoding="utf-8")), encoding="utf-8")
    generate(root, "functions")
    assignment = load_assignment(root, "functions")
    return Workload("functions", root, assignment, functions_notebook, _data(folder, assignment))


def make_assignment(folder: Path) -> Workload:
    """The workload `assignment`: the template with imports, demonstrations and training cells."""
    root = _judged_only(folder, FULL)
    generate(root, FULL)
    assignment = load_assignment(root, FULL)
    template = json.loads(assignment.template.read_text(encoding="utf-8"))
    notebook = functools.partial(assignment_notebook, template)
    return Workload("assignment", root, assignment, notebook, _data(folder, assignment))


def _judged_only(folder: Path, name: str) -> Path:
    """A course with the assignment under that name, without what only fairgrade does.

    That is the search for the line with a mistake, and the pictures of wrong functions.
    """
    root = folder / "root"
    for side in ("assignment", "solutions"):
        # Adam's expected outputs come from the short lesson, which shares those of the full one.
        shutil.copytree(REPOSITORY / side, root / side, dirs_exist_ok=True)
        shutil.copytree(REPOSITORY / side / FULL, root / side / name, dirs_exist_ok=True)
    (root / "solutions" / name / "pictures.py").unlink()
    settings = root / "assignment" / name / "assignment.toml"
    settings.write_text(f"search = false\n{settings.read_text(encoding='utf-8')}", encoding="utf-8")
    return root


def _numpy_only(settings: str) -> str:
    """The assignment's settings under another name, without helpers and imports but numpy."""
    for pattern, replacement in (
        (rf'^name = "{FULL}"$', 'name = "functions"'),
        (r"^warm_imports = .*$", 'warm_imports = ["numpy"]'),
        (r"^helpers = .*$", "helpers = []"),
        (r"^\[other_names\]\n(?:.+\n)*", ""),
    ):
        settings, count = re.subn(pattern, replacement, settings, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"assignment.toml has no longer one line like {pattern}")
    return settings


def _data(folder: Path, assignment: Assignment) -> Path:
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "checks.py", data)
    (data / "difference.py").write_bytes(difference_file())
    for name, path in assignment.helper_files().items():
        shutil.copy(path, data / name)
    theirs = _module(data / "difference.py")
    for exercise in assignment.exercises:
        returns = _as_of(theirs, exercise.returns)
        calls = [(*_call(theirs, case), returns) for case in exercise.cases]
        with (data / f"{exercise.name}.pickle").open("wb") as file:
            pickle.dump(calls, file, pickle.HIGHEST_PROTOCOL)
    return data


def _call(theirs: ModuleType, case: Case) -> tuple[str, bytes, Any, Any]:
    """Name, pickled inputs, expected output and tolerance of a case, for `checks.load`."""
    inputs = case.arguments()
    packed = pickle.dumps((inputs.args, inputs.kwargs), pickle.HIGHEST_PROTOCOL)
    return case.name, packed, _as_of(theirs, case.expected), _as_of(theirs, case.tolerance)


def _as_of(theirs: ModuleType, value: Any) -> Any:
    """The value with each record of `grader` replaced by that of the copied `difference.py`."""
    if is_dataclass(value):
        kind = getattr(theirs, type(value).__name__)
        return kind(*(getattr(value, field.name) for field in fields(value)))
    if isinstance(value, (list, tuple)):
        return type(value)(_as_of(theirs, item) for item in value)
    if isinstance(value, dict):
        return {key: _as_of(theirs, item) for key, item in value.items()}
    return value


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
