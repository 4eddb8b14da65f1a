"""Call functions of the notebook in its kernel, or ask for the value of one of its variables.

Inputs are sent as bytes. What comes back is decoded strictly and becomes an `Outcome`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.errors import WireError
from grader.execution.kernel_words import in_known_words
from grader.execution.outcome import (
    Crashed,
    Incomparable,
    Missing,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Unmade,
)
from grader.execution.traced import Trace, TracedCall, trace_of
from grader.sandbox.shared import SharedInputs
from grader.text import plain
from grader.values import wire

if TYPE_CHECKING:
    from grader.sandbox.kernel import Kernel

# Of what says how a call ended: a type, a message of 2,000 characters and a line.
MAX_STATUS_BYTES = 16 * 1024
# Names that are taken from one function, and characters of each.
MAX_TAKEN, MAX_NAME = 1000, 80


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the first of `names` that the notebook defines.

    `inputs` are the encoded pair `(args, kwargs)`, or shared ones that the kernel was started with.
    If `kept`, the function is called as its own cell left it, with the names that it uses as they
    were then. If `how` is "value", the variable of that name is read instead. If it is "drive",
    `inputs` are a driver's source, its name, the names that it takes and what else it is given.
    """

    names: tuple[str, ...]
    inputs: bytes | memoryview | SharedInputs = b""
    kept: bool = False
    how: str = "call"


@dataclass(frozen=True, slots=True)
class Taken:
    """A name that a function uses, and that a later cell took from it.

    `cell` is the number of the request to run a cell, counted from 1, in which the name came to
    stand for something else; 0 if that is not known. `removed` says that it stands for nothing.
    """

    name: str
    cell: int
    removed: bool


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


async def call(
    kernel: Kernel,
    what: Call,
    seconds: float,
    budget: wire.Budget | None = None,
    alone: bool = False,
) -> tuple[Outcome, bool]:
    """The outcome of a call that may take `seconds`, and whether the kernel is still usable.

    If it is to be made `alone`, threads that the notebook has left computing are ended before. What
    is decoded is subtracted from the `budget`. Where that is spent, an answer is not decoded.
    """
    outcomes, otherwise, usable = await _ask_calls(kernel, [what], seconds, budget, alone)
    return outcomes[0] if outcomes else otherwise, usable


async def value_of(
    kernel: Kernel, name: str, seconds: float, budget: wire.Budget | None = None
) -> tuple[Outcome, bool]:
    """A variable's value as if a call had returned it, and whether the kernel is still usable."""
    asked = [Call((name,), how="value")]
    outcomes, otherwise, usable = await _ask_calls(kernel, asked, seconds, budget)
    return outcomes[0] if outcomes else otherwise, usable


def keep(kernel: Kernel, names: Sequence[str]) -> None:
    """Have the kernel keep the functions of these names as they are now; it does not reply."""
    kernel.sends(kernel.client.session.msg("keep_request", {"names": list(names)}), [])


def give(kernel: Kernel, values: Sequence[tuple[str, bytes]]) -> None:
    """Give the notebook variables of these names and encoded values; there is no reply."""
    names = [name for name, _ in values]
    request = kernel.client.session.msg("give_request", {"names": names})
    kernel.sends(request, [value for _, value in values])


def draw(kernel: Kernel, wanted: bool) -> None:
    """Have the kernel draw and send what the cells that follow show, or not; it does not reply."""
    kernel.sends(kernel.client.session.msg("draw_request", {"wanted": wanted}), [])


async def taken(
    kernel: Kernel, names: Sequence[str], seconds: float
) -> tuple[tuple[Taken, ...], bool]:
    """What was taken from the kept function of these names, and whether the kernel is usable."""
    request = kernel.client.session.msg("taken_request", {"names": list(names)})
    outcomes, _, usable = await _ask(kernel, request, [], 1, seconds)
    match outcomes:
        case [Returned(dict() as found)] if len(found) <= MAX_TAKEN:
            return tuple(_taken(found)), usable
    return (), usable


def _taken(found: dict[Any, Any]) -> Iterator[Taken]:
    """What a kernel says of that, as far as it is of the right form."""
    for name, how in found.items():
        match how:
            case (int() as cell, bool() as removed):
                if isinstance(name, str) and name.isidentifier() and len(name) <= MAX_NAME:
                    yield Taken(name, cell, removed)


async def call_together(
    kernel: Kernel, calls: Sequence[Call], seconds: float, budget: wire.Budget
) -> tuple[list[Outcome], bool]:
    """The outcomes of calls sent in one message, and whether the kernel is still usable.

    What is decoded is subtracted from the `budget`, as in `call`. All calls together may take
    `seconds`. There are fewer outcomes than calls where that was not enough, or where a call ended
    the kernel.
    """
    outcomes, _, usable = await _ask_calls(kernel, calls, seconds, budget)
    return outcomes, usable


