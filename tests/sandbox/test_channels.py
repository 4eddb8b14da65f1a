"""channels: a kernel that sends anything makes us neither wait without end nor build anything."""

from __future__ import annotations

import asyncio
import json
from queue import Empty
from typing import Any

import pytest
import zmq
import zmq.asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.session import DELIM, Session

from grader.sandbox.channels import MAX_FRAMES, BoundedChannel, TooManyFrames

KEY = b"a key"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = ("status", "execution_state", "text", "data", "ename", "evalue", "done", "line")
contents = st.dictionaries(st.sampled_from(FIELDS), values) | values
parts = (contents | values).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30)
TYPES = {
    **dict.fromkeys(("status", "execution_state", "text", "data", "ename", "evalue"), (str,)),
    **dict.fromkeys(("done", "line"), (int, type(None))),
}


def signed(frames: list[bytes], buffers: list[bytes]) -> list[bytes]:
    return [b"who", DELIM, Session(key=KEY).sign(frames), *frames, *buffers]


LAST = {"msg_type": "stream", "msg_id": "the last"}


def received(*messages: list[bytes], content_bytes: int = 1000) -> list[dict[str, Any]]:
    """What a channel makes of these messages, until there is nothing more to be read."""

    async def read() -> list[dict[str, Any]]:
        with zmq.asyncio.Context() as context:
            kernel, ours = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
            kernel.linger = ours.linger = 0
            kernel.bind("inproc://kernel")
            ours.connect("inproc://kernel")
            channel = BoundedChannel(ours, Session(key=KEY))
            channel.content_bytes = content_bytes
            try:
                for given in (*messages, signed(frames(header=LAST), [])):
                    await kernel.send_multipart(given)
                found: list[dict[str, Any]] = []
                while True:
                    try:
                        message = await channel.get_msg(timeout=10)
                    except Empty:
                        return found
                    if message["header"].get("msg_id") == LAST["msg_id"]:
                        return found
                    found.append(message)
            finally:
                kernel.close()
                ours.close()

    return asyncio.run(read())


def frames(**given: object) -> list[bytes]:
    """The four parts of a message, as JSON."""
    parts = {"header": {"msg_type": "stream", "msg_id": "1"}, "parent": {}, "metadata": {}}
    return [json.dumps({**parts, "content": {}, **given}[name]).encode() for name in PARTS]


PICTURES = ("image/png", "image/jpeg", "image/svg+xml")
PARTS = ("header", "parent", "metadata", "content")


def test_a_message_is_read_with_what_came_with_it() -> None:
    content = {"text": "x", "data": {"text/plain": "y", "image/png": "z"}, "more": [1]}
    (message,) = received(signed(frames(parent={"msg_id": "7"}, content=content), [b"one", b""]))
    assert (message["msg_type"], message["parent_header"]["msg_id"]) == ("stream", "7")
    assert (message["content"]["text"], message["content"]["data"]) == ("x", "y")
    assert [bytes(each) for each in message["buffers"]] == [b"one", b""]


@given(st.dictionaries(st.sampled_from([*PICTURES, "text/plain", "image/gif"]), values))
@settings(max_examples=60, deadline=None)
def test_a_picture_is_text_whatever_was_sent_as_one(shown: dict[str, Any]) -> None:
    found = received(signed(frames(content={"data": shown}), []))
    if isinstance(shown.get("text/plain", ""), str):
        (message,) = found
        sent = {media: shown[media] for media in PICTURES if media in shown}
        assert message["content"]["pictures"] == {
            media: picture if isinstance(picture, str) else "" for media, picture in sent.items()
        }


@given(st.lists(parts, min_size=4, max_size=4), st.lists(st.binary(max_size=9), max_size=2))
@settings(max_examples=60, deadline=None)
def test_of_any_message_every_field_is_of_its_type(given: list[bytes], more: list[bytes]) -> None:
    for message in received(signed(given, more)):
        assert all(isinstance(message["content"][name], of) for name, of in TYPES.items())
        assert isinstance(message["msg_type"], str)
        assert isinstance(message["parent_header"]["msg_id"], str)


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9))
@settings(max_examples=30, deadline=None)
def test_what_is_no_message_is_passed_over(given: list[bytes]) -> None:
    right = signed(frames(), [])
    forged = [*right[:2], b"0" * 64, *right[3:]]
    assert len(received(given, forged, right[:-1], right)) == 1


def test_long_and_deep_parts_are_passed_over() -> None:
    deep = frames()
    deep[3] = b'{"a":' * 100_000
    long = [frames(content={"text": "x" * 1000}), frames(header={"msg_id": "x" * 70_000}), deep]
    assert received(*(signed(each, []) for each in long)) == []
    assert len(received(signed(frames(content={"text": "x" * 900}), []))) == 1


def test_bytes_that_are_no_text_are_replaced_in_it() -> None:
    given = frames()
    given[3] = b'{"text": "caf\xe9"}'
    (message,) = received(signed(given, []))
    assert message["content"]["text"] == "caf\N{REPLACEMENT CHARACTER}"


def test_a_message_of_too_many_frames_is_not_read() -> None:
    with pytest.raises(TooManyFrames):
        received(signed(frames(), [b""] * MAX_FRAMES))
