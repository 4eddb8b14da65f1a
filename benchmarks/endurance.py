"""Grade thousands of small submissions in one run, and check that nothing accumulates.

    python benchmarks/endurance.py [--students N] [--jobs J]

The run (`Grader.grade_class`, as `grade` calls it) is a process of its own that prints a line for
every result. After 100, 500, ... results it pauses: submissions that are being graded are finished
and no new ones begun. Then its memory, its processes (with workers and warm parents) and their open
descriptors are read from /proc, and its temporary files are counted.

Exit code 1 if there are more descriptors, processes or temporary files at the end than at the first
pause, a tenth more memory in the main process, or anything left after the run; also, at once, if a
submission cannot be graded.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

from classroom import students, write
from measure import descendants, memory
from workloads import REPOSITORY, Workload, make_functions

from grader.runs.requests import default_jobs

STOPS = (100, 500, 1000, 2000, 5000, 10_000)
# How many different notebooks are copied; more would only take time before the run.
DIFFERENT = 40
# If there is no new result for this long, all submissions in flight are finished.
STILL_SECONDS, LOOK_SECONDS = 3.0, 0.1
GROWTH = 1.1


@dataclass(frozen=True, slots=True)
class Sample:
    """What the run has open after `done` results; `memory` is the main process's, in bytes."""

    done: int
    memory: int
    descriptors: int
    descriptors_of_all: int
    processes: int
    files: int


HEAD = ("done", "memory, MB", "descriptors", "of all processes", "processes", "temporary files")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="endure-", dir=_short()) as name:
        folder = Path(name)
        (folder / "t").mkdir()
        workload = make_functions(folder)
        _write_submissions(workload, folder / "submissions", options.students)
        begin = time.monotonic()
        samples = list(_samples(workload, folder, options))
        left = _files(folder / "t")
    print("\n".join(_table(samples)))
    print(f"{options.students} submissions in {time.monotonic() - begin:.0f} s, stops included")
    problems = [*_problems(samples), *([f"{left} temporary files are left"] if left else [])]
    print("\n".join(problems) or "nothing piled up, nothing is left")
    sys.exit(1 if problems else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=2000, help="submissions of the run")
    parser.add_argument("--jobs", type=int, default=default_jobs(), help="graded at once")
    return parser.parse_args()


def _short() -> str | None:
    """The folder for temporary files, whose path must be short because of the sockets in it."""
    return "/tmp" if Path("/tmp").is_dir() else None


def _write_submissions(workload: Workload, folder: Path, count: int) -> None:
    different = students(min(count, DIFFERENT), workload.exercises)
    folder.mkdir()
    for student in different:
        write(workload.notebook(student.functions), folder / f"{student.name}.ipynb")
    for number in range(len(different), count):
        model = different[number % len(different)].name
        shutil.copy(folder / f"{model}.ipynb", folder / f"student{number:05}.ipynb")


def _samples(workload: Workload, folder: Path, options: argparse.Namespace) -> Iterator[Sample]:
    """Start the run, and at each of its pauses yield a sample and let it go on."""
    stops = [each for each in STOPS if each < options.students] + [options.students]
    temporary, done = folder / "t", 0
    with _start(workload, folder, options.jobs, stops) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        for line in run.stdout:
            if line.startswith("stopped"):
                yield _when_still(run.pid, done, temporary)
                run.stdin.write("go on\n")
                run.stdin.flush()
            else:
                done += 1
            if line.startswith("not_graded"):
                run.kill()
                sys.exit(f"after {done} results, one that is none: {line}")
    if run.returncode or done != options.students:
        sys.exit(f"the run ended with exit code {run.returncode} after {done} results")


def _start(workload: Workload, folder: Path, jobs: int, stops: list[int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _RUN, str(workload.root), str(folder / "submissions")]
    return subprocess.Popen(
        [*command, str(jobs), *map(str, stops)],
        env={**os.environ, "TMPDIR": str(folder / "t"), "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


_RUN = """
import itertools
import sys
from pathlib import Path

from grader import Grader, Listener

root, submissions, jobs, *stops = sys.argv[1:]
count = itertools.count(1)

def tell(graded):
    print(graded.result.status.value, graded.result.student, graded.result.reason, flush=True)
    if str(next(count)) in stops:
        print("stopped", flush=True)
        sys.stdin.readline()

with Grader(jobs=int(jobs)) as grader:
    grader.grade_class(
        submissions,
        root,
        assignment="functions",
        gradebook=Path(root, "gradebook.sqlite"),
        listener=Listener(graded=tell),
    ).close()
"""


def _when_still(run: int, done: int, temporary: Path) -> Sample:
    """A sample taken when nothing has changed for a while."""
    sample, since = _look(run, done, temporary), time.monotonic()
    while time.monotonic() < since + STILL_SECONDS:
        time.sleep(LOOK_SECONDS)
        latest = _look(run, done, temporary)
        if latest != sample:
            sample, since = latest, time.monotonic()
    return sample


def _look(run: int, done: int, temporary: Path) -> Sample:
    processes = [run, *descendants(run)]
    everyone = sum(map(_descriptors, processes))
    counts = (_descriptors(run), everyone, len(processes), _files(temporary))
    return Sample(done, memory(run, "VmRSS"), *counts)


def _descriptors(number: int) -> int:
    try:
        return len(os.listdir(f"/proc/{number}/fd"))
    except OSError:  # it has ended
        return 0


def _files(folder: Path) -> int:
    return sum(len(folders) + len(names) for _, folders, names in os.walk(folder))


def _problems(samples: list[Sample]) -> list[str]:
    first, last = samples[0], samples[-1]
    problems = [
        f"{name.replace('_', ' ')} grew from {getattr(first, name)} to {getattr(last, name)}"
        for name in ("descriptors", "descriptors_of_all", "processes", "files")
        if getattr(last, name) > getattr(first, name)
    ]
    if last.memory > GROWTH * first.memory:
        problems.append(f"memory grew by {last.memory / first.memory - 1:.0%}")
    return problems


def _table(samples: list[Sample]) -> list[str]:
    lines = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    for sample in samples:
        done, memory_bytes, *counts = astuple(sample)
        cells = [done, f"{memory_bytes / 1e6:.1f}", *counts]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines


if __name__ == "__main__":
    main()
