"""Call a function of the notebook in its kernel: bytes in, an `Outcome` out."""

from __future__ import annotations

import time
from queue import Empty

from grader import wire
from grader.errors import WireError
from grader.outcome import Crashed, Incomparable, Missing, Outcome, Raised, Returned, TimedOut
from grader.plain import plain
from grader.sandbox.kernel import GRACE_SECONDS, Kernel


async def call(
    kernel: Kernel, names: tuple[str, ...], inputs: bytes, seconds: float
) -> tuple[Outcome, bool]:
    """The outcome of a call, and whether the kernel can be used after it."""
    session, channel = kernel.client.session, kernel.client.shell_channel
    request = session.msg("call_request", {"names": list(names)})
    session.send(channel.socket, request, buffers=[inputs])
    msg_id = request["header"]["msg_id"]
    reply = await _reply(kernel, msg_id, seconds)
    if reply is None and await kernel.is_alive():
        await kernel.interrupt()
        usable = await _reply(kernel, msg_id, GRACE_SECONDS) is not None
        return TimedOut(seconds), usable
    outcome = Crashed() if reply is None else _outcome(reply)
    return outcome, not isinstance(outcome, Crashed)


async def _reply(kernel: Kernel, msg_id: str, seconds: float) -> bytes | None:
    """The bytes that answer a call; None if the kernel ends, or none come in time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            message = await kernel.client.shell_channel.get_msg(timeout=min(left, 0.1))
            answers = message["parent_header"].get("msg_id") == msg_id
            if answers and message["msg_type"] == "call_reply":
                return bytes(message["buffers"][0])
        except Empty:
            if not await kernel.is_alive():
                return None
        except Exception:  # whatever jupyter_client makes of a message that was forged
            await kernel.kill()
            return None
    return None


def _outcome(reply: bytes) -> Outcome:
    """The agent's reply, of which nothing is believed beyond its form."""
    try:
        value = wire.decode(reply)
        if not (isinstance(value, tuple) and isinstance(value[0], str)):
            return Crashed()
        if value[0] == "returned":
            return Returned(wire.decode(value[1]))
    except (WireError, IndexError, TypeError):
        return Crashed()
    match value:
        case ("raised", str() as kind, str() as message, int() | None as line):
            return Raised(plain(kind[:100]), plain(message[:2000]), line)
        case ("unsendable", str() as reason):
            return Incomparable(plain(reason[:500]))
        case ("missing",):
            return Missing()
        case ("interrupted",):
            return Raised("KeyboardInterrupt", "", None)
    return Crashed()
