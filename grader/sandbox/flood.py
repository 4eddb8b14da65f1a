"""End a kernel that floods us: libzmq limits a frame, but not of how many a message is made."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

# While a kernel runs, this process grows by what it reads and compares: a few values as large as
# the wire allows.
MAX_GROWTH_BYTES = 256 * 1024 * 1024
INTERVAL_SECONDS = 0.05
_RESIDENT = "/proc/self/statm"


@contextmanager
def ended_if_flooding(end: Callable[[], None]) -> Iterator[None]:
    """Call `end`, again and again, while this process is larger by `MAX_GROWTH_BYTES` than it was.

    By a thread, because a kernel sends while we decode and compare, too. Where there is no /proc,
    nothing is watched.
    """
    if sys.platform != "linux":
        yield
        return
    done = Event()
    most = resident_bytes() + MAX_GROWTH_BYTES

    def watch() -> None:
        while not done.wait(INTERVAL_SECONDS):
            if resident_bytes() > most:
                end()

    thread = Thread(target=watch, name="flood", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def resident_bytes() -> int:
    """How much memory this process has in use."""
    with open(_RESIDENT, "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
