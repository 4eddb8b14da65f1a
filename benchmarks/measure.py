"""Run commands and measure from outside: wall-clock time, processor time of all processes, memory.

Our kernels run in namespaces of their own and are reaped by the system, so that no `wait` reports
what they used. Processor time is therefore read from a control group made for the commands
(`cpuacct.usage` in version 1, `cpu.stat` in version 2), which counts all processes in it, also
those that have ended. Where no group can be made, the descendants are sampled in /proc, which
misses what a process used after it was last seen. `Usage.how` says which of the two was done.

Peak memory is the largest resident set that a single process had (VmHWM), found by sampling.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
PROC = Path("/proc")
SAMPLE_SECONDS = 0.05
TICKS = os.sysconf("SC_CLK_TCK")

# A shell moves itself into the group and then becomes the command.
_JOIN = ("/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"')


@dataclass(frozen=True, slots=True)
class Usage:
    """What the commands used: wall-clock and processor seconds, bytes; `how` it was measured."""

    wall: float
    cpu: float
    peak: int
    how: str


@dataclass(frozen=True, slots=True)
class Job:
    """Commands to run in `folder`, `at_once` at a time; their output goes to the file `log`."""

    commands: Sequence[Sequence[str]]
    folder: Path
    log: Path
    environment: Mapping[str, str]
    at_once: int = 1


def measure(job: Job, name: str = "") -> Usage:
    """Run the job to its end. Raises CalledProcessError where a command fails.

    `name` is that of the control group (default: another one every time). What fairgrade remembers
    of a machine counts only in groups of the same name.
    """
    with _group(name or f"benchmark-{secrets.token_hex(4)}") as group:
        launcher = (*_JOIN, str(group / "cgroup.procs")) if group else ()
        watch = _Watch(group)
        watch.start()
        begin = time.monotonic()
        try:
            with ThreadPoolExecutor(job.at_once) as threads:
                list(threads.map(lambda each: _run((*launcher, *each), job), job.commands))
            wall = time.monotonic() - begin
        finally:
            watch.stop()
        cpu = _account(group) if group else watch.cpu_seconds
    how = "control group" if group else "/proc, sampled: too low for processes of short life"
    return Usage(wall, cpu, watch.peak, how)


def _run(command: Sequence[str], job: Job) -> None:
    with job.log.open("ab") as log:
        subprocess.run(
            command,
            cwd=job.folder,
            env=dict(job.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=True,
        )


@contextlib.contextmanager
def _group(name: str) -> Iterator[Path | None]:
    """A new control group below this process's own; None where there can be none."""
    folder = _make_group(name)
    try:
        yield folder
    finally:
        if folder:
            _remove(folder)


def _make_group(name: str) -> Path | None:
    for line in _lines(PROC / "self" / "cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and "cpuacct" not in controllers.split(","):
            continue
        folder = CGROUPS / ("cpuacct" if controllers else "") / path.lstrip("/") / name
        with contextlib.suppress(OSError):
            folder.mkdir()
            if any((folder / account).exists() for account in ("cpuacct.usage", "cpu.stat")):
                return folder
            folder.rmdir()
    return None


def _remove(folder: Path) -> None:
    """Remove the group once its last process is gone, which may take a moment."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            folder.rmdir()
            return
        except OSError:
            time.sleep(0.01)


def _account(group: Path) -> float:
    """The processor seconds that all processes of the group have used."""
    if (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    words = (group / "cpu.stat").read_text().split()
    return int(words[words.index("usage_usec") + 1]) / 1e6


class _Watch(threading.Thread):
    """Samples the processes of a group, or else all descendants of this process."""

    def __init__(self, group: Path | None) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._group = group
        self._used: dict[tuple[int, str], float] = {}
        self._end = threading.Event()

    @property
    def cpu_seconds(self) -> float:
        return sum(self._used.values())

    def run(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            for number in _members(self._group) if self._group else descendants(os.getpid()):
                self.peak = max(self.peak, memory(number, "VmHWM"))
                fields = stat(number)
                if fields:
                    used = (int(fields[11]) + int(fields[12])) / TICKS
                    self._used[number, fields[19]] = used

    def stop(self) -> None:
        self._end.set()
        self.join()


def _members(group: Path) -> list[int]:
    lists = [_lines(path) for path in group.rglob("cgroup.procs")]
    return [int(line) for lines in lists for line in lines]


def descendants(number: int) -> list[int]:
    """The numbers of a process's children, of their children, and so on."""
    children: dict[int, list[int]] = {}
    for path in PROC.glob("[0-9]*"):
        fields = stat(int(path.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(path.name))
    found, waiting = [], [number]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def stat(number: int) -> list[str]:
    """The fields of /proc/NUMBER/stat from the state on; empty if the process is gone."""
    text = "".join(_lines(PROC / str(number) / "stat"))
    return text.rpartition(")")[2].split()


def memory(number: int, name: str) -> int:
    """VmHWM (the peak of memory) or VmRSS (memory now) of a process, in bytes."""
    for line in _lines(PROC / str(number) / "status"):
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:  # a process has ended, a group is gone
        return []
