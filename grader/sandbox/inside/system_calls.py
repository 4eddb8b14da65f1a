"""Which system calls the filter of `seccomp` knows, and what it does with each.

Every call that is not listed here fails as if the kernel did not have it (ENOSYS), those that do
not exist yet included. A group says why its calls are needed. The list is also in docs/security.md;
a test compares the two. Numbers are those of x86_64 and aarch64, None where a machine has no such
call.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Numbers: TypeAlias = "dict[str, tuple[int | None, int | None]]"


class Group(NamedTuple):
    """System calls and their numbers; `reason` says why they are treated as they are."""

    reason: str
    calls: Numbers


# Allowed whatever their arguments, because nothing that they do reaches anybody else.
ALLOWED = (
    Group(
        "Reading and writing files, in which folders is for the mounts and Landlock to say.",
        {
            "read": (0, 63),
            "write": (1, 64),
            "readv": (19, 65),
            "writev": (20, 66),
            "pread64": (17, 67),
            "pwrite64": (18, 68),
            "preadv": (295, 69),
            "pwritev": (296, 70),
            "preadv2": (327, 286),
            "pwritev2": (328, 287),
            "open": (2, None),
            "openat": (257, 56),
            "creat": (85, None),
            "close": (3, 57),
            "close_range": (436, 436),
            "lseek": (8, 62),
            "stat": (4, None),
            "fstat": (5, 80),
            "lstat": (6, None),
            "newfstatat": (262, 79),
            "statx": (332, 291),
            "statfs": (137, 43),
            "fstatfs": (138, 44),
            "access": (21, None),
            "faccessat": (269, 48),
            "faccessat2": (439, 439),
            "getdents": (78, None),
            "getdents64": (217, 61),
            "readlink": (89, None),
            "readlinkat": (267, 78),
            "getcwd": (79, 17),
            "chdir": (80, 49),
            "fchdir": (81, 50),
            "mkdir": (83, None),
            "mkdirat": (258, 34),
            "rmdir": (84, None),
            "unlink": (87, None),
            "unlinkat": (263, 35),
            "rename": (82, None),
            "renameat": (264, 38),
            "renameat2": (316, 276),
            "link": (86, None),
            "linkat": (265, 37),
            "symlink": (88, None),
            "symlinkat": (266, 36),
            "truncate": (76, 45),
            "ftruncate": (77, 46),
            "fallocate": (285, 47),
            "fadvise64": (221, 223),
            "fsync": (74, 82),
            "fdatasync": (75, 83),
            "umask": (95, 166),
            "sendfile": (40, 71),
            "copy_file_range": (326, 285),
            "dup": (32, 23),
            "dup2": (33, None),
            "dup3": (292, 24),
        },
    ),
    Group(
        "Threads and child processes, which are counted and end with the kernel.",
        {
            "futex": (202, 98),
            "set_robust_list": (273, 99),
            "set_tid_address": (218, 96),
            "rseq": (334, 293),
            "sched_yield": (24, 124),
            "getcpu": (309, 168),
            "fork": (57, None),
            "vfork": (58, None),
            "execve": (59, 221),
            "exit": (60, 93),
            "exit_group": (231, 94),
            "wait4": (61, 260),
            "waitid": (247, 95),
        },
    ),
    Group(
        "Pipes, and waiting for descriptors of one's own: asyncio, subprocess, libzmq.",
        {
            "poll": (7, None),
            "ppoll": (271, 73),
            "select": (23, None),
            "pselect6": (270, 72),
            "epoll_create": (213, None),
            "epoll_create1": (291, 20),
            "epoll_ctl": (233, 21),
            "epoll_wait": (232, None),
            "epoll_pwait": (281, 22),
            "pipe": (22, None),
            "pipe2": (293, 59),
            "eventfd": (284, None),
            "eventfd2": (290, 19),
            "timerfd_create": (283, 85),
            "timerfd_settime": (286, 86),
            "timerfd_gettime": (287, 87),
        },
    ),
    Group(
        "Memory of one's own, within the limit on it.",
        {
            "brk": (12, 214),
            "mmap": (9, 222),
            "munmap": (11, 215),
            "mremap": (25, 216),
            "mprotect": (10, 226),
            "madvise": (28, 233),
            "msync": (26, 227),
            "arch_prctl": (158, None),
        },
    ),
    Group(
        "Connections that are open already, and pairs of sockets.",
        {
            "accept": (43, 202),
            "accept4": (288, 242),
            "sendto": (44, 206),
            "recvfrom": (45, 207),
            "sendmsg": (46, 211),
            "recvmsg": (47, 212),
            "shutdown": (48, 210),
            "getsockname": (51, 204),
            "getpeername": (52, 205),
            "getsockopt": (55, 209),
        },
    ),
    Group(
        "Taking and awaiting signals. Sending them is checked, see below.",
        {
            "rt_sigaction": (13, 134),
            "rt_sigprocmask": (14, 135),
            "rt_sigreturn": (15, 139),
            "rt_sigpending": (127, 136),
            "rt_sigsuspend": (130, 133),
            "rt_sigtimedwait": (128, 137),
            "sigaltstack": (131, 132),
            "signalfd": (282, None),
            "signalfd4": (289, 74),
            "restart_syscall": (219, 128),
            "pause": (34, None),
            "alarm": (37, None),
            "getitimer": (36, 102),
            "setitimer": (38, 103),
        },
    ),
    Group(
        "The time, and sleeping.",
        {
            "gettimeofday": (96, 169),
            "time": (201, None),
            "times": (100, 153),
            "nanosleep": (35, 101),
        },
    ),
    Group(
        "Asking who one is, what one has used, and what the machine is.",
        {
            "getpid": (39, 172),
            "gettid": (186, 178),
            "getppid": (110, 173),
            "getpgrp": (111, None),
            "getuid": (102, 174),
            "geteuid": (107, 175),
            "getgid": (104, 176),
            "getegid": (108, 177),
            "getresuid": (118, 148),
            "getresgid": (120, 150),
            "getgroups": (115, 158),
            "uname": (63, 160),
            "sysinfo": (99, 179),
            "getrusage": (98, 165),
            "getrlimit": (97, 163),
            "setrlimit": (160, 164),
            "sched_get_priority_max": (146, 125),
            "sched_get_priority_min": (147, 126),
            "getrandom": (318, 278),
        },
    ),
)
# Allowed with some arguments only, which `seccomp` checks.
CHECKED = (
    Group(
        "Only to ask whether a descriptor is a terminal, its size and how much there is to read, "
        "and to set whether it blocks and is inherited. Signals could be sent by others "
        "(FIOASYNC, FIOSETOWN).",
        {
            "ioctl": (16, 29),
        },
    ),
    Group(
        "Only to duplicate descriptors, and to ask for and set their flags; not for signals "
        "(O_ASYNC, F_SETOWN, F_SETSIG), leases and notices. Locks do nothing, because other "
        "kernels could see them.",
        {
            "fcntl": (72, 25),
        },
    ),
    Group(
        "Only to name threads and memory, and to ask; a kernel may not outlive its parent.",
        {
            "prctl": (157, 167),
        },
    ),
    Group(
        "Without new namespaces, and only with the caller as parent. clone3, whose flags lie in "
        "memory, is refused, and the C library falls back to clone.",
        {
            "clone": (56, 220),
        },
    ),
    Group(
        "Only of oneself.",
        {
            "prlimit64": (302, 261),
            "getpriority": (140, 141),
            "setpriority": (141, 140),
        },
    ),
    Group(
        "Only UNIX streams, with buffers and time limits of one's own.",
        {
            "socket": (41, 198),
            "socketpair": (53, 199),
            "setsockopt": (54, 208),
        },
    ),
    Group(
        "Only real clocks and one's own, not the processor time of other processes.",
        {
            "clock_gettime": (228, 113),
            "clock_getres": (229, 114),
            "clock_nanosleep": (230, 115),
        },
    ),
    Group(
        "At landlock only to oneself and one's group; at namespaces there is nobody else.",
        {
            "kill": (62, 129),
            "tkill": (200, 130),
            "tgkill": (234, 131),
        },
    ),
    Group(
        "At landlock only about oneself; at namespaces there is nobody else.",
        {
            "getpgid": (121, 155),
            "getsid": (124, 156),
            "sched_getaffinity": (204, 123),
            "sched_setaffinity": (203, 122),
        },
    ),
    Group(
        "At landlock they do nothing and report success, but when asked about oneself; at "
        "namespaces there is nobody else. libzmq ends the process where they fail.",
        {
            "sched_getscheduler": (145, 120),
            "sched_getparam": (143, 121),
        },
    ),
    Group(
        "Only at namespaces: at landlock what leaves the group would outlive the kernel, and a "
        "pidfd tells whether another process runs.",
        {
            "setpgid": (109, 154),
            "setsid": (112, 157),
            "pidfd_open": (434, 434),
        },
    ),
)
IDLE = Group(
    "They do nothing, and report success. Landlock does not keep them from files of the user's "
    "outside, locks are seen by other kernels, and honest programs would fail at an error.",
    {
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
        "flock": (73, 32),
        "sync": (162, 81),
        "syncfs": (306, 267),
    },
)
NO_ATTRIBUTES = Group(
    "They answer that files have no extended attributes, those outside included.",
    {
        "getxattr": (191, 8),
        "lgetxattr": (192, 9),
        "fgetxattr": (193, 10),
        "listxattr": (194, 11),
        "llistxattr": (195, 12),
        "flistxattr": (196, 13),
    },
)
REFUSED = Group(
    "They fail with an error that says so: sockets may be connected to nothing.",
    {
        "bind": (49, 200),
        "connect": (42, 203),
        "listen": (50, 201),
    },
)
