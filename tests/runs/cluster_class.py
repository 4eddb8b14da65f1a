"""A class for the tests of clusters, and what its results are compared by."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.encoding import to_json
from grader.gradebook.store import Gradebook
from grader.model import Result
from grader.runs.cluster.workers import SPARE_SECONDS, cluster_workers
from grader.runs.processes import LocalGraders, Workers
from grader.runs.run import Graders, Options, grade_run, load_assignments
from grader.sandbox.level import Level
from grader.submissions.find import find
from tests.attacks.attack import RIGHT, WRONG
from tests.conftest import notebook
from tests.waiting import ENDLESS

# Five students, of whom one has a cell that never ends.
STUDENTS = {
    "a": RIGHT,
    "b": WRONG,
    "c": (RIGHT[0], "def count(text):\n    raise ValueError(text)"),
    "d": (*RIGHT, "print('d')"),
    "unlucky": (ENDLESS, *RIGHT),
}


def write_class(folder: Path) -> Path:
    for name, sources in STUDENTS.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook(*sources)))
    return folder


@dataclass(frozen=True, slots=True)
class Where:
    """A course, and who grades: processes here, or the workers of a scheduler."""

    course: Path
    scheduler: str = ""
    require: Level = Level.LIMITS
    spare_seconds: float = SPARE_SECONDS


@contextmanager
def graders(where: Where, tell: Callable[[str], None]) -> Iterator[Graders]:
    assignments = load_assignments(where.course)
    if where.scheduler:
        yield cluster_workers(
            *(where.scheduler, assignments, where.require, tell), spare_seconds=where.spare_seconds
        )
        return
    with Workers(2) as workers:
        yield LocalGraders(workers, workers.protection(), assignments[0].limits.submission_seconds)


def graded(
    folder: Path, where: Where, book: Path, tell: Callable[[str], None] = lambda _: None
) -> dict[str, str]:
    """Every result as the bytes it is kept in, times aside, by student; each came just once."""
    came: Counter[str] = Counter()
    options = Options(where.course, assignment="words", seed=3)
    with graders(where, tell) as everyone, Gradebook(book) as gradebook:
        found = find([folder], book)
        finished = grade_run(
            found, options, everyone, gradebook, lambda each: came.update([each.result.student])
        )
        results = {each.student: as_bytes(each) for each in finished.results}
    assert came == dict.fromkeys(results, 1)
    return results


def as_bytes(result: Result) -> str:
    return to_json(replace(result, seconds=0.0)).decode()


def recorded(book: Path) -> Counter[str]:
    """How many results the gradebook holds for each student."""
    if not book.exists():
        return Counter()
    with closing(sqlite3.connect(f"file:{book}?mode=ro", uri=True)) as db:
        try:
            rows = db.execute(
                "SELECT s.student FROM results r JOIN submissions s ON s.id = r.submission_id"
            ).fetchall()
        except sqlite3.OperationalError:  # it is just being made
            return Counter()
    return Counter(student for (student,) in rows)
