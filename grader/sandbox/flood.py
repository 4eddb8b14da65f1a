"""End a kernel that floods our process with data.

libzmq limits the size of a frame, but not how many frames a message may have.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

# How much this process may grow while a kernel runs. What it reads and compares for an honest
# kernel is a few values of at most `wire.MAX_BYTES`.
MAX_GROWTH_BYTES = 256 * 1024 * 1024
INTERVAL_SECONDS = 0.05
_RESIDENT = "/proc/self/statm"


@contextmanager
def ended_if_flooding(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` whenever this process is found to have grown by more than `MAX_GROWTH_BYTES`.

    A thread looks every `INTERVAL_SECONDS`, because the kernel can also send while the main thread
    decodes and compares. Outside of Linux there is no /proc to read from, and nothing is watched.
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
    """The resident set size of this process."""
    with open(_RESIDENT, "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
