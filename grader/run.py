"""A whole run: submissions in, one `Run` for each assignment among them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grader import __version__
from grader.assignment import Assignment, Limits, load_assignment
from grader.attempts import best_attempts
from grader.canary import protection_in_force
from grader.errors import WeakProtection
from grader.grading import Graded, Task, not_reached
from grader.model import Protection, Result, Run, Status
from grader.pool import grade_all, local_processes
from grader.sandbox.level import Level
from grader.submissions import Found, Submission

INTERRUPTED = "the run was stopped before this was graded"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for. An empty `assignment` is found out for each notebook."""

    root: Path
    jobs: int
    assignment: str = ""
    full: bool = False
    require: Level = Level.LIMITS
    seed: int = 0
    best_attempt: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The runs by assignment, each with its assignment; `interrupted` if Ctrl-C ended it early."""

    runs: tuple[tuple[Assignment, Run], ...]
    interrupted: bool

    @property
    def results(self) -> list[Result]:
        return [result for _, run in self.runs for result in run.results]

    @property
    def all_graded(self) -> bool:
        return all(result.status is Status.GRADED for result in self.results)


def grade_run(found: Found, options: Options, on_graded: Callable[[Graded], None]) -> Finished:
    """Grade everything that was found; `on_graded` is told of each result as it comes."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    level, protection = protection_in_force()
    check_required(options.require, level, protection)
    tasks = [
        Task(options.root, submission, options.assignment, options.full, level, options.seed)
        for submission in found.submissions
    ]
    done: dict[Submission, Graded] = {}
    interrupted = False
    try:
        with (
            local_processes(options.jobs) as make_executor,
            closing(grade_all(tasks, make_executor, 2 * options.jobs)) as all_graded,
        ):
            for graded in all_graded:
                done[graded.submission] = graded
                on_graded(graded)
    except KeyboardInterrupt:
        interrupted = True
    ordered = [done.get(task.submission) or not_reached(task, INTERRUPTED) for task in tasks]
    others: list[str] = []
    if options.best_attempt:
        ordered, others = best_attempts(ordered)
    passed_over = (*found.passed_over, *others)
    runs = tuple(_runs(ordered, options, started, passed_over, protection))
    return Finished(runs, interrupted)


def check_required(require: Level, level: Level, protection: Protection) -> None:
    """Raise WeakProtection where student code would be shut in less well than required."""
    if level < require:
        raise WeakProtection(
            f"protection is at level {level.word}, and {require.word} is required; nothing was "
            f"graded. {' '.join(protection.missed)} To get more: {protection.advice}"
        )


def _runs(
    graded: Sequence[Graded],
    options: Options,
    started: str,
    passed_over: tuple[str, ...],
    protection: Protection,
) -> Iterator[tuple[Assignment, Run]]:
    names = [each.assignment for each in graded if each.assignment]
    # What belongs to no assignment for certain is listed with the one most others belong to.
    most = max(names, key=names.count, default="")
    for name in dict.fromkeys(names or [""]):
        assignment = load_assignment(options.root, name) if name else _unknown(options.root)
        results = (each.result for each in graded if (each.assignment or most) == name)
        yield (
            assignment,
            Run(
                assignment=assignment.name,
                title=assignment.title,
                version=__version__,
                started=started,
                seed=options.seed,
                protection=protection,
                results=tuple(_out_of(assignment.max_score, results)),
                passed_over=passed_over if name == most else (),
            ),
        )


def _out_of(maximum: float, results: Iterable[Result]) -> Iterator[Result]:
    return (replace(result, max_score=maximum) for result in results)


def _unknown(root: Path) -> Assignment:
    """Where no submission could be told: an assignment without a name or exercises."""
    return Assignment(
        name="",
        title="Unknown assignment",
        folder=root,
        solutions=root,
        notebook="",
        exercises=(),
        limits=Limits(),
        long_running=frozenset(),
        helpers=(),
        other_names={},
        shared_folder=root,
        shared_files=(),
        warm_imports=(),
    )
