"""A control group for a worker's kernels, where this process may make one: memory and processes.

Both editions of the kernel's interface are served (admin-guide/cgroup-v1 and -v2). Where neither
can be had, as for most ordinary users, `create` gives None, and resource limits are all there is.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_V1 = {"memory": "memory.limit_in_bytes", "pids": "pids.max"}
_V2 = {"memory": "memory.max", "pids": "pids.max"}


@dataclass(frozen=True, slots=True)
class Cgroup:
    """The folders of a control group: one, or one for each controller."""

    folders: tuple[Path, ...]

    def remove(self) -> None:
        """Remove the group; its processes have been ended, and may need a moment to be gone."""
        end = time.monotonic() + 2
        for folder in self.folders:
            while folder.exists() and time.monotonic() < end:
                try:
                    folder.rmdir()
                except OSError:
                    time.sleep(0.002)


def in_cgroup(group: Cgroup | None, command: list[str]) -> list[str]:
    """The command, run by a process that has moved to the group before it starts it."""
    if group is None:
        return command
    files = [str(folder / "cgroup.procs") for folder in group.folders]
    move = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit; shift; done; shift; exec "$@"'
    return ["/bin/sh", "-c", move, "sh", *files, "--", *command]


def create(name: str, memory_bytes: int, processes: int) -> Cgroup | None:
    """A control group with these limits, or None where there can be none."""
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


def remove_all(prefix: str) -> None:
    """Remove the empty groups of this name's beginning, which killed workers could not remove."""
    for path in {ROOT / key / own.lstrip("/") for key, own in _own_paths().items()}:
        for folder in path.glob(f"{prefix}-*"):
            Cgroup((folder,)).remove()


def _own_paths() -> dict[str, str]:
    """Controller -> this process's group; the controller of version 2 is the empty string."""
    paths: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            paths |= dict.fromkeys(controllers.split(","), path)
    return paths
