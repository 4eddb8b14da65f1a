"""A worker: a process that grades one submission after another.

`processes.py` starts it, and sends it pickled requests over a socket. The answers are JSON that the
worker makes itself; what a kernel has sent leaves the worker in no other form. The main process
never unpickles anything that comes from a worker.
"""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
import tempfile
from importlib import import_module
from multiprocessing.connection import Connection

from grader.encoding import to_json
from grader.errors import AssignmentError, KernelFailure
from grader.execution.protection import protection_in_force
from grader.grading.grade import grade
from grader.runs.requests import MAX_WORKER_BYTES, Answer, Protect, Request
from grader.sandbox.confinement import close_parents
from grader.sandbox.private import keep_private

MEMORY_RAN_OUT = "memory ran out"
_PR_SET_PDEATHSIG = 1


def main(descriptor: int, folder: str, memory_bytes: int) -> None:
    """Answer requests from the socket `descriptor` until its other end is closed.

    Temporary files go below `folder`. This process may have at most `memory_bytes` of memory.
    """
    _begin(folder)
    limit_memory(memory_bytes)
    # Else the first submission would wait for these imports; now there may be nothing to do yet.
    for name in ("grader.execution.cell_runner", "grader.sandbox.kernel"):
        import_module(name)
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
            next_kernels = request.next_kernels
            return Answer(protection=protection_in_force(request.at_most, False, next_kernels)[1])
        graded = grade(request.task, request.content, came=request.came)
        used_up = MEMORY_RAN_OUT if graded.exhausted else ""
        found = (graded.assignment, graded.result, graded.behaviours, graded.pictures)
        return Answer(graded=found, exhausted=used_up)
    except AssignmentError as error:
        return Answer(malformed=str(error))
    except KernelFailure as error:
        return Answer(unprotected=str(error))
    except MemoryError:
        return Answer(exhausted=MEMORY_RAN_OUT)
