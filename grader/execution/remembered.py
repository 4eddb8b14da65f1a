"""Remember what the canary found out, for as long as nothing that it depends on has changed.

To ask the canary takes longer than to grade a small notebook. So its answer is kept in a file of
the user's cache folder, whose name is a hash of all that decides it: the machine since it was
started, what this process may do, bubblewrap, Python with its packages, and our own code.

The file is believed only if the user alone can write to it. Student code cannot, at the levels that
are remembered; at `limits` it runs as the user and could, so this level is always tried anew.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.encoding import Malformed, from_json, to_json
from grader.execution.installation import hash_of, packages, program
from grader.files import ours_alone, stamp_of, user_cache, write_file
from grader.model import Protection
from grader.sandbox.launch import bubblewrap, python, shown, site_packages
from grader.sandbox.level import Level

# A machine has few states that one comes back to, such as two virtual environments.
MOST_FILES = 16
_FOLDER = "canary"
_CREATE_RULESET = 444  # Landlock's first system call, which has this number on every processor
# Lines of /proc/self/status and files that say what this process may do.
_STATUS = ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "Seccomp_filters", "Uid", "Gid", "Groups")
_FILES = (
    *("/proc/sys/kernel/random/boot_id", "/proc/self/cgroup", "/proc/self/attr/current"),
    *("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "/sys/kernel/security/lsm"),
    *("/proc/sys/kernel/unprivileged_userns_clone", "/proc/sys/user/max_user_namespaces"),
)
_LIMITS = ("AS", "DATA", "NPROC", "NOFILE", "FSIZE", "CPU")


def remembered(at_most: Level) -> Protection | None:
    """What the canary found out on this machine as it is now; None if that is not known."""
    if not _remembers():
        return None
    path = user_cache(_FOLDER) / _name(at_most)
    try:
        if not (ours_alone(path.parent) and ours_alone(path)):
            return None
        return from_json(path.read_bytes(), Protection)
    except (OSError, Malformed):
        return None


def remember(at_most: Level, protection: Protection) -> None:
    """Keep what the canary found out; nothing happens where it cannot be written."""
    if not _remembers() or Level.of(protection.level) is Level.LIMITS:
        return
    folder = user_cache(_FOLDER)
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(folder / _name(at_most), to_json(protection))
        oldest_first = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in oldest_first[:-MOST_FILES]:
            path.unlink()


def _remembers() -> bool:
    return sys.platform == "linux"


def _name(at_most: Level) -> str:
    pieces = (f"{piece}\0".encode(errors="surrogateescape") for piece in _depends_on())
    return f"{at_most.word}-{hash_of(pieces)[:32]}.json"


def _depends_on() -> Iterator[str]:
    """All that decides what the canary finds out, as text."""
    yield from os.uname()
    yield from (_content(path) for path in _FILES)
    yield from filter(_counts, _content("/proc/self/status").splitlines())
    yield from (os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "user", "pid", "net"))
    yield from (str(resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))) for name in _LIMITS)
    # These two are asked, because a filter of system calls has no name by which to know it.
    yield str(ctypes.CDLL(None).syscall(_CREATE_RULESET, None, 0, 1))
    yield str(_namespaces_can_be_made())
    programs = (Path(each).resolve() for each in (bubblewrap(), python()) if each)
    yield str(sorted(stamp_of(programs)))
    yield from (*shown(), *site_packages(), platform.python_version())
    yield program("sandbox", "execution", "values")
    yield from (f"{name} {version}" for name, version in packages().items())


def _counts(line: str) -> bool:
    return line.partition(":")[0] in _STATUS


def _namespaces_can_be_made() -> bool:
    path = bubblewrap()
    if path is None:
        return False
    command = [path, "--unshare-all", "--unshare-user", "--ro-bind", "/", "/", "true"]
    quiet = subprocess.DEVNULL
    return subprocess.run(command, check=False, stdout=quiet, stderr=quiet).returncode == 0


def _content(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""
