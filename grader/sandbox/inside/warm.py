"""The warm parent: a process that has done the slow imports, and forks a kernel on request.

    python -s -P -S warm.py CONTROL_DESCRIPTOR LEVEL SITE_PACKAGES...

Requests come over its control socket (see `_request` in `sandbox/kernel.py`); it answers each with
the number and a descriptor (pidfd) of the new process. It is told nothing else, and no expected
output in particular. It runs no student code: the forks do, which are copies of the kernel that was
prepared and rehearsed here. It has one thread, no event loop and no zmq sockets, because those
would not survive a fork.
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
import stat
import struct
import sys
from collections.abc import Iterator
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
CONTROL, LEVEL = int(sys.argv[1]), sys.argv[2]
sys.path[:0] = [HERE]
# -S has kept Python from reading .pth files, which would add the source folders of editable
# installs.
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
    "driving",
    "kept",
    "landlock",
    "outlet",
    "rehearsal",
    "seccomp",
    "system",
    "system_calls",
    "values",
)
# The files that libraries hold open when the first kernel is forked, as libffi does its own:
# descriptor -> path.
OPENED: dict[int, str] = {}
_LENGTH = struct.Struct("<I")
# Descriptors that come with a request: the pipe for "ready", the packed files, and at most
# MAX_SHARED more (sandbox/shared.py).
_MAX_DESCRIPTORS = 5


def main() -> None:
    control = socket.socket(fileno=CONTROL)
    # The worker has a soft limit on its own memory, which is inherited. A kernel has others.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
    import application

    wanted = _read(control)[0]
    problems = _import_all(wanted["warm_imports"])
    app = application.prepare(wanted["rehearsed"])
    # The garbage collector leaves alone what there is now, so its pages stay shared with the forks.
    gc.freeze()
    OPENED.update(_opened())
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
    """The process group of a kernel, where there is no namespace that ends with the warm parent."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.descriptor = os.pidfd_open(number)

    def end(self) -> None:
        """Kill the group if the kernel still runs; else its number may mean another process."""
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
        except Exception as error:  # whatever a package may raise; each kernel then tries again
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
        _open_anew()
        if LEVEL == confine.NAMESPACES:
            confine.separate(lambda pid: _send_process(control, pid))
        elif sys.platform == "linux":
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        listening = [_listening(f"{request['sockets']}/k-{port}") for port in app.own_ports]
        if LEVEL == confine.NAMESPACES:
            confine.private_files(request["tmpfs_bytes"])
        control.close()
        _begin(app, request, listening, *descriptors)
    except BaseException as error:  # the child must never return to the loop of the parent
        _tell(descriptors[0], f"{type(error).__name__}: {error}")
    os._exit(1)


def _opened() -> Iterator[tuple[int, str]]:
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):  # nothing of this number is open
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield descriptor, os.readlink(f"/proc/self/fd/{descriptor}")


def _open_anew() -> None:
    """Open each file that a library holds once more, under its number.

    All forks share the position of a file that was open before: a kernel could leave word in it for
    the next one.
    """
    for descriptor, path in OPENED.items():
        try:
            anew = os.open(path, os.O_RDONLY)
        except OSError:  # it was removed or replaced meanwhile
            os.close(descriptor)
        else:
            os.dup2(anew, descriptor, inheritable=False)
            os.close(anew)


def _listening(path: str) -> int:
    """The descriptor of a new socket that listens at the path.

    It is bound before the kernel is shut in, so that the kernel never may write to the folder.
    """
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path)
        one.listen()
        return one.detach()


def _begin(
    app: Any, request: dict[str, Any], listening: list[int], ready: int, files: int, *shared: int
) -> None:
    """Turn the fork into a kernel: write its files, shut it in, open its sockets, take requests.

    "ready" is written to the pipe `ready` before it takes requests. `listening` are descriptors of
    its sockets. `files` is the descriptor of the packed files (sandbox/files.py), `shared` are
    those of the inputs that it maps.
    """
    os.setsid()
    # The parent's standard error is a pipe that is read only if the parent fails to start. What
    # kernels write there would fill it in the end, and block them.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    for name in (request["work"], request["home"]):
        os.makedirs(name, exist_ok=True)
    _unpack(files, request["files"], request["work"])
    os.chdir(request["work"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path.remove(HERE)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    confine.confine(LEVEL, request)
    app.open(request, listening, shared)
    for name in [*sys.modules]:  # a student's module may be called like one of ours
        if name.partition(".")[0] in OURS:
            del sys.modules[name]
    confine.seal(LEVEL, request["limits"]["processes"])
    _tell(ready, "ready")
    os.close(ready)
    app.start()


def _unpack(packed: int, sizes: list[tuple[str, int]], folder: str) -> None:
    """Write the packed files to a folder, and close the descriptor.

    It is read at given places, because kernels share the position of the file.
    """
    end = 0
    for name, size in sizes:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        start, end = end, end + size
        with open(path, "wb") as file:
            while start < end:
                part = os.pread(packed, min(end - start, 1 << 20), start)
                if not part:
                    raise OSError(f"the packed files end in the middle of {name}")
                start += file.write(part)
    os.close(packed)


def _send_process(control: socket.socket, pid: int) -> None:
    """Send our side the number of the process, and a pidfd by which to wait for it and end it."""
    descriptors = [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else []
    socket.send_fds(control, [struct.pack("<q", pid)], descriptors)
    for descriptor in descriptors:
        os.close(descriptor)


def _tell(descriptor: int, text: str) -> None:
    os.write(descriptor, text.encode()[:4000])


def _read(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next request and the descriptors that came with it; raises EOFError at the end."""
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
