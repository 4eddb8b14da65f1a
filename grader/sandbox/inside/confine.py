"""Shut this process in, before any of a student's code runs in it.

`separate` forks into namespaces of its own; `confine` takes away what is left: files, memory,
processes, capabilities; `seal` is the last step, when everything the kernel needs is open.
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
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REC,
    PR_SET_NO_NEW_PRIVS,
    drop_capabilities,
    mount,
    prctl,
    unshare,
)

NAMESPACES, LANDLOCK, LIMITS = "namespaces", "landlock", "limits"

# In a sandbox of namespaces: where all kernels' socket folders are bound, and a kernel's own.
ALL_SOCKETS, OWN_SOCKETS, PRIVATE = "/run/all", "/run/own", "/tmp"
# Of the processor's time, what a kernel may use besides that of its submission.
SPARE_SECONDS = 60
MAX_FILES = 256
MAX_PROCESSES = 1 << 22  # as many numbers as Linux has for them
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def separate(after_fork: Callable[[int], None]) -> None:
    """Go on as the first process of new namespaces; `after_fork` is told its number outside.

    The process that asked for them ends here.
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


def private_files(sockets: str, tmpfs_bytes: int) -> None:
    """In a mount namespace of its own: an empty /tmp, the kernel's own sockets, no /proc.

    A /proc of its own would tell by its mount tables from which folders of the host packages come.
    """
    own = os.open(os.path.join(ALL_SOCKETS, sockets), os.O_PATH | os.O_DIRECTORY)
    mount(f"/proc/self/fd/{own}", OWN_SOCKETS, "", MS_BIND | MS_REC)
    os.close(own)
    quiet = MS_NOSUID | MS_NODEV
    mount("none", ALL_SOCKETS, "tmpfs", quiet | MS_NOEXEC | MS_RDONLY, "size=4k,mode=000")
    mount("none", PRIVATE, "tmpfs", quiet, f"size={tmpfs_bytes},nr_inodes=10000,mode=700")
    mount("none", "/proc", "tmpfs", quiet | MS_NOEXEC | MS_RDONLY, "size=4k,mode=555")


def resource_limits(level: str, limits: dict[str, Any]) -> dict[str, int]:
    """The limits of an assignment (`Limits` in `grader/assignments/records.py`) that the system
    enforces, by their names in `resource`."""
    found = {
        "RLIMIT_AS": limits["memory_bytes"],
        "RLIMIT_CPU": int(limits["submission_seconds"]) + SPARE_SECONDS,
        "RLIMIT_FSIZE": limits["disk_bytes"],
        "RLIMIT_NOFILE": MAX_FILES,
        "RLIMIT_CORE": 0,
    }
    if level == NAMESPACES:
        # Elsewhere it counts all of the user's processes, ours too, and is set at the end.
        found["RLIMIT_NPROC"] = limits["processes"]
    return found


def limit(limits: dict[str, int]) -> None:
    """Set resource limits, hard and soft: name as in `resource`, value; lower ones stay."""
    for name, value in limits.items():
        kind: int = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))


def confine(level: str, request: dict[str, Any]) -> None:
    """Take away files, capabilities and resources, as far as the level goes."""
    limit(resource_limits(level, request["limits"]))
    if level == LIMITS:
        return
    readable = [(path, landlock.READ) for path in request["readable"]]
    writable = [(path, landlock.EVERYTHING) for path in request["writable"]]
    devices = [(path, landlock.READ_WRITE_FILE) for path in DEVICES]
    sockets = [(request["sockets"], landlock.MAKE_SOCKETS)]
    if level == NAMESPACES:
        drop_capabilities()
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        # A second wall, where the kernel has it: nothing but sockets in the socket folder.
        with contextlib.suppress(OSError):
            landlock.restrict([*readable, *writable, *devices, *sockets])
    else:
        landlock.restrict([*readable, *writable, *devices, *sockets])
        if os.getuid() == 0:
            drop_capabilities()


def limit_processes(more: int) -> None:
    """Let the user's processes and threads become `more` than there are now, but not by this one.

    RLIMIT_NPROC counts all of the user's, in other containers too. How many these are only the
    kernel can tell: by the limit up to which it starts another one.
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
    """Start no more than so many processes from now on, and refuse system calls in every thread."""
    if level != NAMESPACES and sys.platform == "linux":
        limit_processes(processes)
    if level != LIMITS:
        alone = level == NAMESPACES
        seccomp.install(connect=alone, signals=alone)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
