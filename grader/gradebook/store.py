"""The gradebook: a SQLite file with every run, its results, and what people decided about them.

A result is on the disk as soon as `record` returns. Several processes may write to one file: SQLite
lets one of them write at a time, and a result that two of them found is kept once. SQL stands only
here, in `forget.py`, in `migrations/`, and in `submissions/table.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.encoding import Malformed, from_json, to_json
from grader.errors import InputError, Remedy, SystemFailure
from grader.files import identity
from grader.gradebook import migrations
from grader.gradebook.forget import Held, delete, held, rewrite
from grader.gradebook.reviews import ListedAnswer, Review, Standing
from grader.gradebook.unnamed import Words
from grader.model import (
    Adjustment,
    Picture,
    Protection,
    Result,
    RubricItem,
    Status,
    Submission,
    Verdict,
)
from grader.text import did_you_mean

# How long to wait for another process's transaction; each of them is short.
BUSY_SECONDS = 60
# The name of the file where nobody gives another one.
GRADEBOOK = "gradebook.sqlite"


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A result as the gradebook holds it, with its number there.

    `content` is the hash of the notebook's bytes; empty if it is not known.
    """

    number: int
    content: str
    assignment: str
    result: Result


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided: scores by (assignment, student, exercise), remarks by student.

    `words` are those for answers that behave alike, by the number of the behaviour.
    """

    scores: dict[tuple[str, str, str], Adjustment]
    remarks: dict[str, tuple[str, ...]]
    words: dict[int, Words] = field(default_factory=dict)

    @property
    def students(self) -> frozenset[str]:
        """The students for whom a person has set a score."""
        return frozenset(student for _, student, _ in self.scores)


class Gradebook:
    """An open gradebook, to be used in a `with` statement.

    Its methods raise InputError where the file is damaged, and SystemFailure where it cannot be
    read or written.
    """

    def __init__(self, path: Path, create: bool = True) -> None:
        """Open the file, create it if `create` allows that, and apply missing migrations.

        Raises InputError where there is no file, it is no gradebook, or a newer fairgrade wrote it.
        """
        self.path = path
        if not create and not path.exists():
            raise InputError(f"{path}: there is no gradebook", Remedy.OTHER_GRADEBOOK)
        with self._in_words():
            # Several threads may use the connection, but never two at once.
            self._db = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._in_words():
                self._prepare()
        except BaseException:  # there is no object yet whose `__exit__` could close it
            self._db.close()
            raise
        self._file = identity(path)

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @property
    def is_gone(self) -> bool:
        """Whether the file was removed, or another put in its place, since it was opened."""
        return identity(self.path) != self._file

    def begin(
        self, started: str, version: str, seed: int, protection: Protection, parts: dict[str, str]
    ) -> int:
        """Record that a run begins, and return its number. `parts` is its fingerprint."""
        values = (started, version, seed, _text(protection), _text(parts))
        with self._transaction() as db:
            insert = (
                "INSERT INTO runs (started, version, seed, protection, parts) VALUES (?,?,?,?,?)"
            )
            return int(db.execute(insert, values).lastrowid or 0)

    def finish(self, run: int) -> None:
        with self._transaction() as db:
            db.execute("UPDATE runs SET finished = ? WHERE id = ?", (_now(), run))

    def cut_short(self, parts: dict[str, str]) -> str:
        """When the latest run with this fingerprint began, if it did not finish; else empty."""
        with self._in_words():
            row = self._db.execute(
                "SELECT started, finished FROM runs WHERE parts = ? ORDER BY id DESC LIMIT 1",
                (_text(parts),),
            ).fetchone()
        return row[0] if row and row[1] is None else ""

    def kept(self, submission: Submission, content: str, fingerprint: str) -> Kept | None:
        """The valid result of the same student, path, notebook's hash and fingerprint, if any.

        `fingerprint` is its digest.
        """
        with self._in_words():
            row = self._db.execute(
                _RESULT + "WHERE s.student = ? AND s.source = ? AND s.content = ?"
                " AND r.basis = ? AND r.valid",
                (submission.student, submission.source, content, fingerprint),
            ).fetchone()
            return _kept(row) if row else None

    def take(self, run: int, numbers: Iterable[int]) -> None:
        """Make earlier results, by their numbers, part of a run."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO run_results VALUES (?, ?)", ((run, each) for each in numbers)
            )

    def record(
        self,
        run: int,
        seed: int,
        kept: Kept,
        fingerprint: str,
        regrade: bool = False,
        behaviours: Mapping[str, str] | None = None,
        pictures: Mapping[str, Sequence[Picture]] | None = None,
    ) -> int:
        """Store a new result, and return the number of the one that counts.

        `behaviours` are the keys of its answers' behaviours, and `pictures` those of its written
        answers, by exercise.

        A result is valid for later runs only if a machine graded all that it can, and its
        notebook's hash is known. Of several valid ones of the same submission and fingerprint, as
        two processes may find them, the first counts; with `regrade`, it is the new one.
        """
        result = kept.result
        valid = result.status is not Status.NOT_GRADED and kept.content != ""
        with self._transaction() as db:
            submission = _submission(db, result, kept.content)
            if regrade:
                where = "WHERE submission_id = ? AND basis = ?"
                db.execute(f"UPDATE results SET valid = 0 {where}", (submission, fingerprint))
            found = db.execute(
                "SELECT id FROM results WHERE submission_id = ? AND basis = ? AND valid",
                (submission, fingerprint),
            ).fetchone()
            if found and valid:
                number = int(found[0])
            else:
                number = _insert(db, submission, kept, fingerprint, run, seed, valid)
                for exercise, key in (behaviours or {}).items():
                    _insert_behaviour(db, number, kept.assignment, exercise, key)
                db.executemany(
                    "INSERT INTO pictures VALUES (?,?,?,?,?,?,?)",
                    [
                        (number, exercise, place, each.media, each.width, each.height, each.data)
                        for exercise, of_answer in (pictures or {}).items()
                        for place, each in enumerate(of_answer, start=1)
                    ],
                )
            db.execute("INSERT OR IGNORE INTO run_results VALUES (?, ?)", (run, number))
        return number

    def invalidate(self, run: int) -> None:
        """Make the results that this run found invalid for later runs."""
        with self._transaction() as db:
            db.execute("UPDATE results SET valid = 0 WHERE run_id = ?", (run,))

    def result(self, number: int) -> Kept:
        """The result of this number."""
        with self._in_words():
            row = self._db.execute(_RESULT + "WHERE r.id = ?", (number,)).fetchone()
            return _kept(row)

    def pictures(self, number: int, exercise: str) -> list[Picture]:
        """The pictures of a written answer in the result of this number."""
        with self._in_words():
            rows = self._db.execute(
                "SELECT media, width, height, data FROM pictures"
                " WHERE result_id = ? AND exercise = ? ORDER BY place",
                (number, exercise),
            ).fetchall()
        return [Picture(*row) for row in rows]

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

    def results_of(self, run: int, but_not_of: int = 0) -> Iterator[Kept]:
        """The results that a run found or took over from earlier runs, ordered by student.

        Those that run `but_not_of` has as well are left out.
        """
        with self._in_words():
            yield from map(
                _kept,
                self._db.execute(
                    _RESULT + "JOIN run_results l ON l.result_id = r.id WHERE l.run_id = ?"
                    " AND NOT EXISTS (SELECT 1 FROM run_results o"
                    " WHERE o.run_id = ? AND o.result_id = r.id)"
                    " ORDER BY s.student, s.source",
                    (run, but_not_of),
                ),
            )

    def newest(self, count: int) -> Iterator[Kept]:
        """The results that were stored last, at most so many, the newest first."""
        with self._in_words():
            rows = self._db.execute(f"{_RESULT}ORDER BY r.id DESC LIMIT ?", (count,))
            yield from map(_kept, rows)

    def has(self, student: str) -> bool:
        """Whether some run has a result of a student of this name."""
        with self._in_words():
            found = "SELECT 1 FROM submissions WHERE student = ? LIMIT 1"
            return self._db.execute(found, (student,)).fetchone() is not None

    def latest(self, student: str) -> list[Kept]:
        """The student's results in the latest run that has any; raises InputError if none has."""
        with self._in_words():
            row = self._db.execute(
                "SELECT max(l.run_id) FROM run_results l JOIN results r ON r.id = l.result_id"
                " JOIN submissions s ON s.id = r.submission_id WHERE s.student = ?",
                (student,),
            ).fetchone()
        if row[0] is None:
            raise self._nobody(student)
        return [each for each in self.results_of(row[0]) if each.result.student == student]

    def held(self, student: str) -> Held:
        """How much is held of the student of this name; raises InputError if there is nothing."""
        with self._in_words():
            found = held(self._db, student)
        if not found:
            raise self._nobody(student)
        return found

    def forget(self, student: str) -> bool:
        """Delete all that is held of a student.

        Returns False if the file has traces of it until another program, which has it open, ends.
        """
        with self._transaction() as db:
            delete(db, student)
        with self._in_words():
            return rewrite(self._db)

    def _nobody(self, student: str) -> InputError:
        """The error that the gradebook has nothing of a student of this name."""
        with self._in_words():
            known = [name for (name,) in self._db.execute("SELECT student FROM submissions")]
        hint = did_you_mean(student, known)
        return InputError(f"{student}: nobody of this name is in {self.path}{hint}")

    def adjust(
        self, assignment: str, student: str, exercise: str, score: float, reason: str
    ) -> None:
        """Store a score that a person decided on; it replaces an earlier one."""
        with self._transaction() as db:
            _adjust(db, (assignment, student, exercise), Adjustment(None, score, reason, _now()))

    def review(
        self, assignment: str, student: str, exercise: str, review: Review, instead_of: int
    ) -> Standing | None:
        """Store what a person decided on a written answer, and return it with its number.

        It is stored only where the decision that stands is the one of the number `instead_of`, or
        none for 0; None is returned where another person has decided meanwhile.
        """
        key = (assignment, student, exercise)
        with self._transaction() as db:
            if _standing(db, key) != instead_of:
                return None
            made = Adjustment(None, review.score, review.remark, _now(), review.by, review.items)
            return Standing(_adjust(db, key, made), made)

    def take_back(self, assignment: str, student: str, exercise: str, number: int) -> bool:
        """Take the decision of this number back; returns False where it does not stand any more."""
        key = (assignment, student, exercise)
        with self._transaction() as db:
            return _standing(db, key) == number and _undo(db, *key)

    def standing(self, assignment: str, exercise: str) -> dict[str, Standing]:
        """The decisions on an exercise that stand, by student."""
        with self._in_words():
            rows = self._db.execute(
                f"SELECT student, id, {_DECISION} FROM adjustments"
                " WHERE assignment = ? AND exercise = ? AND undone IS NULL",
                (assignment, exercise),
            ).fetchall()
            return {student: Standing(number, _decision(*row)) for student, number, *row in rows}

    def answers_to(self, exercise: str, assignment: str = "") -> list[ListedAnswer]:
        """Each student's answer to an exercise in the latest run with a result of theirs.

        Without `assignment`, the answers in all assignments that have an exercise of this name.
        """
        with self._in_words():
            rows = self._db.execute(
                "SELECT r.assignment, s.student, r.id, v.verdict FROM verdicts v"
                " JOIN results r ON r.id = v.result_id"
                " JOIN submissions s ON s.id = r.submission_id"
                " JOIN run_results l ON l.result_id = r.id"
                " JOIN (SELECT o.assignment AS of, p.student AS who, max(n.run_id) AS run"
                " FROM run_results n JOIN results o ON o.id = n.result_id"
                " JOIN submissions p ON p.id = o.submission_id GROUP BY 1, 2) newest"
                " ON newest.of = r.assignment AND newest.who = s.student AND newest.run = l.run_id"
                " WHERE v.exercise = ? AND ? IN ('', r.assignment) ORDER BY 1, 2, 3",
                (exercise, assignment),
            ).fetchall()
            return [
                ListedAnswer(of, student, number, Verdict(verdict))
                for of, student, number, verdict in rows
            ]

    def undo(self, assignment: str, student: str, exercise: str) -> bool:
        """Take a person's score back; returns False where there is none."""
        with self._transaction() as db:
            return _undo(db, assignment, student, exercise)

    def note(self, student: str, text: str) -> None:
        """Add a remark to a student's page."""
        with self._transaction() as db:
            insert = "INSERT INTO remarks (student, remark, made) VALUES (?,?,?)"
            db.execute(insert, (student, text, _now()))

    def name(self, behaviour: int, words: Words | None) -> bool:
        """Store the words for a behaviour, by its number; None takes them back.

        Returns whether there were other ones before.
        """
        with self._transaction() as db:
            undo = f"UPDATE words SET undone = ? WHERE behaviour_id = {_BEHAVIOUR}"
            undone = db.execute(f"{undo} AND undone IS NULL", (_now(), behaviour)).rowcount > 0
            if words:
                db.execute(
                    "INSERT INTO words (behaviour_id, title, explanation, made)"
                    f" VALUES ({_BEHAVIOUR},?,?,?)",
                    (behaviour, words.title, words.explanation, _now()),
                )
        return undone

    def exercise_of(self, behaviour: int) -> str:
        """The exercise of the behaviour of this number; raises InputError if there is none."""
        with self._in_words():
            where = "SELECT exercise FROM behaviours WHERE number = ?"
            row = self._db.execute(where, (behaviour,)).fetchone()
        if row is None:
            what = f"{self.path}: no answer has the behaviour {behaviour}"
            raise InputError(what, Remedy.LIST_BEHAVIOURS)
        return str(row[0])

    def behaviours_of(self, number: int) -> dict[str, int]:
        """The numbers of the behaviours that a result's answers have, by exercise.

        A behaviour gets its number when it is first asked for: so the numbers go by the order of
        the submissions, not by that in which results came.
        """
        with self._in_words():
            rows = self._db.execute(
                "SELECT b.exercise, b.number, b.id FROM result_behaviours l"
                " JOIN behaviours b ON b.id = l.behaviour_id WHERE l.result_id = ? ORDER BY 1",
                (number,),
            ).fetchall()
        found = {exercise: known for exercise, known, _ in rows if known is not None}
        if len(found) == len(rows):
            return found
        with self._transaction() as db:
            for *_, each in rows:
                db.execute(
                    "UPDATE behaviours SET number = (SELECT coalesce(max(number), 0) + 1"
                    " FROM behaviours) WHERE id = ? AND number IS NULL",
                    (each,),
                )
        return self.behaviours_of(number)

    def behaving(self, behaviour: int) -> list[Kept]:
        """The results that have an answer of this behaviour, in the latest run with any."""
        joined = (
            "JOIN result_behaviours b ON b.result_id = r.id"
            f" JOIN run_results l ON l.result_id = r.id WHERE b.behaviour_id = {_BEHAVIOUR}"
        )
        with self._in_words():
            rows = self._db.execute(
                f"{_RESULT}{joined} AND l.run_id ="
                f" (SELECT max(l.run_id) FROM results r {joined}) ORDER BY s.student, s.source",
                (behaviour, behaviour),
            )
            return list(map(_kept, rows))

    def handed_in_by(self, student: str) -> frozenset[tuple[str, str]]:
        """The paths, with the hashes of the notebooks, under which the student had results."""
        with self._in_words():
            rows = self._db.execute(
                "SELECT source, content FROM submissions WHERE student = ? AND content != ''",
                (student,),
            )
            return frozenset((source, content) for source, content in rows)

    def rename(self, before: str, after: str) -> None:
        """Give people's decisions about a student to another name of the same student."""
        with self._transaction() as db:
            for table in ("adjustments", "remarks"):
                db.execute(f"UPDATE {table} SET student = ? WHERE student = ?", (after, before))

    def decisions(self) -> Decisions:
        with self._in_words():
            scores = self._db.execute(
                f"SELECT assignment, student, exercise, {_DECISION} FROM adjustments"
                " WHERE undone IS NULL"
            ).fetchall()
            remarks = self._db.execute("SELECT student, remark FROM remarks ORDER BY id").fetchall()
            words = self._db.execute(
                "SELECT b.number, title, explanation, made FROM words"
                " JOIN behaviours b ON b.id = behaviour_id WHERE undone IS NULL"
            ).fetchall()
        by_student: dict[str, tuple[str, ...]] = {}
        for student, remark in remarks:
            by_student[student] = (*by_student.get(student, ()), remark)
        return Decisions(
            {row[:3]: _decision(*row[3:]) for row in scores},
            by_student,
            {behaviour: Words(*said) for behaviour, *said in words},
        )

    def _prepare(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        if unknown := migrations.unknown(self._db):
            raise InputError(
                f"{self.path}: was written by a newer fairgrade (this one does not know its step "
                f"{unknown[0]!r}); install that one",
                Remedy.OTHER_GRADEBOOK,
            )
        # The tables are counted first: another process may be creating the gradebook, and commits
        # tables and migrations at once.
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and not migrations.begun(self._db):
            raise InputError(f"{self.path}: is a database, but no gradebook")
        self._db.execute("PRAGMA journal_mode = WAL")
        # So that a result that was reported survives a power cut.
        self._db.execute("PRAGMA synchronous = FULL")
        if not migrations.complete(self._db):
            # One transaction: either all missing steps are applied or none. A second process that
            # waits for it then finds nothing missing.
            with self._transaction() as db:
                migrations.apply(db)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._in_words():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:  # at Ctrl-C, too, half of it must not stay
                # SQLite has rolled back by itself when the disk is full.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except Malformed as error:
            raise InputError(
                f"{self.path}: {error}; the gradebook is damaged: use a copy of it",
                Remedy.OTHER_GRADEBOOK,
            ) from None
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
                raise InputError(f"{self.path}: is no gradebook", Remedy.OTHER_GRADEBOOK) from None
            raise SystemFailure(
                f"{self.path}: the gradebook cannot be read or written: {error}; what it holds is "
                "safe. See to the disk and the file's permissions and run the same command again"
            ) from None


_RESULT = (
    "SELECT r.id, s.content, r.assignment, r.record FROM results r"
    " JOIN submissions s ON s.id = r.submission_id "
)


def _kept(row: tuple[int, str, str, str]) -> Kept:
    number, content, assignment, record = row
    with _in_row("results", number):
        return Kept(number, content, assignment, from_json(record, Result))


@contextmanager
def _in_row(table: str, number: int) -> Iterator[None]:
    """Add the table and the row's number to the error of a record that cannot be read."""
    try:
        yield
    except Malformed as error:
        raise Malformed((table, number, *error.keys), error.problem) from None


def _text(record: object) -> str:
    return to_json(record).decode()


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
    with _in_row("runs", number):
        level = from_json(protection, _Level).level
        fingerprint = from_json(parts, dict[str, str])
        names = tuple(sorted(from_json(assignments, list[str])))
    return ListedRun(number, started, finished, version, seed, level, fingerprint, results, names)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _submission(db: sqlite3.Connection, result: Result, content: str) -> int:
    key = (result.student, result.source, content)
    db.execute("INSERT OR IGNORE INTO submissions (student, source, content) VALUES (?,?,?)", key)
    where = "WHERE student = ? AND source = ? AND content = ?"
    return int(db.execute(f"SELECT id FROM submissions {where}", key).fetchone()[0])


def _insert(
    db: sqlite3.Connection,
    submission: int,
    kept: Kept,
    fingerprint: str,
    run: int,
    seed: int,
    valid: bool,
) -> int:
    result = kept.result
    verdict = (kept.assignment, result.status, result.score, _text(result))
    number = db.execute(
        "INSERT INTO results (submission_id, run_id, basis, seed, valid, assignment, status, score,"
        " record) VALUES (?,?,?,?,?,?,?,?,?)",
        (submission, run, fingerprint, seed, valid, *verdict),
    ).lastrowid
    for each in result.exercises:
        db.execute(
            "INSERT INTO verdicts VALUES (?,?,?,?,?)",
            (number, each.name, each.verdict, each.score, each.max_score),
        )
        db.executemany(
            "INSERT INTO cases VALUES (?,?,?,?,?)",
            [(number, each.name, case.name, case.visibility, case.passed) for case in each.cases],
        )
    return int(number or 0)


# The id of the behaviour of a number.
_BEHAVIOUR = "(SELECT id FROM behaviours WHERE number = ?)"


def _insert_behaviour(
    db: sqlite3.Connection, result: int, assignment: str, exercise: str, key: str
) -> None:
    behaviour = (assignment, exercise, key)
    insert = "INSERT OR IGNORE INTO behaviours (assignment, exercise, key) VALUES (?,?,?)"
    db.execute(insert, behaviour)
    db.execute(
        "INSERT INTO result_behaviours SELECT ?, id FROM behaviours"
        " WHERE assignment = ? AND exercise = ? AND key = ?",
        (result, *behaviour),
    )


_DECISION = "score, reason, made, by_whom, items"


def _decision(score: float, reason: str, made: str, by: str, items: str) -> Adjustment:
    return Adjustment(None, score, reason, made, by, from_json(items, tuple[RubricItem, ...]))


def _adjust(db: sqlite3.Connection, key: tuple[str, str, str], made: Adjustment) -> int:
    """Store a decision on the answer of this key, take the earlier one back; returns its number."""
    _undo(db, *key)
    values = (*key, made.score, made.reason, made.made, made.by, _text(made.items))
    insert = f"INSERT INTO adjustments (assignment, student, exercise, {_DECISION})"
    return int(db.execute(f"{insert} VALUES (?,?,?,?,?,?,?,?)", values).lastrowid or 0)


def _standing(db: sqlite3.Connection, key: tuple[str, str, str]) -> int:
    """The number of the decision that stands on the answer of this key; 0 for none."""
    where = "WHERE assignment = ? AND student = ? AND exercise = ? AND undone IS NULL"
    row = db.execute(f"SELECT id FROM adjustments {where}", key).fetchone()
    return int(row[0]) if row else 0


def _undo(db: sqlite3.Connection, *key: str) -> bool:
    where = "WHERE assignment = ? AND student = ? AND exercise = ? AND undone IS NULL"
    return db.execute(f"UPDATE adjustments SET undone = ? {where}", (_now(), *key)).rowcount > 0
