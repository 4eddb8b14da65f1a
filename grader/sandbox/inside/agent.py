"""The kernel in which a student's code runs: ipykernel, and requests for calls and for a value.

Whatever runs here may be taken over by the student's code: nothing it says is believed, it only
saves honest notebooks trouble.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import signal
import site
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, ClassVar, TypeAlias

import numpy as np
import wire
from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session
from traitlets import default
from traitlets.config import Config

# Of a message's frames: our identity, a delimiter and a signature stand before it.
_HEADER = 3
PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


# What came of a call, and the value that it returned if it did; both encoded.
_Answer: TypeAlias = tuple[bytes | memoryview, bytes | memoryview]
_MISSING: _Answer = wire.encode(("missing",)), b""


class Output:
    """How many bytes a cell may print, and a message may hold."""

    limit = 1_000_000


class AgentStream(OutStream):
    """Standard output or error of which a cell may print `Output.limit`; the rest is dropped."""

    room = 0
    written = False

    def flush(self) -> None:
        """Wake the thread that sends only if there is something to send."""
        if self.written:
            self.written = False
            super().flush()

    def write(self, string: str) -> int | None:
        self.written = True
        if isinstance(string, str) and len(string) > AgentStream.room:
            shown, AgentStream.room = string[: AgentStream.room], 0
            if shown:
                super().write(f"{shown}\n[the rest of the output was dropped]\n")
            return len(string)
        AgentStream.room -= len(string)
        return super().write(string)


class AgentSession(Session):
    """A session whose messages carry text only, none of it longer than `Output.limit`."""

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


class Interrupted(Exception):
    """A call was interrupted, in this line of the function's own cell."""

    def __init__(self, line: int | None) -> None:
        self.line = line


class OutOfTime(BaseException):
    """An edited function has used up what it may of the processor's time."""


class AgentKernel(IPythonKernel):
    """ipykernel that also calls functions of the notebook, edited ones too, with inputs sent as
    bytes."""

    shell_class = AgentShell

    def __init__(self, **kwargs: Any) -> None:
        """With the shell that `prepare` made, which knows everything but its kernel and folders."""
        shell = AgentShell.instance()
        shell.kernel, shell.profile_dir = self, kwargs["profile_dir"]
        shell.ipython_dir, shell.home_dir = kwargs["parent"].ipython_dir, os.environ["HOME"]
        super().__init__(**kwargs)

    async def execute_request(self, stream: Any, ident: Any, parent: Any) -> None:
        AgentStream.room = Output.limit
        await super().execute_request(stream, ident, parent)

    def _publish_status(self, status: str, *args: Any, **options: Any) -> None:
        """Say when a request is done; nobody asks when it began."""
        if status != "busy":
            super()._publish_status(status, *args, **options)

    def _publish_execute_input(self, *args: Any) -> None:
        """Nobody wants to be told what was sent."""

    async def dispatch_shell(self, msg: Any, /, *args: Any, **options: Any) -> None:
        """Answer calls at once: nobody waits for ipykernel to say "busy" and "idle" for them."""
        header = msg[_HEADER].bytes
        if b'"call_request"' in header:
            answer = self.call_request
        elif b'"edit_request"' in header:
            answer = self.edit_request
        elif b'"value_request"' in header:
            answer = self.value_request
        else:
            await super().dispatch_shell(msg, *args, **options)
            return
        idents, frames = self.session.feed_identities(msg, copy=False)
        answer(idents, self.session.deserialize(frames, copy=False))

    def call_request(self, ident: Any, parent: Any) -> None:
        """Make the calls asked for, and reply with two buffers for each, all in one message.

        The answers end with the call that was interrupted, if one was.
        """
        answers: list[Any] = []
        try:
            with contextlib.suppress(KeyboardInterrupt), _interruptible():
                for names, data in zip(parent["content"]["names"], parent["buffers"], strict=True):
                    answers += self._answer(names, data)
        except Interrupted as where:
            answers += (wire.encode(("interrupted", where.line)), b"")
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    def edit_request(self, ident: Any, parent: Any) -> None:
        """Call a function with all inputs, once for each source of what it is or calls.

        A source takes the place of what it defines while it is tried. The reply is that of
        `call_request`; an answer of too many bytes, or that takes too long, is as good as none.
        """
        asked = parent["content"]
        answers: list[Any] = []
        with contextlib.suppress(KeyboardInterrupt, Interrupted), _interruptible():
            for source in asked["sources"]:
                with self._edited(asked["edited"], source) as problem:
                    for data in parent["buffers"]:
                        answers += problem or self._bounded_answer(asked, data)
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    def value_request(self, ident: Any, parent: Any) -> None:
        """Reply with what a name of the notebook stands for, as if a call had returned it."""
        namespace, name = self.shell.user_ns, parent["content"]["name"]
        answers: list[Any] = []
        with contextlib.suppress(KeyboardInterrupt), _interruptible():
            answers += _returned(namespace[name]) if name in namespace else _MISSING
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    @contextlib.contextmanager
    def _edited(self, name: str, source: str) -> Iterator[_Answer | None]:
        """With the source's definition of `name`; what it yields is why there is none, if so."""
        namespace = self.shell.user_ns
        original = namespace[name]
        try:
            exec(compile(source, "<edited>", "exec"), namespace)
            problem = None
        except Exception as error:  # some edits are no Python, some fail in a default value
            problem = wire.encode(("raised", _name(error)[:100], "", None)), b""
        try:
            yield problem
        finally:
            namespace[name] = original

    def _bounded_answer(self, asked: dict[str, Any], inputs: memoryview) -> _Answer:
        try:
            with _within(asked["seconds"]):
                status, value = self._answer(asked["names"], inputs)
        except OutOfTime:
            return wire.encode(("unsendable", "takes too long")), b""
        if len(value) > asked["bytes"]:
            return wire.encode(("unsendable", "is too large")), b""
        return status, value

    def _answer(self, names: list[str], inputs: memoryview) -> _Answer:
        """What the first of `names` that the notebook defines does with the inputs."""
        namespace = self.shell.user_ns
        function = next((namespace[name] for name in names if name in namespace), None)
        args, kwargs = wire.decode(inputs)
        return _call(function, args, kwargs)


