"""The seccomp filter by itself, as on kernels whose Landlock knows no signals (before 6.12).

The calls are first looked up in the filter's program, for both machines and both levels, all
numbers and commands. Then attempts are made in a child that has installed the filter as it is at
level `landlock`, upon another process of ours that is only sent signal 0, or asked for what it has.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import re
import signal
import subprocess
import sys
from itertools import chain
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attacks.bpf import ALLOWED, KILLED, answer
from tests.conftest import ROOT

INSIDE = ROOT / "grader" / "sandbox" / "inside"
sys.path.append(str(INSIDE))

seccomp = importlib.import_module("seccomp")
system_calls = importlib.import_module("system_calls")

PROCESS = 4321
MACHINES = list(seccomp._AUDIT.items())
PROGRAMS = {
    (machine, alone): seccomp.program(machine, PROCESS, alone=alone)
    for machine, _ in MACHINES
    for alone in (True, False)
}
KNOWN = (*system_calls.ALLOWED, *system_calls.CHECKED, system_calls.IDLE)
KNOWN += (system_calls.NO_ATTRIBUTES, system_calls.REFUSED)
# What can carry a signal, a mark or a question to others; x86_64 and aarch64.
NEVER = {
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_getattr": (468, 468),
    "file_setattr": (469, 469),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "io_setup": (206, 0),
    "io_uring_setup": (425, 425),
    "mq_open": (240, 180),
    "shmget": (29, 194),
    "memfd_create": (319, 279),
    "add_key": (248, 217),
    "inotify_init1": (294, 26),
    "rt_sigqueueinfo": (129, 138),
    "pidfd_send_signal": (424, 424),
    "process_madvise": (440, 440),
    "get_robust_list": (274, 100),
    "cachestat": (451, 451),
    "mincore": (27, 232),
    "clone3": (435, 435),
    "execveat": (322, 281),
    "mknodat": (259, 33),
    "unshare": (272, 97),
}


def listed(machine: str) -> dict[int, str]:
    """The numbers that the lists know on this machine, with the names of their calls."""
    column = [name for name, _ in MACHINES].index(machine)
    numbers = {numbers[column]: name for group in KNOWN for name, numbers in group.calls.items()}
    return {number: name for number, name in numbers.items() if number is not None}


@pytest.mark.parametrize(("machine", "alone"), PROGRAMS)
def test_every_number_that_is_not_listed_is_as_if_the_kernel_had_no_such_call(
    machine: str, alone: bool
) -> None:
    """Those of calls that do not exist yet, too."""
    program, audit = PROGRAMS[machine, alone], dict(MACHINES)[machine]
    known = listed(machine)
    beyond = (*(1 << power for power in range(10, 30)), 0x3FFFFFFF)
    for number in chain(range(1024), beyond):
        found = answer(program, audit, number)
        assert (found == errno.ENOSYS) == (number not in known) or (
            known[number] == "pidfd_open" and not alone
        ), (number, known.get(number), found)


@pytest.mark.parametrize(("machine", "alone"), PROGRAMS)
def test_no_call_that_reaches_others_is_let_through(machine: str, alone: bool) -> None:
    program, audit = PROGRAMS[machine, alone], dict(MACHINES)[machine]
    column = [name for name, _ in MACHINES].index(machine)
    for name, numbers in NEVER.items():
        assert answer(program, audit, numbers[column]) == errno.ENOSYS, name


@pytest.mark.parametrize(("machine", "alone"), PROGRAMS)
def test_calls_of_another_machine_end_the_process(machine: str, alone: bool) -> None:
    """Those of 32 bits, and those of x32, whose numbers have a bit of their own."""
    program, audit = PROGRAMS[machine, alone], dict(MACHINES)[machine]
    for other in (0x40000003, 0x40000028, 0xC00000B7 if machine == "x86_64" else 0xC000003E):
        assert answer(program, other, 39) == KILLED
    if machine == "x86_64":
        for number in (0x40000000, 0x40000000 + 39, 0x40000000 + 512, 0xFFFFFFFF):
            assert answer(program, audit, number) == KILLED


def test_every_jump_stays_within_the_program() -> None:
    """A jump has eight bits; a list that grew beyond them would jump to somewhere else."""
    for program in PROGRAMS.values():
        assert len(program) // 8 <= 4096
        for at in range(0, len(program), 8):
            code, if_true, if_false = program[at], program[at + 2], program[at + 3]
            if code in (0x15, 0x35):
                assert at // 8 + 1 + max(if_true, if_false) < len(program) // 8


@pytest.mark.parametrize(("machine", "alone"), PROGRAMS)
def test_only_reviewed_commands_of_ioctl_are_let_through(machine: str, alone: bool) -> None:
    program, audit = PROGRAMS[machine, alone], dict(MACHINES)[machine]
    number = {name: each for each, name in listed(machine).items()}["ioctl"]
    around = (0x5400, 0x8900, 0x4500, 0x6600, 0x8927, 0xFF00)
    for command in chain.from_iterable(range(start, start + 256) for start in around):
        expected = ALLOWED if command in seccomp.IOCTLS else errno.ENOTTY
        assert answer(program, audit, number, 3, command) == expected, hex(command)


@given(st.integers(0, 2**64 - 1))
def test_no_other_command_of_ioctl_is_let_through(command: int) -> None:
    """The kernel looks at the lower 32 bits, and so does the filter."""
    expected = ALLOWED if command % 2**32 in seccomp.IOCTLS else errno.ENOTTY
    for (machine, _), program in PROGRAMS.items():
        number = {name: each for each, name in listed(machine).items()}["ioctl"]
        assert answer(program, dict(MACHINES)[machine], number, 3, command) == expected


X86, X86_AUDIT = listed("x86_64"), dict(MACHINES)["x86_64"]
BY_NAME = {name: number for number, name in X86.items()}
SETTING_FLAGS, O_ASYNC = 4, 0o20000


@pytest.mark.parametrize("alone", [True, False])
def test_only_reviewed_commands_of_fcntl_are_let_through(alone: bool) -> None:
    for command in chain(range(64), range(1000, 1100), [2**31, 2**32 - 1]):
        found = answer(PROGRAMS["x86_64", alone], X86_AUDIT, BY_NAME["fcntl"], 3, command)
        if command in seccomp.LOCKS:
            assert found == 0
        else:
            allowed = command in (*seccomp.FCNTLS, SETTING_FLAGS)
            assert found == (ALLOWED if allowed else errno.EINVAL), command


@given(st.integers(0, 2**32 - 1))
def test_flags_of_a_file_may_be_set_but_not_the_one_that_sends_signals(flags: int) -> None:
    program = PROGRAMS["x86_64", False]
    found = answer(program, X86_AUDIT, BY_NAME["fcntl"], 3, SETTING_FLAGS, flags)
    assert found == (errno.EINVAL if flags & O_ASYNC else ALLOWED)


@given(st.sampled_from(["kill", "tkill", "tgkill"]), st.integers(-(2**31), 2**31 - 1))
def test_without_namespaces_signals_reach_only_oneself(name: str, process: int) -> None:
    found = answer(PROGRAMS["x86_64", False], X86_AUDIT, BY_NAME[name], process)
    assert found == (ALLOWED if process in (0, PROCESS, -PROCESS) else errno.EPERM)


@given(st.sampled_from(["clock_gettime", "clock_nanosleep"]), st.integers(-(2**31), 2**31 - 1))
def test_the_processor_time_of_others_cannot_be_asked_for(name: str, clock: int) -> None:
    """A clock below 0 is a process's or thread's, of this one itself from -8 on."""
    found = answer(PROGRAMS["x86_64", False], X86_AUDIT, BY_NAME[name], clock)
    assert found == (ALLOWED if clock >= -8 else errno.EINVAL)


@pytest.mark.parametrize(
    "flag", [0x80, 0x2000, 0x8000, 0x20000, 0x800000, *(1 << n for n in range(25, 32))]
)
def test_no_child_is_made_in_new_namespaces_or_for_another_parent(flag: int) -> None:
    for program in (PROGRAMS["x86_64", alone] for alone in (True, False)):
        assert answer(program, X86_AUDIT, BY_NAME["clone"], flag | signal.SIGCHLD) == errno.EPERM
        # What the C library makes a thread and a process with.
        for flags in (0x3D0F00, 0x1200011, 0x4111):
            assert answer(program, X86_AUDIT, BY_NAME["clone"], flags) == ALLOWED


def test_the_documented_list_is_the_one_in_force() -> None:
    """docs/security.md has each group's reason and names, in the order of the module."""
    document = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())
    for group in KNOWN:
        names = ", ".join(f"`{name}`" for name in group.calls)
        assert f"{group.reason} | {names} |" in document, group.reason
    counted = re.search(r"these (\d+) calls", document)
    assert counted
    assert int(counted[1]) == sum(len(group.calls) for group in KNOWN)


