"""cgroup: groups are made where that is allowed, hold what is started in them, and are removed."""

from __future__ import annotations

import secrets
import subprocess

import pytest

from grader.sandbox.cgroup import Cgroup, create, in_cgroup, remove_all

PREFIX = f"fairgrade-test-{secrets.token_hex(4)}"


@pytest.fixture
def group() -> Cgroup:
    made = create(f"{PREFIX}-{secrets.token_hex(4)}", 10**9, 20)
    # Where no group may be made, as for most ordinary users, commands run without one.
    return made or Cgroup(())


def test_a_command_runs_in_its_group(group: Cgroup) -> None:
    command = in_cgroup(group if group.folders else None, ["cat", "/proc/self/cgroup"])
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert all(folder.name in printed for folder in group.folders)
    group.remove()
    assert not any(folder.exists() for folder in group.folders)


def test_what_killed_workers_left_is_found_by_its_name(group: Cgroup) -> None:
    remove_all("fairgrade-somebody-else")
    assert all(folder.exists() for folder in group.folders)
    remove_all(PREFIX)
    assert not any(folder.exists() for folder in group.folders)


def test_without_a_group_the_command_is_itself() -> None:
    assert in_cgroup(None, ["true"]) == ["true"]
