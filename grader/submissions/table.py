"""A table on the disk of all submissions of a run, each with a summary of its result.

Submissions are read a few at a time, so memory does not grow with the class. The table is a
temporary SQLite database of this process, which goes away with the object. What is to last is kept
in the gradebook.
"""

from __future__ import annotations

import os
import re
import sqlite3
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader.encoding import from_json, to_json
from grader.errors import SystemFailure
from grader.model import Lateness, Owner, Status, Submission, Summary

# How many rows are read at a time.
ROWS = 100


class SubmissionTable(Collection[Submission]):
    """Submissions in the order in which they were added, each with its summary once it has one."""

    def __init__(self, submissions: Iterable[Submission] = ()) -> None:
        # A database without a name is temporary, and SQLite moves it to the disk when it is larger
        # than a few megabytes. `weakref.finalize` may close it in any thread.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._db.close)
        for statement in _TABLE:
            self._execute(statement)
        for each in submissions:
            self.add(each)

    def __len__(self) -> int:
        return self._number("SELECT count(*) FROM submissions")

    def __iter__(self) -> Iterator[Submission]:
        return (_submission(*row) for _, *row in self._rows(_SUBMISSION))

    def __contains__(self, submission: object) -> bool:
        """Whether there is a submission of the same notebook by the same owner."""
        if not isinstance(submission, Submission):
            return False
        select = "SELECT 1 FROM submissions WHERE notebook = ? AND owner = ?"
        row = _row(submission)
        return bool(self._execute(select, row["notebook"], row["owner"]))

    def add(self, submission: Submission) -> None:
        row = _row(submission)
        columns, values = ", ".join(row), ", ".join("?" * len(row))
        self._execute(f"INSERT INTO submissions ({columns}) VALUES ({values})", *row.values())

    def change(
        self, changed: Callable[[Submission], Submission], person: Callable[[Submission], str]
    ) -> None:
        """Replace each submission by `changed(submission)`.

        `person` gives a key of its student, taken from the submission as it was before; where the
        key is empty, the one that the ids give stays.
        """
        for place, *row in self._rows(_SUBMISSION):
            before = _submission(*row)
            key, after = person(before), changed(before)
            if key or after != before:
                self._set(place, {**_row(after), **({"person": key} if key else {})})

    @property
    def paths(self) -> Iterator[Path]:
        return (Path(os.fsdecode(file)) for _, file in self._rows("file"))

    def of_one_person(self) -> Iterator[list[tuple[int, Submission]]]:
        """The submissions of each student who has several, each with its place in the table."""
        people = self._execute(
            "SELECT person FROM submissions WHERE person != ''"
            " GROUP BY person HAVING count(*) > 1 ORDER BY min(place)"
        )
        for (person,) in people:
            rows = self._rows(_SUBMISSION, "person = ?", person)
            yield [(place, _submission(*row)) for place, *row in rows]

    def drop(self, places: Iterable[int]) -> None:
        for place in places:
            self._execute("DELETE FROM submissions WHERE place = ?", place)

    def flag(self, flags: dict[int, str], instead_of: re.Pattern[str]) -> None:
        """Give each submission whose place is in `flags` its flag, if that is not empty.

        It replaces those that `instead_of` fits.
        """
        for place, flag in flags.items():
            ((text,),) = self._execute("SELECT flags FROM submissions WHERE place = ?", place)
            others = [
                each for each in from_json(text, tuple[str, ...]) if not instead_of.fullmatch(each)
            ]
            self._set(place, {"flags": to_json([*others, flag] if flag else others)})

    def tell_apart(self, names: Sequence[Callable[[Submission], str]], after: int = 0) -> None:
        """Give all submissions but the first `after` names that no two share.

        Each is named by the first function of `names`. Those whose names clash are named by the
        next function, and so on. What clashes in the end gets a number: "Ann (2)".
        """
        first = "SELECT place FROM submissions ORDER BY place LIMIT ?"
        last = self._number(f"SELECT coalesce(max(place), 0) FROM ({first})", after)
        behind = f"place > {last}"
        several = f"SELECT student FROM submissions WHERE {behind} GROUP BY student"
        clashing = f"{behind} AND student IN ({several} HAVING count(*) > 1)"
        self._mark(behind)
        for name in names:
            for place, *row in self._rows(_SUBMISSION, "marked"):
                self._set(place, {"student": name(_submission(*row))})
            self._mark(clashing)
        # Where many have the same name, the search for a free number goes on from the last one.
        numbers: dict[str, int] = {}
        for place, student in self._rows("student", behind):
            if self._execute(f"{_NAMED} AND place < ?", student, place):
                number = numbers.get(student, 2)
                while self._execute(_NAMED, f"{student} ({number})"):
                    number += 1
                numbers[student] = number + 1
                self._set(place, {"student": f"{student} ({number})"})

    def keep_last(self) -> tuple[str, ...]:
        """Keep the last of each student's attempts at one thing; return the others' sources.

        Of one attempt all notebooks are kept.
        """
        return self._keep_one_attempt("attempt DESC")

    def keep_best(self) -> tuple[str, ...]:
        """Keep the best of each student's attempts at one thing; return the others' sources.

        The score in the summary decides, that of the best notebook where an attempt has several;
        the later one of equals is kept. No score is less than any score.
        """
        return self._keep_one_attempt("coalesce(score, -1) DESC, attempt DESC")

    def put(self, summary: Summary) -> None:
        """Store the summary of a submission, which is found by its student's name."""
        # As JSON, which can escape halves of surrogate pairs; a reason may quote some.
        values = (
            summary.number,
            summary.status.value,
            summary.score,
            to_json(summary.reason),
            to_json(summary.late) if summary.late else None,
        )
        columns = ", ".join(f"{column} = ?" for column in _SUMMARY.split(", "))
        self._execute(
            f"UPDATE submissions SET {columns} WHERE student = ?",
            summary.assignment,
            *values,
            summary.submission.student,
        )

    @property
    def left(self) -> Iterator[Submission]:
        """The submissions that have no summary yet."""
        return (_submission(*row) for _, *row in self._rows(_SUBMISSION, "status IS NULL"))

    @property
    def assignments(self) -> dict[str, int]:
        """Name of an assignment -> number of its summaries; ordered by the first submission."""
        return dict(
            self._execute(
                "SELECT assignment, count(*) FROM submissions WHERE status IS NOT NULL"
                " GROUP BY assignment ORDER BY min(place)"
            )
        )

    def summaries(self, *assignments: str) -> Summaries:
        """The summaries of the named assignments; of all, if none is named."""
        return Summaries(self, assignments or tuple(self.assignments))

    def read_summaries(self, assignments: Sequence[str]) -> Iterator[Summary]:
        named = ", ".join("?" * len(assignments))
        rows = self._rows(f"{_SUBMISSION}, {_SUMMARY}", f"assignment IN ({named})", *assignments)
        return (_summary(_submission(*row[1:8]), *row[8:]) for row in rows)

    def _keep_one_attempt(self, order: str) -> tuple[str, ...]:
        thing = "CASE attempts_of WHEN '' THEN '/' || student ELSE attempts_of END"
        kept = f"first_value(attempt) OVER (PARTITION BY {thing} ORDER BY {order})"
        other = f"SELECT place, attempt != {kept} AS is_other FROM submissions"
        self._mark(f"place IN (SELECT place FROM ({other}) WHERE is_other)")
        sources = tuple(source for _, source in self._rows("source", "marked"))
        self._execute("DELETE FROM submissions WHERE marked")
        return sources

    def _mark(self, where: str) -> None:
        self._execute(f"UPDATE submissions SET marked = {where}")

    def _set(self, place: int, row: dict[str, object]) -> None:
        columns = ", ".join(f"{column} = ?" for column in row)
        self._execute(f"UPDATE submissions SET {columns} WHERE place = ?", *row.values(), place)

    def _rows(self, columns: str, where: str = "1", *values: object) -> Iterator[tuple[Any, ...]]:
        """The place and these columns of each row, in order.

        `ROWS` rows are fetched at a time, so that the caller may change rows meanwhile.
        """
        place = 0
        select = f"SELECT place, {columns} FROM submissions WHERE place > ? AND ({where})"
        while rows := self._execute(f"{select} ORDER BY place LIMIT {ROWS}", place, *values):
            yield from rows
            place = rows[-1][0]

    def _number(self, select: str, *values: object) -> int:
        return int(self._execute(select, *values)[0][0])

    def _execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise SystemFailure(
                f"the list of what was handed in cannot be kept in temporary files: {error}; make "
                "room there, or name another folder (TMPDIR), and run the same command again"
            ) from None


