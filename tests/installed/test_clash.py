"""Another distribution has a package `grader` too: the command says so in words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed.conftest import ALONE

THEIRS = "import of_theirs_that_is_missing\n"


def start(folder: Path, *first: Path) -> subprocess.CompletedProcess[str]:
    """`python -m fairgrade --version`, with these folders before that of fairgrade."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "fairgrade", "--version"],
        cwd=folder,
        env={**ALONE, "PYTHONPATH": os.pathsep.join(map(str, (*first, folder)))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def fairgrade(tmp_path: Path) -> Path:
    """A folder with fairgrade's two packages, as the one that packages are installed in."""
    folder = tmp_path / "packages"
    shutil.copytree(
        ROOT / "grader", folder / "grader", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "fairgrade.py", folder)
    return folder


def assert_told(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for word in ("is not fairgrade's", "uv tool install fairgrade", *words):
        assert word in done.stderr


def test_without_another_the_command_runs(fairgrade: Path) -> None:
    assert start(fairgrade).stdout.startswith("fairgrade, version")


@pytest.mark.parametrize("name", ["grader.py", "grader/__init__.py"])
def test_another_that_is_found_first_is_named(fairgrade: Path, tmp_path: Path, name: str) -> None:
    theirs = tmp_path / "first" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text(THEIRS)
    assert_told(start(fairgrade, tmp_path / "first"), str(theirs))


def test_another_that_was_installed_over_it_is_named_with_its_distribution(fairgrade: Path) -> None:
    (fairgrade / "grader" / "__init__.py").write_text(THEIRS)
    theirs = fairgrade / "homework_tools-1.0.dist-info"
    theirs.mkdir()
    (theirs / "METADATA").write_text("Metadata-Version: 2.1\nName: homework-tools\nVersion: 1.0\n")
    (theirs / "RECORD").write_text("grader/__init__.py,,\n")
    assert_told(start(fairgrade), "homework-tools")


def test_where_its_own_package_is_gone_it_says_so(fairgrade: Path) -> None:
    shutil.rmtree(fairgrade / "grader")
    # Without `site`, which would find an editable install of this repository.
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-m", "fairgrade"],
        env={**ALONE, "PYTHONPATH": str(fairgrade)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "own package `grader` is missing" in done.stderr
    assert "Traceback" not in done.stderr
