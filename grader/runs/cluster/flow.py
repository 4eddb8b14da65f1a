"""Submissions to workers, and results back: what is sent, lost, tried again and given up."""

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
from grader.grading.grade import Task, not_reached
from grader.model import Graded
from grader.notebooks.read import notebook_bytes
from grader.runs.cluster.client import within
from grader.runs.cluster.worker import TASK, SentAnswer, grade_sent
from grader.runs.processes import MAX_TRIES, NOTICE_SECONDS
from grader.runs.worker import graded_from

# In flight for each worker: one that it works on, one that waits there.
FOR_EACH_WORKER = 2
# How often the scheduler is asked which workers there are, and how long it has to say so.
ASK_SECONDS, ANSWER_SECONDS = 2.0, 60.0
# How long a worker has to come again when it is started again; how long one is waited for at all.
RESTART_SECONDS = 30
ABSENT_SECONDS = 900


@dataclass(slots=True)
class Waiting:
    """Tasks to be sent: those of a run, made one by one, and before them those that came back."""

    tasks: Iterator[Task]
    back: deque[Task] = field(default_factory=deque)

    def __bool__(self) -> bool:
        if not self.back:
            self.back.extend(islice(self.tasks, 1))
        return bool(self.back)

    def next(self) -> Task:
        """The next one; only where there is one."""
        return self.back.popleft()


@dataclass(frozen=True, slots=True)
class _Sent:
    """A task in flight: its name on the scheduler, when it was sent, and to which workers (None:
    to any)."""

    task: Task
    key: str
    at: float
    to: frozenset[str] | None


@dataclass(slots=True)
class Flow:
    """What is still to be graded, and what became of it so far.

    It outlives a connection: `through` may be called again with another client. `course` names the
    plugin that workers have; `weed` asks them, and says of each that may not be used why. A worker
    that has work may be silent for `patience` seconds. `tell` is told what a person should know.
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
        """Grade all that is left, and yield each as it is done.

        What was on a worker that died is tried once more when all others are done, alone, so that
        the submission that took it down is found and no other is blamed.
        Raises SchedulerLost, AssignmentError where an assignment is malformed, and SystemFailure
        where no worker comes.
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
        """Now and then: which workers there are, and whether one has been silent for too long."""
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
        """What is in flight is to be sent again."""
        for future in futures:
            self.waiting.back.append(self.in_flight.pop(future).task)
            future.cancel()

    def _send(self, executor: ClientExecutor) -> Iterator[Graded]:
        """Send as much as may be in flight; what need not be sent is yielded."""
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
            content = notebook_bytes(submission.path)
        except SubmissionError as error:
            yield not_reached(task, str(error))
            return
        key = f"{TASK}-{secrets.token_hex(16)}"
        # Workers are named only where some may not be used: others may come at any time.
        to = workers if self.unfit else None
        future = executor.submit(
            grade_sent, self.course, task, content, key=key, workers=to and sorted(to)
        )
        self.in_flight[future] = _Sent(task, key, time.monotonic(), to)
        future.add_done_callback(self.done.put)

    def _take(self, client: Client) -> Iterator[Graded]:
        """What came of a task that is done; nothing if none is for a moment."""
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
        except Exception as error:  # it never came to our code: a stranger's installation
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
        elif answer.answer.exhausted:
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
        """Start workers again that have work and have said nothing for too long."""
        ours = {sent.key: future for future, sent in self.in_flight.items()}
        processing = within(client, ANSWER_SECONDS, client.processing)
        for worker, keys in processing.items():
            futures = [ours.pop(key) for key in keys if key in ours]
            begun = min((self.in_flight[future].at for future in futures), default=now)
            if now - max(begun, self.heard.get(worker, 0.0)) > self.patience:
                yield from self._start_again(client, worker, futures)
        for future in ours.values():
            # On no worker: it waited for one, or its answer was lost.
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
        except ValueError as error:  # it has no nanny
            self._without(worker, f"it could not be started again: {error}")