async def call_edited(
    kernel: Kernel, what: EditedCalls, seconds: float
) -> tuple[list[Outcome], bool]:
    """The outcomes of all calls, source by source, and whether the kernel is still usable.

    There are fewer outcomes where the calls took more than `seconds` in total.
    """
    content = {name: getattr(what, name) for name in ("names", "edited", "sources")}
    content |= {"seconds": what.seconds, "bytes": what.bytes}
    request = kernel.client.session.msg("edit_request", content)
    if not kernel.sends(request, what.inputs):
        return [], False
    reply = await _reply(kernel, request["header"]["msg_id"], seconds)
    outcomes = None if reply is None else _outcomes(reply, len(what.sources) * len(what.inputs))
    return outcomes or [], outcomes is not None


async def call_traced(
    kernel: Kernel, what: TracedCall, seconds: float
) -> tuple[Trace | None, bool]:
    """What a followed function gives its variables, and whether the kernel is still usable.

    There is no trace where the call took too long, or set too much.
    """
    content = what.content | {"shared": _place(kernel, what.inputs)}
    request = kernel.client.session.msg("trace_request", content)
    sent = b"" if isinstance(what.inputs, SharedInputs) else what.inputs
    outcomes, _, usable = await _ask(kernel, request, [sent], 1, seconds)
    return trace_of(outcomes[0]) if outcomes else None, usable


async def _ask_calls(
    kernel: Kernel,
    calls: Sequence[Call],
    seconds: float,
    budget: wire.Budget | None,
    alone: bool = False,
) -> tuple[list[Outcome], Outcome, bool]:
    names = [list(each.names) for each in calls]
    inputs = [each.inputs for each in calls]
    shared = [_place(kernel, each) for each in inputs]
    how = ["kept" if each.kept else each.how for each in calls]
    content = {"names": names, "shared": shared, "how": how, "alone": alone}
    request = kernel.client.session.msg("call_request", content)
    sent = [b"" if isinstance(each, SharedInputs) else each for each in inputs]
    return await _ask(kernel, request, sent, len(calls), seconds, budget)


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
    budget: wire.Budget | None = None,
) -> tuple[list[Outcome], Outcome, bool]:
    """Send a request, and read the reply, which should have `count` outcomes.

    Returns the outcomes there are, an outcome for the first missing one, and whether the kernel is
    still usable. A kernel that has not replied after `seconds` is interrupted.
    """
    if not kernel.sends(request, buffers):
        return [], Crashed(), False
    msg_id = request["header"]["msg_id"]
    reply = await _reply(kernel, msg_id, seconds)
    otherwise: Outcome = Crashed() if reply is None else Raised("KeyboardInterrupt", "", None)
    if reply is None and await kernel.is_alive():
        await kernel.interrupt()
        reply = await _reply(kernel, msg_id, kernel.limits.grace_seconds)
        otherwise = TimedOut(seconds)
    if reply is None:
        return [], otherwise, False
    outcomes = _outcomes(reply, count, budget)
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
        message = await kernel.receives(min(left, 0.1))
        if message is None:
            if not await kernel.is_alive():
                return None
        elif message["parent_header"]["msg_id"] == msg_id and message["msg_type"] == "call_reply":
            return list(message["buffers"])
    return None


def _outcomes(
    reply: list[bytes], calls: int, budget: wire.Budget | None = None
) -> list[Outcome] | None:
    """Decode a reply to at most so many calls, two buffers for each.

    Returns None where its form is not one that the agent sends: student code may have forged it.
    """
    if len(reply) % 2 or len(reply) > 2 * calls:
        return None
    outcomes: list[Outcome | None] = []
    reply.reverse()
    while reply:
        # What has been decoded is not kept as bytes, too.
        status, returned = reply.pop(), reply.pop()
        outcomes.append(_outcome(status, returned, budget))
    if None in outcomes or any(isinstance(each, TimedOut) for each in outcomes[:-1]):
        return None
    return [each for each in outcomes if each]


def _outcome(status: bytes, returned: bytes, budget: wire.Budget | None) -> Outcome | None:
    try:
        if len(status) > MAX_STATUS_BYTES:
            return None
        match _words(wire.decode(status)):
            case ["returned"] if budget and budget.spent:
                return Incomparable("the answers to all cases together are too large")
            case ["returned"]:
                return Returned(wire.decode(returned, budget=budget))
            case ["raised", str() as kind, str() as message, int() | None as line, str() as bases]:
                known = in_known_words(plain(message[:2000]))
                return Raised(plain(kind[:100]), known, line, tuple(bases[:1000].split()))
            case ["unsendable", str() as reason]:
                return Incomparable(plain(reason[:500]))
            case ["unmade", str() as reason]:
                return Unmade(plain(reason[:500]))
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
