"""The process in which an author's checkers run, each call in a child with limits.

It is started anew and does nothing else, so that it can be forked at any time; `checked.py` sends
it requests over a socket. What a checker is called with has been decoded strictly; nobody else's
code than the author's runs here.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from grader.assignments.load import load_assignment
from grader.authoring import Arguments
from grader.values import wire

# For one call: of the processor's time, by the clock, and bytes of memory beyond what is in use.
CPU_SECONDS, WALL_SECONDS, MORE_BYTES = 5, 60.0, 1024**3
# Of what a checker says.
MAX_SAID = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a case's checker; what it takes is encoded, and None where it does not take it."""

    root: Path
    assignment: str
    exercise: str
    case: str
    answer: bytes
    expected: bytes | None
    arguments: bytes | None


def main(descriptor: int) -> None:
    """Answer requests with JSON, until the other side is gone."""
    connection = Connection(descriptor)
    while True:
        try:
            request: Request = connection.recv()
        except (EOFError, OSError):
            return
        connection.send_bytes(_answer(request))


def _answer(request: Request) -> bytes:
    try:
        exercise = load_assignment(request.root, request.assignment).exercise(request.exercise)
        case = next(each for each in exercise.cases if each.name == request.case)
        assert case.check is not None
        return _in_child(case.check.function, request)
    except Exception as error:  # the files may have changed since then
        return _said(failed=f"{type(error).__name__}: {error}")


def _in_child(check: Any, request: Request) -> bytes:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _call(check, request, writer)
    os.close(writer)
    said, in_time = b"", False
    while select.select([reader], [], [], WALL_SECONDS)[0]:
        more = os.read(reader, 65536)
        said += more
        in_time = not more
        if in_time:
            break
    os.close(reader)
    if not in_time:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if said:
        return said
    spent = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
    how = f"took more than {CPU_SECONDS} s" if spent else "ended the process it ran in"
    return _said(failed=how)


def _call(check: Any, request: Request, writer: int) -> NoReturn:
    try:
        _limit()
        given = {
            name: _made(data)
            for name in ("answer", "expected", "arguments")
            if (data := getattr(request, name)) is not None
        }
        if "arguments" in given:
            given["arguments"] = Arguments(*given["arguments"])
        os.write(writer, _judged(check(**given)))
    except MemoryError:
        os.write(writer, _said(failed="used up its memory"))
    except BaseException as error:  # whatever the author's code may raise
        os.write(writer, _said(failed=f"raises {type(error).__name__}: {error}"))
    finally:
        os._exit(0)  # nothing of the parent's may run here: no handler, no buffer to be flushed


def _made(data: bytes) -> Any:
    """The value, with objects of libraries where these can be made: DataFrames, for example."""
    try:
        return wire.decode(data, build=True)
    except Exception:  # a student may return columns that pandas cannot have
        return wire.decode(data)


def _judged(said: Any) -> bytes:
    if isinstance(said, (bool, np.bool_)):
        return _said(right=bool(said))
    if isinstance(said, str) and said.strip():
        return _said(right=False, words=str(said))
    what = f"returns {type(said).__name__}, where True, False or a sentence is expected"
    return _said(failed=what)


def _said(right: bool | None = None, words: str = "", failed: str = "") -> bytes:
    said = {"right": right, "words": words[:MAX_SAID], "failed": failed[:MAX_SAID]}
    return json.dumps(said).encode()


def _limit() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    in_use = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = in_use + MORE_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))
