"""Send what cells print and show out of the kernel.

ipykernel has a thread for this, which is woken several times for a cell. Here, text is collected in
a list. The thread that prints sends it, together with the next message or when the last text was
sent more than `PAUSE_SECONDS` ago; a timer sends what nothing else does.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from base64 import b64encode
from itertools import groupby
from typing import Any

import zmq
from jupyter_client.session import Session

# The shortest time between two messages with text of a cell that goes on printing.
PAUSE_SECONDS = 0.2
DROPPED = "\n[the rest of the output was dropped]\n"


# Of a picture in base64.
MAX_PICTURE_CHARACTERS = 1_400_000
_PICTURES = ("image/png", "image/jpeg")
_NOT_SENT = "image/svg+xml"


class AgentSession(Session):
    """A session whose messages have text only, and no string longer than `limit` characters.

    They have pictures as well while these are `drawn`, or an empty text in the place of what is too
    large, or of a form that is not sent.
    """

    limit = 1_000_000
    drawn = False

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        content = msg.get("content")
        pictures: dict[str, Any] = {}
        if isinstance(content, dict):
            if isinstance(content.get("data"), dict):
                shown = content["data"]
                content["data"] = {"text/plain": shown.get("text/plain", "")}
                pictures = _pictures_in(shown) if self.drawn else {}
            if "traceback" in content:
                content["traceback"] = []  # which nobody reads
            msg["content"] = _shortened(content, self.limit)
            if pictures:
                msg["content"]["data"] |= pictures
        return super().serialize(msg, ident)


class Outlet:
    """The socket for all output, whichever thread it comes from.

    `room` is how many characters the cell may still print. Output is dropped before `open` is
    called, and that of a forked process always, because the socket belongs to its parent.
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
        """Send the output of this process to the socket from now on."""
        self._socket, self._process, self._waiting = socket, os.getpid(), []

    def write(self, stream: str, text: str) -> None:
        """Take text for the stream `stdout` or `stderr`; what there is no room for is dropped."""
        # Before the lock is taken: in a forked process, the thread that holds it may not exist.
        if not text or self.room <= 0 or self._forked:
            return
        with self._lock:
            shown = text if len(text) <= self.room else text[: self.room] + DROPPED
            self.room -= len(text)
            self._waiting.append((stream, shown))
        if text.endswith("\n"):
            self.send_late()

    def send_late(self) -> None:
        """Send the text that waits, at once or, if some was sent just now, in `PAUSE_SECONDS`."""
        if time.monotonic() - self._sent > PAUSE_SECONDS:
            self.send_text()
        elif self._socket and not self._to_be_sent and not self._forked:
            timer = threading.Timer(PAUSE_SECONDS, self._send_now)
            timer.daemon = True
            # Where the cell has as many threads as it may, the text goes with the next message.
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
        """Send the text that waits, then a message. ipykernel calls this as a socket's method."""
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
    """Standard output or standard error, sent through the outlet."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, outlet: Outlet, name: str, descriptor: int) -> None:
        self.name = name
        self._outlet = outlet
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The descriptor of the stream, which leads to /dev/null: what C code writes is lost."""
        return self._descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outlet.write(self.name, text)
        return len(text)

    def flush(self) -> None:
        self._outlet.send_late()


def _pictures_in(shown: dict[str, Any]) -> dict[str, str]:
    """The pictures among the forms of what is shown, in base64; empty where one is not sent."""
    found = {_NOT_SENT: ""} if _NOT_SENT in shown else {}
    for kind in _PICTURES:
        picture = shown.get(kind)
        if isinstance(picture, bytes):
            picture = b64encode(picture).decode()
        if isinstance(picture, str):
            found[kind] = picture if len(picture) <= MAX_PICTURE_CHARACTERS else ""
    return found


def _shortened(value: Any, limit: int) -> Any:
    if isinstance(value, str) and len(value) > limit:
        return f"{value[:limit]}\n[the rest was dropped]"
    if isinstance(value, list):
        return [_shortened(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: _shortened(item, limit) for key, item in value.items()}
    return value
