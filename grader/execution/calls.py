"""Call functions of the notebook in its kernel, or ask for the value of one of its variables.

Inputs are sent as bytes. What comes back is decoded strictly and becomes an `Outcome`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty
from typing import Any

from grader.errors import WireError
from grader.execution.outcome import (
    Crashed,
    Incomparable,
    Missing,
    Outcome,
    Raised,
    Returned,
    TimedOut,
)
from grader.sandbox.kernel import Kernel
from grader.sandbox.shared import SharedInputs
from grader.text import plain
from grader.values import wire


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the first of `names` that the notebook defines.

    `inputs` are the encoded pair `(args, kwargs)`, or shared ones that the kernel was started with.
    """

    names: tuple[str, ...]
    inputs: bytes | memoryview | SharedInputs


@dataclass(frozen=True, slots=True)
class EditedCalls:
    """Calls of a function with all `inputs`, once for each edited source of it or of one it calls.

    The first of `names` that the notebook defines is called. Before that, each of `sources` in turn
    replaces the function `edited`. A call may take `seconds` of processor time and return at most
    so many `bytes`.
    """

    names: tuple[str, ...]
    edited: str
    sources: tuple[str, ...]
    inputs: tuple[bytes | memoryview, ...]
    seconds: float
    bytes: int


async def call(kernel: Kernel, what: Call, seconds: float) -> tuple[Outcome, bool]:
    """The outcome of a call that may take `seconds`, and whether the kernel is still usable."""
    outcomes, otherwise, usable = await _ask_calls(kernel, [what], seconds)
    return outcomes[0] if outcomes else otherwise, usable


async def value_of(kernel: Kernel, name: str, seconds: float) -> tuple[Outcome, bool]:
    """A variable's value as if a call had returned it, and whether the kernel is still usable."""
    request = kernel.client.session.msg("value_request", {"name": name})
    outcomes, otherwise, usable = await _ask(kernel, request, [], 1, seconds)
    return outcomes[0] if outcomes else otherwise, usable


async def call_together(
    kernel: Kernel, calls: Sequence[Call], seconds: float
) -> tuple[list[Outcome], bool]:
    """The outcomes of calls sent in one message, and whether the kernel is still usable.

    All calls together may take `seconds`. There are fewer outcomes than calls where that was not
    enough, or where a call ended the kernel.
    """
    outcomes, _, usable = await _ask_calls(kernel, calls, seconds)
    return outcomes, usable


async def call_edited(
    kernel: Kernel, what: EditedCalls, seconds: float
) -> tuple[list[Outcome], bool]:
    """The outcomes of all calls, source by source, and whether the kernel is still usable.

    There are fewer outcomes where the calls took more than `seconds` in total.
    """
    session = kernel.client.session
    content = {name: getattr(what, name) for name in ("names", "edited", "sources")}
    content |= {"seconds": what.seconds, "bytes": what.bytes}
    request = session.msg("edit_request", content)
    session.send(kernel.client.shell_channel.socket, request, buffers=list(what.inputs))
    reply = await _reply(kernel, request["header"]["msg_id"], seconds)
    outcomes = None if reply is None else _outcomes(reply, len(what.sources) * len(what.inputs))
    return outcomes or [], outcomes is not None


async def _ask_calls(
    kernel: Kernel, calls: Sequence[Call], seconds: float
) -> tuple[list[Outcome], Outcome, bool]:
    names = [list(each.names) for each in calls]
    inputs = [each.inputs for each in calls]
    shared = [_place(kernel, each) for each in inputs]
    request = kernel.client.session.msg("call_request", {"names": names, "shared": shared})
    sent = [b"" if isinstance(each, SharedInputs) else each for each in inputs]
    return await _ask(kernel, request, sent, len(calls), seconds)


