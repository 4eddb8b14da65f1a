"""A cluster's workers, as a run uses them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from distributed import Client

from grader.assignment import Assignment
from grader.basis import program
from grader.cluster.client import CONNECT_SECONDS, Member, connected, members
from grader.cluster.flow import Flow, SchedulerLost
from grader.cluster.parcel import pack
from grader.cluster.worker import Course, FailAtOnce
from grader.errors import SystemFailure, WeakProtection
from grader.grading import Graded, Task
from grader.model import Protection
from grader.sandbox.level import Level

# How long a scheduler that was lost is waited for.
RECONNECT_SECONDS = 600
# Besides the time of the submission itself: canary, warm start, and the machine's own affairs.
SPARE_SECONDS = 120


@dataclass(slots=True)
class ClusterWorkers:
    """The workers of the scheduler at `address` that protect as `required`.

    `protection` is that of the weakest worker that is used; one that comes later and is weaker is
    not used.
    """

    address: str
    assignments: tuple[Assignment, ...]
    tell: Callable[[str], None]
    level: Level
    protection: Protection
    spare_seconds: float = SPARE_SECONDS

    def grade_all(self, tasks: Iterable[Task]) -> Generator[Graded, None, None]:
        """Grade the tasks and yield each as it is done, across losses of the scheduler too."""
        course = Course(pack(self.assignments), program(), self.level)
        longest = max((each.limits.submission_seconds for each in self.assignments), default=0)
        flow = Flow(iter(tasks), course.name, longest + self.spare_seconds, self.tell)
        seconds = CONNECT_SECONDS
        while True:
            with connected(self.address, seconds) as client:
                try:
                    _upload(client, self.address, course)
                    yield from flow.through(client)
                    return
                except SchedulerLost as error:
                    self.tell(f"{self.address}: {error}; waiting for it")
            seconds = RECONNECT_SECONDS


def cluster_workers(
    address: str,
    assignments: Iterable[Assignment],
    required: Level,
    tell: Callable[[str], None],
) -> ClusterWorkers:
    """Ask every worker there is what it can do; those that may not be used are told of by name.

    Raises WeakProtection or SystemFailure where none is left.
    """
    with connected(address) as client:
        everyone = members(client, address)
    fit = []
    for member in everyone:
        if why := member.unfit(required):
            tell(f"{member.address}: is not used: {why}")
        elif member.standing and member.standing.protection:
            fit.append(member.standing)
    if not fit:
        raise _none_fit(address, everyone, required)
    weakest = min(fit, key=lambda standing: standing.level)
    assert weakest.protection
    return ClusterWorkers(address, tuple(assignments), tell, weakest.level, weakest.protection)


def _none_fit(address: str, everyone: list[Member], required: Level) -> Exception:
    what = f"{address}: none of its {len(everyone)} workers may be used; nothing was graded"
    weak = any(each.standing and each.standing.level < required for each in everyone)
    return WeakProtection(what) if weak else SystemFailure(what)


def _upload(client: Client, address: str, course: Course) -> None:
    """Give the course to all workers, also to those still to come; once for each content."""
    try:
        client.register_plugin(FailAtOnce())
        client.register_plugin(course)
    except OSError:
        raise SchedulerLost("the connection to the scheduler is lost") from None
    except Exception as error:
        raise SystemFailure(
            f"{address}: the cluster cannot run fairgrade {program()}: "
            f"{type(error).__name__}: {error}; install it on the scheduler and on every worker"
        ) from None
