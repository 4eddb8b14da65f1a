"""Shut this process in, before any of a student's code runs in it.

`separate` forks into namespaces of its own; `confine` takes away what is left: files, memory,
processes, capabilities; `seal` is the last step, when everything the kernel needs is open.
"""

from __future__ import annotations

import contextlib
import os
import resource
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
    limit(request["limits"])
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


def seal(level: str) -> None:
    """Refuse system calls from now on, in every thread."""
    if level != LIMITS:
        alone = level == NAMESPACES
        seccomp.install(connect=alone, signals=alone)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
