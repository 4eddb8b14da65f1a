"""Count what a function does in steps, which are the same on every machine and under every load."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType


class TooMany(BaseException):
    """Raised inside of a function that makes more calls than it may."""


def calls_made(function: Callable[[], object], most: int = 10_000_000) -> int:
    """How many calls of functions, Python's and built-in ones, are made while the function runs.

    Raises TooMany where they are more than `most`.
    """
    count = 0

    def profile(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1
            if count > most:
                sys.setprofile(None)
                raise TooMany

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


def growth(function: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times as much processor time the function takes where its input is doubled.

    For what is built into Python, of which no steps can be counted. `function` makes the input of a
    size, and returns what is to be measured. The least of several times counts, since whatever
    else the machine does can only add to one.
    """
    return min(_ratio(function(size), function(2 * size)) for _ in range(3))


def _ratio(one: Callable[[], object], two: Callable[[], object]) -> float:
    # In turns, so that a busy moment falls on both.
    times = [(_seconds(one), _seconds(two)) for _ in range(4)]
    return min(second for _, second in times) / max(min(first for first, _ in times), 1e-4)


def _seconds(function: Callable[[], object]) -> float:
    started = time.thread_time()
    function()
    return time.thread_time() - started
