"""The gradebook's file: how it is opened, how it is written to, and what its errors say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from grader.encoding import Malformed, to_json
from grader.errors import InputError, Remedy, SystemFailure
from grader.files import identity
from grader.gradebook.store import migrations

# How long to wait for another process's transaction; each of them is short.
BUSY_SECONDS = 60


class GradebookFile:
    """An open gradebook's file; the subclasses read and write its tables."""

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @property
    def is_gone(self) -> bool:
        """Whether the file was removed, or another put in its place, since it was opened."""
        return identity(self.path) != self._file

    def _prepare(self) -> None:
        """Set up the connection, and apply missing migrations."""
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
        """Write all that the block writes, or nothing of it."""
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
        """Raise what SQLite and the reading of records raise as errors that name the file."""
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


@contextmanager
def in_row(table: str, number: int) -> Iterator[None]:
    """Add the table and the row's number to the error of a record that cannot be read."""
    try:
        yield
    except Malformed as error:
        raise Malformed((table, number, *error.keys), error.problem) from None


def as_text(record: object) -> str:
    """The record as JSON, as it is stored in a column."""
    return to_json(record).decode()


def now() -> str:
    """The time now in UTC (ISO 8601), as it is stored in a column."""
    return datetime.now(UTC).isoformat(timespec="seconds")
