"""How tests wait for what other processes do."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import TypeVar

PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.02
# A cell that never ends. Its kernel gives itself a name that can be seen from outside, whatever
# shuts it in.
ENDLESS_NAME = f"fg-{os.getpid()}"
ENDLESS = (
    "import ctypes\n"
    f"ctypes.CDLL(None).prctl(15, b'{ENDLESS_NAME}', 0, 0, 0)\n"  # PR_SET_NAME
    "while True:\n    pass\n"
)

_T = TypeVar("_T")


@contextmanager
def watched(processes: Iterable[int]) -> Iterator[dict[int, int]]:
    """A descriptor of each of the processes that are there, with the process's number.

    It stays that process's when the number is used again, and can be read once it has ended.
    """
    with ExitStack() as stack:
        numbers = {}
        for number in processes:
            with suppress(ProcessLookupError):
                numbers[descriptor := os.pidfd_open(number)] = number
                stack.callback(os.close, descriptor)
        yield numbers


def left_of(numbers: Mapping[int, int], seconds: float) -> set[int]:
    """Those of the watched processes that have not ended after so many seconds."""
    end, left = time.monotonic() + seconds, dict(numbers)
    while left:
        ended = select.select(left, [], [], max(0.0, end - time.monotonic()))[0]
        if not ended:
            break
        for descriptor in ended:
            del left[descriptor]
    return set(left.values())


def one_ends(processes: Collection[int], seconds: float) -> bool:
    """Wait for the end of one of the processes; False where none has ended after `seconds`."""
    with watched(processes) as numbers:
        if len(numbers) < len(processes):
            return True
        return bool(select.select(numbers, [], [], max(0.0, seconds))[0])


def until(condition: Callable[[], _T]) -> _T:
    """What the condition comes to, as soon as it holds; fails where that takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    for _ in looks(Event()):
        held = condition()
        if held or time.monotonic() > end:
            break
    assert held, "it took too long"
    return held


def looks(over: Event) -> Iterator[None]:
    """Again and again, until `over`: a moment to look at what a process of somebody else's does.

    This is the one place where tests look instead of waiting. It is for what nobody tells of: the
    name that student code gives its process, what a grader has written to its gradebook or its
    output, the end of one that has another parent. Where there is a pipe, or a process that was
    started by the test itself, the test waits for that.
    """
    while not over.wait(LOOK_SECONDS):
        yield


def processes_called(name: str) -> Iterator[int]:
    """The numbers of the processes that have given themselves this name."""
    for path in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            if path.read_bytes().strip() == name.encode():  # others' may be no text
                yield int(path.parent.name)