# Makes every attempt in a child of its own, and prints the code with which each child ended.
ATTEMPTING = """
import ctypes, json, os, resource, struct, sys
sys.path.insert(0, {inside!r})
import seccomp
libc = ctypes.CDLL(None, use_errno=True)
victim = {victim}
x86 = os.uname().machine == "x86_64"

def system(number, *arguments):
    if libc.syscall(number[not x86], *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def made(number, control):
    if number < 0:
        raise OSError(ctypes.get_errno(), "refused")
    control(number, 0, None)  # IPC_RMID: it would stay for good

{attempts}

def ended(attempt, filtered):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if filtered:
                seccomp.install(alone=False)
            attempt()
            code = 7
        except OSError as error:
            code = 3 if error.errno == 38 else 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

attempts = {{name[4:]: act for name, act in globals().items() if name.startswith("try_")}}
found = {{name: [ended(act, filtered) for filtered in (False, True)] for name, act in attempts.items()}}
print(json.dumps(found))
"""
GOT_THROUGH, NO_SUCH_CALL, REFUSED = 7, 3, 0
ATTEMPTS = {
    "kill": "os.kill(victim, 0)",
    "killpg": "os.killpg(victim, 0)",
    "kill_everyone": "os.kill(-1, 0)",
    "tkill": "system((200, 130), victim, 0)",
    "tgkill": "system((234, 131), victim, victim, 0)",
    "sigqueue": "system((129, 138), victim, 0, struct.pack('iii', 0, 0, -1) + bytes(116))",
    "tgsigqueue": (
        "info = struct.pack('iii', 0, 0, -1) + bytes(116); "
        "system((297, 240), victim, victim, 0, info)"
    ),
    "pidfd": "system((424, 424), os.pidfd_open(victim), 0, None, 0)",
    "pidfd_as_descriptor_0": "os.dup2(os.pidfd_open(victim), 0); system((424, 424), 0, 0, None, 0)",
    "owner_of_a_socket": (
        "import fcntl, socket; fcntl.fcntl(socket.socketpair()[0], fcntl.F_SETOWN, victim)"
    ),
    "owner_of_a_socket_by_ioctl": (
        "import fcntl, socket\n"
        "fcntl.ioctl(socket.socketpair()[0], 0x8901, struct.pack('i', victim))"
    ),
    "group_of_a_socket": (
        "import fcntl, socket\n"
        "fcntl.ioctl(socket.socketpair()[0], 0x8902, struct.pack('i', victim))"
    ),
    "signals_of_a_socket_by_ioctl": (
        "import fcntl, socket\nfcntl.ioctl(socket.socketpair()[0], 0x5452, struct.pack('i', 1))"
    ),
    "signals_of_a_socket_by_flag": (
        "import fcntl, socket\nfcntl.fcntl(socket.socketpair()[0], fcntl.F_SETFL, os.O_ASYNC)"
    ),
    "notices_of_a_folder": (
        "import fcntl\nfcntl.fcntl(os.open('.', os.O_RDONLY), fcntl.F_NOTIFY, 1)"
    ),
    "its_group": "os.getpgid(victim)",
    "its_session": "os.getsid(victim)",
    "its_cores": "os.sched_getaffinity(victim)",
    "its_priority": "os.getpriority(os.PRIO_PROCESS, victim)",
    "its_scheduler": (
        "if os.sched_getscheduler(victim) != os.SCHED_BATCH: raise OSError('not told')"
    ),
    "its_place_in_a_schedule": (
        "told = ctypes.c_int(-1); system((143, 121), victim, ctypes.byref(told))\n"
        "if told.value == -1: raise OSError('not told')"
    ),
    "its_processor_time": "import time; time.clock_gettime(~victim << 3 | 2)",
    "its_descriptor": "os.pidfd_open(victim)",
    "everybodys_priority": "os.getpriority(os.PRIO_USER, 0)",
    "mode_by_a_newer_call": (
        "name = ctypes.create_string_buffer(b'user.x'); args = ctypes.create_string_buffer(16)\n"
        "system((463, 463), -100, b'file', 0, name, args, ctypes.c_size_t(16))"
    ),
    "mounts": "system((458, 458), struct.pack('IIQQQ', 24, 0, 2**64 - 1, 0, 0), (ctypes.c_uint64 * 9)(), 8, 0)",
    "places_for_input": "system((206, 0), 1, ctypes.byref(ctypes.c_ulong()))",
    "attributes": (
        "os.setxattr('file', 'user.x', b'1')\nif not os.listxattr('file'): raise OSError('no mark')"
    ),
    "locks": (
        "import fcntl; one, other = open('file'), open('file')\n"
        "fcntl.flock(one, fcntl.LOCK_EX)\n"
        "try: fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except BlockingIOError: return\n"
        "raise OSError('no mark')"
    ),
    "locks_of_a_part": (
        "import fcntl; file = open('file', 'r+'); fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "if os.fork() == 0:\n"
        "    try: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "    except OSError: os._exit(1)\n"
        "    os._exit(0)\n"
        "if os.wait()[1] == 0: raise OSError('no mark')"
    ),
    "prlimit": "resource.prlimit(victim, resource.RLIMIT_CORE)",
    "shared_memory": "made(libc.shmget(0, 4096, 0o1600), libc.shmctl)",
    "message_queue": "made(libc.msgget(0, 0o1600), libc.msgctl)",
    "semaphores": "made(libc.semget(0, 1, 0o1600), lambda n, *a: libc.semctl(n, 0, 0))",
    "memory_file": "os.memfd_create('x')",
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """How each attempt ended: without the filter, and with it."""
    folder = tmp_path_factory.mktemp("attempts")
    (folder / "file").touch()
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as victim:
        try:
            os.sched_setscheduler(victim.pid, os.SCHED_BATCH, os.sched_param(0))
            attempts = "\n".join(
                f"def try_{name}():\n{indent(body, '    ')}" for name, body in ATTEMPTS.items()
            )
            code = ATTEMPTING.format(inside=str(INSIDE), victim=victim.pid, attempts=attempts)
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=folder, check=True, stdout=subprocess.PIPE
            )
            assert victim.poll() is None
        finally:
            victim.kill()
    return {name: (before, now) for name, (before, now) in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_filter_refuses_what_reaches_others(
    name: str, ended: dict[str, tuple[int, int]]
) -> None:
    """No process outside can be signalled, limited or asked about, and no mark can be left."""
    without_filter, with_filter = ended[name]
    assert without_filter in (GOT_THROUGH, NO_SUCH_CALL)  # or this would try nothing
    assert with_filter in (REFUSED, NO_SUCH_CALL)


@pytest.mark.parametrize("alone", [False, True])
def test_threads_of_libzmq_can_start_behind_the_filter(alone: bool) -> None:
    """A machine with much to do may run a kernel's threads only when the filter is installed."""
    code = f"""
import sys, zmq
sys.path.insert(0, {str(INSIDE)!r})
import seccomp
seccomp.install(alone={alone})
with zmq.Context() as context, context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
    one.bind("inproc://x")
    other.connect("inproc://x")
    one.send(b"started")
    print(other.recv().decode())
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (0, b"started\n")
