"""Grade a growing class on processes here and on a Dask cluster here, and compare.

    python benchmarks/scale.py [--students 200 1000 5000] [--workers 2] [--stub]

The cluster is a scheduler and workers, in processes of their own on this machine. Each run is a
process of its own (`Grader.grade_class`, as `grade` calls it), and starts with an empty gradebook.
Runs with and without the cluster take turns, so that their ratio can be trusted even if other
programs are running.

With `--stub` the workers grade nothing, but answer at once with a result made beforehand. Only runs
on the cluster are measured then. They show the upper limit of sending, receiving and recording.

Measured from outside are: submissions a second, from the first result to the last; the peak memory
of each process (VmHWM; of several workers the largest); the workers' processor time for each
submission, with their start, without kernels; and the bytes for each submission that the scheduler
received and sent, to client and workers together, as the system counts them (`ss`).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import IO

from classroom import students, write
from measure import TICKS, descendants, memory, stat
from workloads import REPOSITORY, Workload, make_functions

# How many different notebooks there are; the others are links to them.
DIFFERENT = 40
LOOK_SECONDS = 1.0
HEAD = (
    "| submissions | on | a second | client MB | scheduler MB | worker MB | worker CPU ms "
    "| KB in | KB out |"
)


@dataclass(slots=True)
class Figures:
    """The figures of one run; memory and traffic through the scheduler are in bytes."""

    where: str
    students: int
    seconds: float = 0.0
    memory: dict[str, int] = field(default_factory=dict)
    traffic: dict[str, tuple[int, int]] = field(default_factory=dict)
    cpu: dict[int, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return (self.students - 1) / self.seconds

    def row(self) -> str:
        most = [f"{self.memory[who] / 1e6:.0f}" if who in self.memory else "" for who in WHO]
        received = sum(got for got, _ in self.traffic.values())
        sent = sum(gone for _, gone in self.traffic.values())
        flow = [f"{each / self.students / 1e3:.1f}" if each else "" for each in (received, sent)]
        each = f"{sum(self.cpu.values()) / self.students * 1e3:.0f}"
        cells = [self.students, self.where, f"{self.rate:.2f}", *most, each, *flow]
        return f"| {' | '.join(map(str, cells))} |"


KINDS = ["processes", "Dask"]
WHO = ("client", "scheduler", "worker")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="scale-", dir="/tmp") as name:
        folder = Path(name)
        workload = make_functions(folder)
        print(HEAD, "|" + "---|" * (HEAD.count("|") - 1), sep="\n", flush=True)
        for count in options.students:
            submissions = folder / f"submissions-{count}"
            _write_submissions(workload, submissions, count)
            ran = [
                _run(where, folder, workload.root, submissions, options)
                for where in (["Dask"] if options.stub else options.on)
            ]
            if len(ran) == 2:
                ratio = ran[1].rate / ran[0].rate
                print(f"with {count}, Dask is at {ratio:.0%} of processes", file=sys.stderr)
            shutil.rmtree(submissions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, nargs="+", default=[200, 1000, 5000])
    parser.add_argument("--workers", type=int, default=2, help="processes that grade")
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--stub", action="store_true", help="grade nothing: measure what is around")
    parser.add_argument("--profile", action="store_true", help="say where the client's time goes")
    return parser.parse_args()


def _write_submissions(workload: Workload, folder: Path, count: int) -> None:
    folder.mkdir()
    for student in students(min(count, DIFFERENT), workload.exercises):
        write(workload.notebook(student.functions), folder / f"{student.name}.ipynb")
    models = sorted(folder.iterdir())
    for number in range(len(models), count):
        os.link(models[number % len(models)], folder / f"student{number:05}.ipynb")


def _run(
    where: str, folder: Path, root: Path, submissions: Path, options: argparse.Namespace
) -> Figures:
    figures = Figures(where, len(list(submissions.iterdir())))
    book = folder / "gradebook.sqlite"
    with ExitStack() as stack:
        port = 0
        processes: list[subprocess.Popen[bytes]] = []
        if where == "Dask":
            port, processes = stack.enter_context(_cluster(folder, options))
        address = f"tcp://127.0.0.1:{port}" if port else ""
        arguments = [str(root), str(submissions), str(book), str(options.workers), address]
        arguments.append("profile" if options.profile else "")
        command = [sys.executable, "-c", _CLIENT, *arguments]
        client = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, stdout=subprocess.PIPE
        )
        with client, _watched(figures, client.pid, processes, port):
            assert client.stdout
            came = [time.monotonic() for _ in client.stdout]
            figures.seconds = came[-1] - came[0] if came else 0.0
        if client.returncode or len(came) != figures.students:
            print((folder / "log").read_text(errors="replace")[-3000:], file=sys.stderr)
            sys.exit(f"the run ended with exit code {client.returncode} after {len(came)} results")
    for each in folder.glob("gradebook.sqlite*"):
        each.unlink()
    print(figures.row(), flush=True)
    return figures


_CLIENT = """
import cProfile, pstats, sys
from pathlib import Path

