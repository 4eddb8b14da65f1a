"""A seccomp filter: only the system calls that students' code is known to need are let through.

The filter is a list of classic BPF instructions over `struct seccomp_data` (linux/seccomp.h):
the call's number at byte 0, the machine at 4, its arguments as 64-bit words from 16. `system_calls`
has the calls. A call that it does not list fails with ENOSYS, as a call does that the kernel does
not have; so newer kernels bring nothing new to student code. What is refused fails with an ordinary
error, so that Python raises.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from system import MACHINE, PR_SET_NO_NEW_PRIVS, prctl, syscall
from system_calls import ALLOWED, CHECKED, IDLE, NO_ATTRIBUTES, REFUSED

_SET_MODE_FILTER, _TSYNC = 1, 1
LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN, _AND = 0x20, 0x15, 0x35, 0x06, 0x54
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_NUMBER, _MACHINE = 0, 4
_ALL_BITS = 0xFFFFFFFF

# What `ioctl` may ask for: linux/asm-generic/ioctls.h. They are TCGETS, TCGETS2, TIOCGWINSZ,
# FIONREAD, FIONBIO, FIOCLEX and FIONCLEX. All others fail as those do that a file does not know.
IOCTLS = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5451, 0x5450)
# Commands of `fcntl` (linux/fcntl.h), besides F_SETFL: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_GETLK,
# F_OFD_GETLK, F_DUPFD_QUERY, F_DUPFD_CLOEXEC, F_GETPIPE_SZ and F_GET_SEALS.
FCNTLS = (0, 1, 2, 3, 5, 36, 1027, 1030, 1032, 1034)
# F_SETLK, F_SETLKW, F_OFD_SETLK and F_OFD_SETLKW. They only seem to lock, as `flock` does.
LOCKS = (6, 7, 37, 38)
_F_SETFL = 4
_O_ASYNC = 0o20000
# PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_NO_NEW_PRIVS,
# PR_GET_NO_NEW_PRIVS, PR_SVE_GET_VL, PR_SME_GET_VL and PR_SET_VMA (the name of memory).
PRCTLS = (3, 15, 16, 23, 38, 39, 51, 64, 0x53564D41)
# SO_REUSEADDR, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_LINGER, and time limits, old and new.
SOCKET_OPTIONS = (2, 7, 8, 9, 13, 20, 21, 66, 67)
_SOCKET_KIND = 0xF
# The flags of `clone` with which the C library makes threads and processes, and the signal that
# tells of a child's end. New namespaces, CLONE_PARENT and CLONE_PTRACE are not among them.
CLONE_FLAGS = 0x017D5F00 | 0x7F
NEW_NAMESPACES = 0x7E020080  # all CLONE_NEW* flags, time namespaces too
# From this number on, a clock is the processor time of a process or thread, or a device. The last
# eight are the caller's own.
_FIRST_CPU_CLOCK, _FIRST_OWN_CLOCK = 0x80000000, 0xFFFFFFF8

Instruction = bytes
# What is done for a call, once its number is known. Its last instruction returns.
Block: TypeAlias = "list[Instruction]"


def install(*, alone: bool) -> None:
    """Install the filter in all threads of this process, for good.

    `alone` says that namespaces keep all other processes out of reach. Without them, the process
    can send signals only to itself and its group, ask only about itself, and can neither leave its
    group nor outlive its parent.
    """
    code = program(MACHINE, os.getpid(), alone=alone)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HL", len(code) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall("seccomp", _SET_MODE_FILTER, _TSYNC, ctypes.create_string_buffer(header, 16))


def program(machine: str, process: int, *, alone: bool) -> bytes:
    """The filter's instructions for the process with this number."""
    return b"".join(_program(list(_AUDIT).index(machine), process, alone))


def _program(machine: int, process: int, alone: bool) -> Iterator[Instruction]:
    yield step(LOAD, _MACHINE)
    yield step(_JUMP_EQUAL, [*_AUDIT.values()][machine], if_true=1)
    yield step(_RETURN, _KILL)
    yield step(LOAD, _NUMBER)
    if list(_AUDIT)[machine] == "x86_64":
        yield step(_JUMP_AT_LEAST, _X32, if_false=1)
        yield step(_RETURN, _KILL)
    for group in ALLOWED:
        for numbers in group.calls.values():
            yield from answered(numbers[machine], [ALLOW])
    checks = _checks(process, alone)
    for group in CHECKED:
        for name, numbers in group.calls.items():
            yield from answered(numbers[machine], checks[name])
    for group, code in ((IDLE, 0), (NO_ATTRIBUTES, errno.ENOTSUP), (REFUSED, errno.EPERM)):
        for numbers in group.calls.values():
            yield from answered(numbers[machine], [error(code)])
    yield error(errno.ENOSYS)


