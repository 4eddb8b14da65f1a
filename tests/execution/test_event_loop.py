"""event_loop: the result of a coroutine is returned, and no time is spent on formatting it."""

from __future__ import annotations

import asyncio

import pytest

from grader.execution.event_loop import run


class Shown:
    """A value that counts how often it is formatted."""

    times = 0

    def __repr__(self) -> str:
        self.times += 1
        return "Shown()"


async def later(value: Shown) -> Shown:
    await asyncio.sleep(0)
    return value


def test_result_is_returned_without_being_formatted() -> None:
    value = Shown()

    assert run(later(value)) is value
    assert value.times == 0


def test_exception_is_raised() -> None:
    async def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        run(fail())
