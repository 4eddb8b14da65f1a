"""A wheel of this repository, and a virtual environment that it is installed in."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Where PYTHONPATH names this repository, its fairgrade would be imported instead of the wheel's.
ALONE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
# What an editable install of this repository has left among the packages.
OF_EDITABLE = shutil.ignore_patterns("fairgrade*", "_fairgrade*")


@dataclass(frozen=True)
class Installed:
    """A virtual environment with fairgrade from a wheel, and an empty folder to run it in."""

    environment: Path
    folder: Path

    @property
    def packages(self) -> Path:
        (found,) = self.environment.glob("lib/python*/site-packages")
        return found

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, in the folder."""
        program = self.environment / "bin" / words[0]
        return subprocess.run(
            [program, *words[1:]],
            cwd=self.folder,
            env={**ALONE, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def grade(self, *words: str | Path) -> str:
        """What `grade` prints; it has to succeed."""
        done = self.run("grade", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what the repository's files are now."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, env=ALONE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel. What it needs comes from the one that the tests run in, as
    hard links: kernels read that one folder, and no index has to be asked."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for each in dict.fromkeys(map(sysconfig.get_path, ("purelib", "platlib"))):
        shutil.copytree(
            each, packages, ignore=OF_EDITABLE, copy_function=_linked, dirs_exist_ok=True
        )
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--no-compile", wheel], env=ALONE, check=True)
    return folder


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # not on one disk
        shutil.copy2(source, target)


@pytest.fixture
def installed(environment: Path, tmp_path: Path) -> Installed:
    folder = tmp_path / "anywhere"
    folder.mkdir()
    return Installed(environment, folder)
