"""How a kernel is to be shut in, and the warm parent that forks kernels of that kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.assignments.records import Limits
from grader.sandbox.launch import hidden
from grader.sandbox.level import Level
from grader.sandbox.parent import WarmParent
from grader.sandbox.parents import WARM_PARENTS, Wanted
from grader.sandbox.shared import SharedInputs


@dataclass(frozen=True, slots=True)
class Confinement:
    """How a kernel is to be shut in, and what it has from the start.

    `level` is the level of protection. The modules in `warm_imports` are imported and the inputs in
    `shared` are in its memory when it starts. `limits` are the most that it may use. `rehearsed`
    says whether its warm parent makes itself quicker first, which costs it half a second.
    """

    level: Level
    warm_imports: tuple[str, ...] = ()
    shared: tuple[SharedInputs, ...] = ()
    limits: Limits = field(default_factory=Limits)
    rehearsed: bool = True


def warm_parent(confinement: Confinement) -> WarmParent:
    """The process that forks kernels with this confinement; a new one if the last has died.

    There is one for each level, list of imports, limits of memory and processes, and what is hidden
    from kernels.
    """
    limits, level = confinement.limits, confinement.level
    secret = hidden() if level > Level.LIMITS else ()
    imports = confinement.warm_imports
    return WARM_PARENTS.get(
        Wanted(
            level,
            imports,
            limits.memory_bytes,
            limits.processes,
            secret,
            confinement.rehearsed,
        )
    )


def close_parents() -> None:
    """End this process's warm parents."""
    WARM_PARENTS.close()
