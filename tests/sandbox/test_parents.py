"""Warm parents: several threads may ask for one, and those of replaced assignments are ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from grader.sandbox.level import Level
from grader.sandbox.parents import Wanted, WarmParents

BYTES = 2_000_000_000


def wanted(processes: int) -> Wanted:
    return Wanted(Level.LIMITS, (), BYTES, processes)


def test_one_warm_parent_is_started_and_that_of_a_replaced_assignment_is_ended() -> None:
    with closing(WarmParents(most=1)) as parents, ThreadPoolExecutor(2) as threads:
        first, again = threads.map(parents.get, [wanted(30), wanted(30)])
        assert first is again
        other = parents.get(wanted(31))
        assert parents.all() == [other]
        assert other.alive
        assert not first.folder.exists()
        assert not first.alive
