"""sandbox: levels, canary, doctor, --require: what is said of protection is what there is.

Machines that lack namespaces or Landlock are simulated by tests/sandbox/deny.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.execution.protection import (
    FOR_EACH_PROCESS,
    MEMORY,
    RESOURCES,
    WALLS,
    protection_in_force,
)
from grader.sandbox.advice import advice
from grader.sandbox.level import Level

DENY = Path(__file__).parent / "deny.py"
LONGEST = "def longest(text):\n    return max(text.split(), key=len)"
NOTHING, NAMESPACES, BOTH, LANDLOCK = "", "namespaces", "namespaces,landlock", "landlock"
WITHOUT_GROUP = f"NOT KEPT: {MEMORY} ({FOR_EACH_PROCESS})"
pytestmark = pytest.mark.usefixtures("namespaces")
FOUND = {NOTHING: "namespaces", NAMESPACES: "landlock", BOTH: "limits"}


def grade(denied: str, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    code = "from grader.cli import main; main()"
    return subprocess.run(
        [
            *([sys.executable, str(DENY), denied] if denied else []),
            *(sys.executable, "-W", "error", "-c", code, *map(str, arguments)),
        ],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.parametrize("denied", [*FOUND, LANDLOCK])
def test_doctor_finds_the_level_that_there_is(denied: str, root: Path) -> None:
    """Without Landlock, the mounts alone keep every promise of namespaces."""
    done = grade(denied, "doctor", "--root", root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"protection: {FOUND.get(denied, 'namespaces')}, as ")
    for promise in (*WALLS, *RESOURCES):
        assert promise in done.stdout
    assert "warm start: yes" in done.stdout
    if denied in (NOTHING, LANDLOCK):
        assert "NOT KEPT" not in done.stdout.replace(WITHOUT_GROUP, "")
    assert ("NOT KEPT: there is no network" in done.stdout) == (denied == BOTH)
    assert ("to get more protection: " in done.stdout) == (denied in (NAMESPACES, BOTH))


@pytest.mark.skipif(os.getuid() != 0, reason="only root may hide the control groups")
def test_without_a_control_group_memory_is_said_to_be_limited_for_each_process(root: Path) -> None:
    code = "from grader.cli import main; main()"
    hide = 'mount -t tmpfs none /sys/fs/cgroup -o ro && exec "$@"'
    doctor = [sys.executable, "-c", code, "doctor", "--root", str(root)]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", hide, "sh", *doctor],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert done.stdout.startswith("protection: namespaces, ")
    assert WITHOUT_GROUP in done.stdout
    assert "control groups: not to be had" in done.stdout


@pytest.mark.parametrize("before", [0, 3])
def test_a_container_where_numbers_of_processes_are_low_gets_what_there_is(
    before: int, root: Path
) -> None:
    """There a kernel's own processes have the same numbers as those of who grades."""
    who = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    code = f"import os\nfor _ in range({before}): os.fork() or os._exit(0)\n"
    code += "from grader.cli import main; main()"
    done = subprocess.run(
        [
            *("unshare", *who, "--pid", "--fork", "--mount-proc"),
            *(sys.executable, "-c", code, "doctor", "--root", str(root)),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert done.stdout.startswith("protection: namespaces, ")


@pytest.mark.parametrize("denied", FOUND)
def test_the_level_is_in_results_terminal_and_report(
    denied: str, frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    path = write("a.ipynb", LONGEST)
    done = grade(denied, path, "--root", frozen_course, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert f"protection: {FOUND[denied]}: " in done.stdout
    results = json.loads((tmp_path / "out/results.json").read_text())
    assert results["protection"]["level"] == FOUND[denied]
    assert results["submissions"][0]["score"] == 4
    assert set(results["protection"]["evidence"]) == {*WALLS, *RESOURCES}
    assert f"Protection: {FOUND[denied]}" in (tmp_path / "out/report/index.html").read_text()
    assert ("WARNING: student code was not shut in" in done.stderr) == (denied == BOTH)
    more = f"to get more protection: {results['protection']['advice']}"
    assert (more in done.stdout.replace("\n", " ")) == (denied != NOTHING)
    if denied == BOTH:
        assert results["protection"]["advice"] in done.stderr
        assert "read secret" in results["protection"]["evidence"]["files outside cannot be read"]


def test_the_warning_is_not_overlooked_with_quiet(
    frozen_course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    done = grade(
        BOTH, write("a.ipynb", LONGEST), "-q", "--root", frozen_course, "-o", tmp_path / "o"
    )
    assert "WARNING: student code was not shut in" in done.stderr


@pytest.mark.parametrize(
    "how",
    [
        "option",
        pytest.param("variable", marks=pytest.mark.thorough),
        pytest.param("assignment", marks=pytest.mark.thorough),
    ],
)
def test_less_protection_than_required_grades_nothing(
    how: str, course: Path, write: Callable[..., Path], tmp_path: Path
) -> None:
    option = ["--require", "namespaces"] if how == "option" else []
    variables = {"FAIRGRADE_REQUIRE": "namespaces"} if how == "variable" else {}
    if how == "assignment":
        toml = course / "assignment/words/assignment.toml"
        toml.write_text(f'require = "namespaces"\n{toml.read_text()}')
    path = write("a.ipynb", LONGEST)
    arguments = [path, "--root", course, "-o", tmp_path / "out", *option]
    done = grade(NAMESPACES, *arguments, **variables)
    assert done.returncode == 1
    assert "protection is at level landlock, and namespaces is required" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out/results.json").exists()
    assert grade(NOTHING, *arguments, **variables).returncode == 0


def test_a_requirement_that_is_no_level_is_a_wrong_command(root: Path) -> None:
    done = grade(NOTHING, "x.ipynb", "--root", root, FAIRGRADE_REQUIRE="much")
    assert done.returncode == 2
    assert "'much' is not one of" in done.stderr


def test_a_bubblewrap_that_does_not_work_is_not_believed(
    tmp_path: Path, frozen_course: Path, write: Callable[..., Path]
) -> None:
    """A program of that name that only runs what it is given: the canary gets out, and says so."""
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n')
    fake.chmod(0o755)
    path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
    done = grade(NOTHING, "doctor", "--root", frozen_course, PATH=path)
    assert done.stdout.startswith("protection: landlock")
    assert "not to be had: namespaces: " in done.stdout


def test_levels_are_ordered_and_named() -> None:
    assert [level.word for level in sorted(Level)] == ["limits", "landlock", "namespaces"]
    assert Level.of("landlock") is Level.LANDLOCK


def test_a_weaker_level_can_be_asked_about() -> None:
    level, protection = protection_in_force(at_most=Level.LIMITS)
    assert level is Level.LIMITS
    assert not protection.promises["files outside cannot be read"]
    # The canary names the call.
    evidence = protection.evidence["dangerous system calls are refused"]
    assert evidence.endswith(" was allowed")
    assert not evidence.startswith("nothing")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "apparmor_restrict_unprivileged"),
        ({"kernel/unprivileged_userns_clone": "0"}, "sysctl -w kernel.unprivileged_userns_clone=1"),
        ({"user/max_user_namespaces": "0"}, "user.max_user_namespaces=10000"),
        ({}, "--security-opt"),
    ],
)
def test_the_advice_fits_what_hinders(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    for name, value in settings.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(f"{value}\n")
    assert words in advice(tmp_path)


def test_without_bubblewrap_the_advice_is_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert advice().endswith("apt-get install bubblewrap")
