"""Start a kernel for one submission, and leave nothing of it behind.

`start_kernel` is the interface for the rooms above: they see kernels, and nothing of the sandbox.
They import it when they start one, since jupyter_client and what it needs take a tenth of a second
of processor time: the process that only sends submissions to workers need not have them.
"""

from __future__ import annotations

import secrets
import shutil
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from msgspec.structs import asdict

from grader.assignments.records import Limits
from grader.errors import KernelFailure
from grader.sandbox.channels import SEND_MILLISECONDS, BoundedClient, TooManyFrames
from grader.sandbox.confinement import Confinement, warm_parent
from grader.sandbox.files import PackedFiles
from grader.sandbox.flood import ended_if_flooding, most_resident_bytes
from grader.sandbox.launch import readable
from grader.sandbox.level import Level
from grader.sandbox.parent import WarmParent, environment
from grader.sandbox.provisioner import NAME, SandboxManager, SandboxProvisioner
from grader.sandbox.shared import SharedInputs
from grader.values import wire

START_SECONDS = 60
# The largest frame of a reply: the largest value that `wire` encodes, and what is around it.
MAX_REPLY_BYTES = wire.MAX_BYTES + 1024 * 1024
# Replies that may wait to be read.
MAX_WAITING_REPLIES = 4
# A message with output may have the text that a cell may print, every character escaped (eight
# bytes at most), and so much around it: a picture as PNG and as JPEG, above all.
OUTPUT_ENVELOPE_BYTES = 3 * 1024 * 1024
NEVER_MILLISECONDS = 24 * 60 * 60 * 1000
# Messages with output that may wait to be read; the kernel's socket drops what does not fit.
MAX_WAITING_MESSAGES = 100


@dataclass(frozen=True, slots=True)
class Kernel:
    """A running kernel: `manager` has its process, `client` exchanges messages with it.

    `shared` are the inputs that were in its memory from the start, `limits` its limits.
    """

    manager: SandboxManager
    client: BoundedClient
    shared: tuple[SharedInputs, ...]
    limits: Limits

    def sends(self, request: dict[str, Any], buffers: Sequence[bytes | memoryview]) -> bool:
        """Send a request; False where the connection is gone, and the kernel with it.

        A kernel can break the connection, by a frame that is none, for example.
        """
        try:
            self.client.session.send(
                self.client.shell_channel.socket, request, buffers=list(buffers)
            )
        except zmq.ZMQError:
            self.end()
            return False
        return True

    async def receives(self, seconds: float) -> dict[str, Any] | None:
        """The next message on shell; None where there is none yet, or never will be."""
        try:
            message: dict[str, Any] = await self.client.shell_channel.get_msg(timeout=seconds)
        except Empty:
            return None
        except (TooManyFrames, zmq.ZMQError):
            self.end()
            return None
        return message

    async def is_alive(self) -> bool:
        return bool(await self.manager.is_alive())

    async def interrupt(self) -> None:
        if await self.is_alive():
            await self.manager.signal_kernel(signal.SIGINT)

    async def kill(self) -> None:
        """End the kernel at once, and all that it started; no harm if it has ended already."""
        self.end()

    def end(self) -> None:
        """What `kill` does, as a plain function that may be called from any thread."""
        if isinstance(self.manager.provisioner, SandboxProvisioner):
            self.manager.provisioner.end()