@dataclass(frozen=True, slots=True)
class Summaries(Collection[Summary]):
    """The summaries of some assignments, in order. They may be iterated over several times."""

    table: SubmissionTable
    assignments: tuple[str, ...]

    def __len__(self) -> int:
        counts = self.table.assignments
        return sum(counts.get(each, 0) for each in self.assignments)

    def __iter__(self) -> Iterator[Summary]:
        return self.table.read_summaries(self.assignments)

    def __contains__(self, summary: object) -> bool:
        return any(each == summary for each in self)


_SUBMISSION = "student, source, file, problem, owner, flags, companions"
_SUMMARY = "assignment, number, status, score, reason, late"
_NAMED = "SELECT 1 FROM submissions WHERE student = ?"
_TABLE = (
    # The database ends with this process, so it need not survive a crash.
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    """
    CREATE TABLE submissions (
        place INTEGER PRIMARY KEY, student TEXT, source TEXT, file BLOB, problem TEXT, owner BLOB,
        flags BLOB, companions BLOB, notebook BLOB, person TEXT, attempt INTEGER,
        attempts_of TEXT, marked INTEGER, assignment TEXT, number INTEGER, status TEXT, score REAL,
        reason BLOB, late BLOB
    )
    """,
    "CREATE INDEX by_student ON submissions (student)",
    "CREATE INDEX by_person ON submissions (person)",
    "CREATE INDEX by_notebook ON submissions (notebook)",
)


