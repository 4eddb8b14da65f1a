"""A class that was graded: its results, and the files that are written of them."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from grader.assignments.records import Assignment
from grader.errors import SystemFailure
from grader.files import identity
from grader.gradebook.diff import since_before
from grader.gradebook.store import Gradebook
from grader.model import Run, Status
from grader.results.folder import remove_output, write_output
from grader.runs.run import GradedRuns
from grader.submissions.find import Found


@dataclass(frozen=True)
class Finished(GradedRuns):
    """A class that was graded.

    Results are read from the gradebook each time they are iterated over, so it stays open until
    `close` or the end of a `with` statement. `found` has the submissions that were found, `output`
    is the folder to write to, if one was given, `place` what told that from all others when the run
    began, and `book` the gradebook. `write` writes the files of the command `grade`.

        >>> with grade_class("submissions", "course") as finished:
        ...     [folder.name for _, _, folder in finished.write("grades")]
        ['grades']
    """

    found: Found | None = None
    output: Path | None = None
    book: Gradebook | None = field(default=None, repr=False)
    place: tuple[int, int] | None = field(default=None, repr=False)
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
        """Whether some submission that was graded has less than `percent` of the points."""
        return any(
            each.status is Status.GRADED and (each.score or 0) * 100 < percent * each.max_score
            for each in self.heads
        )

    def write(
        self, output: str | Path | None = None, *, similar: bool = False
    ) -> Iterator[tuple[Assignment, Run, Path]]:
        """Write `results.json`, `grades.csv` and the report, one assignment after the other.

        After each, yields the assignment, its run, and the folder that was written; nothing is
        written that is not iterated over. `output` is by default the folder that `grade_class` was
        given (ValueError if there was none). If there are several assignments, each has a folder of
        its own in it. With `similar`, the report shows pairs of similar submissions. Raises
        SystemFailure where the folder cannot be written to, and, at the end, where it or the
        gradebook was removed meanwhile.

        If the run was interrupted, nothing is written, and what an earlier run wrote stays.
        """
        folder = Path(output) if output else self.output
        if folder is None:
            raise ValueError("`output` is missing: the folder to write to")
        if self.interrupted:
            return
        several = len(self.runs) > 1
        for assignment, run in self.runs:
            below = folder / run.assignment if several else folder
            since = since_before(self.book, self.number, run.assignment) if self.book else None
            write_output(run, assignment, below, similar, since)
            yield assignment, run, below
        if several:
            remove_output(folder)
        self._check_gone(folder)

    def _check_gone(self, folder: Path) -> None:
        """Raise SystemFailure where the gradebook or the output folder is not what it was."""
        if self.book and self.book.is_gone:
            raise SystemFailure(
                f"{self.book.path}: the gradebook or its folder was removed while the run lasted: "
                "earlier runs and what people decided are lost with it. The results of this run "
                "are written; the next one grades everything again"
            )
        if folder == self.output and self.place != identity(folder):
            raise SystemFailure(
                f"{folder}: was removed, or another folder put in its place, while the run lasted; "
                "the results of this run are in what is there now"
            )
