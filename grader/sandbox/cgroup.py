"""A control group that limits the memory and the number of processes of a worker's kernels.

Both versions of Linux' interface are supported (its documents admin-guide/cgroup-v1 and
admin-guide/cgroup-v2). Most ordinary users may make no control group: `create` then returns None,
and kernels have resource limits only.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_V1 = {"memory": "memory.limit_in_bytes", "pids": "pids.max"}
_V2 = {"memory": "memory.max", "pids": "pids.max"}


@dataclass(frozen=True, slots=True)
class Cgroup:
    """A control group: one folder in version 2, a folder for each controller in version 1."""

    folders: tuple[Path, ...]

    def remove(self, seconds: float = 2.0) -> None:
        """Remove the group; its processes, killed before, are waited for up to `seconds`."""
        end = time.monotonic() + seconds
        for folder in self.folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() >= end:
                        break
                    time.sleep(0.002)


def in_cgroup(group: Cgroup | None, command: list[str]) -> list[str]:
    """A command that moves to the group and then becomes `command`; without a group, `command`."""
    if group is None:
        return command
    files = [str(folder / "cgroup.procs") for folder in group.folders]
    move = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit; shift; done; shift; exec "$@"'
    return ["/bin/sh", "-c", move, "sh", *files, "--", *command]


def create(memory_bytes: int, processes: int) -> Cgroup | None:
    """A new control group below this process's own, with these limits; None where it is refused."""
    name = f"{_owner(os.getpid())}-{secrets.token_hex(4)}"
    values = {"memory": str(memory_bytes), "pids": str(processes)}
    own = _own_paths()
    if own.keys() >= _V1.keys():
        settings = {
            ROOT / key / own[key].lstrip("/") / name: {_V1[key]: values[key]} for key in _V1
        }
    elif "" in own:
        folder = ROOT / own[""].lstrip("/") / name
        settings = {folder: {_V2[key]: values[key] for key in _V2}}
    else:
        return None
    group = Cgroup(tuple(settings))
    try:
        for folder, files in settings.items():
            folder.mkdir()
            for file, value in files.items():
                (folder / file).write_text(value)
    except OSError:
        with contextlib.suppress(OSError):
            group.remove()
        return None
    return group


def remove_stale(seconds: float) -> None:
    """Remove the groups that killed processes left behind.

    All of them together are waited for up to `seconds`, until the processes in them are gone."""
    end = time.monotonic() + seconds
    for path in {ROOT / key / own.lstrip("/") for key, own in _own_paths().items()}:
        for folder in path.glob("fairgrade-*-*-*"):
            owner = folder.name.rpartition("-")[0]
            if owner != _owner(owner.split("-")[1]):
                Cgroup((folder,)).remove(max(0.0, end - time.monotonic()))


def _owner(number: int | str) -> str:
    """The beginning of the names of a process's groups; empty if there is no such process.

    It has the process's start time, because Linux uses process numbers again.
    """
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except OSError:
        return ""
    return f"fairgrade-{number}-{status.rpartition(')')[2].split()[19]}"


def _own_paths() -> dict[str, str]:
    """The group this process is in, for each controller; version 2 stands under the key ""."""
    paths: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            paths |= dict.fromkeys(controllers.split(","), path)
    return paths
