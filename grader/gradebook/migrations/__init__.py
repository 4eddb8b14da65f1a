"""The migrations that make the gradebook's tables.

sqlite-utils records in the file which of them it has. A migration that has been released is never
changed; to change the tables, add a new one.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files

from sqlite_utils import Database, Migrations

STEPS = Migrations("gradebook")


@STEPS()
def results(db: Database) -> None:
    _run(db, "1_results.sql")


@STEPS()
def decisions(db: Database) -> None:
    _run(db, "2_decisions.sql")


@STEPS()
def words(db: Database) -> None:
    _run(db, "3_words.sql")


def begun(db: sqlite3.Connection) -> bool:
    """Whether any migration has been applied to the file."""
    return bool(STEPS.applied(Database(db)))


def complete(db: sqlite3.Connection) -> bool:
    """Whether all migrations that this fairgrade knows have been applied to the file."""
    return not STEPS.pending(Database(db))


def unknown(db: sqlite3.Connection) -> list[str]:
    """The migrations of the file that this fairgrade does not know: a newer one applied them."""
    with closing(sqlite3.connect(":memory:")) as empty:
        known = {step.name for step in STEPS.pending(Database(empty))}
    return [step.name for step in STEPS.applied(Database(db)) if step.name not in known]


def apply(db: sqlite3.Connection) -> None:
    """Apply the missing migrations, within the transaction that `db` is in."""
    STEPS.apply(Database(db))


def _run(db: Database, name: str) -> None:
    # Not by `executescript`, which would first commit the transaction.
    for statement in files(__name__).joinpath(name).read_text(encoding="utf-8").split(";\n"):
        db.conn.execute(statement)
