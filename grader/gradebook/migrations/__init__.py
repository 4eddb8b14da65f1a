"""The gradebook's tables, step by step: sqlite-utils notes in the file which steps it has.

A step that a gradebook may have is never changed; a change of the tables is a new step.
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


def begun(db: sqlite3.Connection) -> bool:
    """Whether the file has any step of a gradebook."""
    return bool(STEPS.applied(Database(db)))


def complete(db: sqlite3.Connection) -> bool:
    """Whether the file has every step that this fairgrade knows."""
    return not STEPS.pending(Database(db))


def unknown(db: sqlite3.Connection) -> list[str]:
    """The steps that the file has, and this fairgrade does not know: a newer one took them."""
    with closing(sqlite3.connect(":memory:")) as empty:
        known = {step.name for step in STEPS.pending(Database(empty))}
    return [step.name for step in STEPS.applied(Database(db)) if step.name not in known]


def apply(db: sqlite3.Connection) -> None:
    """Take the missing steps, within the transaction that `db` is in."""
    STEPS.apply(Database(db))


def _run(db: Database, name: str) -> None:
    # Not by executescript, which would end the transaction first.
    for statement in files(__name__).joinpath(name).read_text(encoding="utf-8").split(";\n"):
        db.conn.execute(statement)
