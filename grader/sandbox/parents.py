"""The warm parents of this process: started when they are first needed, and ended when others are.

A long-lived process sees assignments come and go. So only the `MOST` that were used last are kept;
one whose kernels still run is never ended.
"""

from __future__ import annotations

import atexit
import threading
from typing import NamedTuple

from grader.errors import KernelFailure
from grader.sandbox.level import Level
from grader.sandbox.parent import WarmParent

# As many assignments as one class is usually graded on at once.
MOST = 4


class Wanted(NamedTuple):
    """What a warm parent is started with; see `WarmParent`."""

    level: Level
    warm_imports: tuple[str, ...]
    memory_bytes: int
    processes: int
    secret: tuple[str, ...] = ()
    rehearsed: bool = True


class WarmParents:
    """Warm parents by what they were started with. Several threads may ask for them."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.RLock()
        # In the order in which they were last asked for.
        self._parents: dict[Wanted, WarmParent] = {}

    def get(self, wanted: Wanted) -> WarmParent:
        """The warm parent of this kind; a new one if there is none or it has died.

        Where an import kills it or takes too long, one without imports is started; each kernel then
        imports for itself. Raises KernelFailure where none can be started.
        """
        with self._lock:
            parent = self._parents.pop(wanted, None)
            if parent is not None and not parent.alive:
                parent.close()
                parent = None
            parent = parent or _started(wanted)
            self._parents[wanted] = parent
            self._end_others()
            return parent

    def all(self) -> list[WarmParent]:
        with self._lock:
            return list(self._parents.values())

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            while self._parents:
                self._parents.popitem()[1].close()

    def _end_others(self) -> None:
        for wanted, parent in list(self._parents.items())[: -self._most]:
            if parent.idle:
                del self._parents[wanted]
                parent.close()


def _started(wanted: Wanted) -> WarmParent:
    try:
        return WarmParent(*wanted)
    except KernelFailure as error:
        if not wanted.warm_imports:
            raise
        parent = WarmParent(*wanted._replace(warm_imports=()))
        parent.problems = [f"{', '.join(wanted.warm_imports)}: {error}"]
        return parent


WARM_PARENTS = WarmParents()
atexit.register(WARM_PARENTS.close)
