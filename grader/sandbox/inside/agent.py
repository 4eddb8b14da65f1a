"""The kernel in which a student's code runs: ipykernel with more kinds of requests.

`call_request` calls functions of the notebook and reads its variables, `edit_request` calls edited
functions, `trace_request` follows one line by line. `keep_request` keeps functions as they are now,
`taken_request` asks which of the names they use stand for something else since then, `give_request`
gives the notebook variables, `draw_request` says whether what cells draw is wanted. A student's
code can change anything in this process, so our side believes nothing that comes from here. The
precautions taken here only help honest notebooks.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import zmq
from calls import (
    MISSING,
    Answer,
    Interrupted,
    OutOfTime,
    call,
    end_busy_threads,
    interruptible,
    line_of_cell,
    name_of,
    returned,
    seeded_and_quiet,
    unmade,
    within,
)
from driving import drive
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from kept import KeptFunction
from system import mapped
from tracing import TooMuch, Tracer, condensed
from values import wire

# The index of the header among a message's frames: identity, delimiter and signature come first.
_HEADER = 3
# The methods that answer requests of our own kinds, by the names of these.
_REQUESTS = (
    "call_request",
    "edit_request",
    "trace_request",
    "keep_request",
    "taken_request",
    "give_request",
    "draw_request",
)
# The file name of functions that are put in the place of a student's.
EDITED = "<edited>"


class AgentShell(ZMQInteractiveShell):
    """A shell that runs no commands (`!pip install` would change the machine that grades), and
    in which a cell with `exit()` does not end the notebook."""

    transformed: tuple[str, str] | None = None
    # How many statements of the cell have run.
    done = 0

    async def run_code(self, code_obj: Any, result: Any = None, *, async_: bool = False) -> bool:
        """Run one statement of a cell, as IPython's method does; whether it failed."""
        failed: bool = await super().run_code(code_obj, result, async_=async_)
        self.done += not failed
        return failed

    def transform_cell(self, raw_cell: str) -> str:
        """The cell with IPython's syntax made Python's.

        The last result is kept, because ipykernel and IPython both ask for it.
        """
        if self.transformed is None or self.transformed[0] != raw_cell:
            self.transformed = raw_cell, super().transform_cell(raw_cell)
        return self.transformed[1]

    def ask_exit(self) -> None:
        pass

    def system(self, cmd: str) -> None:
        print(f"[not run while grading: {cmd}]")

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        self.system(cmd)
        return [] if split else ""


class SharedInputs:
    """A call's encoded inputs, in memory that kernels share until one of them writes to it.

    It is mapped twice. The first call is given arrays in `to_use`, which it may change. Later calls
    are given copies from `to_keep`. The descriptor is closed, because one kernel could leave a
    message for the next in the position or the times of its file.
    """

    def __init__(self, descriptor: int) -> None:
        self.to_use, self.to_keep = mapped(descriptor), mapped(descriptor)
        self.used = False
        os.close(descriptor)


