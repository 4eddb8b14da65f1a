"""The tables of what people decided: scores, reviews of written answers, and remarks."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from grader.encoding import from_json
from grader.gradebook.reviews import Review, Standing
from grader.gradebook.store.file import GradebookFile, as_text, now
from grader.gradebook.unnamed import Words
from grader.model import Adjustment, RubricItem

_DECISION = "score, reason, made, by_whom, items"


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


class DecisionTables(GradebookFile):
    """People's decisions, those included that were taken back."""

    def adjust(
        self, assignment: str, student: str, exercise: str, score: float, reason: str
    ) -> None:
        """Store a score that a person decided on; it replaces an earlier one."""
        with self._transaction() as db:
            _adjust(db, (assignment, student, exercise), Adjustment(None, score, reason, now()))

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
            made = Adjustment(None, review.score, review.remark, now(), review.by, review.items)
            return Standing(_adjust(db, key, made), made)

    def take_back(self, assignment: str, student: str, exercise: str, number: int) -> bool:
        """Take the decision of this number back; returns False where it does not stand any more."""
        key = (assignment, student, exercise)
        with self._transaction() as db:
            return _standing(db, key) == number and _undo(db, *key)

    def undo(self, assignment: str, student: str, exercise: str) -> bool:
        """Take a person's score back; returns False where there is none."""
        with self._transaction() as db:
            return _undo(db, assignment, student, exercise)

    def standing(self, assignment: str, exercise: str) -> dict[str, Standing]:
        """The decisions on an exercise that stand, by student."""
        with self._in_words():
            rows = self._db.execute(
                f"SELECT student, id, {_DECISION} FROM adjustments"
                " WHERE assignment = ? AND exercise = ? AND undone IS NULL",
                (assignment, exercise),
            ).fetchall()
            return {student: Standing(number, _decision(*row)) for student, number, *row in rows}

    def note(self, student: str, text: str) -> None:
        """Add a remark to a student's page."""
        with self._transaction() as db:
            insert = "INSERT INTO remarks (student, remark, made) VALUES (?,?,?)"
            db.execute(insert, (student, text, now()))

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


def _decision(score: float, reason: str, made: str, by: str, items: str) -> Adjustment:
    return Adjustment(None, score, reason, made, by, from_json(items, tuple[RubricItem, ...]))


def _adjust(db: sqlite3.Connection, key: tuple[str, str, str], made: Adjustment) -> int:
    """Store a decision on the answer of this key, take the earlier one back; returns its number."""
    _undo(db, *key)
    values = (*key, made.score, made.reason, made.made, made.by, as_text(made.items))
    insert = f"INSERT INTO adjustments (assignment, student, exercise, {_DECISION})"
    return int(db.execute(f"{insert} VALUES (?,?,?,?,?,?,?,?)", values).lastrowid or 0)


def _standing(db: sqlite3.Connection, key: tuple[str, str, str]) -> int:
    """The number of the decision that stands on the answer of this key; 0 for none."""
    where = "WHERE assignment = ? AND student = ? AND exercise = ? AND undone IS NULL"
    row = db.execute(f"SELECT id FROM adjustments {where}", key).fetchone()
    return int(row[0]) if row else 0


def _undo(db: sqlite3.Connection, *key: str) -> bool:
    where = "WHERE assignment = ? AND student = ? AND exercise = ? AND undone IS NULL"
    return db.execute(f"UPDATE adjustments SET undone = ? {where}", (now(), *key)).rowcount > 0
