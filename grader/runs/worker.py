"""A worker: a process that grades one submission after another, as long as it is asked to.

`processes.py` starts it. The two talk over one socket: requests come pickled from the process that
started the worker, answers go back as JSON that the worker made itself. Nothing that a kernel sent
leaves the worker in any other form.
"""

from __future__ import annotations

import ctypes
import json
import resource
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from typing import Any

from grader.errors import AssignmentError, KernelFailure
from grader.execution.protection import protection_in_force
from grader.grading.grade import Task, grade
from grader.model import Graded, Protection, Result
from grader.sandbox.kernel import close_parents
from grader.sandbox.level import Level

# A worker holds a few values as large as the wire allows. One that a kernel floods ends itself.
MAX_WORKER_BYTES = 4 * 1024**3
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Grade:
    """A request to grade one submission; with `content`, its file is not opened."""

    task: Task
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Protect:
    """A request to find out how well student code is shut in here, up to a level."""

    at_most: Level = Level.NAMESPACES


Request = Grade | Protect


def main(descriptor: int, folder: str, memory_bytes: int) -> None:
    """Answer requests from the socket `descriptor` until its other end is closed.

    Temporary files go below `folder`; this process may have so much memory.
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
            connection.send_bytes(json.dumps(answer).encode())
            if "exhausted" in answer:
                break
    close_parents()


def _begin(folder: str) -> None:
    """Put temporary files below `folder`, leave Ctrl-C to the parent process, and end with it."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        # However the main process ends, its workers end with it, and their kernels with them.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def limit_memory(most_bytes: int = MAX_WORKER_BYTES) -> None:
    """Let this process have so many bytes of memory, and no more."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, hard))


def answered(request: Request) -> dict[str, Any]:
    """The answer to a request: a dictionary, plain JSON, with one key.

    - `graded`: the assignment's name and the result;
    - `malformed`: what is wrong with the assignment;
    - `protection`: what keeps student code from the rest of this machine;
    - `unprotected`: why no kernel can be started here;
    - `exhausted`: memory ran out, and this process must not be used any more.
    """
    try:
        if isinstance(request, Protect):
            return {"protection": asdict(protection_in_force(request.at_most)[1])}
        graded = grade(request.task, request.content)
        return {"graded": [graded.assignment, graded.result.to_json()]}
    except AssignmentError as error:
        return {"malformed": str(error)}
    except KernelFailure as error:
        return {"unprotected": str(error)}
    except MemoryError:
        return {"exhausted": "memory ran out"}


def graded_from(answer: Mapping[str, Any], task: Task) -> Graded:
    """The result in a worker's answer; raises AssignmentError where an assignment is malformed."""
    if "malformed" in answer:
        raise AssignmentError(answer["malformed"])
    assignment, result = answer["graded"]
    return Graded(task.submission, assignment, Result.from_json(result))


def protection_from(answer: Mapping[str, Any]) -> Protection:
    """The protection in a worker's answer; raises KernelFailure where no kernel can be started."""
    if "unprotected" in answer:
        raise KernelFailure(answer["unprotected"])
    data = answer["protection"]
    return Protection(**{**data, "missed": tuple(data["missed"])})
