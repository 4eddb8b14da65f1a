"""A seccomp filter: system calls that a student's code has no business making are refused.

The filter is a list of classic BPF instructions over `struct seccomp_data` (linux/seccomp.h):
the call's number at byte 0, the machine at 4, its arguments as 64-bit words from 16. Everything is
allowed but what is listed here; refused calls fail with an ordinary error, so that Python raises.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator

from system import MACHINE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, prctl, syscall

_SET_MODE_FILTER, _TSYNC = 1, 1
_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_AT_LEAST, _RETURN, _AND = 0x20, 0x15, 0x45, 0x35, 0x06, 0x54
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_NUMBER, _MACHINE = 0, 4
_NEW_NAMESPACES = 0x7E020080  # all CLONE_NEW* flags, time namespaces too
_SOCKET_KIND = 0xF

# Refused whatever their arguments: name -> numbers on x86_64 and aarch64 (None: not there).
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "personality": (135, 92),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vmsplice": (278, 75),
    "memfd_secret": (447, 447),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # Memory that no limit of the process counts, or that outlives it.
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    # Sockets in the folder of sockets are files of the host's: the kernel has all it needs.
    "bind": (49, 200),
    # Watching what others do with their files.
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
}
# Calls that do nothing, but report success. Landlock does not keep them from files outside that the
# user owns. Honest programs can do without their effect, and would fail at an error.
_IDLE: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}
# Calls that change the priority or the cores of other processes.
_OTHERS = ((141, 140), (203, 122), (251, 30))  # setpriority, sched_setaffinity, ioprio_set
_PRLIMIT, _FCNTL, _PRCTL = (302, 261), (72, 25), (157, 167)
_SIGNAL_OWNERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
_CLONE, _CLONE3 = (56, 220), (435, 435)
_SOCKET, _SOCKETPAIR, _CONNECT = (41, 198), (53, 199), (42, 203)
_KILL_CALLS = ((62, 129), (200, 130), (234, 131))  # kill, tkill, tgkill
# rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal: always refused where signals are.
_QUEUE_CALLS = ((129, 138), (297, 240), (424, 424))

_LEAVE_GROUP = ((112, 157), (109, 154))  # setsid, setpgid

Instruction = bytes


def install(*, connect: bool = True, signals: bool = True) -> None:
    """Install the filter in all threads of this process, for good.

    Without `connect`, no socket can be connected. Without `signals`, the process can send signals
    only to itself and its group, and can neither leave its group nor outlive its parent. Both are
    turned off where no namespaces keep other processes out of reach.
    """
    program = b"".join(_program(connect, signals))
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall("seccomp", _SET_MODE_FILTER, _TSYNC, ctypes.create_string_buffer(header, 16))


def _program(connect: bool, signals: bool) -> Iterator[Instruction]:
    column = list(_AUDIT).index(MACHINE)
    yield _step(_LOAD, _MACHINE)
    yield _step(_JUMP_EQUAL, _AUDIT[MACHINE], if_true=1)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, _NUMBER)
    if MACHINE == "x86_64":
        yield _step(_JUMP_AT_LEAST, _X32, if_false=1)
        yield _step(_RETURN, _KILL)
    for numbers in _REFUSED.values():
        if (refused := numbers[column]) is not None:
            yield from _refuse(refused, errno.EPERM)
    for numbers in _IDLE.values():
        if (idle := numbers[column]) is not None:
            yield from _refuse(idle, 0)
    yield from _only_own_limits(_PRLIMIT[column])
    # The C library falls back from clone3 to clone, whose flags can be looked at.
    yield from _refuse(_CLONE3[column], errno.ENOSYS)
    yield from _only_if(_CLONE[column], [_argument(0), _step(_JUMP_SET, _NEW_NAMESPACES, 0, 1)])
    yield from _only_unix_streams(_SOCKET[column])
    yield from _only_unix_streams(_SOCKETPAIR[column])
    if not connect:
        yield from _refuse(_CONNECT[column], errno.EPERM)
    if not signals:
        for numbers in _KILL_CALLS:
            yield from _only_itself(numbers[column])
        for numbers in (*_QUEUE_CALLS, *_OTHERS):
            yield from _refuse(numbers[column], errno.EPERM)
        yield from _no_signal_owners(_FCNTL[column])
        # A kernel is killed when the warm parent ends, which is killed when we end. This call would
        # let it live on.
        lives_on = [_argument(0), _step(_JUMP_EQUAL, PR_SET_PDEATHSIG, 0, 1)]
        yield from _only_if(_PRCTL[column], lives_on)
        # Whoever leaves the kernel's process group would outlive it.
        for numbers in _LEAVE_GROUP:
            yield from _refuse(numbers[column], errno.EPERM)
    yield _step(_RETURN, _ALLOW)


def _refuse(number: int, code: int) -> Iterator[Instruction]:
    yield _step(_JUMP_EQUAL, number, if_false=1)
    yield _step(_RETURN, _ERROR | code)


def _only_if(number: int, refused_if: list[Instruction]) -> Iterator[Instruction]:
    """Refuse the call where the last instruction of `refused_if`, a jump, is true."""
    yield _step(_JUMP_EQUAL, number, if_false=len(refused_if) + 2)
    yield from refused_if
    yield _step(_RETURN, _ERROR | errno.EPERM)
    yield _step(_LOAD, _NUMBER)


def _only_unix_streams(number: int) -> Iterator[Instruction]:
    # At EAFNOSUPPORT libzmq aborts the process; EOPNOTSUPP it reports like any other error.
    refuse = _step(_RETURN, _ERROR | errno.EOPNOTSUPP)
    yield _step(_JUMP_EQUAL, number, if_false=8)
    yield _argument(0)
    yield _step(_JUMP_EQUAL, socket.AF_UNIX, if_true=1)
    yield refuse
    yield _argument(1)
    yield _step(_AND, _SOCKET_KIND)
    yield _step(_JUMP_EQUAL, socket.SOCK_STREAM, if_true=1)
    yield refuse
    yield _step(_LOAD, _NUMBER)


def _only_itself(number: int) -> Iterator[Instruction]:
    """Allow signals to this process and to the group that it leads, and to no other."""
    own = [os.getpid() & 0xFFFFFFFF, -os.getpid() & 0xFFFFFFFF, 0]
    yield _step(_JUMP_EQUAL, number, if_false=len(own) + 3)
    yield _argument(0)
    for index, pid in enumerate(own):
        yield _step(_JUMP_EQUAL, pid, if_true=len(own) - index)
    yield _step(_RETURN, _ERROR | errno.EPERM)
    yield _step(_LOAD, _NUMBER)


def _only_own_limits(number: int) -> Iterator[Instruction]:
    """Allow a process to change its own limits, by the number 0, and those of no other."""
    yield _step(_JUMP_EQUAL, number, if_false=4)
    yield _argument(0)
    yield _step(_JUMP_EQUAL, 0, if_true=1)
    yield _step(_RETURN, _ERROR | errno.EPERM)
    yield _step(_LOAD, _NUMBER)


def _no_signal_owners(number: int) -> Iterator[Instruction]:
    """Refuse the fcntl commands that name a process to which the system sends signals."""
    last = len(_SIGNAL_OWNERS) - 1
    yield _step(_JUMP_EQUAL, number, if_false=last + 4)
    yield _argument(1)
    for index, command in enumerate(_SIGNAL_OWNERS):
        yield _step(_JUMP_EQUAL, command, if_true=last - index, if_false=int(index == last))
    yield _step(_RETURN, _ERROR | errno.EPERM)
    yield _step(_LOAD, _NUMBER)


def _argument(index: int) -> Instruction:
    """Load the lower 32 bits of an argument, which come first on these little-endian machines."""
    return _step(_LOAD, 16 + 8 * index)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> Instruction:
    return struct.pack("HBBI", code, if_true, if_false, value)
