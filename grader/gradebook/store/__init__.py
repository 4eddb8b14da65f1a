"""The gradebook: a SQLite file with every run, its results, and what people decided about them.

A result is on the disk as soon as `record` returns. Several processes may write to one file: SQLite
lets one of them write at a time, and a result that two of them found is kept once. SQL stands only
in this folder and in `submissions/table.py`.
"""

from __future__ import annotations

from grader.gradebook.store.behaviours import BehaviourTables
from grader.gradebook.store.decisions import DecisionTables
from grader.gradebook.store.forget import Held, delete, held, rewrite
from grader.gradebook.store.results import ResultTables
from grader.gradebook.store.runs import RunTables

# The name of the file where nobody gives another one.
GRADEBOOK = "gradebook.sqlite"


class Gradebook(RunTables, ResultTables, DecisionTables, BehaviourTables):
    """An open gradebook, to be used in a `with` statement.

    Its methods raise InputError where the file is damaged, and SystemFailure where it cannot be
    read or written.
    """

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
