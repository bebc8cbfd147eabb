"""A connection of DuckDB that many threads use: cursors, transactions, queries and interrupts."""

from __future__ import annotations

import logging
import random
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

import duckdb

from arthurai.server.storage.warehouse.access_gate import AccessGate
from arthurai.server.storage.warehouse.database_copy import FileSnapshot
from arthurai.server.storage.warehouse.errors import OutOfRangeError
from arthurai.server.storage.warehouse.kept_connections import Connection, KeptConnection, Session
from arthurai.server.storage.warehouse.query_watch import fetch_allowed, fetch_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from arthurai.server.storage.stored_files import StoredFiles
    from arthurai.server.storage.warehouse.errors import DataStoreError
    from arthurai.server.storage.warehouse.warehouse_database import Cursor

_FIRST_WAIT_SECONDS: Final = 0.005
_MAX_WAIT_SECONDS: Final = 1.0
_CLOSE_SECONDS: Final = 5.0
_MAX_IDLE: Final = 16

# How DuckDB says that a database must be opened again.
_BROKEN_MESSAGES: Final = (
    "database has been invalidated",
    "Reopen",
    "reopen",
    "must be restarted",
    "Failed to commit: failed to pin block",  # what it has spilled is not given back otherwise
)

logger = logging.getLogger("arthurai.server")

T = TypeVar("T")


