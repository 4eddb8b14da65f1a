"""Start a kernel for one submission, and leave nothing of it behind.

`start_kernel` is the whole interface. The kernel's process gets a clean environment, a throw-away
folder as its home, the helper modules in a folder of their own as its working directory, and a
copy of the agent. There is no sandbox yet: it runs as the user who grades.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import sysconfig
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from grader import wire
from grader.errors import KernelFailure
from grader.model import Protection
from grader.sandbox import agent_files

START_SECONDS = 60
# The path of a UNIX socket may have 107 bytes, on macOS 103; ours end in "/k-5".
MAX_FOLDER_BYTES = 98
# Of one frame: a value as large as the wire allows, and its envelope.
MAX_MESSAGE_BYTES = wire.MAX_BYTES + 1024 * 1024
# Messages waiting to be read; what comes faster is dropped at the kernel's end.
MAX_WAITING_MESSAGES = 100

PROTECTION = Protection(
    level="none",
    summary="no sandbox: student code runs as the user who grades, in a process of its own",
    promises={
        "expected outputs, cases and solutions are not in the kernel's process": True,
        "the kernel sees none of the grader's environment": True,
        "comparing and scoring happen outside the kernel": True,
        "time and output of a submission are limited": True,
        "student code cannot read or change the grading user's files": False,
        "student code cannot use the network": False,
        "memory, disk and processes are limited": False,
    },
)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A running kernel: its manager (process) and its client (messages)."""

    manager: AsyncKernelManager
    client: AsyncKernelClient

    async def is_alive(self) -> bool:
        return bool(await self.manager.is_alive())

    async def interrupt(self) -> None:
        await self.manager.interrupt_kernel()

    async def kill(self) -> None:
        """End the kernel's process group at once; no harm if it has ended already."""
        if await self.is_alive():
            await self.manager.signal_kernel(signal.SIGKILL)


class _AgentSpec(KernelSpecManager):
    """The one kernel there is: our agent, on the interpreter that runs fairgrade."""

    def __init__(self, folder: Path, output_bytes: int) -> None:
        super().__init__()
        self._spec = KernelSpec(
            argv=[
                sys.executable,
                *("-s", "-P", "-S"),
                str(folder / "agent" / "agent.py"),
                "{connection_file}",
                str(output_bytes),
                *_site_packages(),
            ],
            language="python",
        )

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self._spec


@asynccontextmanager
async def start_kernel(files: Mapping[str, bytes], output_bytes: int) -> AsyncIterator[Kernel]:
    """A kernel that answers, whose working directory holds `files` (name -> content) only.

    At the end of the context its processes, sockets and folder are gone. Raises KernelFailure
    where it cannot be started.
    """
    folder = _lay_out(files)
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
    context.setsockopt(zmq.RCVHWM, MAX_WAITING_MESSAGES)
    manager = AsyncKernelManager(
        context=context,
        transport="ipc",
        ip=str(folder / "k"),
        connection_file=str(folder / "agent" / "connection.json"),
        kernel_spec_manager=_AgentSpec(folder, output_bytes),
    )
    try:
        client = await _start(manager, context, folder)
        yield Kernel(manager, client)
    finally:
        await _end(manager, context, folder)


def _lay_out(files: Mapping[str, bytes]) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix="fg-"))
        if len(os.fsencode(folder)) > MAX_FOLDER_BYTES:
            folder.rmdir()
            raise KernelFailure(
                f"the folder for temporary files, {folder.parent}, has too long a path for "
                "sockets; TMPDIR names another one"
            )
        for name in ("work", "home", "agent"):
            (folder / name).mkdir()
        for name, content in files.items():
            target = folder / "work" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for name, content in agent_files().items():
            (folder / "agent" / name).write_bytes(content)
    except OSError as error:
        raise KernelFailure(f"the folder for a kernel could not be made: {error}") from None
    return folder


async def _start(
    manager: AsyncKernelManager, context: zmq.asyncio.Context, folder: Path
) -> AsyncKernelClient:
    try:
        await manager.start_kernel(
            cwd=str(folder / "work"),
            env=_environment(folder),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        client: AsyncKernelClient = manager.client(context=context)
        await asyncio.wait_for(_until_ready(manager, client, folder), START_SECONDS)
    except TimeoutError:
        raise KernelFailure(f"the kernel did not answer within {START_SECONDS} s") from None
    except (OSError, RuntimeError) as error:
        raise KernelFailure(f"the kernel could not be started: {error}") from None
    return client


async def _until_ready(
    manager: AsyncKernelManager, client: AsyncKernelClient, folder: Path
) -> None:
    """Wait for the sockets, for iopub to be subscribed, and for an answer on shell."""
    sockets = [Path(f"{manager.ip}-{port}") for port in manager.ports]
    while not all(socket.exists() for socket in sockets):
        await _check_alive(manager)
        await asyncio.sleep(0.005)
    client.start_channels(stdin=False, hb=False)
    client.allow_stdin = False
    await _message(manager, client.iopub_channel, "iopub_welcome")
    client.kernel_info()
    await _message(manager, client.shell_channel, "kernel_info_reply")


async def _message(manager: AsyncKernelManager, channel: Any, kind: str) -> None:
    while True:
        try:
            message = await channel.get_msg(timeout=0.5)
        except Empty:
            await _check_alive(manager)
        else:
            if message["msg_type"] == kind:
                return


async def _check_alive(manager: AsyncKernelManager) -> None:
    if not await manager.is_alive():
        raise KernelFailure("the kernel ended while it was being started")


async def _end(manager: AsyncKernelManager, context: zmq.asyncio.Context, folder: Path) -> None:
    try:
        if manager.has_kernel:
            await manager.signal_kernel(signal.SIGKILL)
            while await manager.is_alive():
                await asyncio.sleep(0.002)
            await manager.shutdown_kernel(now=True)
    finally:
        context.destroy(linger=0)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    """All that the kernel's process sees of an environment: nothing of ours."""
    home = str(folder / "home")
    return {
        "PATH": os.defpath,
        "HOME": home,
        "TMPDIR": home,
        "IPYTHONDIR": home,
        "MPLCONFIGDIR": home,
        "LANG": "C.UTF-8",
        # The same notebook is to give the same result twice, on any number of cores.
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _site_packages() -> list[str]:
    return list(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))
