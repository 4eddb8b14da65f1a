"""Send messages to a kernel and read what it sends, within limits that it cannot move.

jupyter_client trusts a kernel: it waits without end for a message to be taken, and builds whatever
JSON stands in one. Here a message that is not taken in time is an error. Of a message that arrives
only the few fields that we use are read, each of its own type, and a message that is none is passed
over, as if it had not come.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from queue import Empty
from typing import Annotated, Any, TypeVar

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import DELIM
from msgspec import Meta, MsgspecError, Raw, Struct, field, json, structs
from traitlets import Type

# A message is put in a queue, which takes no time, unless there is no connection any more.
SEND_MILLISECONDS = 1000
# Of a message's header, parent header and metadata together. Ours have some hundred bytes.
MAX_HEADER_BYTES = 64 * 1024
# Of a message: its own, and two for each call whose answer is in it.
MAX_FRAMES = 20_000
# What stands before the delimiter: the name of a sender, or a topic.
_MAX_IDENTITIES = 4
_PARTS = 5  # signature, header, parent header, metadata, content


class TooManyFrames(Exception):
    """A kernel has sent a message of more than `MAX_FRAMES` frames; nothing more is read of it."""


class _Header(Struct):
    msg_id: str = ""
    msg_type: str = ""


class _Shown(Struct):
    """What a cell shows; of its forms only the text and pictures are read."""

    text: str = field(default="", name="text/plain")
    png: Raw = field(default_factory=Raw, name="image/png")
    jpeg: Raw = field(default_factory=Raw, name="image/jpeg")
    svg: Raw = field(default_factory=Raw, name="image/svg+xml")

    @property
    def pictures(self) -> dict[str, str]:
        """The pictures among its forms, by their type, in base64 unless something else was sent.

        One is empty where it is no text, or was not sent.
        """
        sent = {"image/png": self.png, "image/jpeg": self.jpeg, "image/svg+xml": self.svg}
        return {media: _text_in(raw) for media, raw in sent.items() if raw}


class Content(Struct):
    """The fields that are read of a message's content, whatever its kind.

    `done` is how many statements of a cell had run before the one that failed, `line` the line in
    which that is; both are None where it is not known.
    """

    status: str = ""
    execution_state: str = ""
    text: str = ""
    name: str = ""
    data: _Shown = field(default_factory=_Shown)
    ename: str = ""
    evalue: str = ""
    done: Annotated[int, Meta(ge=0, le=2**31)] | None = None
    line: Annotated[int, Meta(ge=1, le=2**31)] | None = None


_Record = TypeVar("_Record")
_HEADERS = json.Decoder(_Header)
_CONTENTS = json.Decoder(Content)


class BoundedChannel(AsyncZMQSocketChannel):
    """A channel whose messages are read as this module describes.

    The content of a message may have at most `content_bytes`.
    """

    content_bytes = 1024 * 1024

    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message; raises Empty where none has come after `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if end is None else max(0, int((end - time.monotonic()) * 1000))
            arrived = await self.socket.poll(left)
            # If messages come all the time, nothing above has to wait. Others have to have a turn:
            # the task that ends the kernel when its time is over.
            await asyncio.sleep(0)
            if not arrived:
                raise Empty
            if message := self._message(self._frames()):
                return message
            if end is not None and time.monotonic() >= end:
                raise Empty

    def _frames(self) -> list[zmq.Frame]:
        """The frames of the message that has arrived; none if there is none after all."""
        socket: zmq.Socket[bytes] = zmq.Socket.shadow(self.socket.underlying)
        frames: list[zmq.Frame] = []
        try:
            while not frames or socket.getsockopt(zmq.RCVMORE):
                frames.append(socket.recv(zmq.NOBLOCK, copy=False))
                if len(frames) > MAX_FRAMES:
                    raise TooManyFrames
        except zmq.Again:
            return []
        return frames

    def _message(self, frames: list[zmq.Frame]) -> dict[str, Any] | None:
        """The message as nbclient expects it; None where the frames are none."""
        start = next(
            (
                index
                for index, frame in enumerate(frames[:_MAX_IDENTITIES])
                if len(frame) == len(DELIM) and frame.bytes == DELIM
            ),
            None,
        )
        if start is None or len(frames) < start + 1 + _PARTS:
            return None
        signature, *parts = (frame.buffer for frame in frames[start + 1 : start + 1 + _PARTS])
        if sum(map(len, parts[:3])) > MAX_HEADER_BYTES or len(parts[3]) > self.content_bytes:
            return None
        expected = self.session.sign([bytes(part) for part in parts])
        if not hmac.compare_digest(bytes(signature), expected):
            return None
        try:
            header, parent = _read(parts[0], _HEADERS), _read(parts[1], _HEADERS)
            read = _read(parts[3], _CONTENTS)
            pictures = read.data.pictures
        except (MsgspecError, RecursionError):
            return None
        return {
            "header": structs.asdict(header),
            "msg_type": header.msg_type,
            "parent_header": structs.asdict(parent),
            "content": {**structs.asdict(read), "data": read.data.text, "pictures": pictures},
            "buffers": [frame.buffer for frame in frames[start + 1 + _PARTS :]],
        }


def _read(part: memoryview, decoder: json.Decoder[_Record]) -> _Record:
    """The record in a part of a message. Bytes that are not UTF-8 become U+FFFD."""
    return decoder.decode(str(part, "utf-8", "replace"))


def _text_in(raw: Raw) -> str:
    """The text that a part of JSON is; empty where it is something else."""
    try:
        return json.decode(raw, type=str)
    except MsgspecError:
        return ""


class BoundedClient(AsyncKernelClient):
    """jupyter_client's client with channels whose messages are read within limits."""

    shell_channel_class = Type(BoundedChannel)
    iopub_channel_class = Type(BoundedChannel)
