"""The tables of results, with their verdicts and pictures, and of the submissions they are of."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.encoding import from_json
from grader.errors import InputError
from grader.gradebook.reviews import ListedAnswer
from grader.gradebook.store.behaviours import BEHAVIOUR, insert_behaviour
from grader.gradebook.store.file import GradebookFile, as_text, in_row
from grader.model import Picture, Result, Status, Submission, Verdict
from grader.text import did_you_mean

_RESULT = (
    "SELECT r.id, s.content, r.assignment, r.record FROM results r"
    " JOIN submissions s ON s.id = r.submission_id "
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A result as the gradebook holds it, with its number there.

    `content` is the hash of the notebook's bytes; empty if it is not known.
    """

    number: int
    content: str
    assignment: str
    result: Result


class ResultTables(GradebookFile):
    """Results, and which of them count."""

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
                    insert_behaviour(db, number, kept.assignment, exercise, key)
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

    def has(self, student: str) -> bool:
        """Whether some run has a result of a student of this name."""
        with self._in_words():
            found = "SELECT 1 FROM submissions WHERE student = ? LIMIT 1"
            return self._db.execute(found, (student,)).fetchone() is not None

    def _nobody(self, student: str) -> InputError:
        """The error that the gradebook has nothing of a student of this name."""
        with self._in_words():
            known = [name for (name,) in self._db.execute("SELECT student FROM submissions")]
        hint = did_you_mean(student, known)
        return InputError(f"{student}: nobody of this name is in {self.path}{hint}")

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

    def behaving(self, behaviour: int) -> list[Kept]:
        """The results that have an answer of this behaviour, in the latest run with any."""
        joined = (
            "JOIN result_behaviours b ON b.result_id = r.id"
            f" JOIN run_results l ON l.result_id = r.id WHERE b.behaviour_id = {BEHAVIOUR}"
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


def _kept(row: tuple[int, str, str, str]) -> Kept:
    number, content, assignment, record = row
    with in_row("results", number):
        return Kept(number, content, assignment, from_json(record, Result))


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
    verdict = (kept.assignment, result.status, result.score, as_text(result))
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
