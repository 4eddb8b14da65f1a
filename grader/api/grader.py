"""A grader: worker processes that grade notebooks and classes, for as long as they are needed."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from grader.api.arguments import (
    gradebook_file,
    held_open,
    paths_of,
    people_of,
    private_folders,
    task_of,
)
from grader.api.finished import Finished
from grader.assignments.records import Assignment
from grader.errors import SystemFailure, WeakProtection
from grader.execution.environment import in_words, needs_of, unmet
from grader.gradebook.extensions import Extensions, read_extensions
from grader.gradebook.store import Gradebook
from grader.grading.in_step import check_in_step
from grader.grading.not_graded import not_reached
from grader.model import Graded, Protection, Result
from grader.results.folder import prepare
from grader.runs.processes import LocalGraders, WorkerLost, Workers
from grader.runs.requests import default_jobs
from grader.runs.run import Graders, Options, grade_run, load_assignments
from grader.sandbox.confinement import Confinement
from grader.sandbox.launch import may_be_read
from grader.sandbox.level import Level
from grader.submissions.archives import unzipped
from grader.submissions.attempts import last_attempts
from grader.submissions.choice import choose
from grader.submissions.find import Found, find

Protected = Literal["limits", "landlock", "namespaces"]


@dataclass(frozen=True, slots=True)
class Listener:
    """Functions that `grade_class` calls to tell how it gets on.

    `found` is called once, with the submissions, before any is graded. `graded` is called with each
    result as soon as it is in the gradebook, `told` with lines for people meanwhile.

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

    The workers keep assignments that they have loaded and processes from which kernels are forked,
    until `close`. An assignment that has changed on the disk is loaded again. Several threads may
    use a grader at once. In a running event loop, use the methods whose names end in `_async`. A
    script that uses it needs no `if __name__ == "__main__"`.
    """

    def __init__(
        self, *, jobs: int | None = None, require: Protected = "limits", scheduler: str = ""
    ) -> None:
        """`jobs` is how many submissions are graded at once (default: one for each core).

        Nothing is graded where the level of protection is below `require`. With a `scheduler`, such
        as `tcp://10.0.0.1:8786`, classes are graded on the workers of a Dask cluster (this needs
        the extra `cluster`); single notebooks are still graded on this machine.
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
        """End the workers and their kernels. Submissions that are being graded are lost."""
        self._workers.close()

    @property
    def processes(self) -> list[int]:
        """The process numbers of the workers that are running now."""
        return self._workers.numbers

    def protection(self) -> Protection:
        """What keeps student code from the rest of this machine; found out by the first call.

        Raises SystemFailure where no kernel can be started.
        """
        return self._workers.protection()

    # Whether one notebook is graded and no more, so that nothing is prepared for others.
    _for_one = False

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
        pictures: bool = True,
    ) -> Result:
        """Grade one notebook.

        `source` is the path of the notebook, or its content as bytes. `assignment` is the
        assignment's folder, `COURSE/assignment/NAME`; the solutions are read from
        `COURSE/solutions/NAME`. With `public_only`, it is a folder with the files that students
        get, and only public cases are called. `student` is the name in the result (default: that of
        the file), and the id by which what is each student's own is drawn: inputs, parameters. With
        `full`, long-running cells run too. `seed` seeds the cases that are drawn afresh. If a step
        fails that verdicts do not need, such as a picture, the result has a flag that says so; with
        `strict`, which is for authors, the notebook is then not graded. Without `pictures`, what
        wrong functions do is not drawn, which is quicker.

        A notebook that cannot be graded gives a result, too: its `status` is `not_graded`, its
        `score` None, and `reason` says why. Raises AssignmentError where the assignment is
        malformed, WeakProtection where the level of protection is below the required one, and
        KernelFailure where no kernel can be started.
        """
        folder = Path(assignment).resolve()
        task, settings = task_of(source, folder, student, public_only)
        notebook = [] if isinstance(source, bytes) else [os.path.realpath(source)]
        self._workers.keep_private([task.root, *filter(may_be_read, notebook)])
        task = replace(
            task,
            level=self._level([self._require], _kernels_for(settings, single=self._for_one)),
            full=full,
            seed=seed,
            strict=strict,
            single=self._for_one,
            pictures=pictures,
        )
        # Where something is drawn for a student, the master runs, too.
        seconds = settings.limits.submission_seconds * (2 if student else 1)
        content = source if isinstance(source, bytes) else None
        try:
            return self._workers.grade(task, seconds, content).result
        except WorkerLost as error:
            return not_reached(task, str(error)).result

    async def grade_notebook_async(
        self, source: str | Path | bytes, assignment: str | Path, **options: Any
    ) -> Result:
        """`grade_notebook` for use in an event loop, which it does not block."""
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
        groups: str | Path | None = None,
        roster_partial: bool = False,
        choice: str = "",
        full: bool = False,
        regrade: bool = False,
        seed: int | None = None,
        require_environment: bool = False,
        listener: Listener | None = None,
    ) -> Finished:
        """Grade the submissions at `paths`: notebooks, folders, which are searched, or zips.

        `course` is the folder that holds `assignment/` and `solutions/`. An empty `assignment` is
        found out for each notebook, an empty `layout` for each folder. `output` is the folder that
        `Finished.write` will write to; it is not searched for notebooks. `gradebook` is the file
        that keeps every result (default: one in `output`, or a temporary one). A notebook that has
        a valid result in it is not graded again, unless `regrade`. `roster` and `extensions` are
        CSV files of students. `groups` is one of students and the groups in which they hand in.
        Where less than half of those who handed in are in the roster, nothing is graded, unless
        `roster_partial`. `attempts` says which of a student's attempts counts, and `choice`, a
        pattern such as `*part2*`, which of a student's notebooks. With `full`, long-running cells
        run too. `seed` seeds the cases that are drawn afresh (default: a new one every time). What
        a machine that grades lacks of the packages that the assignments import is told to
        `listener`; with `require_environment`, nothing is graded there.

        Raises AssignmentError where an assignment is malformed, or its expected outputs are not
        those of its cases and its reference; InputError for a file that cannot be read as what it
        should be, WeakProtection where the level of protection is below the
        required one, and SystemFailure where the machine fails.
        """
        told = listener or Listener()
        known = load_assignments(Path(course), assignment)
        for each in known:
            check_in_step(each, Path(course).resolve())
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
        given = paths_of(paths)
        with ExitStack() as held:
            with_people, is_known = people_of(roster, groups, roster_partial)
            unpacked = held.enter_context(unzipped(given, is_known))
            # Without an output folder none is left out of the search.
            output_folder = target or Path(os.devnull)
            found = find(unpacked.paths, output_folder, layout, is_known, unpacked.scratch)
            found = last_attempts(found) if attempts == "last" else found
            found = with_people(found)
            found = choose(found, known, choice)
            unused = options.extensions.unused(found.submissions)
            found = replace(found, passed_over=(*found.passed_over, *unused))
            if target:
                prepare(target)
            place = held_open(target, held) if target else None
            self._workers.keep_private(private_folders(course, output, gradebook, given))
            for line in found.notices:
                told.told(line)
            told.found(found)
            book = held.enter_context(Gradebook(gradebook_file(gradebook, target, held)))
            options = replace(options, single=len(found.submissions) == 1)
            graders = self._graders(known, len(found.submissions), told.told, require_environment)
            run = grade_run(found, options, graders, book, told.graded)
            return Finished(
                *(run.runs, run.interrupted, run.kept, run.went_on, run.number),
                *(found, target, book, place),
                held.pop_all(),
            )

    async def grade_class_async(
        self,
        paths: str | Path | Iterable[str | Path],
        course: str | Path,
        **options: Any,
    ) -> Finished:
        """`grade_class` for use in an event loop, which it does not block."""
        return await asyncio.to_thread(self.grade_class, paths, course, **options)

    def _level(self, required: Sequence[Level], next_kernels: Confinement | None = None) -> Level:
        """The level in force; raises WeakProtection where it is below one of those required.

        `next_kernels` is how kernels are shut in that are started next, if that is known.
        """
        protection = self._workers.protection(next_kernels)
        level = Level.of(protection.level)
        if level < max(required):
            raise WeakProtection(
                f"protection is at level {level.word}, and {max(required).word} is required; "
                f"nothing was graded. {' '.join(protection.missed)} To get more: "
                f"{protection.advice}"
            )
        return level

    def _graders(
        self,
        assignments: list[Assignment],
        count: int,
        tell: Callable[[str], None],
        require_environment: bool,
    ) -> Graders:
        required = [self._require, *(Level.of(each.require) for each in assignments)]
        if self._scheduler:
            # Dask is an extra, and takes half a second to import.
            from grader.runs.cluster.workers import cluster_workers

            return cluster_workers(
                self._scheduler,
                assignments,
                max(required),
                tell,
                require_environment=require_environment,
            )
        needs = unmet(need for each in assignments for need in needs_of(each))
        if needs and require_environment:
            raise SystemFailure(f"nothing was graded: {in_words(needs)}")
        if needs:
            tell(in_words(needs))
        self._workers.start(min(count, self._workers.jobs))
        self._level(
            required,
            _kernels_for(assignments[0], single=count == 1) if len(assignments) == 1 else None,
        )
        longest = max((each.most_seconds for each in assignments), default=0)
        return LocalGraders(self._workers, self.protection(), longest)


class GraderOfOne(Grader):
    """A grader of one notebook and no more, so that nothing is prepared for others."""

    _for_one = True

    def __init__(self, require: Protected = "limits") -> None:
        super().__init__(jobs=1, require=require)


def _kernels_for(settings: Assignment, *, single: bool) -> Confinement:
    """How the kernels of an assignment are shut in, at a level that is still to be found out."""
    imports, limits = settings.warm_imports, settings.limits
    return Confinement(Level.LIMITS, imports, limits=limits, rehearsed=not single)
