"""A grader that is killed outright takes everything with it, at every level."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import notebook
from tests.waiting import left_of, processes_called, until, watched

DENY = Path(__file__).parents[1] / "sandbox" / "deny.py"
FORKS = 6
NAME = f"last-{os.getpid()}"
# Children that try to outlive the kernel, which tries to outlive its parent; each has a name that
# can be seen from outside.
LASTING = f"""
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
for number in range({FORKS}):
    if os.fork() == 0:
        break
ctypes.CDLL(None).prctl(15, b'{NAME}', 0, 0, 0)
while True: time.sleep(600)
"""


def below(number: int) -> set[int]:
    """The numbers of all processes that this one has started, directly or not."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_bytes().rpartition(b")")[2].split()[1])
    found: set[int] = set()
    more = {number}
    while more := {each for each, parent in parents.items() if parent in more}:
        found |= more
    return found


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
    with run:
        try:
            until(lambda: run.poll() is not None or len([*processes_called(NAME)]) > FORKS)
            assert run.poll() is None
            started = below(run.pid)
            assert started >= {*processes_called(NAME)}
        except BaseException:
            run.kill()
            raise
        with watched(started) as numbers:
            run.kill()
            left = left_of(numbers, 60)
    for number in left:
        os.kill(number, signal.SIGKILL)
    assert left == set(), "processes that outlived the grader"
