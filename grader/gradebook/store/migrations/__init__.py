"""The migrations that make the gradebook's tables.

The file records which of them it has, in the table that sqlite-utils has for this, so its command
`sqlite-utils migrate --list` shows them. A migration that has been released is never changed; to
change the tables, add a new one.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from importlib.resources import files

# Name of a migration -> the file with its statements, in the order in which they are applied.
STEPS = {
    "results": "1_results.sql",
    "decisions": "2_decisions.sql",
    "words": "3_words.sql",
    "reviews": "4_reviews.sql",
    "pictures": "5_pictures.sql",
}
_SET = "gradebook"
_RECORD = (
    "CREATE TABLE _sqlite_migrations "
    "(id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)",
    "CREATE UNIQUE INDEX idx__sqlite_migrations_migration_set_name "
    "ON _sqlite_migrations (migration_set, name)",
)


def begun(db: sqlite3.Connection) -> bool:
    """Whether any migration has been applied to the file."""
    return bool(_applied(db))


def complete(db: sqlite3.Connection) -> bool:
    """Whether all migrations that this fairgrade knows have been applied to the file."""
    return not STEPS.keys() - _applied(db)


def unknown(db: sqlite3.Connection) -> list[str]:
    """The migrations of the file that this fairgrade does not know: a newer one applied them."""
    return [name for name in _applied(db) if name not in STEPS]


def apply(db: sqlite3.Connection, before: str = "") -> None:
    """Apply the missing migrations, within the transaction that `db` is in.

    With the name of a migration, only those `before` it.
    """
    applied = _applied(db)
    if not applied and not _recorded(db):
        for statement in _RECORD:
            db.execute(statement)
    for name, file in STEPS.items():
        if name == before:
            return
        if name in applied:
            continue
        # Not by `executescript`, which would first commit the transaction.
        for statement in files(__name__).joinpath(file).read_text(encoding="utf-8").split(";\n"):
            db.execute(statement)
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
            (_SET, name, str(datetime.now(UTC))),
        )


def _applied(db: sqlite3.Connection) -> list[str]:
    """The names of the migrations that the file has, in the order in which they were applied."""
    if not _recorded(db):
        return []
    query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
    return [name for (name,) in db.execute(query, (_SET,))]


def _recorded(db: sqlite3.Connection) -> bool:
    """Whether the file has the table of the migrations that were applied to it."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlite_migrations'"
    return db.execute(query).fetchone() is not None