def _place(kernel: Kernel, inputs: bytes | memoryview | SharedInputs) -> int | None:
    """The index of these inputs among the kernel's shared ones; None for inputs that are sent."""
    if not isinstance(inputs, SharedInputs):
        return None
    if inputs not in kernel.shared:
        raise ValueError("a call with shared inputs that the kernel was not given")
    return kernel.shared.index(inputs)


async def _ask(
    kernel: Kernel,
    request: dict[str, Any],
    buffers: list[bytes | memoryview],
    count: int,
    seconds: float,
) -> tuple[list[Outcome], Outcome, bool]:
    """Send a request, and read the reply, which should have `count` outcomes.

    Returns the outcomes there are, an outcome for the first missing one, and whether the kernel is
    still usable. A kernel that has not replied after `seconds` is interrupted.
    """
    session, channel = kernel.client.session, kernel.client.shell_channel
    session.send(channel.socket, request, buffers=buffers)
    msg_id = request["header"]["msg_id"]
    reply = await _reply(kernel, msg_id, seconds)
    otherwise: Outcome = Crashed() if reply is None else Raised("KeyboardInterrupt", "", None)
    if reply is None and await kernel.is_alive():
        await kernel.interrupt()
        reply = await _reply(kernel, msg_id, kernel.limits.grace_seconds)
        otherwise = TimedOut(seconds)
    if reply is None:
        return [], otherwise, False
    outcomes = _outcomes(reply, count)
    if outcomes is None:
        return [], Crashed(), False
    if outcomes and isinstance(last := outcomes[-1], TimedOut):
        return outcomes[:-1], _interrupted(otherwise, last.line), True
    return outcomes, otherwise, True


def _interrupted(otherwise: Outcome, line: int | None) -> Outcome:
    """The outcome of a call interrupted in that line, by us or by the function itself."""
    if isinstance(otherwise, TimedOut):
        return TimedOut(otherwise.seconds, line)
    return Raised("KeyboardInterrupt", "", line)


async def _reply(kernel: Kernel, msg_id: str, seconds: float) -> list[bytes] | None:
    """The buffers of the reply to a request; None if the kernel ends or none comes in time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            message = await kernel.client.shell_channel.get_msg(timeout=min(left, 0.1))
            answers = message["parent_header"].get("msg_id") == msg_id
            if answers and message["msg_type"] == "call_reply":
                return list(message["buffers"])
        except Empty:
            if not await kernel.is_alive():
                return None
        except Exception:  # whatever jupyter_client makes of a message that was forged
            await kernel.kill()
            return None
    return None


def _outcomes(reply: list[bytes], calls: int) -> list[Outcome] | None:
    """Decode a reply to at most so many calls, two buffers for each.

    Returns None where its form is not one that the agent sends: student code may have forged it.
    """
    if len(reply) % 2 or len(reply) > 2 * calls:
        return None
    outcomes = [_outcome(*answer) for answer in zip(reply[::2], reply[1::2], strict=True)]
    if None in outcomes or any(isinstance(each, TimedOut) for each in outcomes[:-1]):
        return None
    return [each for each in outcomes if each]


def _outcome(status: bytes, returned: bytes) -> Outcome | None:
    try:
        match _words(wire.decode(status)):
            case ["returned"]:
                return Returned(wire.decode(returned))
            case ["raised", str() as kind, str() as message, int() | None as line]:
                return Raised(plain(kind[:100]), plain(message[:2000]), line)
            case ["unsendable", str() as reason]:
                return Incomparable(plain(reason[:500]))
            case ["interrupted", int() | None as line]:
                return TimedOut(0, line)
            case ["missing"]:
                return Missing()
    except WireError:
        pass
    return None


def _words(status: Any) -> list[str | int | None]:
    """The status as a list; empty where it is no tuple of strings, numbers and None.

    An array, for example, could not even be compared with a string.
    """
    whole = isinstance(status, tuple) and all(isinstance(each, str | int | None) for each in status)
    return list(status) if whole else []
