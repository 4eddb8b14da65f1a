"""The seccomp filter by itself, as on kernels whose Landlock knows no signals (before 6.12).

Each attempt is made in a child that has installed the filter as it is at level `landlock`, upon
another process of ours that is only sent signal 0, or asked for what it has.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

INSIDE = ROOT / "grader" / "sandbox" / "inside"
FILTERED = """
import ctypes, os, resource, struct, sys
sys.path.insert(0, {inside!r})
import seccomp
libc = ctypes.CDLL(None, use_errno=True)
victim = {victim}
x86 = os.uname().machine == "x86_64"
seccomp.install(connect=False, signals=False)

def system(number, *arguments):
    if libc.syscall(number[not x86], *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")

def made(number, control):
    if number < 0:
        raise OSError("refused")
    control(number, 0, None)  # IPC_RMID: it would stay for good

def act():
{body}

try:
    act()
except OSError:
    sys.exit(0)
sys.exit(7)
"""
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
    "prlimit": "resource.prlimit(victim, resource.RLIMIT_CORE)",
    "shared_memory": "made(libc.shmget(0, 4096, 0o1600), libc.shmctl)",
    "message_queue": "made(libc.msgget(0, 0o1600), libc.msgctl)",
    "semaphores": "made(libc.semget(0, 1, 0o1600), lambda n, *a: libc.semctl(n, 0, 0))",
    "memory_file": "os.memfd_create('x')",
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_filter_refuses_what_reaches_others(name: str, tmp_path: Path) -> None:
    """No process outside can be signalled or limited, no memory is had that nothing counts."""
    with subprocess.Popen(["sleep", "1000"]) as victim:
        try:
            body = "\n".join(f"    {line}" for line in ATTEMPTS[name].split("\n"))
            code = FILTERED.format(inside=str(INSIDE), victim=victim.pid, body=body)
            done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
            assert done.returncode == 0
            assert victim.poll() is None
        finally:
            victim.kill()
