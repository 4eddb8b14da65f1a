"""End a kernel that floods our process with data.

libzmq limits the size of a frame, but not how many frames a message may have.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

# How much this process may grow while the kernels of one submission run, one after the other. What
# it reads and compares for an honest kernel is a few values of at most `wire.MAX_BYTES`.
MAX_GROWTH_BYTES = 256 * 1024 * 1024
INTERVAL_SECONDS = 0.05
_RESIDENT = "/proc/self/statm"


def most_resident_bytes() -> int:
    """How large this process may become from now on, for the kernels of one submission."""
    return resident_bytes() + MAX_GROWTH_BYTES if sys.platform == "linux" else 0


@contextmanager
def ended_if_flooding(end: Callable[[], None], most: int) -> Iterator[None]:
    """Call `end` whenever this process is found to have more than `most` bytes resident.

    A thread looks every `INTERVAL_SECONDS`, because the kernel can also send while the main thread
    decodes and compares. Outside of Linux there is no /proc to read from, and nothing is watched.
    """
    if sys.platform != "linux":
        yield
        return
    done = Event()

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
