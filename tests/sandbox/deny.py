"""Run a command as on a machine that lacks something: `python deny.py namespaces,landlock CMD…`.

A seccomp filter refuses the system calls in question, as containers and old kernels do.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "grader" / "sandbox" / "inside"))

import seccomp
from system import MACHINE, PR_SET_NO_NEW_PRIVS, number, prctl, syscall

UNSHARE = {"x86_64": 272, "aarch64": 97}[MACHINE]
CLONE = {"x86_64": 56, "aarch64": 220}[MACHINE]
MEMFD_CREATE = {"x86_64": 319, "aarch64": 279}[MACHINE]
CLONE3 = 435


def program(denied: list[str]) -> Iterator[bytes]:
    yield seccomp.step(seccomp.LOAD, 0)
    if "namespaces" in denied:
        no_new = seccomp.only(0, (0,), errno.EPERM, bits=seccomp.NEW_NAMESPACES)
        yield from seccomp.answered(UNSHARE, [seccomp.error(errno.EPERM)])
        yield from seccomp.answered(CLONE3, [seccomp.error(errno.ENOSYS)])
        yield from seccomp.answered(CLONE, [*no_new, seccomp.ALLOW])
    if "landlock" in denied:
        rulesets = number("landlock_create_ruleset")
        yield from seccomp.answered(rulesets, [seccomp.error(errno.EOPNOTSUPP)])
    if "memory" in denied:  # that processes can share by its descriptor
        yield from seccomp.answered(MEMFD_CREATE, [seccomp.error(errno.EPERM)])
    yield seccomp.ALLOW


def main() -> None:
    code = b"".join(program(sys.argv[1].split(",")))
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HL", len(code) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall("seccomp", 1, 1, ctypes.create_string_buffer(header, 16))
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
