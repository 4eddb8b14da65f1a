"""Grade a class: from the submissions that were found to a `Run` for each assignment."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from grader import __version__
from grader.assignments.load import assignment_names, load_assignment
from grader.assignments.records import Assignment, Limits
from grader.gradebook.extensions import Extensions, LateDays
from grader.gradebook.fingerprint import content, digest, fingerprint
from grader.gradebook.recorded import ResultReader, Results, heads
from grader.gradebook.renamed import follow_names
from grader.gradebook.store import Gradebook
from grader.gradebook.store.results import Kept
from grader.grading.not_graded import not_reached
from grader.grading.task import Task
from grader.model import Graded, Protection, Result, Run, Status, Submission, Summary
from grader.runs.absent import WithOthers, others_of_each
from grader.runs.donors import ClassAnswers
from grader.sandbox.level import Level
from grader.submissions.attempts import best_attempts
from grader.submissions.find import Found
from grader.submissions.table import SubmissionTable

INTERRUPTED = "the run was stopped before this was graded"


@dataclass(frozen=True, slots=True)
class Options:
    """How a class is graded. `root` is the folder of the course.

    An empty `assignment` is found out for each notebook. `seed` seeds the cases that are drawn
    afresh for this run. With `full`, long-running cells run too. With `best_attempt`, the best of a
    student's attempts counts, else the last. With `regrade`, no results of earlier runs are used.
    `single` says that there is one submission, so nothing is prepared for others.
    """

    root: Path
    assignment: str = ""
    full: bool = False
    seed: int = 0
    best_attempt: bool = False
    regrade: bool = False
    single: bool = False
    extensions: Extensions = field(default_factory=Extensions)


class Graders(Protocol):
    """What grades the submissions of a run: this machine's workers or a cluster's.

    `protection` is what keeps student code from the rest of the machines there.
    """

    @property
    def protection(self) -> Protection: ...

    def grade_all(self, tasks: Iterable[Task]) -> Generator[Graded, None, None]: ...


@dataclass(frozen=True)
class GradedRuns:
    """What came of grading a class: an assignment and its `Run` for each assignment.

    `interrupted` says whether Ctrl-C ended it early. `kept` is the number of results taken over
    from earlier runs. `went_on` is when the latest run with the same fingerprint began, if it was
    cut short; this run has then gone on with its work. `number` is that of this run.
    """

    runs: tuple[tuple[Assignment, Run], ...]
    interrupted: bool
    kept: int = 0
    went_on: str = ""
    number: int = 0

    @property
    def results(self) -> Iterator[Result]:
        return (result for _, run in self.runs for result in run.results)

    @property
    def heads(self) -> Iterator[Result]:
        """Every result without its exercises: student, status and score."""
        return (result for _, run in self.runs for result in heads(run.results))

    @property
    def count(self) -> int:
        return sum(len(run.results) for _, run in self.runs)

    @property
    def all_graded(self) -> bool:
        """Whether every submission was graded as far as a machine can.

        Students who handed in nothing do not count, nor does what a person has still to review.
        """
        return all(result.status is not Status.NOT_GRADED or result.absent for result in self.heads)


def grade_run(
    found: Found,
    options: Options,
    graders: Graders,
    gradebook: Gradebook,
    on_graded: Callable[[Graded], None],
) -> GradedRuns:
    """Grade the submissions, but for those with a valid result in the gradebook.

    `on_graded` is called with each result, also with one taken over, when it is in the gradebook.
    The returned runs read their results from the gradebook, which must stay open.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    assignments = load_assignments(options.root, options.assignment)
    protection = graders.protection
    level = Level.of(protection.level)

    donors = ClassAnswers.of(gradebook, assignments)

    def task(submission: Submission) -> Task:
        chosen = options.assignment, options.full, level, options.seed
        return Task(options.root, submission, *chosen, single=options.single)

    def task_with_donors(submission: Submission) -> Task:
        return replace(task(submission), donors=donors.packed())

    parts = _parts(assignments, options, level)
    table = found.submissions
    book = _Book(gradebook, table, options, digest(parts), any(each.draws for each in assignments))
    follow_names(gradebook, table)
    went_on = gradebook.cut_short(parts)
    book.run = gradebook.begin(started, __version__, options.seed, protection, parts)
    for graded in book.take():
        on_graded(graded)
    kept = len(table.summaries())
    for graded in book.record_problems(task):
        on_graded(graded)
    all_graded = graders.grade_all(map(task_with_donors, book.left()))
    interrupted = _recorded_all(all_graded, book, donors, on_graded)
    now = _parts(load_assignments(options.root, options.assignment), options, level)
    changed = () if now == parts else (book.give_up_results(),)
    for each in table.left:
        graded = not_reached(task(each), each.problem or INTERRUPTED)
        table.put(Summary.of(each, graded.assignment, graded.result))
    reader = _reader(gradebook, assignments, options, table)
    for summary in table.summaries():
        table.put(reader.with_decisions(summary))
    worse = best_attempts(table) if options.best_attempt else ()
    passed_over = (*found.passed_over, *worse, *changed)
    others = others_of_each(table, found.roster)
    runs = tuple(_runs(table, reader, options, started, passed_over, protection, others))
    return GradedRuns(runs, interrupted, kept, went_on if kept else "", book.run)


