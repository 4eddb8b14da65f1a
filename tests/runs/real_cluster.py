"""A real cluster for tests: a scheduler and workers in processes of their own on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

from distributed import Client

from tests.waiting import ENDLESS_NAME, PATIENCE_SECONDS, looks, processes_called


class RealCluster:
    """`dask scheduler` and `dask worker` as they are started by hand; use it in a `with`."""

    def __init__(self, folder: Path, *options: str, protocol: str = "tcp") -> None:
        """Scratch and logs are below `folder`; `options` are for every command."""
        self.folder, self.options = folder, options
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"{protocol}://127.0.0.1:{self.port}"
        self.protocol = protocol
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> RealCluster:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):  # the scheduler last
            process.terminate()
            process.wait(PATIENCE_SECONDS)

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--protocol", self.protocol)
        return self.start("scheduler", *where)

    def start_workers(
        self, count: int, name: str = "worker", environment: dict[str, str] | None = None
    ) -> None:
        for number in range(count):
            place = ("--local-directory", str(self.folder), "--nthreads", "1")
            named = ("--name", f"{name}-{number}")
            self.start("worker", self.address, *place, *named, environment=environment)

    def wait_for_workers(self, count: int) -> None:
        with self.client() as client:
            client.wait_for_workers(count, timeout=PATIENCE_SECONDS)

    def client(self, **options: object) -> Client:
        return Client(self.address, timeout=PATIENCE_SECONDS, set_as_default=False, **options)

    def worker_above(self, number: int) -> int:
        """The worker process that a process comes from, or 0."""
        nannies = {process.pid for process in self.processes}
        while number and (above := _parent(number)) not in nannies:
            number = above
        return number

    def start(
        self,
        what: str,
        *arguments: str,
        environment: dict[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> subprocess.Popen[bytes]:
        """A `dask scheduler` or `dask worker`; `before` is put before its command."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*before, sys.executable, "-m", "dask", what, *arguments, *self.options],
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process


class Striker:
    """While the context lasts, a worker that runs a marked submission is sent a signal.

    The first cell of a marked submission is `ENDLESS`. `struck` are the worker processes that were
    hit.
    """

    def __init__(
        self,
        cluster: RealCluster,
        number: int,
        most: int = 1,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """At most so many times; `then` is called after each."""
        self.cluster, self.number, self.most, self.then = cluster, number, most, then
        self.struck: list[int] = []
        self._kernels: set[int] = set()
        self._over = Event()
        self._thread = Thread(target=self._strike)

    def __enter__(self) -> Striker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _strike(self) -> None:
        for _ in looks(self._over):
            for kernel in set(processes_called(ENDLESS_NAME)) - self._kernels:
                worker = self.cluster.worker_above(kernel)
                if worker and len(self.struck) < self.most:
                    self._kernels.add(kernel)
                    self.struck.append(worker)
                    os.kill(worker, self.number)
                    self.then()
            if len(self.struck) >= self.most:
                return


def _parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
