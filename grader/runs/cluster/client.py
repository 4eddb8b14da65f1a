"""The connection to a cluster's scheduler, and what its workers are found to be."""

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
from grader.gradebook.fingerprint import installation
from grader.runs.cluster.worker import WorkerReport, examine
from grader.sandbox.level import Level

# How long a scheduler has to answer, its first worker to be there, and a worker to try its canary.
CONNECT_SECONDS = 30
FIRST_WORKER_SECONDS = 120
EXAMINE_SECONDS = 180
# A notebook may be larger than what Dask warns of.
_CONFIGURATION = {
    "distributed.admin.large-graph-warning-threshold": "1 GB",
    # Else the last 1,000 messages are kept, with the notebooks in them.
    "distributed.admin.low-level-log-length": 10,
}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Member:
    """A worker of the cluster: `report` is None where it could not be asked, and `problem` says
    why; `clock_ahead` is by how many seconds its clock is ahead of ours."""

    address: str
    report: WorkerReport | None
    problem: str
    clock_ahead: float = 0.0

    def unfit(self, required: Level) -> str:
        """Why nothing is graded there, or an empty string."""
        if self.report is None or self.problem:
            return self.problem
        if self.report.program != installation():
            return f"has fairgrade {self.report.program}, where {installation()} is needed"
        if self.report.level < required:
            return (
                f"protection is at level {self.report.level.word}, and {required.word} is required"
            )
        return ""


class _Connection(Client):
    """A client that is closed where it cannot connect; else it would hold up our own end."""

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

    Certificates are those of Dask's configuration. Raises InputError for what is no address,
    and SystemFailure where nobody answers for so many seconds
    (0: for a usual time).
    """
    # What it has to say, we say in our own words.
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
    """What the client's method comes to, called in its event loop; TimeoutError after `seconds`."""

    async def bounded() -> _T:
        return await asyncio.wait_for(call(), seconds)

    answer: _T = client.sync(bounded)
    return answer


def members(
    client: Client, address: str, warm_imports: tuple[str, ...] | None = None
) -> list[Member]:
    """Every worker, by address, once there is one; warmed up if `warm_imports` is given.

    Raises SystemFailure where none comes.
    """
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
    except TimeoutError:
        raise SystemFailure(
            f"{address}: no worker is connected to this scheduler; start some: "
            f"dask worker {address} --nthreads 1"
        ) from None
    everyone: list[Member] = client.sync(_examine_all, client, warm_imports)
    return everyone


async def _examine_all(client: Client, warm_imports: tuple[str, ...] | None) -> list[Member]:
    workers = sorted(await client.nthreads())
    return await asyncio.gather(*(_member(client, each, warm_imports) for each in workers))


async def _member(client: Client, worker: str, warm_imports: tuple[str, ...] | None) -> Member:
    try:
        answer = await _ask(client, worker, examine, warm_imports)
        before = time.time()
        there = await _ask(client, worker, time.time)
        after = time.time()
    except TimeoutError:
        return Member(worker, None, f"did not answer within {EXAMINE_SECONDS} s")
    except Exception as error:  # whatever a stranger's installation comes up with
        what = f"{type(error).__name__}: {error}"
        return Member(worker, None, f"cannot run fairgrade {installation()}: {what}")
    report = from_json(answer, WorkerReport)
    return Member(worker, report, report.problem, there - (before + after) / 2)


async def _ask(client: Client, worker: str, what: Callable[..., Any], *arguments: object) -> Any:
    run = client.run(what, *arguments, workers=[worker])
    return (await asyncio.wait_for(run, EXAMINE_SECONDS))[worker]
