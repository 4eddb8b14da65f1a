"""Send submissions to a cluster's workers and take results back.

What is lost is sent again; what ends its worker twice is given up.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from itertools import islice
from queue import Empty, SimpleQueue

from distributed import Client, KilledWorker
from distributed.cfexecutor import ClientExecutor

from grader.encoding import from_json
from grader.errors import SchedulerLost, SubmissionError, SystemFailure
from grader.grading.not_graded import not_reached
from grader.grading.task import Task
from grader.model import Graded
from grader.notebooks.companions import companions
from grader.notebooks.read import notebook_bytes
from grader.runs.cluster.client import within
from grader.runs.cluster.worker import TASK, SentAnswer, grade_sent
from grader.runs.processes import MAX_TRIES, NOTICE_SECONDS
from grader.runs.requests import graded_from

# Submissions in flight for each worker: one that it grades, one that waits there.
FOR_EACH_WORKER = 2
# How often the scheduler is asked which workers there are, and how long it may take to answer.
ASK_SECONDS, ANSWER_SECONDS = 2.0, 60.0
# How long a worker may take to restart, and how long to wait while there is no worker at all.
RESTART_SECONDS = 30
ABSENT_SECONDS = 900


@dataclass(slots=True)
class Waiting:
    """The tasks that are to be sent: first those taken back, then those of the run.

    The latter are made one by one, when they are needed.
    """

    tasks: Iterator[Task]
    back: deque[Task] = field(default_factory=deque)

    def __bool__(self) -> bool:
        if not self.back:
            self.back.extend(islice(self.tasks, 1))
        return bool(self.back)

    def next(self) -> Task:
        """The next task. May only be called when there is one, which `bool` says."""
        return self.back.popleft()


@dataclass(frozen=True, slots=True)
class _Sent:
    """A task in flight.

    `key` is its name on the scheduler, `at` when it was sent, `to` to which workers (None: any).
    """

    task: Task
    key: str
    at: float
    to: frozenset[str] | None


@dataclass(slots=True)
class Flow:
    """The state of a run on a cluster: what is waiting, in flight and lost.

    It outlives a connection: after the scheduler was lost, `through` is called with a new client.
    `course` is the name of the plugin with the assignments that each worker has. `weed` examines
    the workers: address -> why that one may not be used. A worker that has work may be silent for
    `patience` seconds. `tell` is called with lines for people.

    `suspects` are tasks whose worker died, which are tried again alone; `tries` counts how often
    each was lost. `done` has the futures that have finished. `unfit` says of each worker that is
    not used why. `heard` is when each worker last answered, `asked` when the scheduler last listed
    the workers, `present` when there last was a usable one (all in seconds of `time.monotonic`).
    """

    waiting: Waiting
    course: str
    patience: float
    weed: Callable[[Client], Mapping[str, str]]
    tell: Callable[[str], None]
    suspects: deque[Task] = field(default_factory=deque)
    tries: Counter[Task] = field(default_factory=Counter)
    in_flight: dict[Future[bytes], _Sent] = field(default_factory=dict)
    done: SimpleQueue[Future[bytes]] = field(default_factory=SimpleQueue)
    workers: frozenset[str] = frozenset()
    unfit: dict[str, str] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    asked: float = 0.0
    present: float = 0.0

    def through(self, client: Client) -> Generator[Graded, None, None]:
        """Grade what is left, and yield each result as soon as it is there.

        When a worker dies, each of its tasks is tried once more, alone, when all others are done.
        So the submission that ended the worker is found, and no other is blamed. Raises
        SchedulerLost, AssignmentError where an assignment is malformed, and SystemFailure where no
        worker comes.
        """
        self.asked, self.present = 0.0, time.monotonic()
        executor = client.get_executor(pure=False)
        try:
            self._weed(client)
            while self.waiting or self.suspects or self.in_flight:
                if client.status != "running":
                    raise SchedulerLost
                yield from self._ask(client)
                yield from self._send(executor)
                yield from self._take(client)
        except (SchedulerLost, OSError):
            self._take_back(list(self.in_flight))
            self.unfit.clear()
            raise SchedulerLost from None

    @property
    def _fit(self) -> frozenset[str]:
        return self.workers - self.unfit.keys()

    def _weed(self, client: Client) -> None:
        for worker, why in self.weed(client).items():
            self._without(worker, why)

    def _without(self, worker: str, why: str) -> None:
        if worker not in self.unfit:
            self.unfit[worker] = why
            self.tell(f"{worker}: is not used: {why}")

    def _ask(self, client: Client) -> Iterator[Graded]:
        """Every `ASK_SECONDS`, list the workers and look for one that is silent for too long."""
        now = time.monotonic()
        if now < self.asked + ASK_SECONDS:
            return
        self.asked = now
        workers = frozenset(within(client, ANSWER_SECONDS, client.nthreads))
        self.heard = {worker: self.heard.get(worker, now) for worker in workers}
        self.workers = workers
        self._check_present(now)
        self._take_back(
            [each for each, sent in self.in_flight.items() if sent.to and not sent.to & workers]
        )
        if any(now - sent.at > self.patience for sent in self.in_flight.values()):
            yield from self._silent(client, now)

    def _check_present(self, now: float) -> None:
        if self._fit:
            self.present = now
        elif now > self.present + ABSENT_SECONDS:
            raise SystemFailure(
                f"no worker that may be used has been there for {ABSENT_SECONDS} s; what was "
                "graded is kept, and the same command goes on with the rest"
            )

    def _take_back(self, futures: Iterable[Future[bytes]]) -> None:
        """Put tasks that are in flight back among those that wait."""
        for future in futures:
            self.waiting.back.append(self.in_flight.pop(future).task)
            future.cancel()

    def _send(self, executor: ClientExecutor) -> Iterator[Graded]:
        """Send as many tasks as may be in flight; yield results of unreadable submissions."""
        fit = self._fit
        while self.waiting and len(self.in_flight) < FOR_EACH_WORKER * len(fit):
            yield from self._sent(executor, self.waiting.next(), fit)
        if fit and self.suspects and not self.in_flight:
            yield from self._sent(executor, self.suspects.popleft(), fit)

    def _sent(
        self, executor: ClientExecutor, task: Task, workers: frozenset[str]
    ) -> Iterator[Graded]:
        submission = task.submission
        try:
            if submission.problem:
                raise SubmissionError(submission.problem)
            content, came = notebook_bytes(submission.path), companions(submission)
        except SubmissionError as error:
            yield not_reached(task, str(error))
            return
        key = f"{TASK}-{secrets.token_hex(16)}"
        # Naming workers would exclude those that come later, so they are named only where some may
        # not be used.
        to = workers if self.unfit else None
        future = executor.submit(
            grade_sent, self.course, task, content, came, key=key, workers=to and sorted(to)
        )
        self.in_flight[future] = _Sent(task, key, time.monotonic(), to)
        future.add_done_callback(self.done.put)

    def _take(self, client: Client) -> Iterator[Graded]:
        """Take the result of a finished task, if one finishes within `NOTICE_SECONDS`."""
        try:
            future = self.done.get(timeout=NOTICE_SECONDS)
        except Empty:
            return
        if future not in self.in_flight:
            return
        task = self.in_flight[future].task
        try:
            answer = from_json(future.result(), SentAnswer)
        except CancelledError:
            raise SchedulerLost from None
        except KilledWorker:
            del self.in_flight[future]
            yield from self._lost(task, "its worker died")
            return
        except Exception as error:  # before our code ran: a worker with something else installed
            del self.in_flight[future]
            self._weed(client)
            yield from self._lost(task, f"its worker failed: {type(error).__name__}")
            return
        del self.in_flight[future]
        yield from self._answered(task, answer)

    def _answered(self, task: Task, answer: SentAnswer) -> Iterator[Graded]:
        self.heard[answer.worker] = time.monotonic()
        if answer.unfit:
            self._without(answer.worker, answer.unfit)
            self.waiting.back.append(task)
        elif answer.answer.exhausted and answer.answer.graded is None:
            yield from self._lost(task, answer.answer.exhausted)
        else:
            yield graded_from(answer.answer, task)

    def _lost(self, task: Task, how: str) -> Iterator[Graded]:
        self.tries[task] += 1
        if self.tries[task] < MAX_TRIES:
            self.suspects.append(task)
        else:
            yield not_reached(task, f"given up after {MAX_TRIES} tries: {how}")

    def _silent(self, client: Client, now: float) -> Iterator[Graded]:
        """Restart workers that have work and have been silent for too long."""
        ours = {sent.key: future for future, sent in self.in_flight.items()}
        processing = within(client, ANSWER_SECONDS, client.processing)
        for worker, keys in processing.items():
            futures = [ours.pop(key) for key in keys if key in ours]
            begun = min((self.in_flight[future].at for future in futures), default=now)
            if now - max(begun, self.heard.get(worker, 0.0)) > self.patience:
                yield from self._start_again(client, worker, futures)
        for future in ours.values():
            # The task is on no worker: it waits for one, or its answer was lost.
            if now - self.in_flight[future].at > 2 * self.patience:
                task = self.in_flight.pop(future).task
                future.cancel()
                yield from self._lost(task, "no answer came")

    def _start_again(
        self, client: Client, worker: str, futures: list[Future[bytes]]
    ) -> Iterator[Graded]:
        self.tell(f"{worker}: has been silent for {self.patience:.0f} s and is started again")
        for future in futures:
            task = self.in_flight.pop(future).task
            future.cancel()
            yield from self._lost(task, "its worker did not answer")
        self.heard.pop(worker, None)
        try:
            client.restart_workers([worker], timeout=RESTART_SECONDS, raise_for_error=False)
        except TimeoutError:
            self.tell(f"{worker}: did not come again within {RESTART_SECONDS} s")
        except ValueError as error:  # Dask's "nanny", which restarts a worker, is missing
            self._without(worker, f"it could not be started again: {error}")