def _row(submission: Submission) -> dict[str, object]:
    """A submission as a row of the table. Paths are bytes, since they need not be valid text."""
    owner = submission.owner
    return {
        "student": submission.student,
        "source": submission.source,
        "file": os.fsencode(submission.file),
        "problem": submission.problem,
        "owner": to_json(owner),
        "flags": to_json(submission.flags),
        "companions": to_json(submission.companions),
        "notebook": os.fsencode(os.path.abspath(submission.file)),
        "person": submission.person,
        "attempt": owner.attempt,
        "attempts_of": owner.attempts_of,
    }


def _submission(
    student: str,
    source: str,
    file: bytes,
    problem: str,
    owner: bytes,
    flags: bytes,
    companions: bytes,
) -> Submission:
    path, beside = os.fsdecode(file), from_json(companions, tuple[str, ...])
    remarks = from_json(flags, tuple[str, ...])
    return Submission(student, source, path, problem, _owner(owner), remarks, beside)


@lru_cache(ROWS)
def _owner(text: bytes) -> Owner:
    return from_json(text, Owner)


def _summary(
    submission: Submission,
    assignment: str,
    number: int | None,
    status: str,
    score: float | None,
    reason: bytes,
    late: bytes | None,
) -> Summary:
    why, lateness = from_json(reason, str), from_json(late, Lateness) if late else None
    return Summary(submission, assignment, number, Status(status), score, why, lateness)