from grader import Grader, Listener

root, submissions, book, jobs, address, profile = sys.argv[1:]

def tell(graded):
    if graded.result.status.value != "graded":
        sys.exit(f"{graded.result.student}: {graded.result.reason}")
    print(graded.result.student, flush=True)

def run():
    told = Listener(graded=tell, told=lambda line: print(line, file=sys.stderr))
    options = dict(assignment="functions", gradebook=book, seed=1, listener=told)
    with Grader(jobs=int(jobs), scheduler=address) as grader:
        grader.grade_class(submissions, root, **options).close()

if __name__ == "__main__":
    if profile:
        profiler = cProfile.Profile()
        profiler.runcall(run)
        shown = pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumulative")
        shown.print_stats("grader|sqlite|acquire", 30)
    else:
        run()
"""

# What a worker does with `--stub`: the first submission is graded, and all others get its result.
_STUB = """
from dataclasses import replace

import grader.runs.cluster.worker as worker
from grader.grading.grade import grade

known = []

def stub(task, content=None):
    if not known:
        known.append(grade(task, content))
    graded = known[0]
    student = {"student": task.submission.student, "source": task.submission.source}
    return replace(graded, submission=task.submission, result=replace(graded.result, **student))

worker.grade = stub
"""


@contextmanager
def _cluster(
    folder: Path, options: argparse.Namespace
) -> Iterator[tuple[int, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and workers; yields the port and the processes, the scheduler first."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stub = folder / "stub.py"
    stub.write_text(_STUB if options.stub else "")
    dask = [sys.executable, "-m", "dask"]
    commands = [[*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]]
    worker = [*dask, "worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1", "--no-dashboard"]
    commands += [[*worker, "--local-directory", str(folder), "--preload", str(stub)]] * (
        options.workers
    )
    with (folder / "log").open("ab") as log:
        processes = [_start(each, folder, log) for each in commands]
    try:
        yield port, processes
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def _start(command: Sequence[str], folder: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    # Without Dask's profiler, as docs/cluster.md recommends.
    variables = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
    environment = {**os.environ, **variables, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


@contextmanager
def _watched(
    figures: Figures, client: int, cluster: list[subprocess.Popen[bytes]], port: int
) -> Iterator[None]:
    """Sample memory and traffic until the run ends, and keep the largest values."""
    over = Event()

    def watch() -> None:
        while not over.wait(LOOK_SECONDS):
            _look(figures, client, cluster, port)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _look(figures: Figures, client: int, cluster: list[subprocess.Popen[bytes]], port: int) -> None:
    here = {"client": [client]}
    if cluster:
        here["scheduler"] = [cluster[0].pid]
        here["worker"] = [each for nanny in cluster[1:] for each in _graders(nanny.pid)]
    else:
        here["worker"] = _graders(client)
    for who, numbers in here.items():
        most = max((memory(number, "VmHWM") for number in numbers), default=0)
        figures.memory[who] = max(most, figures.memory.get(who, 0))
    for number in here["worker"]:
        if fields := stat(number):
            figures.cpu[number] = (int(fields[11]) + int(fields[12])) / TICKS
    if port:
        figures.traffic |= dict(_traffic(port))


def _graders(number: int) -> list[int]:
    """The descendants of a process that grade: Python processes that are no kernels."""
    return [each for each in descendants(number) if b"spawn_main" in _command(each)]


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


def _traffic(port: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Other end of a connection of the scheduler -> bytes received, bytes sent."""
    command = ["ss", "--tcp", "--info", "--no-header", "--oneline", "--numeric"]
    shown = subprocess.run([*command, f"sport = :{port}"], capture_output=True, text=True)
    for line in shown.stdout.splitlines():
        yield line.split()[4], (_count(line, "received"), _count(line, "sent"))


def _count(line: str, name: str) -> int:
    found = re.search(rf"\bbytes_{name}:(\d+)", line)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main()
