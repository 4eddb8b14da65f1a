"""The tables of behaviours, which answers share, and of the words that people give to them."""

from __future__ import annotations

import sqlite3

from grader.errors import InputError, Remedy
from grader.gradebook.store.file import GradebookFile, now
from grader.gradebook.unnamed import Words

# The id of the behaviour of a number.
BEHAVIOUR = "(SELECT id FROM behaviours WHERE number = ?)"


class BehaviourTables(GradebookFile):
    """Behaviours with their numbers and words."""

    def name(self, behaviour: int, words: Words | None) -> bool:
        """Store the words for a behaviour, by its number; None takes them back.

        Returns whether there were other ones before.
        """
        with self._transaction() as db:
            undo = f"UPDATE words SET undone = ? WHERE behaviour_id = {BEHAVIOUR}"
            undone = db.execute(f"{undo} AND undone IS NULL", (now(), behaviour)).rowcount > 0
            if words:
                db.execute(
                    "INSERT INTO words (behaviour_id, title, explanation, made)"
                    f" VALUES ({BEHAVIOUR},?,?,?)",
                    (behaviour, words.title, words.explanation, now()),
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


def insert_behaviour(
    db: sqlite3.Connection, result: int, assignment: str, exercise: str, key: str
) -> None:
    """Note that the answer of a result to an exercise has the behaviour of this key."""
    behaviour = (assignment, exercise, key)
    insert = "INSERT OR IGNORE INTO behaviours (assignment, exercise, key) VALUES (?,?,?)"
    db.execute(insert, behaviour)
    db.execute(
        "INSERT INTO result_behaviours SELECT ?, id FROM behaviours"
        " WHERE assignment = ? AND exercise = ? AND key = ?",
        (result, *behaviour),
    )
