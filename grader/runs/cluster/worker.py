"""What runs on a cluster's workers: our own code, which starts kernels there as it does here.

A worker grades one submission at a time, whatever its number of threads. It answers in JSON that it
made itself; nothing that a kernel sent leaves it in any other form.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dask.utils import key_split
from distributed import SchedulerPlugin, Worker, WorkerPlugin, get_worker

from grader.encoding import to_json
from grader.errors import KernelFailure
from grader.execution.protection import protection_in_force
from grader.files import scratch_folder
from grader.gradebook.fingerprint import installation
from grader.grading.grade import Task
from grader.model import Protection
from grader.runs.cluster.course_zip import name_of, unpack
from grader.runs.worker import Answer, Grade, answered, default_jobs, limit_memory
from grader.sandbox.cgroup import remove_stale
from grader.sandbox.kernel import Confinement, close_parents, warm_parent
from grader.sandbox.level import Level
from grader.sandbox.parent import MAX_FOLDER_BYTES
from grader.values import wire

# What our tasks on the scheduler are called, with a number behind it.
TASK = "fairgrade-submission"
# The scheduler forgets names of tasks after so many of them.
NAMES_KEPT = 1000
# From malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# Where temporary files are, and kernels' below that.
_FOLDER = "fgw-"
_BELOW = "/fgw-12345678/fg-12345678"
# Kernels and their warm parents belong to the process: one submission, or canary, at a time.
_alone = threading.Lock()


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a worker is found to be: `problem` says why it can grade nothing, if so.

    `seconds` is what a warm start took, 0 if none was asked for.
    """

    program: str
    protection: Protection | None
    problem: str
    threads: int
    cores: int
    seconds: float = 0.0

    @property
    def level(self) -> Level:
        return Level.of(self.protection.level) if self.protection else Level.LIMITS


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """What a worker, by its address, answers to a submission that it was sent; `unfit`, if not
    empty, says why it grades nothing."""

    worker: str
    answer: Answer = field(default_factory=Answer)
    unfit: str = ""


async def examine(warm_imports: tuple[str, ...] | None, dask_worker: Worker) -> bytes:
    """A worker's `WorkerReport` as JSON; it is warmed up if `warm_imports` is given.

    Dask fills in `dask_worker`.
    """
    report = await asyncio.to_thread(_report, warm_imports, dask_worker.state.nthreads)
    return to_json(report)


def _report(warm_imports: tuple[str, ...] | None, threads: int) -> WorkerReport:
    protection, problem, seconds = None, "", 0.0
    with _alone, _temporary_files():
        try:
            level, protection = protection_in_force()
            if warm_imports is not None:
                seconds = _warm_up(level, warm_imports)
        except KernelFailure as error:
            problem = str(error)
    return WorkerReport(installation(), protection, problem, threads, default_jobs(), seconds)


def _warm_up(level: Level, warm_imports: tuple[str, ...]) -> float:
    started = time.monotonic()
    warm_parent(Confinement(level, warm_imports))
    seconds = time.monotonic() - started
    close_parents()
    return seconds


def _keep_freed_memory() -> None:
    """Let the C library keep what is freed for the next submission, as it does by itself.

    Dask has its workers give it back at once, and every megabyte of a value cost 250 page faults.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # GNU's
        libc.mallopt(_M_MMAP_THRESHOLD, wire.MAX_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, 2 * wire.MAX_BYTES)


@contextmanager
def _temporary_files() -> Iterator[None]:
    """Outside of a `Course`: temporary files in a folder of their own, which goes away."""
    if tempfile.tempdir:
        yield
        return
    with scratch_folder(_FOLDER, _short(tempfile.gettempdir())) as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = None


def _short(folder: str) -> str:
    """The folder, if our own and that of kernels in it have paths short enough for sockets."""
    return folder if len(os.fsencode(folder)) <= MAX_FOLDER_BYTES - len(_BELOW) else "/tmp"


class Course(WorkerPlugin):
    """On every worker, also on one that comes later: the files of a course, and room to work.

    `grades_with` is the program that must be there, and `at_least` the protection.
    """

    idempotent = True

    def __init__(self, parcel: bytes, grades_with: str, at_least: Level) -> None:
        self.name = name_of(parcel, grades_with, at_least.word)
        self.parcel = parcel
        self.grades_with = grades_with
        self.at_least = at_least
        self.folder = ""
        self.problem = ""

    def setup(self, worker: Worker) -> None:
        self.held = ExitStack()
        try:
            self._settle(worker)
        except OSError as error:
            self.problem = f"it cannot take in the assignments: {error}"

    def _settle(self, worker: Worker) -> None:
        remove_stale(seconds=0)
        self.folder = self.held.enter_context(
            scratch_folder(_FOLDER, _short(worker.local_directory))
        )
        unpack(self.parcel, self.root)
        tempfile.tempdir = self.folder
        limit_memory()
        _keep_freed_memory()

    def teardown(self, worker: Worker) -> None:
        with _alone:
            close_parents()
            if tempfile.tempdir == self.folder:
                tempfile.tempdir = None
            self.held.close()

    @property
    def root(self) -> Path:
        """The root of the course on this worker."""
        return Path(self.folder) / "course"

    def unfit(self) -> str:
        """Why nothing is graded here, or an empty string."""
        if self.problem:
            return self.problem
        if installation() != self.grades_with:
            return f"has fairgrade {installation()}, where {self.grades_with} is needed"
        try:
            level, _ = protection_in_force()
        except KernelFailure as error:
            return str(error)
        if level < self.at_least:
            return f"protection is at level {level.word}, and {self.at_least.word} is required"
        return ""


class OurTasks(SchedulerPlugin):
    """On the scheduler: what becomes of our tasks. Those of others are left as they are.

    What was on a worker that died comes back to us at once. Dask would try it on three more
    workers, and take them down too, the innocent with the guilty.

    And nothing is kept of a task that is over. Dask notes what kind of collection each belongs to,
    and remembers 100,000 names: for a large class that would be most of the scheduler's memory.
    """

    name = "fairgrade-our-tasks"
    idempotent = True

    def __init__(self) -> None:
        self.named = 0

    def update_graph(self, scheduler: Any, *, tasks: Any, **_: Any) -> None:
        ours = [scheduler.tasks[key] for key in tasks if str(key).startswith(TASK)]
        for task in ours:
            task.suspicious = scheduler.allowed_failures
        if ours:
            self._keep_nothing(scheduler, ours[0].group)

    def _keep_nothing(self, scheduler: Any, group: Any) -> None:
        """Take back what Dask has just noted of a graph with our tasks."""
        if span := scheduler.extensions["spans"].spans.get(group.span_id):
            del span.metadata["collections"][-1:]
        self.named += 1
        if self.named % NAMES_KEPT == 0:
            key_split.cache_clear()


def grade_sent(course: str, task: Task, content: bytes) -> bytes:
    """Grade one submission here, by its content; the `SentAnswer`, as JSON."""
    worker = get_worker()
    with _alone:
        plugin = worker.plugins.get(course)
        return to_json(_answer(worker.address, plugin, task, content))


def _answer(worker: str, course: WorkerPlugin | None, task: Task, content: bytes) -> SentAnswer:
    if not isinstance(course, Course):
        return SentAnswer(worker, unfit="it did not get the assignments")
    if unfit := course.unfit():
        return SentAnswer(worker, unfit=unfit)
    # As well shut in as can be here, which may be better than elsewhere.
    request = Grade(replace(task, root=course.root, level=None), content)
    return SentAnswer(worker, answer=answered(request))
