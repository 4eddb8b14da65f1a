"""Grade submissions in worker processes of this machine.

Time and memory of each worker are limited from outside: a stuck one is killed and replaced.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from queue import Empty, LifoQueue

from grader.encoding import from_json
from grader.errors import SystemFailure
from grader.files import scratch_folder, short_folder
from grader.grading.not_graded import not_reached
from grader.grading.task import Task
from grader.model import Graded, Protection
from grader.runs.requests import (
    MAX_WORKER_BYTES,
    Answer,
    Grade,
    Protect,
    Request,
    graded_from,
    protection_from,
)
from grader.sandbox.cgroup import remove_stale
from grader.sandbox.confinement import Confinement
from grader.sandbox.level import Level

# A submission that has ended a worker this often is not tried again.
MAX_TRIES = 2
# What is made in the folder for temporary files, and in there by a worker.
_BELOW = "/fairgrade-12345678/fg-12345678"
# The main thread wakes this often, because a Ctrl-C just before it sleeps would not wake it.
NOTICE_SECONDS = 0.5
# What a submission may take beyond its own time limit: to start a worker and its warm parent, to
# search for the mistake, to draw pictures. A worker that needs longer is stuck.
ALLOWANCE_SECONDS = 180.0
# How long the canary may take; generous, for slow machines.
PROTECT_SECONDS = 600.0
# The program of a worker. It gets our module search path; -P keeps the current folder out of it.
_START = (
    "import sys; descriptor, folder, memory, *sys.path = sys.argv[1:]; "
    "from grader.runs.worker import main; main(int(descriptor), folder, int(memory))"
)


class WorkerLost(SystemFailure):
    """A worker process ended, or was ended, before it had answered; the message says why."""


class Worker:
    """A worker process, as the process that sends it requests sees it."""

    def __init__(self, folder: str, memory_bytes: int) -> None:
        """Start the process, with temporary files below `folder` and at most this much memory."""
        ours, theirs = socket.socketpair()
        with theirs:
            own = [str(theirs.fileno()), folder, str(memory_bytes)]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, *own, *_search_path()],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Ctrl-C in the terminal is for the main process alone.
                start_new_session=True,
            )
        self._connection = Connection(ours.detach())
        # A connection that is closed while another thread reads from it may by then be another's.
        self._in_use = threading.Lock()

    @property
    def number(self) -> int:
        """Its process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, seconds: float) -> Answer:
        """Send a request, and return the answer.

        Raises WorkerLost where the process ends, runs out of memory, or takes more than `seconds`.
        """
        try:
            with self._in_use:
                self._connection.send(request)
                if not self._connection.poll(seconds):
                    raise WorkerLost(f"took longer than {seconds:g} s, and was ended")
                answer = from_json(self._connection.recv_bytes(), Answer)
        except (OSError, EOFError):
            raise WorkerLost("ended the grading process") from None
        if answer.exhausted and answer.graded is None:
            raise WorkerLost(f"used up the grading process: {answer.exhausted}")
        return answer

    def kill(self) -> None:
        """Kill the process; its warm parents and kernels end with it."""
        self._process.kill()

    def close(self) -> None:
        """Kill the process, wait for its end, and give back what it needed here.

        Several threads may call it, and one while another waits in `ask`, which then ends.
        """
        self.kill()
        self._process.wait()
        with self._in_use:
            self._connection.close()


