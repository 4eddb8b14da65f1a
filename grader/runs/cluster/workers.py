"""A cluster's workers in the form in which a run uses them: `run.Graders`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from distributed import Client

from grader.assignments.records import Assignment
from grader.errors import SchedulerLost, SystemFailure, WeakProtection
from grader.execution.environment import Need, in_words, needs_of
from grader.execution.installation import installation
from grader.grading.task import Task
from grader.model import Graded, Protection
from grader.runs.cluster.client import CONNECT_SECONDS, Member, connected, members, within
from grader.runs.cluster.course_zip import pack
from grader.runs.cluster.flow import Flow, Waiting
from grader.runs.cluster.worker import Course, OurTasks
from grader.sandbox.level import Level

# How long to wait for a scheduler whose connection was lost.
RECONNECT_SECONDS = 600
# How long workers may take to unpack the assignments; one that needs longer is not used.
UPLOAD_SECONDS = 120
# What a submission may take beyond its own time limit: the start of a warm parent, other delays.
SPARE_SECONDS = 120


@dataclass(slots=True)
class ClusterWorkers:
    """The workers of the scheduler at `address` that protect at least at `level`.

    `protection` is that of the weakest worker that was there when they were examined. A worker that
    comes later is not used if it protects less. `needs` are the packages that a worker must have;
    one that lacks some is not used.
    """

    address: str
    assignments: tuple[Assignment, ...]
    tell: Callable[[str], None]
    level: Level
    protection: Protection
    spare_seconds: float = SPARE_SECONDS
    needs: tuple[Need, ...] = ()

    def grade_all(self, tasks: Iterable[Task]) -> Generator[Graded, None, None]:
        """Grade the tasks and yield each result as soon as it is there.

        If the scheduler is lost, it is waited for, and the rest is graded then.
        """
        course = Course(pack(self.assignments), installation(), self.level, self.needs)
        longest = max((each.most_seconds for each in self.assignments), default=0)
        patience = longest + self.spare_seconds
        flow = Flow(Waiting(iter(tasks)), course.name, patience, self._unfit, self.tell)
        seconds = 0.0
        while True:
            with connected(self.address, seconds) as client:
                try:
                    _upload(client, self.address, course)
                    yield from flow.through(client)
                    return
                except SchedulerLost:
                    self.tell(f"{self.address}: the scheduler is lost; waiting for it")
            seconds = RECONNECT_SECONDS

    def _unfit(self, client: Client) -> dict[str, str]:
        everyone = members(client, self.address, needs=self.needs)
        return {each.address: why for each in everyone if (why := each.unfit(self.level, True))}


def cluster_workers(
    address: str,
    assignments: Iterable[Assignment],
    required: Level,
    tell: Callable[[str], None],
    *,
    spare_seconds: float = SPARE_SECONDS,
    connect_seconds: float = CONNECT_SECONDS,
    require_environment: bool = False,
) -> ClusterWorkers:
    """Connect to the scheduler, examine its workers, and return them for a run.

    What a worker lacks of the packages that the assignments import is told; with
    `require_environment`, it is not used.
    The scheduler has `connect_seconds` to answer. A worker that is silent for a submission's time
    limit and `spare_seconds` more will be restarted. Where no worker may be used, raises
    WeakProtection if one of them protects less than `required`, else SystemFailure.
    """
    assignments = tuple(assignments)
    needs = tuple(need for each in assignments for need in needs_of(each))
    with connected(address, connect_seconds) as client:
        everyone = members(client, address, needs=needs)
    why_not = {each.address: each.unfit(required, require_environment) for each in everyone}
    fit = [each.report for each in everyone if each.report and not why_not[each.address]]
    if not fit:
        for worker, why in why_not.items():
            tell(f"{worker}: is not used: {why}")
        raise _none_fit(address, everyone, required)
    for each in everyone:
        if each.report and each.report.lacks and not why_not[each.address]:
            tell(in_words(each.report.lacks, each.address))
    weakest = min(fit, key=lambda report: report.level)
    assert weakest.protection
    return ClusterWorkers(
        *(address, assignments, tell, weakest.level, weakest.protection, spare_seconds),
        needs if require_environment else (),
    )


def _none_fit(address: str, everyone: list[Member], required: Level) -> Exception:
    what = f"{address}: none of its {len(everyone)} workers may be used; nothing was graded"
    weak = any(each.report and each.report.level < required for each in everyone)
    return WeakProtection(what) if weak else SystemFailure(what)


def _upload(client: Client, address: str, course: Course) -> None:
    """Give the course to all workers, also to those that come later; once for the same content."""
    try:
        within(client, UPLOAD_SECONDS, lambda: client.register_plugin(OurTasks()))
    except OSError:
        raise SchedulerLost from None
    except Exception as error:  # whatever the scheduler raised is raised here
        raise SystemFailure(
            f"{address}: the scheduler cannot run fairgrade {installation()}: "
            f"{type(error).__name__}: {error}; install it there, too"
        ) from None
    # A worker that did not get the course says so when it is sent a submission.
    with contextlib.suppress(Exception):
        within(client, UPLOAD_SECONDS, lambda: client.register_plugin(course))
