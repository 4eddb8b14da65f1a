"""The warm parent: has done the slow imports, and forks a kernel whenever it is told to.

    python -s -P -S warm.py CONTROL_DESCRIPTOR LEVEL SITE_PACKAGES...

It is told nothing but what to fork: over its control socket come requests (see `_request` in
`sandbox/kernel.py`), and for each it answers with a descriptor of the new process (a pidfd). It has
one thread, no event loop and no sockets of zmq's, and never holds an expected output. It runs no
student's code: its children do, each of which is a copy of the kernel that was prepared and
rehearsed here.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import select
import signal
import socket
import struct
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
CONTROL, LEVEL = int(sys.argv[1]), sys.argv[2]
sys.path[:0] = [HERE]
# Only the packages, not their .pth files: an editable install would show its source folder.
sys.path += ["", *sys.argv[3:]]
sys.argv[:] = ["kernel"]
sys.orig_argv[:] = ["kernel"]

import confine
from system import PR_SET_PDEATHSIG, prctl
from values import wire

OURS = (
    "agent",
    "application",
    "calls",
    "confine",
    "landlock",
    "outlet",
    "rehearsal",
    "seccomp",
    "system",
    "values",
)
_LENGTH = struct.Struct("<I")
# With a request: one to say "ready" on, and at most MAX_SHARED (sandbox/shared.py).
_MAX_DESCRIPTORS = 4


def main() -> None:
    control = socket.socket(fileno=CONTROL)
    # What limits a worker's memory is not what limits a kernel's.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
    import application

    problems = _import_all(_read(control)[0]["warm_imports"])
    app = application.prepare()
    # What is there now is never collected: its pages stay shared with the children.
    gc.freeze()
    control.sendall(_framed({"warm": True, "problems": problems}))
    last = None
    try:
        while True:
            request, descriptors = _read(control)
            if last:
                last.close()
            last = _fork(app, control, request, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
    except EOFError:
        if last:
            last.end()
        os._exit(0)


class Group:
    """A kernel and all that it started, where no namespace ends them with the warm parent."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.descriptor = os.pidfd_open(number)

    def end(self) -> None:
        """End them, if the kernel lives, and the number is still its own."""
        if not select.select([self.descriptor], [], [], 0)[0]:
            with contextlib.suppress(ProcessLookupError):  # it leads no group yet
                os.killpg(self.number, signal.SIGKILL)

    def close(self) -> None:
        os.close(self.descriptor)


def _import_all(names: list[str]) -> list[str]:
    problems = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # a package may fail to import in any way; it is then cold
            problems.append(f"{name}: {type(error).__name__}: {error}"[:300])
    return problems


def _fork(
    app: Any, control: socket.socket, request: dict[str, Any], descriptors: list[int]
) -> Group | None:
    child = os.fork()
    if child:
        if LEVEL == confine.NAMESPACES:
            return None
        _send_process(control, child)
        return Group(child) if sys.platform == "linux" else None
    try:
        if LEVEL == confine.NAMESPACES:
            confine.separate(lambda pid: _send_process(control, pid))
            confine.private_files(request["sockets_name"], request["limits"]["disk_bytes"])
        elif sys.platform == "linux":
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        control.close()
        _begin(app, request, *descriptors)
    except BaseException as error:  # nothing of the parent's may go on in the child
        _tell(descriptors[0], f"{type(error).__name__}: {error}")
    os._exit(1)


def _begin(app: Any, request: dict[str, Any], ready: int, *shared: int) -> None:
    """In the child: lay out its files, shut it in, and be a kernel.

    `ready` is to be told when it is one; `shared` are inputs for it to map.
    """
    os.setsid()
    # The parent's standard error is a pipe that is read only if it fails to start: what kernels
    # print there would fill it in the end, and block them.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    for name in (request["work"], request["home"]):
        os.makedirs(name, exist_ok=True)
    for name, content in request["files"].items():
        path = os.path.join(request["work"], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    os.chdir(request["work"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path.remove(HERE)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    confine.confine(LEVEL, request)
    app.open(request, shared)
    for name in [*sys.modules]:  # a student's module may be called like one of ours
        if name.partition(".")[0] in OURS:
            del sys.modules[name]
    confine.seal(LEVEL, request["limits"]["processes"])
    _tell(ready, "ready")
    os.close(ready)
    app.start()


def _send_process(control: socket.socket, pid: int) -> None:
    """A descriptor of the process: ours to wait for and to end it by, whatever its number there."""
    descriptors = [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else []
    socket.send_fds(control, [struct.pack("<q", pid)], descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def _tell(descriptor: int, text: str) -> None:
    os.write(descriptor, text.encode()[:4000])


def _read(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next request and the descriptors that came with it; EOFError if nobody is there."""
    header, descriptors, _, _ = socket.recv_fds(control, _LENGTH.size, _MAX_DESCRIPTORS)
    if len(header) < _LENGTH.size:
        raise EOFError
    (left,) = _LENGTH.unpack(header)
    parts = []
    while left:
        part = control.recv(min(left, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return wire.decode(b"".join(parts)), list(descriptors)


def _framed(message: dict[str, Any]) -> bytes:
    data = wire.encode(message)
    return _LENGTH.pack(len(data)) + data


if __name__ == "__main__":
    main()
