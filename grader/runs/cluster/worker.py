"""The code that runs on a cluster's workers. It starts kernels there as a local worker does.

A worker grades one submission at a time, however many threads it has. Its answers are JSON that it
makes itself; what a kernel has sent leaves the worker in no other form.
"""

from __future__ import annotations

import asyncio
import ctypes
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dask.utils import key_split
from distributed import SchedulerPlugin, Worker, WorkerPlugin, get_worker

from grader.encoding import to_json
from grader.errors import KernelFailure
from grader.execution.environment import Need, in_words, unmet
from grader.execution.installation import installation
from grader.execution.protection import protection_in_force
from grader.files import scratch_folder, short_folder
from grader.grading.task import Task
from grader.model import Protection
from grader.runs.cluster.course_zip import name_of, unpack
from grader.runs.requests import Answer, Grade, default_jobs
from grader.runs.worker import answered, limit_memory
from grader.sandbox.cgroup import remove_stale
from grader.sandbox.confinement import Confinement, close_parents, warm_parent
from grader.sandbox.level import Level
from grader.values import wire

# The beginning of our tasks' names on the scheduler; a random number follows.
TASK = "fairgrade-submission"
# The scheduler's cache of task names is cleared after this many of ours.
NAMES_KEPT = 1000
# Parameters of `mallopt`, from malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# The prefix of our folder for temporary files, and what a kernel's path adds to the parent's.
_FOLDER = "fgw-"
_BELOW = "/fgw-12345678/fg-12345678"
# Warm parents belong to the process, so only one submission or canary may use them at a time.
_alone = threading.Lock()


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a worker reports of itself. `problem`, if not empty, says why it cannot grade.

    `program` is its `installation()`. `seconds` is how long the start of a warm parent took; 0 if
    none was asked for. `lacks` are the packages it was asked for and does not have.
    """

    program: str
    protection: Protection | None
    problem: str
    threads: int
    cores: int
    seconds: float = 0.0
    lacks: tuple[Need, ...] = ()

    @property
    def level(self) -> Level:
        return Level.of(self.protection.level) if self.protection else Level.LIMITS


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """The answer to a submission that was sent; `worker` is the address of who answers.

    `unfit`, if not empty, says why that worker must not be used; `answer` then says nothing.
    """

    worker: str
    answer: Answer = field(default_factory=Answer)
    unfit: str = ""


async def examine(
    warm_imports: tuple[str, ...] | None, needs: tuple[Need, ...], dask_worker: Worker
) -> bytes:
    """The `WorkerReport` of the worker on which this runs, as JSON.

    With `warm_imports`, a warm parent is started to see how long that takes. `needs` are packages
    that it is to have. Dask fills in `dask_worker`.
    """
    report = await asyncio.to_thread(_report, warm_imports, dask_worker.state.nthreads)
    return to_json(replace(report, lacks=unmet(needs)))


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
    """Let the C library keep freed memory for the next submission, as it does by default.

    Dask makes its workers give memory back at once, which costs 250 page faults for each megabyte.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # GNU's
        libc.mallopt(_M_MMAP_THRESHOLD, wire.MAX_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, 2 * wire.MAX_BYTES)


@contextmanager
def _temporary_files() -> Iterator[None]:
    """Put temporary files in a folder that is removed at the end, where no `Course` has set one."""
    if tempfile.tempdir:
        yield
        return
    with scratch_folder(_FOLDER, short_folder(tempfile.gettempdir(), _BELOW)) as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = None


class Course(WorkerPlugin):
    """A plugin of every worker, also of one that comes later: the files of a course.

    `course_zip` is the zip with these files. `grades_with` is the `installation()` that the worker
    must have, `at_least` the level of protection, and `needs` the packages without which it may not
    be used.
    """

    idempotent = True

    def __init__(
        self, course_zip: bytes, grades_with: str, at_least: Level, needs: tuple[Need, ...] = ()
    ) -> None:
        self.name = name_of(course_zip, grades_with, at_least.word, repr(needs))
        self.needs = needs
        self.course_zip = course_zip
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
            scratch_folder(_FOLDER, short_folder(worker.local_directory, _BELOW))
        )
        unpack(self.course_zip, self.root)
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
        """The folder of the course on this worker."""
        return Path(self.folder) / "course"

    def unfit(self) -> str:
        """Why this worker may not be used; empty if it may."""
        if self.problem:
            return self.problem
        if installation() != self.grades_with:
            return f"has fairgrade {installation()}, where {self.grades_with} is needed"
        if lacks := unmet(self.needs):
            return in_words(lacks, "it")
        try:
            level, _ = protection_in_force()
        except KernelFailure as error:
            return str(error)
        if level < self.at_least:
            return f"protection is at level {level.word}, and {self.at_least.word} is required"
        return ""


class OurTasks(SchedulerPlugin):
    """A plugin of the scheduler that changes how it treats our tasks, and nobody else's.

    When a worker dies, its tasks fail at once. Dask would try them on three more workers, so that
    one submission that ends its worker would end those too, with innocent submissions on them.

    The scheduler keeps nothing of a finished task. Dask would note what kind of collection it
    belongs to, and remember 100,000 names, which for a large class is most of its memory.
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
        """Remove what Dask has just noted of a graph with our tasks."""
        if span := scheduler.extensions["spans"].spans.get(group.span_id):
            del span.metadata["collections"][-1:]
        self.named += 1
        if self.named % NAMES_KEPT == 0:
            key_split.cache_clear()


def grade_sent(course: str, task: Task, content: bytes, came: Mapping[str, bytes]) -> bytes:
    """Grade one submission; the `SentAnswer` as JSON.

    `content` are its notebook's bytes, `came` those of the files that came with it, by name.
    """
    worker = get_worker()
    with _alone:
        plugin = worker.plugins.get(course)
        return to_json(_answer(worker.address, plugin, task, content, came))


def _answer(
    worker: str,
    course: WorkerPlugin | None,
    task: Task,
    content: bytes,
    came: Mapping[str, bytes],
) -> SentAnswer:
    if not isinstance(course, Course):
        return SentAnswer(worker, unfit="it did not get the assignments")
    if unfit := course.unfit():
        return SentAnswer(worker, unfit=unfit)
    # Without a level, this worker's strongest is used; it may be stronger than the others'.
    request = Grade(replace(task, root=course.root, level=None), content, came)
    return SentAnswer(worker, answer=answered(request))
