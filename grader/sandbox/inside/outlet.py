"""What cells show, on its way out of the kernel.

ipykernel has a thread for it, and wakes that several times a cell. Here, text waits in one list
until something else is to be sent, the cell is done or a moment has passed, and is then sent at
once by whoever is there. Only for text that waits while nothing more is shown is there a timer.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from itertools import groupby
from typing import Any

import zmq
from jupyter_client.session import Session

# Text that a cell goes on printing is sent so often at most.
PAUSE_SECONDS = 0.2
DROPPED = "\n[the rest of the output was dropped]\n"


class AgentSession(Session):
    """A session whose messages carry text only, no piece of it longer than `limit`."""

    limit = 1_000_000

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        content = msg.get("content")
        if isinstance(content, dict):
            if isinstance(content.get("data"), dict):
                content["data"] = {"text/plain": content["data"].get("text/plain", "")}
            msg["content"] = _shortened(content, self.limit)
        return super().serialize(msg, ident)


class Outlet:
    """The socket that everything shown goes through, whichever thread shows it.

    A cell may print so many characters as there is `room`. What a forked process shows is dropped:
    the socket is not its own. Before it is open, all is.
    """

    def __init__(self, session: Session) -> None:
        self.parent: dict[str, Any] = {}
        self.room = 0
        self._session = session
        self._socket: zmq.Socket[bytes] | None = None
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._waiting: list[tuple[str, str]] = []
        self._sent = 0.0
        self._to_be_sent = False

    def open(self, socket: zmq.Socket[bytes]) -> None:
        """Send from now on, by this process, what is shown from now on."""
        self._socket, self._process, self._waiting = socket, os.getpid(), []

    def write(self, stream: str, text: str) -> None:
        """Text for `stdout` or `stderr`; what there is no room for is dropped."""
        # Asked before the lock is taken: in a forked process nobody may be left to release it.
        if not text or self.room <= 0 or self._forked:
            return
        with self._lock:
            shown = text if len(text) <= self.room else text[: self.room] + DROPPED
            self.room -= len(text)
            self._waiting.append((stream, shown))
        if text.endswith("\n"):
            self.send_late()

    def send_late(self) -> None:
        """Send the text that waits; if some was sent just now, in a moment."""
        if time.monotonic() - self._sent > PAUSE_SECONDS:
            self.send_text()
        elif self._socket and not self._to_be_sent and not self._forked:
            timer = threading.Timer(PAUSE_SECONDS, self._send_now)
            timer.daemon = True
            # Where the cell has all the threads it may have, the text goes with what is sent next.
            with contextlib.suppress(RuntimeError):
                timer.start()
                self._to_be_sent = True

    def _send_now(self) -> None:
        self._to_be_sent = False
        self.send_text()

    def send_text(self) -> None:
        """Send the text that waits."""
        if not self._waiting or self._forked:
            return
        with self._lock:
            waiting, self._waiting = self._waiting, []
            for stream, pieces in groupby(waiting, key=lambda piece: piece[0]):
                content = {"name": stream, "text": "".join(text for _, text in pieces)}
                self._session.send(self._socket, "stream", content, parent=self.parent)
            self._sent = time.monotonic()

    def send_multipart(self, frames: list[Any], **options: Any) -> None:
        """Send a message after the text that waits; by this name ipykernel knows a socket."""
        if self._forked:
            return
        with self._lock:
            self.send_text()
            if self._socket:
                self._socket.send_multipart(frames, **options)

    @property
    def _forked(self) -> bool:
        return self._process != os.getpid()


class AgentStream(io.TextIOBase):
    """Standard output or error, through the outlet."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, outlet: Outlet, name: str, descriptor: int) -> None:
        self.name = name
        self._outlet = outlet
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """What is written there by programs and libraries goes nowhere."""
        return self._descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outlet.write(self.name, text)
        return len(text)

    def flush(self) -> None:
        self._outlet.send_late()


def _shortened(value: Any, limit: int) -> Any:
    if isinstance(value, str) and len(value) > limit:
        return f"{value[:limit]}\n[the rest was dropped]"
    if isinstance(value, list):
        return [_shortened(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: _shortened(item, limit) for key, item in value.items()}
    return value