def _parts(assignments: list[Assignment], options: Options, level: Level) -> dict[str, str]:
    """The fingerprint of this run."""
    return fingerprint(assignments, full=options.full, protection=level.word)


def _recorded_all(
    all_graded: Generator[Graded, None, None],
    book: _Book,
    donors: ClassAnswers,
    on_graded: Callable[[Graded], None],
) -> bool:
    """Store each result as soon as it is there; whether Ctrl-C ended that early."""
    try:
        with closing(all_graded):
            for graded in all_graded:
                book.record(graded)
                donors.add(graded.assignment, graded.result)
                on_graded(graded)
        book.gradebook.finish(book.run)
    except KeyboardInterrupt:
        return True
    return False


def _reader(
    gradebook: Gradebook,
    assignments: list[Assignment],
    options: Options,
    submissions: Iterable[Submission],
) -> ResultReader:
    """A reader of the run's results, with people's decisions and late days applied."""
    rules = {each.name: each.late for each in assignments if each.late}
    late_days = LateDays(rules, options.extensions)
    if rules:
        late_days = late_days.of_class(each.owner for each in submissions if each.source)
    return ResultReader(gradebook, gradebook.decisions(), late_days)


def load_assignments(root: Path, name: str = "") -> list[Assignment]:
    """The assignment of this name, or all of the course; raises AssignmentError."""
    names = [name] if name else assignment_names(root)
    return [load_assignment(root, each) for each in names]


@dataclass(slots=True)
class _Book:
    """The gradebook as one run uses it.

    `contents` has the hash that each notebook being graded had when it was begun. `draws` says that
    an assignment draws inputs for each student.
    """

    gradebook: Gradebook
    table: SubmissionTable
    options: Options
    fingerprint: str
    draws: bool = False
    run: int = 0
    contents: dict[Submission, str] = field(default_factory=dict)

    def _content(self, submission: Submission) -> str:
        return content(submission, draws=self.draws)

    def take(self) -> Iterator[Graded]:
        """Take over the valid results of earlier runs, and yield each."""
        if self.options.regrade:
            return
        for submission in self.table:
            hashed = self._content(submission)
            if hashed and (kept := self.gradebook.kept(submission, hashed, self.fingerprint)):
                self.table.put(Summary.of(submission, kept.assignment, kept.result, kept.number))
                yield Graded(submission, kept.assignment, kept.result, kept=True)
        numbers = (summary.number for summary in self.table.summaries() if summary.number)
        self.gradebook.take(self.run, numbers)

    def record_problems(self, task: Callable[[Submission], Task]) -> Iterator[Graded]:
        """Record, and yield, the results of what cannot be opened: that takes no worker."""
        for submission in self.table.left:
            if not submission.can_be_opened:
                graded = not_reached(task(submission), submission.problem)
                self.record(graded)
                yield graded

    def left(self) -> Iterator[Submission]:
        """The submissions still to be graded; each is hashed when it is asked for."""
        for submission in self.table.left:
            self.contents[submission] = self._content(submission)
            yield submission

    def record(self, graded: Graded) -> None:
        """Store a result; it is valid for later runs only if its notebook has not changed."""
        hashed = self.contents.pop(graded.submission, "")
        same = hashed if hashed and self._content(graded.submission) == hashed else ""
        kept = Kept(0, same, graded.assignment, graded.result)
        number = self.gradebook.record(
            *(self.run, self.options.seed, kept, self.fingerprint),
            regrade=self.options.regrade,
            behaviours=graded.behaviours,
            pictures=graded.pictures,
        )
        self.table.put(Summary.of(graded.submission, graded.assignment, graded.result, number))

    def give_up_results(self) -> str:
        """Make this run's results invalid for later runs, and return a line that says so.

        The assignment changed during the run, so nobody knows which state of it they belong to.
        """
        self.gradebook.invalidate(self.run)
        return "an assignment changed while this run lasted: the next run grades everything again"


def _runs(
    table: SubmissionTable,
    recorded: ResultReader,
    options: Options,
    started: str,
    passed_over: tuple[str, ...],
    protection: Protection,
    others: Mapping[str, tuple[Summary, ...]],
) -> Iterator[tuple[Assignment, Run]]:
    names = {name: count for name, count in table.assignments.items() if name}
    # Submissions of no known assignment are listed with the assignment that has the most.
    most = max(names, key=names.__getitem__, default="")
    for name in names or [""]:
        assignment = load_assignment(options.root, name) if name else _unknown(options.root)
        # No name twice, as where no assignment is known and `name` is empty, too.
        listed = table.summaries(*{name: 0, **({"": 0} if name == most else {})})
        summaries = WithOthers(listed, others.get(name, ()))
        yield (
            assignment,
            Run(
                assignment=assignment.name,
                title=assignment.title,
                version=__version__,
                started=started,
                seed=options.seed,
                protection=protection,
                results=Results(recorded, summaries, assignment.max_score),
                passed_over=passed_over if name == most else (),
                titles={each.name: each.title for each in assignment.exercises},
            ),
        )


def _unknown(root: Path) -> Assignment:
    """A stand-in where no submission's assignment is known: without a name and exercises."""
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
