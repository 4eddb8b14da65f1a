"""cgroup: groups are made where that is allowed, hold what is started in them, and are removed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.sandbox.cgroup import Cgroup, create, in_cgroup, remove_stale

KILLED = """
import os, signal
from grader.sandbox.cgroup import create
print(*create(10**9, 20).folders, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def group() -> Cgroup:
    made = create(10**9, 20)
    # Where no group may be made, as for most ordinary users, commands run without one.
    return made or Cgroup(())


def test_a_command_runs_in_its_group(group: Cgroup) -> None:
    command = in_cgroup(group if group.folders else None, ["cat", "/proc/self/cgroup"])
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert all(folder.name in printed for folder in group.folders)
    group.remove()
    assert not any(folder.exists() for folder in group.folders)


def test_what_killed_processes_left_is_removed_and_nothing_else(group: Cgroup) -> None:
    if not group.folders:
        pytest.skip("no control group can be made here, so none can be left")
    killed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True)
    left = killed.stdout.split()
    assert len(left) == len(group.folders)
    assert all(map(os.path.exists, left))
    remove_stale(seconds=0)
    assert not any(map(os.path.exists, left))
    assert all(folder.exists() for folder in group.folders)
    group.remove()


def test_without_a_group_the_command_is_itself() -> None:
    assert in_cgroup(None, ["true"]) == ["true"]
