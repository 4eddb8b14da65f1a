"""Many submissions at once, on any `concurrent.futures` executor."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice

from grader.files import scratch_folder
from grader.grading.grade import Task, grade, not_reached
from grader.model import Graded
from grader.sandbox.cgroup import remove_stale

# A submission that has taken its worker down this often is given up.
MAX_TRIES = 2
# A worker holds a few values as large as the wire allows. One that a kernel floods ends itself.
MAX_WORKER_BYTES = 4 * 1024**3
# "/fairgrade-12345678/fg-12345678/k-5" has to fit behind it in a socket's path.
MAX_TEMPORARY_BYTES = 65
# A Ctrl-C that comes as the main process falls asleep does not wake it: it looks this often.
NOTICE_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1


def grade_all(
    tasks: Iterable[Task], make_executor: Callable[[], Executor], at_once: int
) -> Generator[Graded, None, None]:
    """Grade the tasks, at most `at_once` of them in flight, and yield each as it is done.

    Where a worker dies, what was in flight is tried once more, one by one, so that the
    submission that killed it is found and the others are not blamed.
    """
    waiting = iter(tasks)
    tries: Counter[Task] = Counter()
    while True:
        executor = make_executor()
        lost: list[Task] = []
        try:
            yield from _grade_until_broken(waiting, executor, at_once, lost)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
        if not lost:
            return
        tries.update(lost)
        for task in lost:
            yield _alone(task, make_executor, tries)


def _grade_until_broken(
    waiting: Iterator[Task], executor: Executor, at_once: int, lost: list[Task]
) -> Iterator[Graded]:
    in_flight: dict[Future[Graded], Task] = {}
    while not lost:
        for task in islice(waiting, at_once - len(in_flight)):
            in_flight[executor.submit(grade, task)] = task
        if not in_flight:
            return
        done, _ = wait(in_flight, NOTICE_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            task = in_flight.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                lost.append(task)
    lost += in_flight.values()


def _alone(task: Task, make_executor: Callable[[], Executor], tries: Counter[Task]) -> Graded:
    while tries[task] < MAX_TRIES:
        with make_executor() as executor:
            try:
                return executor.submit(grade, task).result()
            except BrokenProcessPool:
                tries[task] += 1
    return not_reached(task, f"ended the grading process {MAX_TRIES} times")


@contextmanager
def local_processes(jobs: int) -> Iterator[Callable[[], Executor]]:
    """A maker of process pools here; at the end no process or folder of theirs is left."""
    with scratch_folder("fairgrade-", _short_folder()) as folder:
        remove_stale(seconds=0)
        try:
            yield lambda: ProcessPoolExecutor(
                jobs,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin_worker,
                initargs=(folder,),
            )
        finally:
            for child in multiprocessing.active_children():
                child.kill()
                child.join()
            remove_stale(seconds=2)


def _short_folder() -> str | None:
    """Where temporary files go: as usual, unless that path is too long to hold sockets."""
    return "/tmp" if len(tempfile.gettempdir()) > MAX_TEMPORARY_BYTES else None


def _begin_worker(folder: str) -> None:
    """In a new worker: temporary files below `folder`; Ctrl-C is for the main process alone."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_WORKER_BYTES, hard))
    if sys.platform == "linux":
        # However the main process ends, its workers end with it, and their kernels with them.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def default_jobs() -> int:
    """As many workers as there are cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
