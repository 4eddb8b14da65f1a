"""Connect to a cluster's scheduler, and examine its workers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import dask
from distributed import Client

from grader.encoding import from_json
from grader.errors import InputError, SystemFailure
from grader.execution.environment import Need, in_words
from grader.execution.installation import installation
from grader.runs.cluster.worker import WorkerReport, examine
from grader.sandbox.level import Level

# How long to wait for the scheduler's answer, for its first worker, and for a worker's canary.
CONNECT_SECONDS = 30
FIRST_WORKER_SECONDS = 120
EXAMINE_SECONDS = 180
# A notebook may be larger than the size from which Dask warns.
_CONFIGURATION = {
    "distributed.admin.large-graph-warning-threshold": "1 GB",
    # Dask would keep the last 1,000 messages, with the notebooks in them.
    "distributed.admin.low-level-log-length": 10,
}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Member:
    """A worker of the cluster, and what came of examining it.

    `report` is None where that failed, and `problem` says why. `clock_ahead` is the number of
    seconds by which its clock is ahead of ours.
    """

    address: str
    report: WorkerReport | None
    problem: str
    clock_ahead: float = 0.0

    def unfit(self, required: Level, environment: bool = False) -> str:
        """Why this worker may not be used; empty if it may.

        With `environment`, it may not lack any package.
        """
        if self.report is None or self.problem:
            return self.problem
        if self.report.program != installation():
            return f"has fairgrade {self.report.program}, where {installation()} is needed"
        if self.report.level < required:
            return (
                f"protection is at level {self.report.level.word}, and {required.word} is required"
            )
        if environment and self.report.lacks:
            return in_words(self.report.lacks, "it")
        return ""


class _Connection(Client):
    """Dask's client, closed if it cannot connect; otherwise it would delay our own end."""

    def __init__(self, address: str, **options: Any) -> None:
        try:
            super().__init__(address, **options)  # type: ignore[no-untyped-call]
        except BaseException:  # Ctrl-C while it waits, too
            with contextlib.suppress(Exception):
                self.close(timeout=1)  # type: ignore[no-untyped-call]
            self.status = "closed"
            raise


@contextmanager
def connected(address: str, seconds: float = 0) -> Iterator[Client]:
    """A client of the scheduler at `address`, such as tcp://10.0.0.1:8786 or tls://….

    Certificates are those of Dask's configuration. Raises InputError where that is no address, and
    SystemFailure where nobody answers within `seconds` (0: `CONNECT_SECONDS`).
    """
    # What Dask would log of a lost connection, we say in our own words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(_CONFIGURATION):
        try:
            client: Client = _Connection(
                address,
                timeout=seconds or CONNECT_SECONDS,
                set_as_default=False,
                name="fairgrade",
            )
        except (ValueError, TypeError, RuntimeError) as error:
            raise InputError(f"{address}: cannot be used as a scheduler: {error}") from None
        except OSError as error:
            raise SystemFailure(
                f"{address}: no scheduler answers there ({error}); is it running, and may this "
                "machine connect to it?"
            ) from None
        try:
            yield client
        finally:
            client.close(timeout=5)


def within(client: Client, seconds: float, call: Callable[[], Awaitable[_T]]) -> _T:
    """Call a method of the client in its event loop; raises TimeoutError after `seconds`."""

    async def bounded() -> _T:
        return await asyncio.wait_for(call(), seconds)

    answer: _T = client.sync(bounded)
    return answer


def members(
    client: Client,
    address: str,
    warm_imports: tuple[str, ...] | None = None,
    needs: tuple[Need, ...] = (),
) -> list[Member]:
    """Wait for the first worker, then examine all of them; sorted by address.

    With `warm_imports`, each also starts a warm parent and reports how long that took. `needs` are
    packages of which each reports those that it lacks. Raises SystemFailure where no worker comes.
    """
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
    except TimeoutError:
        raise SystemFailure(
            f"{address}: no worker is connected to this scheduler; start some: "
            f"dask worker {address} --nthreads 1"
        ) from None
    everyone: list[Member] = client.sync(_examine_all, client, warm_imports, needs)
    return everyone


async def _examine_all(
    client: Client, warm_imports: tuple[str, ...] | None, needs: tuple[Need, ...]
) -> list[Member]:
    workers = sorted(await client.nthreads())
    return await asyncio.gather(*(_member(client, each, warm_imports, needs) for each in workers))


async def _member(
    client: Client, worker: str, warm_imports: tuple[str, ...] | None, needs: tuple[Need, ...]
) -> Member:
    try:
        answer = await _ask(client, worker, examine, warm_imports, needs)
        before = time.time()
        there = await _ask(client, worker, time.time)
        after = time.time()
    except TimeoutError:
        return Member(worker, None, f"did not answer within {EXAMINE_SECONDS} s")
    except Exception as error:  # whatever an unknown installation may raise
        what = f"{type(error).__name__}: {error}"
        return Member(worker, None, f"cannot run fairgrade {installation()}: {what}")
    report = from_json(answer, WorkerReport)
    return Member(worker, report, report.problem, there - (before + after) / 2)


async def _ask(client: Client, worker: str, what: Callable[..., Any], *arguments: object) -> Any:
    run = client.run(what, *arguments, workers=[worker])
    return (await asyncio.wait_for(run, EXAMINE_SECONDS))[worker]