class AgentKernel(IPythonKernel):
    """ipykernel's kernel, with the requests that the module's docstring describes."""

    shell_class = AgentShell

    def __init__(self, **kwargs: Any) -> None:
        AgentShell.instance().kernel = self
        super().__init__(**kwargs)
        self.shared: list[SharedInputs] = []
        self.kept: dict[str, KeptFunction] = {}
        self.cells = 0
        # ipykernel asks this object, for a cell that awaits, whether it runs in the main thread.
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    @property
    def _supports_kernel_subshells(self) -> bool:
        return False

    def start(self) -> None:
        """Begin to take requests, one at a time: each is done before the next is looked at."""
        self.io_loop = self.shell_stream.io_loop
        self.shell_stream.on_recv(self._received, copy=False)

    async def _received(self, msg: list[zmq.Frame]) -> None:
        async with self._main_asyncio_lock:
            await self.dispatch_shell(msg)

    @contextlib.contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        """Let an interrupt cancel a cell that awaits something.

        ipykernel's own method does not wake the event loop, so the cell would go on waiting.
        """
        loop = asyncio.get_running_loop()

        def cancel(*_: object) -> None:
            loop.call_soon_threadsafe(future.cancel)

        before = signal.signal(signal.SIGINT, cancel)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def set_parent(self, ident: Any, parent: dict[str, Any], channel: str = "shell") -> None:
        self.iopub_socket.parent = parent["header"]
        super().set_parent(ident, parent, channel)

    async def execute_request(self, stream: Any, ident: Any, parent: Any) -> None:
        self.iopub_socket.room = self.session.limit
        self.shell.transformed = None
        self.cells += 1
        await super().execute_request(stream, ident, parent)
        for each in self.kept.values():
            each.note(self.cells)

    async def do_execute(self, *args: Any, **options: Any) -> dict[str, Any]:
        """Run a cell; for one that failed, the reply says how far it had come."""
        self.shell.done = 0
        vars(sys).pop("last_traceback", None)
        reply: dict[str, Any] = await super().do_execute(*args, **options)
        if reply.get("status") == "error":
            reply |= {
                "done": self.shell.done,
                "line": line_of_cell(vars(sys).get("last_traceback")),
            }
        return reply

    def _publish_status(self, status: str, *args: Any, **options: Any) -> None:
        """Publish "idle", which says that a request is done; nobody reads "busy" or "starting"."""
        if status == "idle":
            super()._publish_status(status, *args, **options)

    def _publish_execute_input(self, *args: Any) -> None:
        """Do nothing: our side knows which source it has sent."""

    async def dispatch_shell(self, msg: Any, /, *args: Any, **options: Any) -> None:
        """Answer our own requests without ipykernel's "busy" and "idle"; leave others to it."""
        header = msg[_HEADER].bytes
        name = next((each for each in _REQUESTS if f'"{each}"'.encode() in header), None)
        if name is None:
            await super().dispatch_shell(msg, *args, **options)
            return
        idents, frames = self.session.feed_identities(msg, copy=False)
        getattr(self, name)(idents, self.session.deserialize(frames, copy=False))

    def call_request(self, ident: Any, parent: Any) -> None:
        """Make the calls, and reply to all of them in one message.

        A variable may be read in the place of a call. If calls are to be made `alone`, threads that
        go on computing are ended before. The reply has two buffers for each call, an `Answer`. If a
        call was interrupted, its answer is the last one; those after it were not made.
        """
        answers: list[Any] = []
        try:
            with contextlib.suppress(KeyboardInterrupt), interruptible():
                if parent["content"]["alone"]:
                    end_busy_threads()
                for names, place, how, data in zip(
                    parent["content"]["names"],
                    parent["content"]["shared"],
                    parent["content"]["how"],
                    parent["buffers"],
                    strict=True,
                ):
                    answers += self._asked(how, names, place, data)
        except Interrupted as where:
            answers += (wire.encode(("interrupted", where.line)), b"")
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    def edit_request(self, ident: Any, parent: Any) -> None:
        """Call a function with all inputs, once with each edited source of `edited`.

        `edited` is the function that is called or one that it calls; it is put back after each
        source. The reply is like that to `call_request`. The answer is "unsendable" where a call
        took too much processor time or returned too many bytes.
        """
        asked = parent["content"]
        answers: list[Any] = []
        with contextlib.suppress(KeyboardInterrupt, Interrupted), interruptible():
            for source in asked["sources"]:
                with self._edited(asked["edited"], source) as problem:
                    for data in parent["buffers"]:
                        answers += problem or self._bounded_answer(asked, data)
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    def trace_request(self, ident: Any, parent: Any) -> None:
        """Call the function `edited` and follow it; the reply is as if it had returned its trace.

        Its `source` has as many lines before it as in its cell.
        """
        asked = parent["content"]
        answers: list[Any] = []
        with (
            contextlib.suppress(KeyboardInterrupt),
            interruptible(),
            self._edited(asked["edited"], asked["source"]) as problem,
        ):
            answers += problem or self._traced(asked, parent["buffers"][0])
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    def keep_request(self, ident: Any, parent: Any) -> None:
        """Keep the functions of these names, if they are there. There is no reply."""
        namespace = self.shell.user_ns
        for name in parent["content"]["names"]:
            if callable(namespace.get(name)):
                self.kept[name] = KeptFunction(name, namespace)

    def taken_request(self, ident: Any, parent: Any) -> None:
        """Reply with the names that the first kept function of some names uses and that stand for
        something else now, as if a call had returned them."""
        kept = self._first_kept(parent["content"]["names"])
        answers: list[Any] = []
        with contextlib.suppress(KeyboardInterrupt), interruptible():
            answers += returned(kept.taken()) if kept else MISSING
        self.session.send(self.shell_stream, "call_reply", {}, parent, ident=ident, buffers=answers)

    def give_request(self, ident: Any, parent: Any) -> None:
        """Give the notebook variables of these names. There is no reply.

        A name whose value cannot be made here stands for nothing: another value would be wrong.
        """
        for name, data in zip(parent["content"]["names"], parent["buffers"], strict=True):
            try:
                self.shell.user_ns[name] = wire.decode(data, build=True)
            except Exception:  # of the library that it needs, or what a student made of it
                self.shell.user_ns.pop(name, None)

    def draw_request(self, ident: Any, parent: Any) -> None:
        """Draw and send the pictures of the cells that follow, or stop it. There is no reply."""
        self.session.drawn = parent["content"]["wanted"]
        formats = {"png"} if self.session.drawn else set()
        # For when a cell imports matplotlib, and where one has.
        chosen = self.shell.config.InlineBackend
        chosen.figure_formats = formats
        chosen.pop("figure_format", None)  # which a notebook may have set, and which would count
        backend = sys.modules.get("matplotlib_inline.config")
        if backend and backend.InlineBackend.initialized():
            backend.InlineBackend.instance().figure_formats = formats

    @contextlib.contextmanager
    def _edited(self, name: str, source: str) -> Iterator[Answer | None]:
        """Replace the function `name` by the source's while the context lasts.

        Yields None, or the answer to all calls where the source cannot be run.
        """
        namespace = self.shell.user_ns
        before = {name: namespace[name]} if name in namespace else {}
        try:
            exec(compile(source, EDITED, "exec"), namespace)
            problem = None
        except Exception as error:  # an edit may not parse, or fail in a default value
            problem = wire.encode(("raised", name_of(error), "", None, "")), b""
        try:
            yield problem
        finally:
            namespace.pop(name, None)
            namespace.update(before)

    def _bounded_answer(self, asked: dict[str, Any], inputs: memoryview) -> Answer:
        try:
            with within(asked["seconds"]):
                status, value = self._answer(asked["names"], *wire.decode(inputs, build=True))
        except OutOfTime:
            return wire.encode(("unsendable", "takes too long")), b""
        except Exception as error:  # what a function raises has become an answer
            return unmade(error)
        if len(value) > asked["bytes"]:
            return wire.encode(("unsendable", "is too large")), b""
        return status, value

    def _traced(self, asked: dict[str, Any], inputs: memoryview) -> Answer:
        edited, variables = asked["edited"], asked["variables"]
        tracer = Tracer(EDITED, edited, variables, wire.encode, asked["lines"], asked["bytes"])
        function = self.shell.user_ns[edited]
        place = asked["shared"]
        args, kwargs = wire.decode(inputs, build=True) if place is None else self._shared(place)
        value: bytes | memoryview = b""
        try:
            with within(asked["seconds"]), seeded_and_quiet():
                value = wire.encode(condensed(tracer.call(function, args, kwargs)))
        except (TooMuch, OutOfTime):
            return wire.encode(("unsendable", "takes too long")), b""
        except KeyboardInterrupt:
            raise
        except BaseException:  # the student's; what it did before is told
            pass
        if not tracer.ended:
            return wire.encode(("unsendable", "was not followed to its end")), b""
        return returned((list(tracer.changes.values()), tracer.given, bytes(value)))

    def _shared(self, place: int) -> Any:
        """Inputs that were in memory from the start; no call sees what another wrote to them."""
        inputs = self.shared[place]
        if not inputs.used:
            inputs.used = True
            return wire.decode(inputs.to_use, copied=False, build=True)
        return wire.decode(inputs.to_keep, build=True)

    def _first_kept(self, names: list[str]) -> KeptFunction | None:
        return next((self.kept[name] for name in names if name in self.kept), None)

    def _asked(self, how: str, names: list[str], place: int | None, data: memoryview) -> Answer:
        """What is asked in one of the ways of `call_request`."""
        if how == "drive":
            return drive(*wire.decode(data), self.shell.user_ns)
        if how == "value":
            return self._value(names)
        try:
            inputs = wire.decode(data, build=True) if place is None else self._shared(place)
        except Exception as error:  # of the library that they need, or what a student made of it
            return unmade(error)
        return (self._kept_answer if how == "kept" else self._answer)(names, *inputs)

    def _value(self, names: list[str]) -> Answer:
        """The variable of the first of `names` that there is, as if a call had returned it."""
        namespace = self.shell.user_ns
        return next((returned(namespace[name]) for name in names if name in namespace), MISSING)

    def _kept_answer(self, names: list[str], args: Any, kwargs: Any) -> Answer:
        """Call the first of `names` that was kept, with the names it uses as they were."""
        kept = self._first_kept(names)
        if kept is None:
            return MISSING
        with kept.restored():
            return call(kept.function, args, kwargs)

    def _answer(self, names: list[str], args: Any, kwargs: Any) -> Answer:
        """Call the first of `names` that the notebook defines, with these inputs."""
        namespace = self.shell.user_ns
        function = next((namespace[name] for name in names if name in namespace), None)
        return call(function, args, kwargs)
