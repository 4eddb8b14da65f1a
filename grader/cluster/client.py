"""The connection to a cluster's scheduler, and what its workers are found to be."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from distributed import Client

from grader.basis import program
from grader.cluster.worker import Standing, examine
from grader.errors import CommandError, SystemFailure
from grader.sandbox.level import Level

# How long a scheduler has to answer, and its first worker to be there.
CONNECT_SECONDS = 30
FIRST_WORKER_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Member:
    """A worker of the cluster: `standing` is None where it could not be asked, and `problem` says
    why; `clock_off` is how many seconds its clock is ahead of ours, round trip included."""

    address: str
    standing: Standing | None
    problem: str
    clock_off: float = 0.0

    def unfit(self, required: Level) -> str:
        """Why nothing is graded there, or an empty string."""
        if self.standing is None or self.problem:
            return self.problem
        if self.standing.program != program():
            return f"has fairgrade {self.standing.program}, where {program()} is needed"
        if self.standing.level < required:
            return (
                f"protection is at level {self.standing.level.word}, "
                f"and {required.word} is required"
            )
        return ""


@contextmanager
def connected(address: str, seconds: float = CONNECT_SECONDS) -> Iterator[Client]:
    """A client of the scheduler at `address`, such as tcp://10.0.0.1:8786 or tls://….

    Certificates are those of Dask's configuration. Raises CommandError for what is no address,
    and SystemFailure where nobody answers for so many seconds.
    """
    # What it has to say, we say in our own words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=seconds, set_as_default=False, name="fairgrade")
    except (ValueError, TypeError, RuntimeError) as error:
        raise CommandError(f"--scheduler {address}: {error}") from None
    except (OSError, TimeoutError) as error:
        raise SystemFailure(
            f"--scheduler {address}: no scheduler answers there ({error}); is it running, and may "
            "this machine connect to it?"
        ) from None
    try:
        yield client
    finally:
        client.close(timeout=5)


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
    begun = time.time()
    answers = client.run(examine, warm_imports, on_error="return")
    return [_member(address, answer, begun) for address, answer in sorted(answers.items())]


def _member(address: str, answer: str | Exception, begun: float) -> Member:
    if isinstance(answer, Exception):
        what = f"{type(answer).__name__}: {answer}"
        return Member(address, None, f"cannot run fairgrade {program()}: {what}")
    standing = Standing.from_json(answer)
    return Member(address, standing, standing.problem, standing.clock - begun)
