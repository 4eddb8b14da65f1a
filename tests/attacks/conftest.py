"""The world that attacks are let loose on: a course, a level, and what lies outside to be hurt."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from grader.sandbox import cgroup
from grader.sandbox.confinement import close_parents
from grader.sandbox.level import Level
from grader.sandbox.parent import OWN_BYTES
from tests.attacks.attack import Attack
from tests.attacks.promises import Outside, World
from tests.conftest import ROOT

MEMORY_BYTES, DISK_BYTES = 1_500_000_000, 20_000_000
LIMITS = f"""
cell_seconds = 3
call_seconds = 2
submission_seconds = 60
output_bytes = 5000
memory_bytes = {MEMORY_BYTES}
disk_bytes = {DISK_BYTES}
processes = 48
# What cannot be interrupted is ended sooner than usual.
grace_seconds = 0.5
"""
TOKEN = "secret-of-the-instructor"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out attacks at levels where what they try is not ruled out."""
    left_out = [each for each in items if not _is_promised(each)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]


def _is_promised(item: pytest.Item) -> bool:
    given = getattr(item, "callspec", None)
    parameters = given.params if given else {}
    attack, level = parameters.get("attack"), parameters.get("level")
    if not isinstance(attack, Attack) or not isinstance(level, Level):
        return True
    return attack.only in ("", level.word) and (_has_groups() or not attack.needs_group)


@cache
def _has_groups() -> bool:
    """Whether control groups can be made here: by root, or where they are delegated."""
    group = cgroup.create(MEMORY_BYTES, 48)
    if group:
        group.remove()
    return group is not None


@pytest.fixture(
    params=[Level.NAMESPACES, pytest.param(Level.LANDLOCK, marks=pytest.mark.thorough)],
    ids=lambda level: level.word,
    scope="session",
)
def level(request: pytest.FixtureRequest, need_level: Callable[[Level], None]) -> Level:
    """Each level that this machine has; the reason where it has not."""
    wanted: Level = request.param
    need_level(wanted)
    return wanted


@pytest.fixture(scope="session")
def attacked_course(frozen_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course with limits that make attacks end soon."""
    folder = tmp_path_factory.mktemp("attacked") / "course"
    shutil.copytree(frozen_course, folder)
    toml = folder / "assignment" / "words" / "assignment.toml"
    before, _, rest = toml.read_text().partition("[limits]\n")
    after = rest[rest.index("[[exercise]]") :]
    toml.write_text(f"{before}[limits]{LIMITS}\n{after}")
    return folder


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """Files, a process and listeners of this machine that no attack may touch."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="o-", dir="/var/tmp")))
        variable = pytest.MonkeyPatch()
        stack.callback(variable.undo)
        variable.setenv("FAIRGRADE_TEST_TOKEN", TOKEN)
        yield stack.enter_context(Outside.laid_out(folder, TOKEN))
    close_parents()


@pytest.fixture(scope="session")
def world(
    level: Level, attacked_course: Path, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """Where attacks are graded, at one level."""
    facts = {
        "level": level.word,
        "course": str(attacked_course),
        "repository": str(ROOT),
        "memory_bytes": MEMORY_BYTES,
        # What the control group leaves a kernel and all it starts, its warm parent included.
        "group_bytes": MEMORY_BYTES + OWN_BYTES,
        "disk_bytes": DISK_BYTES,
        **outside.facts,
    }
    return World(level, attacked_course, "words", tmp_path_factory.mktemp("s"), outside, facts)
