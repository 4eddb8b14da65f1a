"""A grader that is killed outright takes everything with it, at every level."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import notebook

DENY = Path(__file__).parents[1] / "sandbox" / "deny.py"
FORKS = 6
# Children that try to outlive the kernel, which tries to outlive its parent.
LASTING = f"""
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
for number in range({FORKS}):
    if os.fork() == 0:
        break
while True: time.sleep(600)
"""


def status(pid: int | str) -> list[str]:
    """State, parent, process group and so on of a process; empty if there is none."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return []


def below(pid: int) -> dict[int, list[str]]:
    """The status of every process that this one has started, directly or not."""
    all_of_them = {int(path.name): status(path.name) for path in Path("/proc").glob("[0-9]*")}
    found, more = {}, {pid}
    while more:
        more = {n for n, fields in all_of_them.items() if fields and int(fields[1]) in more}
        found |= {number: all_of_them[number] for number in more}
    return found


def lives(pid: int, before: list[str]) -> bool:
    now = status(pid)
    return bool(now) and now[0] not in "ZX" and now[19] == before[19]


@pytest.mark.parametrize("denied", ["nothing", "namespaces"])
def test_everything_ends_with_a_killed_grader(
    denied: str, frozen_course: Path, tmp_path: Path, short_folder: Path
) -> None:
    """What was started ends, though nobody is left who could end it."""
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook(LASTING)))
    code = "from grader.cli import main; main()"
    run = subprocess.Popen(
        [
            *(sys.executable, str(DENY), denied),
            *(sys.executable, "-c", code, "a.ipynb", "-j", "1", "--root", str(frozen_course)),
        ],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(short_folder)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not any(short_folder.glob("fairgrade-*/fg-*/sockets/*")):
            assert run.poll() is None  # the canary, which starts processes too, comes first
        started = below(run.pid)
        while max(Counter(fields[2] for fields in started.values()).values(), default=0) <= FORKS:
            assert run.poll() is None
            started = below(run.pid)
    finally:
        run.kill()
        run.wait()
    end = time.monotonic() + 60
    while left := [pid for pid, before in started.items() if lives(pid, before)]:
        if time.monotonic() > end:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            pytest.fail(f"processes that outlived the grader: {left}")
