"""Start a kernel for one submission, and leave nothing of it behind.

`start_kernel` is the whole interface: what is before it knows kernels, and nothing of sandboxes.
"""

from __future__ import annotations

import atexit
import secrets
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from msgspec.structs import asdict

from grader.assignments.records import Limits
from grader.errors import KernelFailure
from grader.sandbox.flood import ended_if_flooding
from grader.sandbox.launch import readable
from grader.sandbox.level import Level
from grader.sandbox.parent import WarmParent, environment
from grader.sandbox.provisioner import NAME, SandboxManager, SandboxProvisioner
from grader.sandbox.shared import SharedInputs
from grader.values import wire

START_SECONDS = 60
# Of one frame: a value as large as the wire allows, and its envelope; the few replies that wait to
# be read; output, of which a message holds a cell's share and its escapes at most.
MAX_REPLY_BYTES = wire.MAX_BYTES + 1024 * 1024
MAX_WAITING_REPLIES = 4
OUTPUT_ENVELOPE_BYTES = 1024 * 1024
NEVER_MILLISECONDS = 24 * 60 * 60 * 1000
# Pieces of output that wait to be read; what comes faster is dropped at the kernel's end.
MAX_WAITING_MESSAGES = 100


@dataclass(frozen=True, slots=True)
class Confinement:
    """How a kernel is to be shut in: its level, the most it may use, and what it has from the
    start: modules that are imported, and inputs of calls."""

    level: Level
    warm_imports: tuple[str, ...] = ()
    shared: tuple[SharedInputs, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A running kernel: its manager (process), its client (messages), the inputs that it has from
    the start, and its limits."""

    manager: SandboxManager
    client: AsyncKernelClient
    shared: tuple[SharedInputs, ...]
    limits: Limits

    async def is_alive(self) -> bool:
        return bool(await self.manager.is_alive())

    async def interrupt(self) -> None:
        if await self.is_alive():
            await self.manager.signal_kernel(signal.SIGINT)

    async def kill(self) -> None:
        """End the kernel at once, and all that it started; no harm if it has ended already."""
        self.end()

    def end(self) -> None:
        """`kill`, from any thread."""
        if isinstance(self.manager.provisioner, SandboxProvisioner):
            self.manager.provisioner.end()


class _SandboxSpec(KernelSpecManager):
    """The one kernel there is: our agent, forked by a warm parent."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            language="python", metadata={"kernel_provisioner": {"provisioner_name": NAME}}
        )


_parents: dict[tuple[Level, tuple[str, ...], int, int], WarmParent] = {}


@asynccontextmanager
async def start_kernel(
    files: Mapping[str, bytes], confinement: Confinement
) -> AsyncIterator[Kernel]:
    """A kernel that answers, whose working directory holds `files` (name -> content) only.

    At the end of the context its processes, sockets and folder are gone. Raises KernelFailure
    where it cannot be started.
    """
    context = zmq.asyncio.Context()
    # Sockets are there before we connect. One that goes away was ended by the kernel, and what
    # takes its place is no business of ours.
    context.setsockopt(zmq.RECONNECT_IVL, NEVER_MILLISECONDS)
    folder, manager = None, None
    try:
        try:
            folder, manager = await _launched(files, confinement, context)
            client = _connected(manager, context, confinement.limits.output_bytes)
            await _until_ready(manager, client)
        except OSError as error:
            raise KernelFailure(f"a kernel could not be started: {error}") from None
        kernel = Kernel(manager, client, confinement.shared, confinement.limits)
        with ended_if_flooding(kernel.end):
            yield kernel
    finally:
        await _end(manager, context, folder)


async def _launched(
    files: Mapping[str, bytes], confinement: Confinement, context: zmq.asyncio.Context
) -> tuple[Path, SandboxManager]:
    """A kernel's socket folder and its manager; by a second warm parent if the first has died."""
    warm = warm_parent(confinement)
    try:
        return await _launch(warm, files, confinement, context)
    except KernelFailure:
        if warm.alive:
            raise
    return await _launch(warm_parent(confinement), files, confinement, context)


async def _launch(
    warm: WarmParent,
    files: Mapping[str, bytes],
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
        await manager.start(warm, request, [each.descriptor for each in confinement.shared])
    except KernelFailure:
        await _end(manager, None, folder)
        raise
    return folder, manager


def warm_parent(confinement: Confinement) -> WarmParent:
    """This process's warm parent for such kernels; a new one if the last has died.

    Where an import ends it, or does not end, it is one without imports: kernels do them, cold.
    """
    limits = confinement.limits
    key = (confinement.level, confinement.warm_imports, limits.memory_bytes, limits.processes)
    parent = _parents.get(key)
    if parent is None or not parent.alive:
        if parent is not None:
            parent.close()
        try:
            parent = WarmParent(*key)
        except KernelFailure as error:
            if not confinement.warm_imports:
                raise
            parent = WarmParent(key[0], (), *key[2:])
            parent.problems = [f"{', '.join(confinement.warm_imports)}: {error}"]
        _parents[key] = parent
    return parent


@atexit.register
def close_parents() -> None:
    """End this process's warm parents."""
    while _parents:
        _parents.popitem()[1].close()


def _request(
    files: Mapping[str, bytes],
    confinement: Confinement,
    warm: WarmParent,
    folder: Path,
    key: bytes,
) -> dict[str, Any]:
    """What the warm parent is told; see `grader/sandbox/inside/warm.py`."""
    alone = confinement.level is Level.NAMESPACES
    private = "/tmp" if alone else str(folder)
    sockets = "/run/own" if alone else str(folder)
    return {
        "key": key,
        "files": dict(files),
        "work": f"{private}/work",
        "home": f"{private}/home",
        "sockets": sockets,
        "sockets_name": folder.name,
        "environment": environment(f"{private}/home"),
        "readable": ["/"] if alone else [*readable(), str(warm.folder / "agent")],
        "writable": [private] if alone else [f"{private}/work", f"{private}/home"],
        "limits": asdict(confinement.limits),
    }


def _connected(
    manager: SandboxManager, context: zmq.asyncio.Context, output_bytes: int
) -> AsyncKernelClient:
    """A client on all the channels we use, each of which reads no more than it has a use for."""
    client: AsyncKernelClient = manager.client(context=context)
    channels = {"shell": False, "iopub": False, "stdin": False, "hb": False, "control": False}
    context.setsockopt(zmq.MAXMSGSIZE, 8 * output_bytes + OUTPUT_ENVELOPE_BYTES)
    context.setsockopt(zmq.RCVHWM, MAX_WAITING_MESSAGES)
    client.start_channels(**{**channels, "iopub": True})
    context.setsockopt(zmq.MAXMSGSIZE, MAX_REPLY_BYTES)
    context.setsockopt(zmq.RCVHWM, MAX_WAITING_REPLIES)
    client.start_channels(**{**channels, "shell": True})
    client.allow_stdin = False
    return client


async def _until_ready(manager: SandboxManager, client: AsyncKernelClient) -> None:
    """Wait until the kernel has seen that we listen on iopub: then it takes requests."""
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
