"""The control database in SQLite: one connection that all threads share."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.storage.documents.commit_guards import CommitGuards
from arthurai.server.storage.documents.control_database import (
    ConstraintError,
    ControlDatabaseError,
    check_word,
)
from arthurai.server.storage.documents.migrations import find_pending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_BUSY_SECONDS: Final = 30.0
_MAX_KEPT_ROWS: Final = 1_000


class SqliteDatabase:
    """A control database: one connection behind a lock.

    Rows are small and statements take microseconds, so one connection serves all threads, and a
    database in memory behaves like one in a file.
    """

    def __init__(self, path: Path | None) -> None:
        """Open or create the database and migrate it to the newest version.

        Args:
            path: The file; `None` keeps the database in memory.

        Raises:
            ValueError: The file was written by a newer release.
        """
        self._lock = threading.RLock()
        self._path = path
        self._depth = 0
        self._guards = CommitGuards()
        self.guarded = self._guards.guarded
        # Rows that were read since the last change, which nobody else can make.
        self._kept_rows: dict[tuple[object, ...], sqlite3.Row | None] = {}
        try:
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=_BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.row_factory = sqlite3.Row
            if path is not None:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            migrate(self._connection)
        except sqlite3.Error as error:
            raise ControlDatabaseError(f"{self.name}: {error}") from error
        self._file = None if path is None else path.stat()

    @property
    def name(self) -> str:
        """What messages call it."""
        return "control.sqlite" if self._path is None else self._path.name

    @property
    def is_shared(self) -> bool:
        """Whether servers on other machines can reach it."""
        return False

    @property
    def clock(self) -> str:
        """SQL of the time in seconds since 1970."""
        return "((julianday('now') - 2440587.5) * 86400.0)"

    def claim(self, *, alone: bool = True) -> None:
        """Do nothing: the lock of the data directory keeps other servers away."""

    def check(self) -> None:
        """Raise an exception unless the database answers."""
        self.scalar("SELECT 1")

    def check_version(self) -> None:
        """Do nothing: no other release can have the file open."""

    def is_in_place(self) -> bool:
        """Return whether the file is still where it was opened."""
        if self._path is None or self._file is None:
            return True
        try:
            return os.path.samestat(self._file, self._path.stat())
        except OSError:
            return False

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction; an inner block is part of the outer one."""
        with self._lock:
            if self._depth == 0:
                self._run("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._guards.check()
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._run("ROLLBACK")
                    self._kept_rows = {}
                raise
            self._depth -= 1
            if self._depth == 0:
                self._run("COMMIT")

    def _run(self, statement: str, parameters: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, parameters)
        except sqlite3.IntegrityError as error:
            raise ConstraintError(str(error)) from error
        except sqlite3.Error as error:
            raise ControlDatabaseError(str(error)) from error

    def copy_to(self, path: Path, begin: Callable[[], object]) -> None:
        """Write a copy of the database to a new file.

        Args:
            path: The file.
            begin: Called first, while nobody else can use the database.
        """
        copy = sqlite3.connect(path)
        try:
            with self._lock:
                begin()
                self._connection.backup(copy)
        finally:
            copy.close()

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement and return the number of changed rows.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        with self._lock:
            if self._depth == 0 and self._guards:
                with self.transaction():
                    return self.execute(statement, parameters)
            self._kept_rows = {}
            return self._run(statement, parameters).rowcount

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        with self._lock:
            return self._run(statement, parameters).fetchall()

    def row(self, statement: str, parameters: Sequence[object] = ()) -> sqlite3.Row | None:
        """Return the first row of a query, or `None`.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        with self._lock:
            found: sqlite3.Row | None = self._run(statement, parameters).fetchone()
            return found

    def kept_row(self, statement: str, *parameters: object) -> sqlite3.Row | None:
        """Return the first row of a query, or `None`; it is read again after any change only.

        For what every request asks.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        asked = (statement, *parameters)
        kept = self._kept_rows
        if asked in kept:
            return kept[asked]
        with self._lock:
            found = self.row(statement, parameters)
            if self._depth == 0:  # what a transaction changed may be taken back
                if len(self._kept_rows) >= _MAX_KEPT_ROWS:
                    self._kept_rows = {}
                self._kept_rows[asked] = found
            return found

    def scalar(self, statement: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first value of the first row of a query, or `None`.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """
        found = self.row(statement, parameters)
        return None if found is None else found[0]

    def member_is(self, name: str, value: object) -> tuple[str, object]:
        """Return a condition on a member of the column `document`, and its value.

        Args:
            name: Name of a member at the top.
            value: `None`, a boolean, a number or text.
        """
        found = int(value) if isinstance(value, bool) else value
        return f"json_extract(document, '$.{check_word(name)}') IS ?", found

    def same_letters(self, column: str) -> str:
        """Return a condition: a column is a value, but for the case of letters from A to Z.

        Args:
            column: Name or address of users.
        """
        return f"{check_word(column)} = ?"  # by the collation of the column

    def has_element(self, array: str) -> str:
        """Return a condition: an array of the column `document` of `models` holds a value.

        Args:
            array: Name of a member at the top.
        """
        elements = f"json_each(models.document, '$.{check_word(array)}')"
        return f"EXISTS (SELECT 1 FROM {elements} AS held WHERE held.value = ?)"


def migrate(connection: sqlite3.Connection) -> None:
    """Migrate a control database to the newest version, each step in a transaction.

    Args:
        connection: An open connection in autocommit mode.

    Raises:
        ValueError: The database was written by a newer release.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    for number, statements in find_pending(version):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
