"""Grade one notebook, or a class of them, from a program.

The command line calls this, too. A `Grader` keeps its worker processes between calls. The functions
of this module start workers for one call, and end them after it.

    >>> from grader import grade_notebook
    >>> result = grade_notebook("ann.ipynb", "course/assignment/averages")
    >>> result.score, result.max_score
    (10.0, 10.0)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.api.finished import Finished
from grader.api.grader import Grader, GraderOfOne, Protected
from grader.model import Result


def grade_notebook(
    source: str | Path | bytes,
    assignment: str | Path,
    *,
    require: Protected = "limits",
    **options: Any,
) -> Result:
    """Grade one notebook in a worker that is started for it; see `Grader.grade_notebook`.

        >>> grade_notebook("ann.ipynb", "course/assignment/averages").score
        10.0

    To grade several, use one `Grader`, which starts its workers only once.
    """
    with GraderOfOne(require) as grader:
        return grader.grade_notebook(source, assignment, **options)


async def grade_notebook_async(
    source: str | Path | bytes,
    assignment: str | Path,
    *,
    require: Protected = "limits",
    **options: Any,
) -> Result:
    """`grade_notebook` for use in an event loop, which it does not block.

    >>> import asyncio
    >>> asyncio.run(grade_notebook_async("ann.ipynb", "course/assignment/averages")).score
    10.0
    """
    async with GraderOfOne(require) as grader:
        return await grader.grade_notebook_async(source, assignment, **options)


def grade_class(
    paths: str | Path | Iterable[str | Path],
    course: str | Path,
    *,
    jobs: int | None = None,
    require: Protected = "limits",
    scheduler: str = "",
    **options: Any,
) -> Finished:
    """Grade the submissions at `paths`, then end the workers; see `Grader.grade_class`.

    >>> with grade_class("submissions", "course", output="grades") as finished:
    ...     for result in finished.results:
    ...         print(result.student, result.score)
    ann 10.0
    bob 0.0
    """
    with Grader(jobs=jobs, require=require, scheduler=scheduler) as grader:
        return grader.grade_class(paths, course, **options)


async def grade_class_async(
    paths: str | Path | Iterable[str | Path],
    course: str | Path,
    *,
    jobs: int | None = None,
    require: Protected = "limits",
    scheduler: str = "",
    **options: Any,
) -> Finished:
    """`grade_class` for use in an event loop, which it does not block.

    >>> import asyncio
    >>> with asyncio.run(grade_class_async("submissions", "course")) as finished:
    ...     finished.count
    2
    """
    async with Grader(jobs=jobs, require=require, scheduler=scheduler) as grader:
        return await grader.grade_class_async(paths, course, **options)
