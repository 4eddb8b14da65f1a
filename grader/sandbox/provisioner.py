"""Let jupyter_client start and end kernels in the sandbox, by forks of a warm parent."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Type

from grader.errors import KernelFailure
from grader.sandbox.channels import BoundedClient
from grader.sandbox.parent import Process, WarmParent

NAME = "fairgrade-sandbox"
READY_SECONDS = 60
# How often a process is looked at that has no descriptor to wait on.
POLL_SECONDS = 0.002
_PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


class SandboxManager(AsyncKernelManager):
    """jupyter_client's manager, with a `start` and an `end` of our own.

    Its `start_kernel` and `shutdown_kernel` sleep 10 ms each, for the sake of its own tests.
    """

    client_factory = Type(BoundedClient)

    async def start(self, warm: WarmParent, request: dict[str, Any], shared: Sequence[int]) -> None:
        command, options = await self.pre_start_kernel(warm=warm, request=request, shared=shared)
        assert self.provisioner is not None
        await self.provisioner.launch_kernel(command, **options)

    async def end(self) -> None:
        """End the kernel at once, if there is one, and wait until it is gone."""
        if self.provisioner:
            await self.provisioner.kill()
            await self.provisioner.wait()


class SandboxProvisioner(KernelProvisionerBase):
    """Makes a kernel by a fork of a warm parent.

    `launch_kernel` has the arguments of `SandboxManager.start` as its keyword arguments.
    """

    _process: Process | None = None

    @property
    def has_process(self) -> bool:
        return self._process is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        for number, port in enumerate(_PORTS, start=1):
            setattr(self.parent, port, number)
        return {**kwargs, "cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork, and wait until the kernel has opened its sockets and shut itself in."""
        warm: WarmParent = kwargs["warm"]
        request: dict[str, Any] = kwargs["request"]
        self._process, ready = warm.fork(request, kwargs["shared"])
        os.set_blocking(ready, False)
        try:
            word = await asyncio.wait_for(_read(ready), READY_SECONDS)
        except TimeoutError:
            word = f"not ready after {READY_SECONDS} s"
        finally:
            os.close(ready)
        if word != "ready":
            await self.kill()
            raise KernelFailure(f"a kernel could not be shut in: {word or 'it ended'}")
        assert self.parent is not None
        info: KernelConnectionInfo = self.parent.get_connection_info()
        return info

    async def poll(self) -> int | None:
        return None if self._process and not self._process.ended else 0

    async def wait(self) -> int | None:
        if process := self._process:
            if process.descriptor is not None:
                await _readable(process.descriptor)
            while not process.ended:
                await asyncio.sleep(POLL_SECONDS)
            process.close()
            self._process = None
        return 0

    async def send_signal(self, signum: int) -> None:
        if self._process:
            self._process.send(signal.Signals(signum))

    async def kill(self, restart: bool = False) -> None:
        self.end()

    def end(self) -> None:
        """End the process at once, from any thread."""
        if process := self._process:
            process.kill()

    async def terminate(self, restart: bool = False) -> None:
        await self.kill()

    async def cleanup(self, restart: bool = False) -> None:
        pass


async def _read(descriptor: int) -> str:
    """What is written to the pipe; waits until there is something."""
    await _readable(descriptor)
    return os.read(descriptor, 4096).decode(errors="replace")


async def _readable(descriptor: int) -> None:
    """Wait until the descriptor can be read from; a pidfd can when its process has ended."""
    loop = asyncio.get_running_loop()
    arrived = loop.create_future()
    loop.add_reader(descriptor, arrived.cancel)
    try:
        await asyncio.wait([arrived])
    finally:
        loop.remove_reader(descriptor)
