"""docs/github.md: the steps of its workflows, run as GitHub runs them.

The actions of others (`uses:`) and the installing of packages are left out: what `uvx` would
install is the fairgrade that is tested.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from grader.authors.release import bundle, write_bundle
from grader.results.files import read_results
from tests.docs.test_instructors import EXAMPLES

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "github.md"


def steps(job: str) -> list[tuple[str, dict[str, str]]]:
    """The commands of a workflow's job, each with its environment."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    jobs = {name: each for block in blocks for name, each in yaml.safe_load(block)["jobs"].items()}
    found = [step for step in jobs[job]["steps"] if "run" in step]
    return [(step["run"], step.get("env", {})) for step in found]


def program(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """`uvx`, which runs the `grade` that is tested, and `sudo`, which need not install anything."""
    (folder := tmp_path / "programs").mkdir()
    grade = f'exec "{sys.executable}" -m grader "$@"'
    program(
        folder, "uvx", f'while [ "$1" != grade ]; do shift; done\nshift\nunset PYTHONPATH\n{grade}'
    )
    program(folder, "sudo", "exit 0")
    return folder


def run_job(job: str, folder: Path, programs: Path) -> tuple[int, str]:
    """Run the steps in `folder` until one fails; the last exit code, and what was printed."""
    said = ""
    github = f"file://{folder.parent}/github/"  # where the students' repositories lie here
    for command, environment in steps(job):
        token = environment.get("TOKEN", "")
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=folder,
            env={
                **os.environ,
                **environment,
                "PATH": f"{programs}:{os.environ['PATH']}",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.{github}.insteadOf",
                "GIT_CONFIG_VALUE_0": f"https://x-access-token:{token}@github.com/",
            },
            capture_output=True,
            text=True,
        )
        said += done.stdout + done.stderr
        if done.returncode:
            return done.returncode, said
    return 0, said


@pytest.mark.thorough
@pytest.mark.parametrize(("notebook", "code"), [("all_right_power", 0), ("wrong_last_batch", 3)])
def test_every_push_is_checked_on_public_cases(
    notebook: str, code: int, root: Path, programs: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "repository"
    write_bundle(bundle(root, "optimization_methods"), "optimization_methods", repository)
    assert (repository / "requirements.txt").is_file()
    shutil.copy(EXAMPLES / f"{notebook}.ipynb", repository / "Optimization_methods.ipynb")
    found, said = run_job("check", repository, programs)
    assert found == code, said
    assert "exercises pass their public cases" in said


def pushed(folder: Path, files: dict[str, str]) -> None:
    """A student's repository with the files."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


RIGHT = """{"cells": [{"cell_type": "code", "metadata": {}, "source":
"def longest(text):\\n    return max(text.split(), key=len)"}], "metadata": {}, "nbformat": 4}"""


def test_the_students_repositories_are_fetched_and_graded(
    frozen_course: Path, programs: Path, tmp_path: Path
) -> None:
    for login, files in {"ann": {"Words.ipynb": RIGHT}, "bo": {"README.md": "soon"}}.items():
        pushed(tmp_path / "github" / "course" / f"hw1-{login}", files)
    course = Path(shutil.copytree(frozen_course, tmp_path / "own"))
    lines = ["login,repository", "ann,course/hw1-ann", "bo,course/hw1-bo", ""]
    (course / "students.csv").write_text("\n".join(lines))
    code, said = run_job("grade", course, programs)
    ann, bo = read_results(course / "grades" / "results.json").results
    assert (ann.student, ann.score, bo.student, bo.score) == ("ann", 4, "bo", None), said
    assert code == 1, said  # bo handed in something that is no notebook

    shutil.rmtree(course / "clones")
    (course / "students.csv").write_text("\n".join([*lines[:-1], "cy,course/hw1-cy", ""]))
    code, said = run_job("grade", course, programs)
    assert code != 0
    assert "hw1-cy" in said
    assert "graded" not in said
