"""Submissions to workers, and results back: what is sent, lost, tried again and given up."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field

from distributed import Client
from distributed.cfexecutor import ClientExecutor

from grader.cluster.worker import TASK, grade_sent
from grader.errors import AssignmentError, SubmissionError, SystemFailure
from grader.grading import Graded, Task, not_reached
from grader.model import Result
from grader.notebook import notebook_bytes
from grader.pool import MAX_TRIES, NOTICE_SECONDS

# In flight for each worker: one that it works on, one that waits there.
FOR_EACH_WORKER = 2
# How often the scheduler is asked which workers there are, and what they work on.
ASK_SECONDS = 2.0
RESTART_SECONDS = 30


class SchedulerLost(SystemFailure):
    """The connection to the scheduler is gone; what was in flight waits to be sent again."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A task in flight: its name on the scheduler, and when it was sent."""

    task: Task
    key: str
    at: float


@dataclass(slots=True)
class Flow:
    """What is still to be graded, and what became of it so far.

    It outlives a connection: `through` may be called again with another client. `course` names the
    plugin that workers have. A worker that has work may be silent for `patience` seconds. `tell` is
    told what a person should know.
    """

    waiting: Iterator[Task]
    course: str
    patience: float
    tell: Callable[[str], None]
    again: deque[Task] = field(default_factory=deque)
    suspects: deque[Task] = field(default_factory=deque)
    tries: Counter[Task] = field(default_factory=Counter)
    in_flight: dict[Future[bytes], _Sent] = field(default_factory=dict)
    workers: set[str] = field(default_factory=set)
    unfit: set[str] = field(default_factory=set)
    heard: dict[str, float] = field(default_factory=dict)
    asked: float = 0.0
    bytes_sent: int = 0

    def through(self, client: Client) -> Generator[Graded, None, None]:
        """Grade all that is left, and yield each as it is done.

        What was on a worker that died is tried once more when all others are done, alone, so that
        the submission that took it down is found and no other is blamed.
        Raises SchedulerLost, and AssignmentError where an assignment is malformed.
        """
        self.asked = 0.0
        executor = client.get_executor(pure=False)
        while True:
            if client.status != "running":
                raise self._lost_scheduler()
            yield from self._ask(client)
            yield from self._send(executor)
            if not self.in_flight:
                return
            done, _ = wait(self.in_flight, NOTICE_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                yield from self._take(future)

    def _ask(self, client: Client) -> Iterator[Graded]:
        """Now and then: which workers there are, and whether one has been silent for too long."""
        now = time.monotonic()
        if now < self.asked + ASK_SECONDS:
            return
        self.asked = now
        try:
            self.workers = set(client.nthreads())
            if self.in_flight and now - next(iter(self.in_flight.values())).at > self.patience:
                yield from self._silent(client, now)
        except OSError:
            raise self._lost_scheduler() from None

    def _send(self, executor: ClientExecutor) -> Iterator[Graded]:
        """Send as much as may be in flight; what need not be sent is yielded."""
        at_most = FOR_EACH_WORKER * max(1, len(self.workers - self.unfit))
        while len(self.in_flight) < at_most and (task := self._next()):
            yield from self._sent(executor, task)
        while not self.in_flight and self.suspects:
            yield from self._sent(executor, self.suspects.popleft())

    def _next(self) -> Task | None:
        return self.again.popleft() if self.again else next(self.waiting, None)

    def _sent(self, executor: ClientExecutor, task: Task) -> Iterator[Graded]:
        submission = task.submission
        try:
            if submission.problem:
                raise SubmissionError(submission.problem)
            content = notebook_bytes(submission.path)
        except SubmissionError as error:
            yield not_reached(task, str(error))
            return
        key = f"{TASK}-{secrets.token_hex(16)}"
        future = executor.submit(
            grade_sent, self.course, task, content, key=key, workers=self._fit()
        )
        self.in_flight[future] = _Sent(task, key, time.monotonic())
        self.bytes_sent += len(content)

    def _fit(self) -> list[str] | None:
        """The workers that may be used; None for all, and for those that are still to come."""
        if not self.unfit:
            return None
        fit = sorted(self.workers - self.unfit)
        if not fit:
            raise SystemFailure("no worker is left that may be used; the reasons are above")
        return fit

    def _take(self, future: Future[bytes]) -> Iterator[Graded]:
        """What came of a task that is done."""
        try:
            answer = json.loads(future.result())
        except CancelledError:
            raise self._lost_scheduler() from None
        except Exception as error:  # of Dask's, mostly KilledWorker
            yield from self._lost(self.in_flight.pop(future).task, type(error).__name__)
            return
        task = self.in_flight.pop(future).task
        self.heard[answer["worker"]] = time.monotonic()
        if "malformed" in answer:
            raise AssignmentError(answer["malformed"])
        if "unfit" in answer:
            self._without(answer["worker"], answer["unfit"])
            self.again.append(task)
            return
        assignment, result = answer["graded"]
        yield Graded(task.submission, assignment, Result.from_json(result))

    def _without(self, worker: str, why: str) -> None:
        if worker not in self.unfit:
            self.unfit.add(worker)
            self.tell(f"{worker}: is not used: {why}")

    def _lost(self, task: Task, why: str) -> Iterator[Graded]:
        self.tries[task] += 1
        if self.tries[task] < MAX_TRIES:
            self.suspects.append(task)
        else:
            yield not_reached(task, f"took its worker down {MAX_TRIES} times ({why})")

    def _silent(self, client: Client, now: float) -> Iterator[Graded]:
        """Start workers again that have work and have said nothing for too long."""
        ours = {sent.key: future for future, sent in self.in_flight.items()}
        for worker, keys in client.processing().items():
            futures = [ours[key] for key in keys if key in ours]
            begun = min((self.in_flight[future].at for future in futures), default=now)
            if now - max(begun, self.heard.get(worker, 0.0)) > self.patience:
                yield from self._start_again(client, worker, futures)

    def _start_again(
        self, client: Client, worker: str, futures: list[Future[bytes]]
    ) -> Iterator[Graded]:
        self.tell(f"{worker}: has been silent for {self.patience:.0f} s and is started again")
        for future in futures:
            sent = self.in_flight.pop(future)
            future.cancel()
            yield from self._lost(sent.task, "it did not answer")
        try:
            client.restart_workers([worker], timeout=RESTART_SECONDS, raise_for_error=False)
        except (OSError, TimeoutError, ValueError) as error:
            self._without(worker, f"it could not be started again: {error}")

    def _lost_scheduler(self) -> SchedulerLost:
        self.again.extend(sent.task for sent in self.in_flight.values())
        self.in_flight.clear()
        self.unfit.clear()
        return SchedulerLost("the connection to the scheduler is lost")
