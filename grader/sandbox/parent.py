"""A warm parent as our process sees it: the process that is forked to make kernels.

A worker starts it once; a fork of it takes milliseconds. What runs in it is `inside/warm.py`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import KernelFailure, WireError
from grader.files import scratch_folder, short_folder
from grader.sandbox.cgroup import create, in_cgroup
from grader.sandbox.launch import command, lay_out_agent
from grader.sandbox.level import Level
from grader.values import wire

START_SECONDS = 120
FORK_SECONDS = 20
# What the warm parent, and bubblewrap around it, use of the control group they share with kernels.
OWN_BYTES, OWN_PROCESSES = 500_000_000, 16
_LENGTH = struct.Struct("<I")
_PID = struct.Struct("<q")


@dataclass(slots=True)
class Process:
    """A kernel's process, known by a descriptor (a pidfd) where the system has such.

    Unlike the number, the descriptor never comes to mean another process. `leads_group` says that
    the process leads a process group, which is killed with it.
    """

    number: int
    descriptor: int | None
    leads_group: bool = False

    @property
    def ended(self) -> bool:
        if self.descriptor is None:
            return not _exists(self.number)
        return bool(select.select([self.descriptor], [], [], 0)[0])

    @property
    def gone(self) -> bool:
        """Whether it was closed or has ended."""
        return self.number < 0 or self.ended

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.descriptor is not None:
                signal.pidfd_send_signal(self.descriptor, number)
            elif self.number > 0:  # not closed
                os.kill(self.number, number)

    def kill(self) -> None:
        """End the process and all that it started."""
        if self.leads_group and self.number > 0:
            # There is no pid namespace that would end what it started. But the seccomp filter
            # keeps all of that in its process group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.number, signal.SIGKILL)
        self.send(signal.SIGKILL)

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None
        self.number = -1


class WarmParent:
    """A process inside the sandbox that has imported `warm_imports` and forks kernels from itself.

    `problems` has a line for each import that failed.
    """

    def __init__(
        self,
        level: Level,
        warm_imports: tuple[str, ...],
        memory_bytes: int,
        processes: int,
        secret: tuple[str, ...] = (),
        rehearsed: bool = True,
    ) -> None:
        """Start it; raises KernelFailure where that fails.

        `secret` are files and folders that are hidden from kernels, which could read them else.
        Unless it is `rehearsed`, it is ready sooner, and its kernels are slower at first.

        `memory_bytes` and `processes` limit a kernel with all that it starts. Kernels run one at a
        time, so the control group has room for one.
        """
        self.level = level
        self.secret = secret
        self._kernels: list[Process] = []
        self._cgroup = create(memory_bytes + OWN_BYTES, processes + OWN_PROCESSES)
        self._held = ExitStack()
        self.folder = _folder(self._held)
        self.problems: list[str] = []
        ours, theirs = socket.socketpair()
        self._control = ours
        self._control.settimeout(START_SECONDS)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    in_cgroup(self._cgroup, command(level, self.folder, theirs.fileno(), secret)),
                    env=environment("/tmp" if level is Level.NAMESPACES else str(self.folder)),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    cwd=self.folder,
                    start_new_session=True,
                )
            self._send({"warm_imports": list(warm_imports), "rehearsed": rehearsed})
            self.problems = [str(each) for each in self._receive()["problems"]]
        except (OSError, KernelFailure) as error:
            words = self._last_words()
            self.close()
            raise KernelFailure(f"no warm parent at level {level.word}: {error}{words}") from None
        self._control.settimeout(FORK_SECONDS)

    @property
    def number(self) -> int:
        """The process number of the warm parent, or of bubblewrap if that runs around it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def idle(self) -> bool:
        """Whether none of its kernels runs."""
        return all(each.gone for each in self._kernels)

    @property
    def in_group(self) -> bool:
        """Whether a control group limits what a kernel and all that it starts use together."""
        return self._cgroup is not None

    def fork(self, request: dict[str, Any], given: Sequence[int]) -> tuple[Process, int]:
        """Fork a kernel: its process, and the descriptor of a pipe to read its first word from.

        The word is "ready", or else what went wrong. `given` are the descriptors of the packed
        files, and of the memory with inputs that the kernel maps. Raises KernelFailure where there
        is no fork.
        """
        ready, theirs = os.pipe()
        try:
            self._send(request, theirs, *given)
            data, descriptors, _, _ = socket.recv_fds(self._control, _PID.size, 1)
            if len(data) < _PID.size:
                raise KernelFailure("the warm parent has ended")
        except (OSError, KernelFailure) as error:
            os.close(ready)
            if not isinstance(error, TimeoutError):
                # Its end of the connection is closed: it is ending, and to be taken for ended.
                self._process.kill()
                self._process.wait()
            raise KernelFailure(f"the warm parent did not fork: {error}") from None
        finally:
            os.close(theirs)
        number, descriptor = _PID.unpack(data)[0], descriptors[0] if descriptors else None
        process = Process(number, descriptor, self.level is not Level.NAMESPACES)
        self._kernels = [each for each in self._kernels if not each.gone] + [process]
        return process, ready

    def close(self) -> None:
        self._control.close()
        if getattr(self, "_process", None):
            self._process.kill()
            self._process.wait()
            if self._process.stderr:
                self._process.stderr.close()
        if self._cgroup:
            self._cgroup.remove()
        self._held.close()

    def _send(self, message: dict[str, Any], *descriptors: int) -> None:
        data = wire.encode(message)
        socket.send_fds(self._control, [_LENGTH.pack(len(data))], list(descriptors))
        self._control.sendall(data)

    def _receive(self) -> Any:
        header = self._exactly(_LENGTH.size)
        try:
            return wire.decode(self._exactly(_LENGTH.unpack(header)[0]))
        except WireError as error:
            raise KernelFailure(f"the warm parent speaks nonsense: {error}") from None

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._control.recv(count - len(data))
            if not part:
                raise KernelFailure("the warm parent has ended")
            data += part
        return data

    def _last_words(self) -> str:
        """The last line of the process's standard error, in brackets; empty while it runs."""
        process = getattr(self, "_process", None)
        end = time.monotonic() + 1
        while process and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        if not process or process.poll() is None or not process.stderr:
            return ""
        words = process.stderr.read().decode(errors="replace").strip().splitlines()
        return f" ({words[-1][:300]})" if words else ""


def environment(home: str) -> dict[str, str]:
    """All environment variables of a process in the sandbox; none is taken from our environment."""
    return {
        "PATH": os.defpath,
        "HOME": home,
        "TMPDIR": home,
        "IPYTHONDIR": home,
        "MPLCONFIGDIR": home,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "LANG": "C.UTF-8",
        # So that a notebook has the same result every time, on any number of cores.
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _folder(held: ExitStack) -> Path:
    """A warm parent's folder, which is removed when `held` is closed, or by a later process."""
    try:
        parent = short_folder(tempfile.gettempdir(), "/fg-12345678")
        folder = Path(held.enter_context(scratch_folder("fg-", parent)))
        (folder / "sockets").mkdir()
        (folder / "agent").mkdir()
        lay_out_agent(folder / "agent")
    except OSError as error:
        held.close()
        raise KernelFailure(f"the folder for kernels could not be made: {error}") from None
    return folder


def _exists(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
