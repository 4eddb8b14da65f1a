"""The kernel in which a student's code runs: ipykernel, and one more request, `call_request`.

This file and `wire.py` are copied beside each other into a throw-away folder and run there, by

    python -s -P -S agent.py CONNECTION_FILE OUTPUT_BYTES SITE_PACKAGES...

so that nothing in the kernel points back at where fairgrade lies. Whatever runs here may be taken
over by the student's code: nothing it says is believed, it only saves honest notebooks trouble.
"""

from __future__ import annotations

import os
import sys

# Only the packages, not their .pth files: an editable install would show its source folder.
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
sys.path += ["", *sys.argv[3:]]
os.environ.pop("JPY_PARENT_PID", None)

import contextlib
import ctypes
import io
import random
import signal
import site
from typing import Any, ClassVar

import numpy as np
import wire
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets import default
from traitlets.config import Config

OUTPUT_BYTES = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
# A student's process sees none of the above.
del sys.path[0]
sys.argv[1:] = []

_PR_SET_PDEATHSIG = 1


class AgentStream(OutStream):
    """Standard output or error of which a cell may print `OUTPUT_BYTES`; the rest is dropped."""

    room = OUTPUT_BYTES

    def write(self, string: str) -> int | None:
        if isinstance(string, str) and len(string) > AgentStream.room:
            shown, AgentStream.room = string[: AgentStream.room], 0
            if shown:
                super().write(f"{shown}\n[the rest of the output was dropped]\n")
            return len(string)
        AgentStream.room -= len(string)
        return super().write(string)


class AgentSession(Session):
    """A session whose messages carry text only, none of it longer than `OUTPUT_BYTES`."""

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        content = msg.get("content")
        if isinstance(content, dict):
            if isinstance(content.get("data"), dict):
                content["data"] = {"text/plain": content["data"].get("text/plain", "")}
            msg["content"] = _shortened(content)
        return super().serialize(msg, ident)


class AgentShell(ZMQInteractiveShell):
    """A shell that runs no commands (`!pip install` would change the machine that grades), and
    in which a cell with `exit()` does not end the notebook."""

    def ask_exit(self) -> None:
        pass

    def system(self, cmd: str) -> None:
        print(f"[not run while grading: {cmd}]")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.system(cmd)
        return [] if split else ""


class AgentKernel(IPythonKernel):
    """ipykernel that also calls a function of the notebook with inputs sent as bytes."""

    shell_class = AgentShell
    msg_types: ClassVar[list[str]] = [*IPythonKernel.msg_types, "call_request"]

    async def execute_request(self, stream: Any, ident: Any, parent: Any) -> None:
        AgentStream.room = OUTPUT_BYTES
        await super().execute_request(stream, ident, parent)

    def call_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Reply with what the first of `names` that the notebook defines does with the inputs."""
        namespace = self.shell.user_ns
        function = next(
            (namespace[name] for name in parent["content"]["names"] if name in namespace), None
        )
        try:
            args, kwargs = wire.decode(bytes(parent["buffers"][0]))
            reply = _call(function, args, kwargs)
        except KeyboardInterrupt:
            reply = wire.encode(("interrupted",))
        self.session.send(stream, "call_reply", {}, parent, ident=ident, buffers=[reply])


class AgentApp(IPKernelApp):
    """ipykernel's application with the classes above."""

    kernel_class = AgentKernel
    outstream_class = "__main__.AgentStream"

    @default("session")
    def _session_default(self) -> Session:
        return AgentSession(parent=self)


def _call(function: Any, args: Any, kwargs: Any) -> bytes:
    if not callable(function):
        return wire.encode(("missing",))
    random.seed(0)
    np.random.seed(0)
    try:
        with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
            value = function(*args, **kwargs)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the student's, SystemExit too
        line = _line_in(function, error)
        return wire.encode(("raised", type(error).__name__[:100], _text(error)[:2000], line))
    try:
        return wire.encode(("returned", wire.encode(value)))
    except wire.WireError as error:
        return wire.encode(("unsendable", str(error)[:500]))


def _line_in(function: Any, error: BaseException) -> int | None:
    """The line of the function's own cell in which it raised, counted from 1."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the student's own class may do anything
        return ""


class _Nowhere(io.TextIOBase):
    """Where a function's printed words go while it is called."""

    def write(self, string: str) -> int:
        return len(string)


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > OUTPUT_BYTES:
        return f"{value[:OUTPUT_BYTES]}\n[the rest was dropped]"
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return value


def _die_with_parent() -> None:
    """Have the kernel end this process when the grader ends, however it does (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(connection_file: str) -> None:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.colors = "nocolor"
    # Pictures are not shown anywhere: drawing them as PNG would only cost time.
    config.InlineBackend.figure_formats = set()
    config.IPKernelApp.connection_file = connection_file
    app = AgentApp.instance(config=config)
    # A debugger that nobody will attach would cost a fifth of the kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    app.initialize([])
    del sys.modules["debugpy"]
    site.sethelper()  # the one thing students may miss of what -S leaves out
    app.start()


if __name__ == "__main__":
    _die_with_parent()
    main(sys.orig_argv[sys.orig_argv.index(__file__) + 1])
