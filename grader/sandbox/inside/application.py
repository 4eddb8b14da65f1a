"""Start the kernel in two steps: without sockets in the warm parent, the rest in each fork."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import random
import site
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import zmq
from agent import AgentKernel, AgentShell, SharedInputs
from ipykernel.displayhook import ZMQDisplayHook
from ipykernel.kernelapp import IPKernelApp
from IPython.core.profiledir import ProfileDir
from outlet import AgentSession, AgentStream, Outlet
from rehearsal import REHEARSALS, rehearse
from traitlets.config import Config
from zmq.eventloop.zmqstream import ZMQStream

SHELL_PORT, IOPUB_PORT = 1, 2


class AgentApp(IPKernelApp):
    """ipykernel's application. `prepare` is called once in the warm parent, `open` in each fork."""

    kernel_class = AgentKernel
    own_ports = (SHELL_PORT, IOPUB_PORT)

    def prepare(self) -> None:
        """Make everything that all kernels have in common: all but the sockets."""
        self.init_pdb()
        self.configure_tornado_logger()
        # pyzmq sends what is longer than the threshold without copying it. For that it starts
        # threads, and ends the process where a submission may start none any more.
        self.session = AgentSession(parent=self, key=b"of no kernel", copy_threshold=sys.maxsize)
        self.outlet = Outlet(self.session)
        self.streams = AgentStream(self.outlet, "stdout", 1), AgentStream(self.outlet, "stderr", 2)
        self.displayhook = ZMQDisplayHook(self.session, self.outlet)
        self.patch_io()
        self.kernel = AgentKernel.instance(
            parent=self, session=self.session, iopub_socket=self.outlet, log=self.log
        )
        self.displayhook.get_execution_count = lambda: self.kernel.execution_count
        self.init_path()
        self.init_shell()
        self.init_extensions()
        self.init_code()

    def open(
        self, request: dict[str, Any], listening: Sequence[int], shared: Sequence[int]
    ) -> None:
        """Finish the kernel in its own process.

        Take the sockets that are `listening` for `own_ports`, in their order, let output go there,
        and map the inputs that `shared` has the descriptors of.
        """
        self.session.limit = request["limits"]["output_bytes"]
        self.kernel.shared = [SharedInputs(descriptor) for descriptor in shared]
        self.session.key = request["key"]
        self.session.session = os.urandom(16).hex()
        self.session.pid = os.getpid()
        self.context = zmq.Context()
        folder = request["sockets"]
        self.shell_socket = self._taken(zmq.ROUTER, listening[0], f"{folder}/k-{SHELL_PORT}")
        self.iopub_socket = self._taken(zmq.XPUB, listening[1], f"{folder}/k-{IOPUB_PORT}")
        self.outlet.open(self.iopub_socket)
        sys.stdout, sys.stderr = self.streams
        sys.displayhook = self.displayhook
        self.init_signal()
        assert self.shell is not None
        self.shell.ipython_dir = self.shell.home_dir = os.environ["HOME"]
        # The warm parent's folder is not the kernel's, which is asked for anew when it is needed.
        tempfile.tempdir = None
        site.sethelper()  # defines `help`, which -S leaves out and students may use
        random.seed()
        np.random.seed()

    def _taken(self, kind: int, descriptor: int, path: str) -> zmq.Socket[bytes]:
        """A zmq socket on one that is listening at the path already."""
        socket = self.context.socket(kind)
        socket.linger = 1000
        socket.use_fd = descriptor
        socket.bind(f"ipc://{path}")
        return socket

    def start(self) -> None:
        """Wait until our side has subscribed to the output, say so, and begin to take requests."""
        self.iopub_socket.recv()
        self.session.send(self.iopub_socket, "iopub_welcome", {})
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.kernel.shell_stream = ZMQStream(self.shell_socket)
        self.kernel.start()
        await asyncio.Event().wait()


@contextlib.contextmanager
def without_debugger() -> Iterator[None]:
    """Keep ipykernel from importing debugpy, which nobody uses and takes a fifth of a start."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["debugpy"]


def prepare(rehearsed: bool) -> AgentApp:
    """The application of the warm parent, of which each kernel is a fork.

    Unless it is to be `rehearsed`, it runs each kind of request once, so that all is imported.
    """
    folder = tempfile.mkdtemp()
    with without_debugger():
        profile = ProfileDir.create_profile_dir(folder)
        AgentShell.instance(config=_config(), ipython_dir=folder, profile_dir=profile)
        app = AgentApp.instance(config=_config(), profile_dir=profile)
        app.prepare()
        _ready_for_matplotlib(app.kernel.shell)
        asyncio.run(rehearse(app.kernel, app.streams, REHEARSALS if rehearsed else 1))
    return app


def _ready_for_matplotlib(shell: AgentShell) -> None:
    """Import what `%matplotlib inline` needs, which takes longer than many a whole notebook."""
    shell.find_line_magic("matplotlib")
    if "matplotlib.pyplot" in sys.modules:
        importlib.import_module("matplotlib_inline.backend_inline")


def _config() -> Config:
    config = Config()
    config.HistoryManager.enabled = False
    # ipykernel sleeps before each cell so that others may act; no other request comes meanwhile.
    config.Kernel._execute_sleep = 0.0
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.colors = "nocolor"
    # Nobody sees the pictures of most cells, so they are not drawn as PNG until it is asked for.
    config.InlineBackend.figure_formats = set()
    return config
