"""Submissions graded by worker processes of this machine, each bounded from outside."""

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
from grader.files import scratch_folder
from grader.grading.grade import Task, not_reached
from grader.model import Graded, Protection
from grader.runs.worker import (
    MAX_WORKER_BYTES,
    Answer,
    Grade,
    Protect,
    Request,
    graded_from,
    protection_from,
)
from grader.sandbox.cgroup import remove_stale
from grader.sandbox.level import Level

# A submission that has cost a worker this often is given up.
MAX_TRIES = 2
# "/fairgrade-12345678/fg-12345678/k-5" has to fit behind it in a socket's path.
MAX_TEMPORARY_BYTES = 65
# A Ctrl-C that comes as the main thread falls asleep does not wake it: it looks this often.
NOTICE_SECONDS = 0.5
# Beside a submission's own time limit: a worker's start, a warm start, the search for the mistake,
# pictures. Who needs longer is stuck on our side.
ALLOWANCE_SECONDS = 180.0
# How long the canary may take on a slow machine.
PROTECT_SECONDS = 600.0
# What starts a worker: with our own module search path, and nothing of the current folder's.
_START = (
    "import sys; descriptor, folder, memory, *sys.path = sys.argv[1:]; "
    "from grader.runs.worker import main; main(int(descriptor), folder, int(memory))"
)


class WorkerLost(SystemFailure):
    """A worker process ended, or was ended, before it had answered; the message says why."""


class Worker:
    """A worker process, asked from this one."""

    def __init__(self, folder: str, memory_bytes: int) -> None:
        """Start it, with its temporary files below `folder`, and so much memory."""
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

    @property
    def number(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, seconds: float) -> Answer:
        """The worker's answer; raises WorkerLost where it ends, or has none after `seconds`."""
        try:
            self._connection.send(request)
            if not self._connection.poll(seconds):
                raise WorkerLost(f"took longer than {seconds:g} s, and was ended")
            answer = from_json(self._connection.recv_bytes(), Answer)
        except (OSError, EOFError):
            raise WorkerLost("ended the grading process") from None
        if answer.exhausted:
            raise WorkerLost(f"used up the grading process: {answer.exhausted}")
        return answer

    def close(self) -> None:
        """End the process; what its kernels are made of ends with it."""
        self._process.kill()
        self._process.wait()
        self._connection.close()


class Workers:
    """So many worker processes, which are started when they are needed.

    They may be asked from several threads at once. Each keeps what it has loaded of assignments,
    and parents of kernels that have done the imports: both are used again, and gone with `close`.
    """

    def __init__(
        self,
        jobs: int,
        at_most: Level = Level.NAMESPACES,
        allowance_seconds: float = ALLOWANCE_SECONDS,
        memory_bytes: int = MAX_WORKER_BYTES,
    ) -> None:
        """`at_most` bounds the level at which student code is shut in.

        A submission may take `allowance_seconds` besides its own time limit, and a worker
        `memory_bytes`.
        """
        self.jobs = jobs
        self._at_most = at_most
        self._allowance = allowance_seconds
        self._memory_bytes = memory_bytes
        self._held = ExitStack()
        self._folder = self._held.enter_context(scratch_folder("fairgrade-", _short_folder()))
        remove_stale(seconds=0)
        # A worker ends with the thread that started it: this one is there until the end.
        self._starter = ThreadPoolExecutor(1, "fairgrade-starter")
        self._free: LifoQueue[Worker | None] = LifoQueue()
        for _ in range(jobs):
            self._free.put(None)
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._protection: Protection | None = None
        self._close = weakref.finalize(self, _closed, self._held, self._starter, self._all)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers, and remove their temporary files; what was under way is lost."""
        self._close()

    @property
    def numbers(self) -> list[int]:
        """The numbers of the processes there are."""
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

    def protection(self) -> Protection:
        """What keeps student code from the rest of this machine, found out once.

        Raises KernelFailure where no kernel can be started.
        """
        if self._protection is None:
            self._protection = protection_from(self._asked(Protect(self._at_most), PROTECT_SECONDS))
        return self._protection

    def grade(self, task: Task, seconds: float, content: bytes | None = None) -> Graded:
        """The result of a task by the next worker that is free; with `content`, its file is not
        opened.

        `seconds` is the time limit of the submission itself. Raises WorkerLost where it costs the
        worker, and AssignmentError.
        """
        answer = self._asked(Grade(task, content), seconds + self._allowance)
        return graded_from(answer, task)

    def grade_all(self, tasks: Iterable[Task], seconds: float) -> Generator[Graded, None, None]:
        """The result of each task as it is done.

        What costs a worker is tried once more when all others are done, alone.
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
        except BaseException:  # it may be in the middle of something
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
        """End whatever is being worked on; workers are started anew when they are needed."""
        with self._lock:
            everyone = list(self._all)
        for worker in everyone:
            with suppress(ProcessLookupError):
                os.kill(worker.number, 9)


@dataclass(frozen=True, slots=True)
class LocalGraders:
    """Worker processes of this machine, as a run uses them; `seconds` is the longest time limit
    that a submission has."""

    workers: Workers
    protection: Protection
    seconds: float

    def grade_all(self, tasks: Iterable[Task]) -> Generator[Graded, None, None]:
        """The result of each task as it is done."""
        return self.workers.grade_all(tasks, self.seconds)


def grade_all(
    tasks: Iterable[Task],
    grade: Callable[[Task], Graded],
    at_once: int,
    give_up: Callable[[], None] = lambda: None,
) -> Generator[Graded, None, None]:
    """The result of each task as it is done, `at_once` of them in the works.

    A task whose `grade` raises WorkerLost is tried once more when all others are done, alone, so
    that nothing else can be the reason. `give_up` is called where the generator is closed, or
    interrupted, while tasks are in the works: it is to end them.
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
            # One more for each thread, which it finds when it is done with the last.
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
    for worker in list(workers):
        worker.close()
    starter.shutdown(wait=False)
    remove_stale(seconds=2)
    held.close()


def _search_path() -> list[str]:
    """Where this process finds modules; an empty entry stands for the current folder."""
    return [each or os.getcwd() for each in sys.path]


def _short_folder() -> str | None:
    """Where temporary files go: as usual, unless that path is too long to hold sockets."""
    return "/tmp" if len(tempfile.gettempdir()) > MAX_TEMPORARY_BYTES else None
