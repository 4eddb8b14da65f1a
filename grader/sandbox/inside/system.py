"""Linux system calls that Python has no function for, and the numbers they need.

It runs inside the sandbox, so it imports the standard library only. A call that fails raises
OSError, whose text names the call.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
CLONE_NAMESPACES = (
    CLONE_NEWNS
    | CLONE_NEWCGROUP
    | CLONE_NEWUTS
    | CLONE_NEWIPC
    | CLONE_NEWUSER
    | CLONE_NEWPID
    | CLONE_NEWNET
)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8

MACHINE = platform.machine()
# System calls: name -> number on x86_64, number on aarch64.
_NUMBERS = {
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "capset": (126, 91),
}


def number(name: str) -> int:
    """The number of a system call; raises OSError on a machine that is not known here."""
    column = {"x86_64": 0, "aarch64": 1}.get(MACHINE)
    if column is None:
        raise OSError(f"system calls of {MACHINE} are not known to fairgrade")
    return _NUMBERS[name][column]


def syscall(name: str, *arguments: object) -> int:
    """Make a system call, and return its result; raises OSError where it fails."""
    result = libc.syscall(number(name), *arguments)
    if result < 0:
        raise _error(name)
    return int(result)


def prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *padded) != 0:
        raise _error(f"prctl {option}")


def unshare(flags: int) -> None:
    if libc.unshare(flags) != 0:
        raise _error("unshare")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    result = libc.mount(
        source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    if result != 0:
        raise _error(f"mount {kind or 'bind'} on {target}")


def mapped(descriptor: int) -> memoryview:
    """A file's bytes, mapped so that the system copies a page when this process writes to it.

    The memory stays mapped until the process ends, without a descriptor. Python's `mmap` is not
    used, because it keeps one open.
    """
    size = os.fstat(descriptor).st_size
    libc.mmap.restype = ctypes.c_void_p
    protection, flags = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE
    address = libc.mmap(
        None, ctypes.c_size_t(size), protection, flags, descriptor, ctypes.c_long(0)
    )
    if address == ctypes.c_void_p(-1).value:
        raise _error("mmap")
    return memoryview((ctypes.c_char * size).from_address(address)).cast("B")


def drop_capabilities() -> None:
    """Take every capability from this thread, for good."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) != 0:
            break  # beyond the last one the kernel knows, or not ours to drop
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    syscall("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def _error(what: str) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, f"{what}: {os.strerror(code)}")
