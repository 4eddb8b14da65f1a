"""Shut this process in, before any of a student's code runs in it.

The steps in their order: `separate` forks into new namespaces and `private_files` mounts their
files (level `namespaces` only). `confine` sets resource limits and takes away files and
capabilities. `seal` limits processes and installs the seccomp filter, when all sockets are open.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import threading
from collections.abc import Callable
from typing import Any

import landlock
import seccomp
from system import (
    CLONE_NAMESPACES,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    PR_SET_NO_NEW_PRIVS,
    drop_capabilities,
    mount,
    prctl,
    unshare,
)

NAMESPACES, LANDLOCK, LIMITS = "namespaces", "landlock", "limits"

# Paths in a sandbox of namespaces: the folder with all kernels' socket folders, and the folder that
# a kernel may write to.
ALL_SOCKETS, PRIVATE = "/run/all", "/tmp"
# Processor time that a kernel may use beyond its submission's time limit.
SPARE_SECONDS = 60
MAX_FILES = 256
MAX_PROCESSES = 1 << 22  # the most process numbers that Linux can have
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def separate(after_fork: Callable[[int], None]) -> None:
    """Make new namespaces, and go on in a fork that is the first process in them.

    The process that called this ends here, after it has called `after_fork` with the number that
    the fork has outside of the namespaces.
    """
    user, group = os.getuid(), os.getgid()
    unshare(CLONE_NAMESPACES)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    child = os.fork()
    if child:
        after_fork(child)
        os._exit(0)


def private_files(tmpfs_bytes: int) -> None:
    """Mount an empty /tmp of this size, and hide the socket folders and /proc.

    The kernel's own sockets have been bound. Their folder is on the host's disk, which files in it
    could fill. A real /proc has mount tables, which name the folders of the host that the packages
    come from.
    """
    quiet = MS_NOSUID | MS_NODEV
    mount("none", ALL_SOCKETS, "tmpfs", quiet | MS_NOEXEC | MS_RDONLY, "size=4k,mode=000")
    mount("none", PRIVATE, "tmpfs", quiet, f"size={tmpfs_bytes},nr_inodes=10000,mode=700")
    mount("none", "/proc", "tmpfs", quiet | MS_NOEXEC | MS_RDONLY, "size=4k,mode=555")


def resource_limits(level: str, limits: dict[str, Any]) -> dict[str, int]:
    """The limits that the system enforces, by their names in the module `resource`.

    `limits` are the fields of `Limits` in `grader/assignments/records.py`.
    """
    found = {
        "RLIMIT_AS": limits["memory_bytes"],
        "RLIMIT_CPU": int(limits["submission_seconds"]) + SPARE_SECONDS,
        "RLIMIT_FSIZE": limits["disk_bytes"],
        "RLIMIT_NOFILE": MAX_FILES,
        "RLIMIT_CORE": 0,
    }
    if level == NAMESPACES:
        # Outside of a user namespace it counts all processes of the user, ours too, and is set by
        # `seal`.
        found["RLIMIT_NPROC"] = limits["processes"]
    return found


def limit(limits: dict[str, int]) -> None:
    """Set hard and soft resource limits, named as in `resource`; a lower hard limit is kept."""
    for name, value in limits.items():
        kind: int = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))


def confine(level: str, request: dict[str, Any]) -> None:
    """Limit resources; above level `limits`, take away files and capabilities, too."""
    limit(resource_limits(level, request["limits"]))
    if level == LIMITS:
        return
    readable = [(path, landlock.READ) for path in request["readable"]]
    writable = [(path, landlock.EVERYTHING) for path in request["writable"]]
    devices = [(path, landlock.READ_WRITE_FILE) for path in DEVICES]
    if level == NAMESPACES:
        drop_capabilities()
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        # Besides the mounts, and only where Linux has Landlock.
        with contextlib.suppress(OSError):
            landlock.restrict([*readable, *writable, *devices])
    else:
        landlock.restrict([*readable, *writable, *devices])
        if os.getuid() == 0:
            drop_capabilities()


def limit_processes(more: int) -> None:
    """Let this process start new ones only until the user has `more` than there are now.

    RLIMIT_NPROC counts all processes and threads of the user, in other containers too, and Linux
    does not tell their number. So it is found by bisection: the lowest limit under which a thread
    can still be started.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    low, high = 0, MAX_PROCESSES if hard == resource.RLIM_INFINITY else hard
    while low < high:
        middle = (low + high) // 2
        resource.setrlimit(resource.RLIMIT_NPROC, (middle, hard))
        low, high = (low, middle) if _starts_thread() else (middle + 1, high)
    limit({"RLIMIT_NPROC": low + more})


def _starts_thread() -> bool:
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def seal(level: str, processes: int) -> None:
    """Limit the processes that may be started from now on, and install the seccomp filter."""
    if level != NAMESPACES and sys.platform == "linux":
        limit_processes(processes)
    if level != LIMITS:
        seccomp.install(alone=level == NAMESPACES)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
