"""Grading from a program: one notebook, or a class of them.

The command line, and whatever else grades, calls this. A `Grader` keeps worker processes between
calls; the functions of this module start some for one call and end them after it.

    >>> from grader import grade_notebook
    >>> result = grade_notebook("ann.ipynb", "course/assignment/averages")
    >>> result.score, result.max_score
    (10.0, 10.0)
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from grader.assignments.load import read_settings
from grader.assignments.records import Assignment
from grader.errors import AssignmentError, WeakProtection
from grader.gradebook.extensions import Extensions, read_extensions
from grader.gradebook.store import GRADEBOOK, Gradebook
from grader.grading.grade import Task, not_reached
from grader.model import Graded, Protection, Result, Run, Status, Submission
from grader.results.folder import prepare, remove_output, write_output
from grader.runs.processes import LocalGraders, WorkerLost, Workers
from grader.runs.run import GradedRuns, Graders, Options, grade_run, load_assignments
from grader.runs.worker import default_jobs
from grader.sandbox.level import Level
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.find import Found, find
from grader.submissions.roster import read_roster, with_roster

Protected = Literal["limits", "landlock", "namespaces"]


@dataclass(frozen=True)
class Finished(GradedRuns):
    """A class that was graded.

    Results are read from the gradebook each time they are gone through, so it is open until
    `close`, or the end of a `with` statement. `found` is what was handed in, as it was understood;
    `output` the folder to write to, if one was given. `write` writes what the command `grade` does.

        >>> with grade_class("submissions", "course") as finished:
        ...     [folder.name for _, _, folder in finished.write("grades")]
        ['grades']
    """

    found: Found | None = None
    output: Path | None = None
    held: ExitStack = field(default_factory=ExitStack, repr=False)

    def __post_init__(self) -> None:
        weakref.finalize(self, self.held.close)

    def __enter__(self) -> Finished:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the gradebook; results cannot be read after this."""
        self.held.close()

    def below(self, percent: float) -> bool:
        """Whether a submission that was graded has less than this share of the points."""
        return any(
            each.status is Status.GRADED and (each.score or 0) * 100 < percent * each.max_score
            for each in self.heads
        )

    def write(
        self, output: str | Path | None = None, *, similar: bool = False
    ) -> Iterator[tuple[Assignment, Run, Path]]:
        """Write `results.json`, `grades.csv` and the report of each assignment, one after the
        other, and yield it with the folder that has them.

        `output` is a folder, by default the one that `grade_class` was given. Of several
        assignments each has a folder below it. With `similar`, the report shows pairs of similar
        submissions. Raises SystemFailure where the folder cannot be written to.
        """
        folder = Path(output) if output else self.output
        if folder is None:
            raise ValueError("`output` is missing: the folder to write to")
        several = len(self.runs) > 1
        if several:
            remove_output(folder)
        for assignment, run in self.runs:
            below = folder / run.assignment if several else folder
            write_output(run, assignment, below, similar)
            yield assignment, run, below


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how a class comes along: `found` once, with what will be graded; `graded` of
    each result when it is in the gradebook; `told` of what a person should know meanwhile.

        >>> told = Listener(graded=lambda graded: print(graded.result.student))
        >>> grade_class("submissions/ann.ipynb", "course", listener=told).close()
        ann
    """

    found: Callable[[Found], None] = lambda _: None
    graded: Callable[[Graded], None] = lambda _: None
    told: Callable[[str], None] = lambda _: None


class Grader:
    """Worker processes that grade notebooks, for as long as they are needed.

        >>> with Grader(jobs=2) as grader:
        ...     result = grader.grade_notebook("ann.ipynb", "course/assignment/averages")
        >>> result.status
        <Status.GRADED: 'graded'>

    Its workers keep assignments that they have loaded, and kernels' parents that have done the
    imports; `close` gives all of it back. An assignment that has changed on the disk is loaded
    again. It may be used from several threads at once, and, by the methods whose names end in
    `_async`, in a running event loop. A script needs no `if __name__ == "__main__"` for it.
    """

    def __init__(
        self, *, jobs: int | None = None, require: Protected = "limits", scheduler: str = ""
    ) -> None:
        """`jobs` submissions are graded at once (default: one for each core).

        Nothing is graded where student code is shut in less well than `require` says. With a
        `scheduler`, such as `tcp://10.0.0.1:8786`, classes are graded on the workers of a Dask
        cluster (extra `cluster`); single notebooks are graded here all the same.
        """
        self._workers = Workers(jobs or default_jobs())
        self._require = Level.of(require)
        self._scheduler = scheduler

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Grader:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """End the workers, their kernels and what they keep. What is under way is lost."""
        self._workers.close()

    @property
    def processes(self) -> list[int]:
        """The numbers of the worker processes that there are now."""
        return self._workers.numbers

    def protection(self) -> Protection:
        """What keeps student code from the rest of this machine, found out by trying, once.

        Raises SystemFailure where no kernel can be started.
        """
        return self._workers.protection()

    def grade_notebook(
        self,
        source: str | Path | bytes,
        assignment: str | Path,
        *,
        student: str = "",
        public_only: bool = False,
        full: bool = False,
        seed: int = 0,
        strict: bool = False,
    ) -> Result:
        """Grade one notebook.

        `source` is its file, or its content. `assignment` is the assignment's folder,
        `COURSE/assignment/NAME`; the solutions are read from `COURSE/solutions/NAME`. With
        `public_only`, it is any folder that has what students got, and public cases alone are
        called. `student` is the name in the result (default: the file's). With `full`,
        long-running cells run too. `seed` is that of the cases drawn afresh. Where a picture or
        another step that verdicts do not need fails, a flag says so; with `strict`, which is for
        authors, the notebook is not graded then.

        The result of a notebook that cannot be graded says why: `status` is `not_graded`, `score`
        is None, `reason` has the words. Raises AssignmentError where the assignment is malformed,
        and WeakProtection where student code is shut in less well than required.
        """
        folder = Path(assignment).resolve()
        task, seconds = _task(source, folder, student, public_only)
        task = replace(
            task, level=self._level([self._require]), full=full, seed=seed, strict=strict
        )
        content = source if isinstance(source, bytes) else None
        try:
            return self._workers.grade(task, seconds, content).result
        except WorkerLost as error:
            return not_reached(task, str(error)).result

    async def grade_notebook_async(
        self, source: str | Path | bytes, assignment: str | Path, **options: Any
    ) -> Result:
        """`grade_notebook` in a running event loop, which goes on meanwhile."""
        return await asyncio.to_thread(self.grade_notebook, source, assignment, **options)

    def grade_class(
        self,
        paths: str | Path | Iterable[str | Path],
        course: str | Path,
        *,
        assignment: str = "",
        output: str | Path | None = None,
        gradebook: str | Path | None = None,
        layout: str = "",
        roster: str | Path | None = None,
        extensions: str | Path | None = None,
        attempts: Literal["last", "best"] = "last",
        full: bool = False,
        regrade: bool = False,
        seed: int | None = None,
        listener: Listener | None = None,
    ) -> Finished:
        """Grade what lies at `paths`: notebooks, folders that are searched, zips of them.

        `course` is the folder that holds `assignment/` and `solutions/`. An empty `assignment` is
        found out for each notebook, an empty `layout` for each folder. `output` is where
        `Finished.write` will write to; folders of that name are not searched for notebooks.
        `gradebook` is the file that keeps every result (default: one in `output`, or a temporary
        one): what it has of an unchanged notebook is not graded again, unless `regrade`.
        `roster` and `extensions` are CSV files of students. `seed` is that of the cases drawn
        afresh (default: another one every time).

        Raises AssignmentError where an assignment is malformed, InputError for files that
        cannot be read as what they are said to be, WeakProtection, and SystemFailure where the
        machine fails.
        """
        told = listener or Listener()
        known = load_assignments(Path(course), assignment)
        options = Options(
            root=Path(course).resolve(),
            assignment=assignment,
            full=full,
            seed=secrets.randbits(32) if seed is None else seed,
            best_attempt=attempts == "best",
            regrade=regrade,
            extensions=read_extensions(Path(extensions)) if extensions else Extensions(),
        )
        target = Path(output) if output else None
        with ExitStack() as held:
            folders, left_out = held.enter_context(unzipped(_paths(paths)))
            found = find(folders, target or Path("grades"), layout)
            found = replace(found, passed_over=(*left_out, *found.passed_over))
            found = last_attempts(found) if attempts == "last" else found
            found = with_roster(found, read_roster(Path(roster))) if roster else found
            unused = options.extensions.unused(found.submissions)
            found = replace(found, passed_over=(*found.passed_over, *unused))
            if target:
                prepare(target)
            told.found(found)
            book = held.enter_context(Gradebook(_gradebook(gradebook, target, held)))
            graders = self._graders(known, len(found.submissions), told.told)
            run = grade_run(found, options, graders, book, told.graded)
            return Finished(
                run.runs, run.interrupted, run.kept, run.went_on, found, target, held.pop_all()
            )

    async def grade_class_async(
        self,
        paths: str | Path | Iterable[str | Path],
        course: str | Path,
        **options: Any,
    ) -> Finished:
        """`grade_class` in a running event loop, which goes on meanwhile."""
        return await asyncio.to_thread(self.grade_class, paths, course, **options)

    def _level(self, required: Sequence[Level]) -> Level:
        """The level that is in force; raises WeakProtection where it is not what is required."""
        protection = self.protection()
        level = Level.of(protection.level)
        if level < max(required):
            raise WeakProtection(
                f"protection is at level {level.word}, and {max(required).word} is required; "
                f"nothing was graded. {' '.join(protection.missed)} To get more: "
                f"{protection.advice}"
            )
        return level

    def _graders(
        self, assignments: list[Assignment], count: int, tell: Callable[[str], None]
    ) -> Graders:
        required = [self._require, *(Level.of(each.require) for each in assignments)]
        if self._scheduler:
            # Dask is an extra, and takes half a second to import.
            from grader.runs.cluster.workers import cluster_workers

            return cluster_workers(self._scheduler, assignments, max(required), tell)
        self._workers.start(min(count, self._workers.jobs))
        self._level(required)
        longest = max((each.limits.submission_seconds for each in assignments), default=0)
        return LocalGraders(self._workers, self.protection(), longest)


def grade_notebook(
    source: str | Path | bytes,
    assignment: str | Path,
    *,
    require: Protected = "limits",
    **options: Any,
) -> Result:
    """Grade one notebook with a worker of its own; see `Grader.grade_notebook`.

        >>> grade_notebook("ann.ipynb", "course/assignment/averages").score
        10.0

    Several are graded quicker by one `Grader`.
    """
    with Grader(jobs=1, require=require) as grader:
        return grader.grade_notebook(source, assignment, **options)


async def grade_notebook_async(
    source: str | Path | bytes,
    assignment: str | Path,
    *,
    require: Protected = "limits",
    **options: Any,
) -> Result:
    """`grade_notebook` in a running event loop, which goes on meanwhile.

    >>> import asyncio
    >>> asyncio.run(grade_notebook_async("ann.ipynb", "course/assignment/averages")).score
    10.0
    """
    async with Grader(jobs=1, require=require) as grader:
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
    """Grade what lies at `paths` with workers that end after it; see `Grader.grade_class`.

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
    """`grade_class` in a running event loop, which goes on meanwhile.

    >>> import asyncio
    >>> with asyncio.run(grade_class_async("submissions", "course")) as finished:
    ...     finished.count
    2
    """
    async with Grader(jobs=jobs, require=require, scheduler=scheduler) as grader:
        return await grader.grade_class_async(paths, course, **options)


def _task(
    source: str | Path | bytes, folder: Path, student: str, public_only: bool
) -> tuple[Task, float]:
    """What is to be graded, and the seconds that the assignment allows a submission."""
    if not (folder / "assignment.toml").exists():
        raise AssignmentError(f"{folder}: is no assignment's folder: it has no assignment.toml")
    root, solutions = folder.parent.parent, folder.parent.parent / "solutions" / folder.name
    settings = read_settings(folder, folder if public_only else solutions)
    path = Path("notebook.ipynb" if isinstance(source, bytes) else source)
    submission = Submission(student or path.stem, path.name, str(path.absolute()))
    task = Task(
        root=folder if public_only else root,
        submission=submission,
        assignment=settings.name,
        public_only=public_only,
    )
    return task, settings.limits.submission_seconds


def _paths(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    return [Path(each) for each in ([paths] if isinstance(paths, (str, Path)) else paths)]


def _gradebook(given: str | Path | None, output: Path | None, held: ExitStack) -> Path:
    if given or output:
        return Path(given) if given else (output or Path()) / GRADEBOOK
    return (
        Path(held.enter_context(tempfile.TemporaryDirectory(prefix="fairgrade-book-"))) / GRADEBOOK
    )
