"""What the main process asks of a worker, and what it is answered.

The main process imports this and not the worker, so that it need not have all that grading takes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from grader.errors import AssignmentError, KernelFailure
from grader.grading.task import Task
from grader.model import Graded, Picture, Protection, Result
from grader.sandbox.confinement import Confinement
from grader.sandbox.level import Level

# Enough for a few values of `wire.MAX_BYTES`. A worker that a kernel floods with data reaches this
# limit before it takes the machine's memory.
MAX_WORKER_BYTES = 4 * 1024**3


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

    `private` are the places that no kernel may read, `next_kernels` is how kernels are shut in that
    are started next, if that is known.
    """

    at_most: Level = Level.NAMESPACES
    private: tuple[str, ...] = ()
    next_kernels: Confinement | None = None


Request = Grade | Protect


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, one of

    - `graded`: the assignment's name, the result, and by exercise the keys of behaviours and the
      pictures;
    - `malformed`: what is wrong with the assignment;
    - `protection`: what keeps student code from the rest of this machine;
    - `unprotected`: why no kernel can be started here;
    - `exhausted`: memory ran out, and this process must not be used any more. With `graded`, it did
      so after the verdicts, which stand.
    """

    graded: tuple[str, Result, dict[str, str], dict[str, tuple[Picture, ...]]] | None = None
    malformed: str = ""
    protection: Protection | None = None
    unprotected: str = ""
    exhausted: str = ""


def graded_from(answer: Answer, task: Task) -> Graded:
    """The result in a worker's answer to the request to grade `task`.

    Raises AssignmentError where an assignment is malformed, and KernelFailure where no kernel can
    be started.
    """
    if answer.malformed:
        raise AssignmentError(answer.malformed)
    if answer.graded is None:
        raise KernelFailure(answer.unprotected)
    assignment, result, behaviours, pictures = answer.graded
    return Graded(task.submission, assignment, result, behaviours=behaviours, pictures=pictures)


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
