"""What a gradebook holds of a student, and how it is deleted.

Everything else in a gradebook is kept for good: a person may ask that this is not.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

_RESULTS = (
    "SELECT r.id FROM results r JOIN submissions s ON s.id = r.submission_id WHERE s.student = ?"
)
# What refers to another table is deleted before it. A new table about students belongs here, too.
DELETIONS = (
    *(
        f"DELETE FROM {table} WHERE result_id IN ({_RESULTS})"
        for table in ("run_results", "result_behaviours", "pictures", "cases", "verdicts")
    ),
    f"DELETE FROM results WHERE id IN ({_RESULTS})",
    "DELETE FROM submissions WHERE student = ?",
    "DELETE FROM adjustments WHERE student = ?",
    "DELETE FROM remarks WHERE student = ?",
)


@dataclass(frozen=True, slots=True)
class Held:
    """How much a gradebook holds of a student.

    `decisions` are adjusted scores, those that were taken back included. `other_names` are those
    under which the same files were handed in: by a group, or before a roster gave this name.
    """

    results: int
    decisions: int
    remarks: int
    other_names: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.results or self.decisions or self.remarks)


def held(db: sqlite3.Connection, student: str) -> Held:
    """What the gradebook's tables hold of the student of this name."""
    count, of = "SELECT count(*) FROM", "WHERE student = ?"
    tables = (f"({_RESULTS})", f"adjustments {of}", f"remarks {of}")
    results, decisions, remarks = (
        int(db.execute(f"{count} {table}", (student,)).fetchone()[0]) for table in tables
    )
    others = db.execute(
        "SELECT DISTINCT o.student FROM submissions s JOIN submissions o"
        " ON o.source = s.source AND o.content = s.content AND o.student != s.student"
        " WHERE s.student = ? AND s.content != '' ORDER BY 1",
        (student,),
    )
    return Held(results, decisions, remarks, tuple(name for (name,) in others))


def delete(db: sqlite3.Connection, student: str) -> None:
    """Delete all rows about the student, within the transaction that `db` is in."""
    for deletion in DELETIONS:
        db.execute(deletion, (student,))


def rewrite(db: sqlite3.Connection) -> bool:
    """Write the file anew without what was deleted from it.

    Returns False where another program has it open: the file then has traces until that ends.
    """
    db.execute("VACUUM")
    busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