def _checks(process: int, alone: bool) -> dict[str, Block]:
    """For each call whose arguments are checked, what is done."""
    own = (0, process & _ALL_BITS)
    oneself = [*only(0, own, errno.EPERM), ALLOW]
    priority = [*only(0, (os.PRIO_PROCESS,), errno.EPERM), *only(1, own, errno.EPERM), ALLOW]
    about_oneself = [ALLOW] if alone else [*only(0, own, errno.ENOSYS), ALLOW]
    # A new thread of libzmq asks by its own number, which the filter cannot know, and ends the
    # process at an error. So it reads 0, SCHED_OTHER, as do all who ask about others.
    scheduling = [ALLOW] if alone else [*only(0, own, 0), ALLOW]
    group = (*own, -process & _ALL_BITS)
    signals = [ALLOW] if alone else [*only(0, group, errno.EPERM), ALLOW]
    leave_group = [ALLOW] if alone else [error(errno.EPERM)]
    return {
        "ioctl": [*only(1, IOCTLS, errno.ENOTTY), ALLOW],
        "fcntl": _fcntl(),
        "prctl": [*only(0, PRCTLS, errno.EINVAL), ALLOW],
        "clone": [*only(0, (0,), errno.EPERM, bits=_ALL_BITS & ~CLONE_FLAGS), ALLOW],
        "prlimit64": oneself,
        "getpriority": priority,
        "setpriority": priority,
        "socket": _unix_streams(),
        "socketpair": _unix_streams(),
        "setsockopt": [
            *only(1, (socket.SOL_SOCKET,), errno.ENOPROTOOPT),
            *only(2, SOCKET_OPTIONS, errno.ENOPROTOOPT),
            ALLOW,
        ],
        **dict.fromkeys(("clock_gettime", "clock_getres", "clock_nanosleep"), _own_clocks()),
        **dict.fromkeys(("kill", "tkill", "tgkill"), signals),
        **dict.fromkeys(
            ("getpgid", "getsid", "sched_getaffinity", "sched_setaffinity"), about_oneself
        ),
        **dict.fromkeys(("sched_getscheduler", "sched_getparam"), scheduling),
        "setpgid": leave_group,
        "setsid": leave_group,
        "pidfd_open": [ALLOW] if alone else [error(errno.ENOSYS)],
    }


def _fcntl() -> Block:
    set_flags = [*only(2, (0,), errno.EINVAL, bits=_O_ASYNC), ALLOW]
    return [
        argument(1),
        *(each for lock in LOCKS for each in answered(lock, [error(0)])),
        *answered(_F_SETFL, set_flags),
        *only(1, FCNTLS, errno.EINVAL),
        ALLOW,
    ]


def _unix_streams() -> Block:
    # At EAFNOSUPPORT libzmq aborts the process; EOPNOTSUPP it reports like any other error.
    return [
        *only(0, (socket.AF_UNIX,), errno.EOPNOTSUPP),
        *only(1, (socket.SOCK_STREAM,), errno.EOPNOTSUPP, bits=_SOCKET_KIND),
        ALLOW,
    ]


def _own_clocks() -> Block:
    return [
        argument(0),
        step(_JUMP_AT_LEAST, _FIRST_CPU_CLOCK, if_false=2),
        step(_JUMP_AT_LEAST, _FIRST_OWN_CLOCK, if_true=1),
        error(errno.EINVAL),
        ALLOW,
    ]


def answered(number: int | None, block: Iterable[Instruction]) -> Block:
    """The block, if what is loaded is this number; nothing for a call that a machine lacks."""
    block = list(block)
    return [] if number is None else [step(_JUMP_EQUAL, number, if_false=len(block)), *block]


def only(index: int, values: tuple[int, ...], code: int, bits: int = _ALL_BITS) -> Block:
    """Go on if an argument is one of the values; otherwise return the error.

    Only the argument's `bits` are looked at.
    """
    count = len(values)
    masked = [] if bits == _ALL_BITS else [step(_AND, bits)]
    jumps = [step(_JUMP_EQUAL, each, if_true=count - i) for i, each in enumerate(values)]
    return [argument(index), *masked, *jumps, error(code)]


def argument(index: int) -> Instruction:
    """Load the lower 32 bits of an argument, which come first on these little-endian machines.

    The arguments that are checked are ints, whose upper bits the kernel ignores, too.
    """
    return step(LOAD, 16 + 8 * index)


def error(code: int) -> Instruction:
    """Return this error; 0 to do nothing and report success."""
    return step(_RETURN, _ERROR | code)


def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> Instruction:
    return struct.pack("HBBI", code, if_true, if_false, value)


ALLOW = step(_RETURN, _ALLOW)
