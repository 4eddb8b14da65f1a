"""The tables of runs: when each was, on what it rests, and which results it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.encoding import from_json
from grader.gradebook.store.file import GradebookFile, as_text, in_row, now
from grader.model import Protection


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run as the gradebook lists it.

    `finished` is empty if the run was cut short. `parts` is its fingerprint, `results` how many
    results it has, `assignments` the names of those that these are for, where one could be told.
    """

    number: int
    started: str
    finished: str
    version: str
    seed: int
    protection: str
    parts: dict[str, str]
    results: int
    assignments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Level:
    """The part of a run's protection that the list of runs shows."""

    level: str


class RunTables(GradebookFile):
    """Runs, and which results are part of each."""

    def begin(
        self, started: str, version: str, seed: int, protection: Protection, parts: dict[str, str]
    ) -> int:
        """Record that a run begins, and return its number. `parts` is its fingerprint."""
        values = (started, version, seed, as_text(protection), as_text(parts))
        with self._transaction() as db:
            insert = (
                "INSERT INTO runs (started, version, seed, protection, parts) VALUES (?,?,?,?,?)"
            )
            return int(db.execute(insert, values).lastrowid or 0)

    def finish(self, run: int) -> None:
        with self._transaction() as db:
            db.execute("UPDATE runs SET finished = ? WHERE id = ?", (now(), run))

    def cut_short(self, parts: dict[str, str]) -> str:
        """When the latest run with this fingerprint began, if it did not finish; else empty."""
        with self._in_words():
            row = self._db.execute(
                "SELECT started, finished FROM runs WHERE parts = ? ORDER BY id DESC LIMIT 1",
                (as_text(parts),),
            ).fetchone()
        return row[0] if row and row[1] is None else ""

    def take(self, run: int, numbers: Iterable[int]) -> None:
        """Make earlier results, by their numbers, part of a run."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO run_results VALUES (?, ?)", ((run, each) for each in numbers)
            )

    def invalidate(self, run: int) -> None:
        """Make the results that this run found invalid for later runs."""
        with self._transaction() as db:
            db.execute("UPDATE results SET valid = 0 WHERE run_id = ?", (run,))

    def runs(self) -> list[ListedRun]:
        """Every run, the oldest first."""
        with self._in_words():
            rows = self._db.execute(
                "SELECT id, started, coalesce(finished, ''), version, seed, protection, parts,"
                " (SELECT count(*) FROM run_results WHERE run_id = id),"
                " (SELECT json_group_array(DISTINCT assignment) FROM results r"
                " JOIN run_results l ON l.result_id = r.id"
                " WHERE l.run_id = runs.id AND assignment <> '')"
                " FROM runs ORDER BY id"
            ).fetchall()
            return [_run_line(*row) for row in rows]


def _run_line(
    number: int,
    started: str,
    finished: str,
    version: str,
    seed: int,
    protection: str,
    parts: str,
    results: int,
    assignments: str,
) -> ListedRun:
    with in_row("runs", number):
        level = from_json(protection, _Level).level
        fingerprint = from_json(parts, dict[str, str])
        names = tuple(sorted(from_json(assignments, list[str])))
    return ListedRun(number, started, finished, version, seed, level, fingerprint, results, names)