class AgentApp(IPKernelApp):
    """ipykernel's application with the classes above, for the request that started it."""

    kernel_class = AgentKernel
    outstream_class = f"{__name__}.AgentStream"
    request: ClassVar[dict[str, Any]]

    @default("session")
    def _session_default(self) -> Session:
        return AgentSession(parent=self, key=self.request["key"])

    def init_connection_file(self) -> None:
        """The request says what a connection file would."""
        self.transport, self.ip = "ipc", f"{self.request['sockets']}/k"
        for number, port in enumerate(PORTS, start=1):
            setattr(self, port, number)

    def write_connection_file(self, **kwargs: Any) -> None:
        pass

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """There is none, and making the parser for it takes longer than opening the sockets."""

    def load_config_file(self, *args: Any, **options: Any) -> None:
        """There is none either."""

    def init_heartbeat(self) -> None:
        """None: we watch the kernel's process, and its thread would bind a socket at any time."""

    def init_control(self, context: Any) -> None:
        """Without the thread for subshells, through which every message would go twice."""
        super().init_control(context)
        self.shell_channel_thread = None


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so many seconds of the processor's time: others may use it, too."""

    def end(*_: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _call(function: Any, args: Any, kwargs: Any) -> _Answer:
    if not callable(function):
        return _MISSING
    random.seed(0)
    np.random.seed(0)
    try:
        with contextlib.redirect_stdout(_Nowhere()), contextlib.redirect_stderr(_Nowhere()):
            value = function(*args, **kwargs)
    except KeyboardInterrupt as error:
        raise Interrupted(_line_in(function, error)) from None
    except BaseException as error:  # the student's, SystemExit too
        line = _line_in(function, error)
        return wire.encode(("raised", _name(error)[:100], _text(error)[:2000], line)), b""
    return _returned(value)


def _returned(value: Any) -> _Answer:
    try:
        return wire.encode(("returned",)), wire.encode(value)
    except wire.WireError as error:
        return wire.encode(("unsendable", str(error)[:500])), b""


def _line_in(function: Any, error: BaseException) -> int | None:
    """The line of the function's own cell in which it raised, counted from 1."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    line, traceback = None, error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _name(error: BaseException) -> str:
    try:
        return str(type(error).__name__)
    except Exception:  # a student's metaclass may do anything
        return "an exception"


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
    if isinstance(value, str) and len(value) > Output.limit:
        return f"{value[: Output.limit]}\n[the rest was dropped]"
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return value


@contextlib.contextmanager
def without_debugger() -> Iterator[None]:
    """Let ipykernel do without debugpy: nobody attaches it, and it costs a fifth of a start."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["debugpy"]


def prepare() -> None:
    """Make the shell, once for all kernels: it takes as long as the rest of a start."""
    folder = tempfile.mkdtemp()
    with without_debugger():
        AgentShell.instance(
            config=_config(), ipython_dir=folder, profile_dir=ProfileDir.create_profile_dir(folder)
        )


def _config() -> Config:
    config = Config()
    config.HistoryManager.enabled = False
    # Nothing is to be waited for: no other request comes while one is answered.
    config.Kernel._execute_sleep = 0.0
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.colors = "nocolor"
    # Pictures are not shown anywhere: drawing them as PNG would only cost time.
    config.InlineBackend.figure_formats = set()
    return config


def start(request: dict[str, Any]) -> AgentApp:
    """An application that has opened its sockets and waits for its event loop."""
    Output.limit = request["output_bytes"]
    AgentApp.request = request
    app = AgentApp.instance(config=_config())
    with without_debugger():
        app.initialize([])
    site.sethelper()  # the one thing students may miss of what -S leaves out
    random.seed()
    np.random.seed()
    return app