class _SandboxSpec(KernelSpecManager):
    """The only kernel specification there is: the agent, started by our provisioner."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            language="python", metadata={"kernel_provisioner": {"provisioner_name": NAME}}
        )


@asynccontextmanager
async def start_kernel(
    files: Mapping[str, bytes | Path] | PackedFiles,
    confinement: Confinement,
    most_resident: int | None = None,
) -> AsyncIterator[Kernel]:
    """Start a kernel, and yield it when it takes requests.

    The kernel is ended if it makes this process larger than `most_resident` bytes; without that, if
    it makes it grow by more than `flood.MAX_GROWTH_BYTES`.

    `files`, by name or packed, are all that is in its working directory. When the context ends, its
    processes, sockets and folder are gone. Raises KernelFailure where it cannot be started.
    """
    context = zmq.asyncio.Context()
    # The kernel has made its sockets before we connect. If one goes away, student code closed it,
    # and we do not connect to whatever may take its place.
    context.setsockopt(zmq.RECONNECT_IVL, NEVER_MILLISECONDS)
    folder, manager = None, None
    try:
        try:
            packed = files if isinstance(files, PackedFiles) else PackedFiles(files)
            folder, manager = await _launched(packed, confinement, context)
            client = _connected(manager, context, confinement.limits.output_bytes)
            await _until_ready(manager, client)
        except OSError as error:
            raise KernelFailure(f"a kernel could not be started: {error}") from None
        kernel = Kernel(manager, client, confinement.shared, confinement.limits)
        with ended_if_flooding(kernel.end, most_resident or most_resident_bytes()):
            yield kernel
    finally:
        await _end(manager, context, folder)


async def _launched(
    files: PackedFiles, confinement: Confinement, context: zmq.asyncio.Context
) -> tuple[Path, SandboxManager]:
    """Fork a kernel; its socket folder and its manager.

    If the warm parent turns out to have died, a new one is started and tried once.
    """
    warm = warm_parent(confinement)
    try:
        return await _launch(warm, files, confinement, context)
    except KernelFailure:
        if warm.alive:
            raise
    return await _launch(warm_parent(confinement), files, confinement, context)


async def _launch(
    warm: WarmParent,
    files: PackedFiles,
    confinement: Confinement,
    context: zmq.asyncio.Context,
) -> tuple[Path, SandboxManager]:
    folder = warm.folder / "sockets" / secrets.token_hex(4)
    folder.mkdir()
    manager = SandboxManager(
        context=context, transport="ipc", ip=str(folder / "k"), kernel_spec_manager=_SandboxSpec()
    )
    request = _request(files, confinement, warm, folder, manager.session.key)
    try:
        shared = [each.descriptor for each in confinement.shared]
        await manager.start(warm, request, [files.descriptor, *shared])
    except KernelFailure:
        await _end(manager, None, folder)
        raise
    return folder, manager


def _request(
    files: PackedFiles,
    confinement: Confinement,
    warm: WarmParent,
    folder: Path,
    key: bytes,
) -> dict[str, Any]:
    """The request to fork a kernel, as `grader/sandbox/inside/warm.py` reads it."""
    alone = confinement.level is Level.NAMESPACES
    limits = confinement.limits
    private = "/tmp" if alone else str(folder)
    sockets = f"/run/all/{folder.name}" if alone else str(folder)
    return {
        "key": key,
        "files": files.sizes,
        "work": f"{private}/work",
        "home": f"{private}/home",
        "sockets": sockets,
        "environment": environment(f"{private}/home"),
        "readable": ["/"] if alone else [*readable(warm.secret), str(warm.folder / "agent")],
        "writable": [private] if alone else [f"{private}/work", f"{private}/home"],
        # What it is given at the start does not count as what it writes.
        "tmpfs_bytes": limits.disk_bytes + files.size,
        "limits": asdict(limits),
    }


def _connected(
    manager: SandboxManager, context: zmq.asyncio.Context, output_bytes: int
) -> BoundedClient:
    """A client on the channels iopub and shell, with limits on what each of them reads."""
    client: BoundedClient = manager.client(context=context)  # type: ignore[assignment]
    channels = {"shell": False, "iopub": False, "stdin": False, "hb": False, "control": False}
    content_bytes = 8 * output_bytes + OUTPUT_ENVELOPE_BYTES
    context.setsockopt(zmq.SNDTIMEO, SEND_MILLISECONDS)
    context.setsockopt(zmq.MAXMSGSIZE, content_bytes)
    context.setsockopt(zmq.RCVHWM, MAX_WAITING_MESSAGES)
    client.start_channels(**{**channels, "iopub": True})
    context.setsockopt(zmq.MAXMSGSIZE, MAX_REPLY_BYTES)
    context.setsockopt(zmq.RCVHWM, MAX_WAITING_REPLIES)
    client.start_channels(**{**channels, "shell": True})
    client.iopub_channel.content_bytes = client.shell_channel.content_bytes = content_bytes
    client.allow_stdin = False
    return client


async def _until_ready(manager: SandboxManager, client: BoundedClient) -> None:
    """Wait until the kernel says that we are subscribed to its output: it then takes requests."""
    for _ in range(2 * START_SECONDS):
        try:
            message = await client.iopub_channel.get_msg(timeout=0.5)
        except Empty:
            if not await manager.is_alive():
                raise KernelFailure("the kernel ended while it was being started") from None
        else:
            if message["msg_type"] == "iopub_welcome":
                return
    raise KernelFailure(f"the kernel did not answer within {START_SECONDS} s")


async def _end(
    manager: SandboxManager | None, context: zmq.asyncio.Context | None, folder: Path | None
) -> None:
    try:
        if manager:
            await manager.end()
    finally:
        if context:
            context.destroy(linger=0)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
