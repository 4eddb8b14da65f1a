"""Have an author's checker judge an answer, in a process of its own with limits.

What goes wrong in a checker is its author's mistake and must not become a student's zero: it is
raised as `CheckerFailed`, and the exercise is not graded.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from types import CodeType
from typing import Any

from grader.assignments.attached import Checker
from grader.assignments.records import Case
from grader.errors import FairgradeError
from grader.execution.inputs import encoded
from grader.grading.judging.checker_process import WALL_SECONDS, Request
from grader.text import plain
from grader.values import wire

# Beyond the time of a checker: to start its process and load the assignment.
SPARE_SECONDS = 60.0
ELSEWHERE = (
    "yours is another answer than that of the reference, and may be right all the same; whether it "
    "is, is found out when it is graded"
)
_START = (
    "import sys; descriptor, *sys.path = sys.argv[1:]; "
    "from grader.grading.judging.checker_process import main; main(int(descriptor))"
)


class CheckerFailed(FairgradeError):
    """A checker could not say whether an answer is right; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a checker said: whether the answer is `right`, and if not, perhaps why.

    `discreet` are its words if they stand in the checker as they are, and so hold no input.
    """

    right: bool
    words: str = ""
    discreet: str = ""


def checked(case: Case, answer: Any) -> Checked:
    """What the case's checker says of an answer that was decoded.

    Raises CheckerFailed where it does not say anything.
    """
    checker = case.check
    assert checker is not None
    request = Request(
        checker.root,
        checker.assignment,
        checker.exercise,
        case.name,
        bytes(wire.encode(answer)),
        bytes(wire.encode(case.expected)) if "expected" in checker.takes else None,
        bytes(encoded(case)) if "arguments" in checker.takes else None,
    )
    return _read(_ask(request), checker)


def _read(said: Any, checker: Checker) -> Checked:
    match said:
        case {"right": bool() as right, "words": str() as words}:
            discreet = words if words in _written(checker.function.__code__) else ""
            return Checked(right, plain(words), plain(discreet))
        case {"failed": str() as failed}:
            raise CheckerFailed(f"its checker `{checker.name}` {plain(failed)}")
    raise CheckerFailed(f"its checker `{checker.name}` said nothing that can be read")


@cache
def _written(code: CodeType) -> frozenset[Any]:
    """The constants that stand in a function, and in those that it defines."""
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    texts = {each for each in code.co_consts if isinstance(each, str)}
    return frozenset(texts).union(*map(_written, inner))


class _Process:
    """The process in which checkers run, as the process that sends it requests sees it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        search_path = [each or os.getcwd() for each in sys.path]
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(theirs.fileno()), *search_path],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self.connection.close()


_IN_USE = threading.Lock()
_running: list[_Process] = []


def _ask(request: Request) -> Any:
    """The answer to a request; the process is started if it is not there, or has ended."""
    with _IN_USE:
        for _ in range(2):
            if not _running:
                _running.append(_Process())
            connection = _running[0].connection
            try:
                connection.send(request)
                if connection.poll(WALL_SECONDS + SPARE_SECONDS):
                    return json.loads(connection.recv_bytes())
            except (OSError, EOFError, ValueError):
                pass
            _running.pop().close()
    return {"failed": "could not be run: its process ended"}


def _close() -> None:
    """End the process; one that this process has only inherited is left alone."""
    while _running:
        _running.pop().close()


atexit.register(_close)