def make_config(
    spill: Path, max_memory: int | None, max_spill: int | None
) -> dict[str, str | bool | int | float | list[str]]:
    """Return settings of DuckDB that all engines have.

    Args:
        spill: Directory for what does not fit into memory.
        max_memory: Bytes of memory that it may take; `None` takes its default.
        max_spill: Bytes that it may write to disk while it computes; `None` takes its default.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(spill),
    }
    if max_memory is not None:
        config["memory_limit"] = f"{max_memory}B"
    if max_spill is not None:
        config["max_temp_directory_size"] = f"{max_spill}B"
    return config


class DuckDBSessions:
    """What both engines have in common: DuckDB computes, wherever the rows are.

    Args:
        alias: Name of the attached database that the statements of a cursor mean.

    Attributes:
        files: The files beside the database.
        durable: Whether data outlive the process.
        users: Who has a cursor is inside.
        writers: Who has a transaction is inside.
    """

    files: StoredFiles
    durable: bool
    _attempts = 8
    """How often a transaction is tried that conflicts with others."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._closing = threading.Lock()
        self._connection: Connection | None = None
        self._idle: list[KeptConnection] = []
        self._lent: set[Session] = set()
        self._broken = threading.Event()
        self.users, self.writers = AccessGate(), AccessGate()

    def _connect(self) -> Connection:
        """Open the database."""
        raise NotImplementedError

    @contextmanager
    def cursor(self) -> Iterator[Connection]:
        """Provide a cursor for the block; cursors are never shared between threads."""
        with self.users.shared(), self._lend() as session:
            yield cast("Connection", session)

    @contextmanager
    def lend_connection(self) -> Iterator[Connection]:
        """Provide a connection of DuckDB for a block, which may do with it what it likes."""
        with self.users.shared(), self._lend(for_once=True) as session:
            yield session.kept.connection

    @contextmanager
    def _lend(self, *, for_once: bool = False) -> Iterator[Session]:
        if self._broken.is_set():
            self._reopen()
        main = self._connection
        if main is None:
            raise RuntimeError("the data store is closed")
        with self._noting_errors():
            try:
                kept = self._idle.pop()
            except IndexError:
                kept = KeptConnection(main.cursor(), self._alias)
            session = Session(kept)
            self._lent.add(session)
            is_clean = False
            try:
                yield session
                kept.clear()
                is_clean = not for_once
            finally:
                is_clean = session.end() and is_clean
                if is_clean and main is self._connection and len(self._idle) < _MAX_IDLE:
                    self._idle.append(kept)
                else:
                    kept.connection.close()
                self._lent.discard(session)

    @contextmanager
    def _noting_errors(self) -> Iterator[None]:
        """Note that the database must be opened again, and describe errors of the engine."""
        try:
            yield
        except duckdb.Error as error:
            if self.durable and any(text in str(error) for text in _BROKEN_MESSAGES):
                self._broken.set()
            described = self._describe(error)
            if described is None:
                raise
            raise described from None

    def _describe(self, error: duckdb.Error) -> DataStoreError | None:
        """Return an error to raise in the place of one of DuckDB; an engine may know better."""
        del error
        return None

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().connection.close()

    def _reopen(self) -> None:
        """Open the database again after DuckDB gave it up, as when a checkpoint met a full disk.

        What was committed is in the log and is read from there.

        Raises:
            duckdb.Error: It cannot be opened, for instance because the disk is still full.
        """
        with self._closing:
            if not self._broken.is_set() or self._connection is None:
                return
            self._interrupt()
            self._close_idle()
            with suppress(duckdb.Error):
                self._connection.close()
            self._connection = self._connect()
            self._broken.clear()
        logger.warning("the database of rows was opened again after an error")

    @contextmanager
    def snapshot(self) -> Iterator[FileSnapshot]:
        """Provide a snapshot for a block."""
        with self.lend_connection() as connection:
            yield FileSnapshot(connection)

    def check(self) -> None:
        """Raise an exception unless the database answers."""
        self.fetch("SELECT 1")

    @property
    def store_id(self) -> str | None:
        """Id that this database shares with the control database beside it; `None` at first."""
        _, rows = self.fetch("SELECT value FROM arthur_meta WHERE name = 'store_id'")
        return str(rows[0][0]) if rows else None

    @store_id.setter
    def store_id(self, value: str) -> None:
        with self.transaction() as cursor:
            cursor.execute("INSERT INTO arthur_meta VALUES ('store_id', ?)", [value])

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Provide a cursor in a transaction that is committed, or rolled back on an error."""
        with self.writers.shared(), self.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield cursor
                self._check_before_commit()
                cursor.execute("COMMIT")
            except BaseException:
                # After a failed COMMIT there is nothing to roll back.
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise

    def _check_before_commit(self) -> None:
        """Raise if a transaction must not be committed; an engine may have reasons."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run a function in a transaction; repeat it after a conflict with another transaction.

        Args:
            work: Takes a cursor; it may be called several times.

        Returns:
            What `work` returned in the committed transaction.
        """

        def attempt() -> T:
            with self.transaction() as cursor:
                return work(cursor)

        return self._retry(attempt)

    def _retry(self, attempt: Callable[[], T]) -> T:
        """Call a function; repeat it after growing waits when it conflicts with a transaction."""
        for number in range(self._attempts - 1):
            try:
                return attempt()
            except duckdb.TransactionException:
                longest = min(_MAX_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**number)
                time.sleep(random.uniform(0.5, 1.0) * longest)  # noqa: S311 - jitter
        return attempt()

    def fetch(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a query on a cursor of its own.

        Args:
            sql: One statement, values as `?` or `$name`.
            params: The values.

        Returns:
            Column names and rows.

        Raises:
            OutOfRangeError: A value exceeds the range of numbers.
        """
        with self.cursor() as cursor, _range_errors():
            rows = fetch_allowed(cursor, sql, params)
            return [column[0] for column in cursor.description or ()], rows

    def fetch_parts(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query on a cursor of its own, and yield its rows a few at a time.

        Args:
            sql: One statement, values as `?` or `$name`.
            params: The values.
        """
        with self.cursor() as cursor, _range_errors():
            yield from fetch_parts(cursor, sql, params)

    def find_tables(self, cursor: Cursor, names: Collection[str]) -> list[str]:
        """Return those of some tables that exist.

        Args:
            cursor: A cursor.
            names: Names of tables.
        """
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_catalog ="
            " current_database() AND table_name IN (SELECT unnest(?))",
            [list(names)],
        )
        return [name for (name,) in cursor.fetchall()]

    def can_cast(self, cursor: Cursor, old: str, new: str) -> bool:
        """Return whether there is a cast from a type to another one, and back.

        Args:
            cursor: A cursor.
            old: The one type.
            new: The other one.
        """
        try:
            cursor.execute(
                f"SELECT TRY_CAST(TRY_CAST(x AS {new}) AS {old})"
                f" FROM (SELECT CAST(NULL AS {old}) AS x FROM range(1))"  # not a constant
            )
        except duckdb.BinderException:
            return False
        return True

    def interrupt(self) -> None:
        """Interrupt the calls in progress: they raise `duckdb.InterruptException`."""
        for session in self._lent.copy():
            session.interrupt()

    def _interrupt(self) -> None:
        """Interrupt the calls in progress, so that the connection can be closed."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._lent and time.monotonic() < deadline:
            self.interrupt()
            time.sleep(_FIRST_WAIT_SECONDS)

    def close(self) -> None:
        """Close the connection; a second call has no effect."""
        with self._closing:
            connection, self._connection = self._connection, None
            if connection is not None:
                self._interrupt()
                self._close_idle()
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


@contextmanager
def _range_errors() -> Iterator[None]:
    try:
        yield
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        reason = str(error).partition("\n")[0].partition(":")[2].strip() or "overflow"
        raise OutOfRangeError(reason) from error
