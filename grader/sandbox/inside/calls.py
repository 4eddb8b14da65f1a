"""Call functions of the notebook, and encode what came of it as bytes.

A student's code can change anything in this process: see `agent`.
"""

from __future__ import annotations

import contextlib
import ctypes
import dis
import io
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from values import wire

# What came of a call, such as ("returned",), and the value that it returned, if it did; both are
# encoded by `wire`.
Answer: TypeAlias = tuple[bytes | memoryview, bytes | memoryview]
# Of the processor's time, which other programs do not take away: what threads that compute use
# between two looks at where they are, and what may be used to end them.
LOOK_SECONDS, ENDING_SECONDS = 0.05, 1.0
# Whoever uses less between two looks waits. So often it is waited for `LOOK_SECONDS`.
IDLE_SECONDS, MOST_LOOKS = 0.002, 20
MISSING: Answer = wire.encode(("missing",)), b""
# What both global generators are seeded with before each call, so that a function that never seeds
# one gives the same every time. No case uses it: else such a function would pass that case.
# `grader.authoring.UNSEEDED` is the same number.
UNSEEDED = 2_718_281_828


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


def end_busy_threads() -> None:
    """Raise SystemExit in each other thread that goes on computing, until they have ended.

    Python runs one thread at a time. What a notebook has left running would take most of the time
    that a call has. A thread that waits is left alone: it may be what a function relies on.

    A thread may catch SystemExit and go on. So threads are switched as often as can be, and it is
    raised again at the thread's next step, when it has left the handler that has caught it; from
    Python 3.12 on, at every line that it comes to. What handlers catch that stand inside each other
    is given up after `ENDING_SECONDS`.
    """
    before = _places()
    _let_run()
    busy = {
        thread
        for thread, place in _places().items()
        if thread in before and (place != before[thread] or not _waits(place))
    }
    interval, end = sys.getswitchinterval(), time.process_time() + ENDING_SECONDS
    sys.setswitchinterval(1e-6)
    try:
        with _ended_at_lines(busy):
            while (left := busy & sys._current_frames().keys()) and time.process_time() < end:
                for thread in left:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(thread), ctypes.py_object(SystemExit)
                    )
                time.sleep(0)  # lets them go on
    finally:
        sys.setswitchinterval(interval)


@contextlib.contextmanager
def _ended_at_lines(threads: set[int]) -> Iterator[None]:
    """Raise SystemExit at every line of these threads, the first line of a handler included.

    Python 3.11 has no `sys.monitoring`; nothing more is done there, or where its tools are taken.
    """
    monitoring = getattr(sys, "monitoring", None)
    tools = range(6) if monitoring and threads else ()
    tool = next((each for each in tools if monitoring.get_tool(each) is None), None)
    if tool is None:
        yield
        return

    def at_line(code: Any, _line: int) -> None:
        # What `threading` itself does when a thread ends has to be done.
        if threading.get_ident() in threads and code.co_filename != threading.__file__:
            raise SystemExit

    monitoring.use_tool_id(tool, "fairgrade")
    try:
        monitoring.register_callback(tool, monitoring.events.LINE, at_line)
        monitoring.set_events(tool, monitoring.events.LINE)
        yield
    finally:
        monitoring.set_events(tool, monitoring.events.NO_EVENTS)
        monitoring.register_callback(tool, monitoring.events.LINE, None)
        monitoring.free_tool_id(tool)


def _let_run() -> None:
    """Let other threads run until they have used `LOOK_SECONDS`, or use nothing."""
    start = now = time.process_time()
    for _ in range(MOST_LOOKS):
        time.sleep(LOOK_SECONDS)
        before, now = now, time.process_time()
        if now - before < IDLE_SECONDS or now - start >= LOOK_SECONDS:
            break


def _places() -> dict[int, tuple[Any, int]]:
    """Where each other thread is: its code, and the index of the instruction."""
    own = threading.get_ident()
    return {
        thread: (frame.f_code, frame.f_lasti)
        for thread, frame in sys._current_frames().items()
        if thread != own
    }


def _waits(place: tuple[Any, int]) -> bool:
    """Whether it is in a call of something that is not Python, such as that of a lock."""
    code, index = place
    return "CALL" in dis.opname[code.co_code[index]]


def call(function: Any, args: Any, kwargs: Any) -> Answer:
    if not callable(function):
        return MISSING
    try:
        with seeded_and_quiet():
            value = function(*args, **kwargs)
    except KeyboardInterrupt as error:
        raise Interrupted(_line_in(function, error)) from None
    except BaseException as error:  # the student's, SystemExit too
        line = _line_in(function, error)
        return raised(error, line)
    return returned(value)


def raised(error: BaseException, line: int | None) -> Answer:
    """What is said of an exception: its type, its text, the line, and the types it derives from."""
    what = name_of(error), _text(error)[:2000], line, _bases_of(error)
    return wire.encode(("raised", *what)), b""


@contextlib.contextmanager
def seeded_and_quiet() -> Iterator[None]:
    """Seed both global generators as before every call, and drop what is printed meanwhile."""
    random.seed(UNSEEDED)
    np.random.seed(UNSEEDED)
    with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
        yield


def returned(value: Any) -> Answer:
    try:
        return wire.encode(("returned",)), wire.encode(value)
    except wire.WireError as error:
        return wire.encode(("unsendable", str(error)[:500])), b""


def unmade(error: Exception) -> Answer:
    """What is said where the inputs of a call could not be made."""
    first = error.__context__ or error
    return wire.encode(("unmade", f"{name_of(first)}: {_text(first)}"[:500])), b""


def _line_in(function: Any, error: BaseException) -> int | None:
    """The last line of the function's own cell in the traceback, counted from 1."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def line_of_cell(traceback: Any) -> int | None:
    """The line of the cell in which an exception was raised or came through, counted from 1."""
    while traceback is not None:
        if traceback.tb_frame.f_code.co_name == "<module>":
            return int(traceback.tb_lineno)
        traceback = traceback.tb_next
    return None


def name_of(error: BaseException) -> str:
    try:
        return str(type(error).__name__)[:100]
    except Exception:  # a student's metaclass may do anything
        return "an exception"


def _bases_of(error: BaseException) -> str:
    """The names of the exception's type and of all that it derives from, with spaces between."""
    try:
        names = [str(each.__name__) for each in type(error).__mro__]
        return " ".join(name for name in names if name.isidentifier())[:1000]
    except Exception:  # a student's metaclass may do anything
        return ""


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the student's own class may do anything
        return ""


class _Nowhere(io.TextIOBase):
    """Drops what a function prints while it is called."""

    def write(self, string: str) -> int:
        return len(string)
