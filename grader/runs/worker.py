"""A worker: a process that grades one submission after another.

`processes.py` starts it, and sends it pickled requests over a socket. The answers are JSON that the
worker makes itself; what a kernel has sent leaves the worker in no other form. The main process
never unpickles anything that comes from a worker.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

from grader.encoding import to_json
from grader.errors import AssignmentError, KernelFailure
from grader.execution.protection import protection_in_force
from grader.grading.grade import grade
from grader.grading.task import Task
from grader.model import Graded, Protection, Result
from grader.sandbox.kernel import close_parents
from grader.sandbox.level import Level
from grader.sandbox.private import keep_private

# Enough for a few values of `wire.MAX_BYTES`. A worker that a kernel floods with data reaches this
# limit before it takes the machine's memory.
MAX_WORKER_BYTES = 4 * 1024**3
MEMORY_RAN_OUT = "memory ran out"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Grade:
    """A request to grade one submission.

    With `content`, its file is not opened; `came` is then the content of the files that came with
    it, by name.

    `private` are the places that no kernel may read, besides the course.
    """

    task: Task
    content: bytes | None = None
    came: Mapping[str, bytes] | None = None
    private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Protect:
    """A request to find out how well student code is shut in here, at level `at_most` or below.

    `private` are the places that no kernel may read.
    """

    at_most: Level = Level.NAMESPACES
    private: tuple[str, ...] = ()


Request = Grade | Protect


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, one of

    - `graded`: the assignment's name, the result, and the keys of behaviours by exercise;
    - `malformed`: what is wrong with the assignment;
    - `protection`: what keeps student code from the rest of this machine;
    - `unprotected`: why no kernel can be started here;
    - `exhausted`: memory ran out, and this process must not be used any more. With `graded`, it did
      so after the verdicts, which stand.
    """

    graded: tuple[str, Result, dict[str, str]] | None = None
    malformed: str = ""
    protection: Protection | None = None
    unprotected: str = ""
    exhausted: str = ""


def main(descriptor: int, folder: str, memory_bytes: int) -> None:
    """Answer requests from the socket `descriptor` until its other end is closed.

    Temporary files go below `folder`. This process may have at most `memory_bytes` of memory.
    """
    _begin(folder)
    limit_memory(memory_bytes)
    with Connection(descriptor) as connection:
        while True:
            try:
                request = connection.recv()
            except EOFError:
                break
            answer = answered(request)
            connection.send_bytes(to_json(answer))
            if answer.exhausted:
                break
    close_parents()


def _begin(folder: str) -> None:
    """Put temporary files below `folder`, ignore Ctrl-C, and end when the main process ends."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        # Even if the main process is killed outright, its workers end, and their kernels with them.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit_memory(most_bytes: int = MAX_WORKER_BYTES) -> None:
    """Limit the memory of this process; beyond it, MemoryError is raised."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, hard))


def answered(request: Request) -> Answer:
    """Do what is requested; errors that a caller is to see become part of the answer."""
    keep_private(request.private)
    try:
        if isinstance(request, Protect):
            return Answer(protection=protection_in_force(request.at_most)[1])
        graded = grade(request.task, request.content, came=request.came)
        used_up = MEMORY_RAN_OUT if graded.exhausted else ""
        found = (graded.assignment, graded.result, graded.behaviours)
        return Answer(graded=found, exhausted=used_up)
    except AssignmentError as error:
        return Answer(malformed=str(error))
    except KernelFailure as error:
        return Answer(unprotected=str(error))
    except MemoryError:
        return Answer(exhausted=MEMORY_RAN_OUT)


def graded_from(answer: Answer, task: Task) -> Graded:
    """The result in a worker's answer to the request to grade `task`.

    Raises AssignmentError where an assignment is malformed, and KernelFailure where no kernel can
    be started.
    """
    if answer.malformed:
        raise AssignmentError(answer.malformed)
    if answer.graded is None:
        raise KernelFailure(answer.unprotected)
    assignment, result, behaviours = answer.graded
    return Graded(task.submission, assignment, result, behaviours=behaviours)


def protection_from(answer: Answer) -> Protection:
    """The protection in a worker's answer; raises KernelFailure where no kernel can be started."""
    if answer.protection is None:
        raise KernelFailure(answer.unprotected)
    return answer.protection


def default_jobs() -> int:
    """As many workers as there are cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
