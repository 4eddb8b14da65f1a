"""Restrict with Landlock which files this process may reach, for good.

Documented in Linux' userspace-api/landlock. Each version of its interface (ABI) can restrict more;
what the running one cannot restrict is left out of the request.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

from system import PR_SET_NO_NEW_PRIVS, prctl, syscall

_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_IOCTL_DEV = 1 << 15
# How many rights to files each version of the ABI knows; they are the lowest bits of a mask.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP = 0b11
_SCOPES = 0b11  # abstract UNIX sockets, signals

READ = _EXECUTE | _READ_FILE | _READ_DIR
READ_WRITE_FILE = _READ_FILE | _WRITE_FILE
EVERYTHING = ~_IOCTL_DEV


def abi() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    try:
        return syscall("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def restrict(allowed: Iterable[tuple[str, int]]) -> None:
    """Allow this thread, and what it starts, only the given rights below the given paths.

    `allowed` are pairs of a path and a mask of rights, such as READ. Where the ABI can, TCP (4 and
    later) and abstract UNIX sockets and signals of other processes (6) are refused, too. Raises
    OSError where there is no Landlock.
    """
    version = abi()
    if version == 0:
        raise OSError("this kernel has no Landlock")
    handled = (1 << _FILE_RIGHTS[min(version, 5)]) - 1
    attributes = struct.pack(
        "QQQ", handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0
    )[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = syscall(
        "landlock_create_ruleset",
        ctypes.create_string_buffer(attributes, len(attributes)),
        len(attributes),
        0,
    )
    try:
        for path, rights in allowed:
            _allow(ruleset, path, rights & handled)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not os.path.isdir(path):
            rights &= _EXECUTE | _WRITE_FILE | _READ_FILE
        try:
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
            syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
        finally:
            os.close(descriptor)
