"""fingerprint: what decides a grade is in it, and what does not is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from grader.execution.installation import PACKAGE, packages_in
from grader.gradebook.fingerprint import DECIDES, fingerprint

# What a worker imports besides, and why no grade depends on it.
UNDECIDING = {
    "__init__.py": "the public names",
    "errors.py": "the classes of errors",
    "files.py": "folders for temporary files",
}
_GRADER_PART = (
    "from grader.gradebook.fingerprint import fingerprint; print(fingerprint([])['grader'])"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that a test may change."""
    shutil.copytree(PACKAGE, tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "grader"


def part(copy: Path) -> str:
    """What the fingerprint says of the grader's code in this copy."""
    return subprocess.run(
        [sys.executable, "-P", "-c", _GRADER_PART],
        env={**os.environ, "PYTHONPATH": str(copy.parent)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("file", ["report/words.py", "cli/terminal.py", "runs/processes.py"])
def test_a_comment_in_what_only_shows_or_stores_regrades_nobody(copy: Path, file: str) -> None:
    before = part(copy)
    (copy / file).write_text(f"{(copy / file).read_text()}\n# Another comment.\n")
    assert part(copy) == before


@pytest.mark.parametrize(
    "file",
    [
        "grading/judging/judge.py",
        "grading/repair/edits.py",
        "values/wire.py",
        "sandbox/inside/agent.py",
    ],
)
def test_a_change_in_what_decides_regrades_everybody(copy: Path, file: str) -> None:
    before = part(copy)
    (copy / file).write_text(f"{(copy / file).read_text()}\n# Another comment.\n")
    assert part(copy) != before


def test_a_file_that_is_added_to_what_decides_regrades_everybody(copy: Path) -> None:
    before = part(copy)
    (copy / "grading" / "another.py").touch()
    assert part(copy) != before


def test_everything_that_grading_imports_decides_or_is_said_not_to() -> None:
    """A room that grading comes to depend on cannot be forgotten."""
    imported = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, grader.grading.grade\n"
            "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'grader'))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    rooms = {Path(file).relative_to(PACKAGE).parts[0] for file in imported}
    assert rooms - set(DECIDES) - set(UNDECIDING) == set()
    assert all((PACKAGE / each).exists() for each in (*DECIDES, *UNDECIDING))


def test_packages_are_known_by_name_and_version(tmp_path: Path) -> None:
    """As installers name the folder that they write beside a package."""
    (tmp_path / "numpy-1.0.dist-info").mkdir()
    (tmp_path / "fairgrade-0.1.0.dist-info").mkdir()
    (tmp_path / "numpy").mkdir()
    assert packages_in([str(tmp_path), str(tmp_path / "none")]) == {"numpy": "1.0"}


def test_every_package_that_a_notebook_can_import_is_a_part() -> None:
    assert fingerprint([])["package numpy"] == numpy.__version__