class Workers:
    """A fixed number of worker processes, each started when it is first needed.

    Several threads may use them at once. A worker keeps the assignments it has loaded and its warm
    parents for later submissions, until `close`.
    """

    def __init__(
        self,
        jobs: int,
        at_most: Level = Level.NAMESPACES,
        allowance_seconds: float = ALLOWANCE_SECONDS,
        memory_bytes: int = MAX_WORKER_BYTES,
    ) -> None:
        """`jobs` workers; no level of protection above `at_most` is tried.

        A submission may take `allowance_seconds` beyond its own time limit. A worker may have
        `memory_bytes` of memory.
        """
        self.jobs = jobs
        self._at_most = at_most
        self._allowance = allowance_seconds
        self._memory_bytes = memory_bytes
        self._held = ExitStack()
        parent = short_folder(tempfile.gettempdir(), _BELOW)
        self._folder = self._held.enter_context(scratch_folder("fairgrade-", parent))
        remove_stale(seconds=0)
        # Linux ends a worker with the thread that started it (PR_SET_PDEATHSIG), so one thread that
        # lasts until `close` starts all of them.
        self._starter = ThreadPoolExecutor(1, "fairgrade-starter")
        self._free: LifoQueue[Worker | None] = LifoQueue()
        for _ in range(jobs):
            self._free.put(None)
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._protection: Protection | None = None
        self._private: tuple[str, ...] = (os.path.realpath(tempfile.gettempdir()),)
        self._close = weakref.finalize(self, _closed, self._held, self._starter, self._all)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill all workers and remove their temporary files; what they are grading is lost."""
        self._close()

    @property
    def numbers(self) -> list[int]:
        """The process numbers of the workers that have been started."""
        with self._lock:
            return [worker.number for worker in self._all]

    def start(self, count: int) -> None:
        """Start `count` workers now, so that their imports are done when there is work for them."""
        places: list[Worker | None] = []
        with suppress(Empty):
            while len(places) < count:
                places.append(self._free.get_nowait())
        for worker in places:
            self._free.put(worker or self._starter.submit(self._started).result())

    def keep_private(self, places: Iterable[str | os.PathLike[str]]) -> None:
        """Hide these files and folders from all kernels, wherever they lie."""
        private = {*self._private, *map(os.path.realpath, places)}
        if private != {*self._private}:
            self._private = tuple(sorted(map(os.fspath, private)))
            self._protection = None

    def protection(self, next_kernels: Confinement | None = None) -> Protection:
        """What keeps student code from the rest of this machine; found out by the first call.

        If kernels like `next_kernels` are started next, the worker that finds it out has their warm
        parent ready then. Raises KernelFailure where no kernel can be started.
        """
        if self._protection is None:
            request = Protect(self._at_most, self._private, next_kernels)
            self._protection = protection_from(self._asked(request, PROTECT_SECONDS))
        return self._protection

    def grade(self, task: Task, seconds: float, content: bytes | None = None) -> Graded:
        """Have the next free worker grade a submission.

        With `content`, the notebook's bytes, its file is not opened. `seconds` is the submission's
        own time limit. Raises WorkerLost where the worker ends or takes too long, AssignmentError
        where the assignment is malformed, and KernelFailure where no kernel can be started.
        """
        answer = self._asked(Grade(task, content, private=self._private), seconds + self._allowance)
        return graded_from(answer, task)

    def grade_all(self, tasks: Iterable[Task], seconds: float) -> Generator[Graded, None, None]:
        """The result of each task as soon as it is there.

        A task that ends its worker is tried once more, alone, when all others are done.
        """
        yield from grade_all(
            tasks, lambda task: self.grade(task, seconds), self.jobs, self._give_up
        )

    def _asked(self, request: Request, seconds: float) -> Answer:
        worker = self._free.get()
        try:
            if worker is None or not worker.alive:
                self._forget(worker)
                worker = None
                worker = self._starter.submit(self._started).result()
            answer = worker.ask(request, seconds)
            if answer.exhausted:
                self._forget(worker)
                worker = None
        except BaseException:  # the worker may be in the middle of the request
            self._forget(worker)
            worker = None
            raise
        finally:
            self._free.put(worker)
        return answer

    def _started(self) -> Worker:
        worker = Worker(self._folder, self._memory_bytes)
        with self._lock:
            self._all.add(worker)
        return worker

    def _forget(self, worker: Worker | None) -> None:
        if worker is not None:
            worker.close()
            with self._lock:
                self._all.discard(worker)

    def _give_up(self) -> None:
        """Kill all workers, with what they are grading; new ones are started when needed."""
        with self._lock:
            everyone = list(self._all)
        for worker in everyone:
            worker.kill()


@dataclass(frozen=True, slots=True)
class LocalGraders:
    """This machine's workers in the form of `run.Graders`.

    `seconds` is the longest time limit that an assignment gives to a submission.
    """

    workers: Workers
    protection: Protection
    seconds: float

    def grade_all(self, tasks: Iterable[Task]) -> Generator[Graded, None, None]:
        """The result of each task as soon as it is there."""
        return self.workers.grade_all(tasks, self.seconds)


def grade_all(
    tasks: Iterable[Task],
    grade: Callable[[Task], Graded],
    at_once: int,
    give_up: Callable[[], None] = lambda: None,
) -> Generator[Graded, None, None]:
    """The result of each task as soon as it is there; `at_once` threads call `grade`.

    A task whose `grade` raises WorkerLost is tried once more, alone, when all others are done, so
    that no other submission can be the reason. `give_up` is called where the generator is closed or
    interrupted while tasks are being graded; it has to end them.
    """
    lost: list[Task] = []
    with closing(_each_once(iter(tasks), grade, at_once, give_up, lost)) as done:
        yield from done
    for task in lost:
        yield _alone(task, grade)


def _each_once(
    waiting: Iterator[Task],
    grade: Callable[[Task], Graded],
    at_once: int,
    give_up: Callable[[], None],
    lost: list[Task],
) -> Generator[Graded, None, None]:
    threads = ThreadPoolExecutor(at_once, "fairgrade-grading")
    in_works: dict[Future[Graded], Task] = {}
    all_done = False
    try:
        while True:
            # Two for each thread, so that it finds another when it has done one.
            for task in islice(waiting, 2 * at_once - len(in_works)):
                in_works[threads.submit(grade, task)] = task
            if not in_works:
                all_done = True
                return
            done, _ = wait(in_works, NOTICE_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                task = in_works.pop(future)
                try:
                    yield future.result()
                except WorkerLost:
                    lost.append(task)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        if not all_done:
            give_up()


def _alone(task: Task, grade: Callable[[Task], Graded]) -> Graded:
    how = "ended the grading process"
    for _ in range(1, MAX_TRIES):
        try:
            return grade(task)
        except WorkerLost as error:
            how = str(error)
    return not_reached(task, f"{how}, {MAX_TRIES} times")


def _closed(held: ExitStack, starter: ThreadPoolExecutor, workers: set[Worker]) -> None:
    # First, so that no thread that still grades starts another worker after these were closed.
    starter.shutdown(cancel_futures=True)
    for worker in list(workers):
        worker.close()
    remove_stale(seconds=2)
    held.close()


def _search_path() -> list[str]:
    """This process's module search path, with the current folder for an empty entry."""
    return [each or os.getcwd() for each in sys.path]
