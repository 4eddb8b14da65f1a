"""What many tests need: the repository's root, notebooks, and a small course of their own."""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

from grader.authors.validate import generate
from grader.execution.protection import protection_in_force
from grader.grading.grade import grade
from grader.grading.repair.budget import SearchLimits
from grader.grading.task import Donors, Task
from grader.model import Graded, Submission
from grader.sandbox.level import Level
from tests.in_browser import browser, opened
from tests.missing import missing

__all__ = ["browser", "missing", "opened"]

# How long an example takes depends on what else the machine does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).parent.parent
COURSE = Path(__file__).parent / "course"
# What a search for a mistake finds is not to depend on how fast the machine is.
UNHURRIED = SearchLimits(seconds=60, clock_seconds=120)


def notebook(*cells: str, **metadata: Any) -> dict[str, Any]:
    """A notebook of code cells, as Jupyter would store it."""
    return {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "python3", "language": "python"}, **metadata},
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": source.splitlines(keepends=True),
            }
            for source in cells
        ],
    }


@pytest.fixture(scope="session")
def make(request: pytest.FixtureRequest) -> ModuleType:
    """`benchmarks/make_class.py`, which makes classes in the layouts of all platforms."""
    path = request.config.rootpath / "benchmarks" / "make_class.py"
    spec = importlib.util.spec_from_file_location("make_class", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook of the given cells to a file below tmp_path, and return its path."""

    def write_notebook(name: str, *cells: str, **metadata: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook(*cells, **metadata)), encoding="utf-8")
        return path

    return write_notebook


@pytest.fixture(scope="session")
def need_level() -> Callable[[Level], None]:
    """Skip unless this machine has a level of protection; fail where nothing may be skipped."""

    def need(wanted: Level) -> None:
        found, protection = protection_in_force(at_most=wanted)
        if found is not wanted:
            why = f"{wanted.word} cannot be had here: {' '.join(protection.missed)}"
            missing(why)

    return need


@pytest.fixture
def namespaces(need_level: Callable[[Level], None]) -> None:
    """For tests that need the highest level of protection."""
    need_level(Level.NAMESPACES)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder for temporary files, of a path short enough for sockets, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def temporary_files_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Have this process make its temporary files in a folder.

    TMPDIR is read once, when a process first needs it; from then on this documented variable of
    `tempfile` is the only way.
    """
    return lambda folder: monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.fixture(scope="session")
def frozen_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course of tests/course with its generated files."""
    folder = tmp_path_factory.mktemp("course") / "course"
    shutil.copytree(COURSE, folder)
    generate(folder, "words")
    return folder


@pytest.fixture
def course(frozen_course: Path, tmp_path: Path) -> Path:
    """A copy of the small course that a test may change."""
    return Path(shutil.copytree(frozen_course, tmp_path / "course"))


@pytest.fixture
def grade_cells(frozen_course: Path, write: Callable[..., Path]) -> Callable[..., Graded]:
    """Grade a notebook of the given cells with the small course, in a real kernel."""

    def grade_them(
        *cells: str,
        search: SearchLimits = UNHURRIED,
        donors: Donors | None = None,
        **metadata: Any,
    ) -> Graded:
        path = write("student.ipynb", *cells, **metadata)
        submission = Submission("student", path.name, str(path))
        task = Task(frozen_course, submission, "words", search=search, donors=donors or {})
        return grade(task)

    return grade_them
