"""The Containerfiles, without an engine: what they copy is there, and is enough to build from.

`.ci/image` builds the one at the top and grades in it, with podman; `.github/workflows/ci.yml` does
so with Docker.
"""

from __future__ import annotations

import fnmatch
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed.conftest import ALONE


@pytest.fixture(scope="module", params=["Containerfile", "examples/cluster/Containerfile"])
def instructions(request: pytest.FixtureRequest) -> list[list[str]]:
    """A Containerfile's instructions, each in words."""
    text = (ROOT / request.param).read_text().replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def copied(instructions: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the image is built from, as its instructions copy it from the repository."""
    top = tmp_path_factory.mktemp("image")
    for words in instructions:
        if words[0] == "COPY" and not words[1].startswith("--from"):
            *sources, target = words[1:]
            place = top / target.lstrip("/")
            for source in sources:
                if target.endswith("/"):
                    place.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / source, place)
                else:
                    shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__py*"))
    (project,) = top.rglob("pyproject.toml")
    return project.parent


def test_a_wheel_of_what_is_copied_is_that_of_the_repository(
    copied: Path, wheel: Path, tmp_path: Path
) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=copied, env=ALONE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = tmp_path.glob("*.whl")
    assert names(built) == names(wheel)


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {*archive.namelist()}


def test_nothing_that_is_copied_is_ignored(instructions: list[list[str]]) -> None:
    """`.containerignore` leaves out everything but what it names."""
    lines = (ROOT / ".containerignore").read_text().splitlines()
    ignored, *others = [line for line in lines if line and not line.startswith("#")]
    assert ignored == "*"
    named = {line.removeprefix("!") for line in others if line.startswith("!")}
    sources = {
        source
        for words in instructions
        if words[0] == "COPY" and not words[1].startswith("--from")
        for source in words[1:-1]
    }
    assert named == sources
    again = [line for line in others if not line.startswith("!")]
    assert not [name for name in sources for line in again if fnmatch.fnmatch(name, line)]


def test_nothing_runs_as_root(instructions: list[list[str]]) -> None:
    last = [words for words in instructions if words[0] in ("USER", "ENTRYPOINT")]
    assert [words[0] for words in last] == ["USER", "ENTRYPOINT"]
    (user,) = last[0][1:]
    made = " ".join(word for words in instructions if words[0] == "RUN" for word in words)
    assert re.search(rf"useradd .*--home-dir \S+ {user}\b", made)
