"""Call functions of the notebook, and encode what came of it as bytes.

A student's code can change anything in this process: see `agent`.
"""

from __future__ import annotations

import contextlib
import io
import random
import signal
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from values import wire

# What came of a call, such as ("returned",), and the value that it returned, if it did; both are
# encoded by `wire`.
Answer: TypeAlias = tuple[bytes | memoryview, bytes | memoryview]
MISSING: Answer = wire.encode(("missing",)), b""


class Interrupted(Exception):
    """A call was interrupted; `line` is where, in the function's own cell, if that is known."""

    def __init__(self, line: int | None) -> None:
        self.line = line


class OutOfTime(BaseException):
    """A call of an edited function has used up its processor time."""


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so many seconds of processor time.

    Not of wall-clock time, which passes more quickly where other programs use the processor, too.
    """

    def end(*_: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def call(function: Any, args: Any, kwargs: Any) -> Answer:
    if not callable(function):
        return MISSING
    random.seed(0)
    np.random.seed(0)
    try:
        with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
            value = function(*args, **kwargs)
    except KeyboardInterrupt as error:
        raise Interrupted(_line_in(function, error)) from None
    except BaseException as error:  # the student's, SystemExit too
        line = _line_in(function, error)
        return wire.encode(("raised", name_of(error), _text(error)[:2000], line)), b""
    return returned(value)


def returned(value: Any) -> Answer:
    try:
        return wire.encode(("returned",)), wire.encode(value)
    except wire.WireError as error:
        return wire.encode(("unsendable", str(error)[:500])), b""


def _line_in(function: Any, error: BaseException) -> int | None:
    """The last line of the function's own cell in the traceback, counted from 1."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def name_of(error: BaseException) -> str:
    try:
        return str(type(error).__name__)[:100]
    except Exception:  # a student's metaclass may do anything
        return "an exception"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the student's own class may do anything
        return ""


class _Nowhere(io.TextIOBase):
    """Drops what a function prints while it is called."""

    def write(self, string: str) -> int:
        return len(string)
