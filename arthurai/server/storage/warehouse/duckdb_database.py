"""The DuckDB database of the data store: opening, versions, cursors and transactions."""

from __future__ import annotations

import logging
import os
import random
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import duckdb

from arthurai.server.storage.warehouse.access_gate import AccessGate
from arthurai.server.storage.warehouse.directory_lock import DirectoryLock
from arthurai.server.storage.warehouse.errors import (
    DataStoreError,
    DataStoreVersionError,
    OutOfRangeError,
)
from arthurai.server.storage.warehouse.query_watch import fetch_allowed, fetch_parts
from arthurai.server.storage.warehouse.row_sizes import max_row_bytes

DATABASE_FILE: Final = "data.duckdb"
UNFINISHED_FILE: Final = "compaction"  # names the copy that takes the place of the database
COPY_FILE: Final = "copy.json"  # in a directory to which a copy is not complete yet
SCHEMA_VERSION: Final = 2

_FORBIDDEN: Final = "?" if os.sep == "\\" else "?\\"  # DuckDB reads them as something else
_MAX_ATTEMPTS: Final = 8
_FIRST_WAIT_SECONDS: Final = 0.005
_CLOSE_SECONDS: Final = 5.0

logger = logging.getLogger("arthurai.server")

# How DuckDB says that a database must be opened again.
_BROKEN_MESSAGES: Final = (
    "database has been invalidated",
    "Reopen",
    "reopen",
    "must be restarted",
    "Failed to commit: failed to pin block",  # what it has spilled is not given back otherwise
)

T = TypeVar("T")
Cursor = duckdb.DuckDBPyConnection
EngineError: Final = duckdb.Error
"""What the engine raises when it cannot go on, e.g. as its file is damaged."""
Migration = Callable[[Cursor], None]

_CREATE_REQUESTS: Final = """
CREATE TABLE arthur_requests (
    model_id VARCHAR NOT NULL, key VARCHAR NOT NULL, digest BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL, answer BLOB NOT NULL
);
"""


def _add_requests(cursor: Cursor) -> None:
    """Add answered requests, and to each model where the ground truth of a row came from."""
    cursor.execute(_CREATE_REQUESTS)
    cursor.execute("SELECT slot FROM arthur_models")
    for (slot,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "m{slot}_rows" ADD COLUMN truth_by_id BOOLEAN')


# From a version to the next one; each step runs in a transaction of its own.
MIGRATIONS: Final[dict[int, Migration]] = {1: _add_requests}

_CREATE: Final = f"""
CREATE TABLE arthur_meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE arthur_models (
    model_id VARCHAR NOT NULL, slot INTEGER NOT NULL, fingerprint VARCHAR NOT NULL
);
CREATE TABLE arthur_datasets (
    model_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, batch_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL, partner_record_count BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL
);
{_CREATE_REQUESTS}
"""


class DuckDBDatabase:
    """An open DuckDB database, in memory or in a directory that no other process has open.

    Args:
        directory: Directory of the file, created when missing; `None` keeps all data in memory.
        max_memory: Bytes of memory that DuckDB may take; `None` takes its default.
        max_spill: Bytes that it may write to disk while it computes; `None` takes its default.
        migrations: Steps from each older schema version to the next.

    Attributes:
        files: Directory for files beside the database; temporary for a database in memory.
        durable: Whether data outlive the process.
        max_row_bytes: The largest row that is safe to store; `None` without a bound of memory.
        users: Who has a cursor is inside.
        writers: Who has a transaction is inside.

    Raises:
        DataStoreLockedError: If another process has the directory open.
        DataStoreVersionError: If the file needs a newer DuckDB or a newer version of this package.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        max_memory: int | None = None,
        max_spill: int | None = None,
        migrations: Mapping[int, Migration] = MIGRATIONS,
    ) -> None:
        self._lock: DirectoryLock | None = None
        self._remove_files: weakref.finalize[Any, Any] | None = None
        self._closing = threading.Lock()
        self._connection: Cursor | None = None
        self._lent: set[Cursor] = set()
        self.durable = directory is not None
        self._broken = threading.Event()
        self.users, self.writers = AccessGate(), AccessGate()
        if directory is None:
            self.files = Path(tempfile.mkdtemp(prefix="arthurai-"))
            self._remove_files = weakref.finalize(self, _remove, self.files, os.getpid())
            self._target = ":memory:"
        else:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = DirectoryLock(directory)
            self.files = directory
            self._target = str(directory / DATABASE_FILE)
        self._bounds = (max_memory, max_spill)
        self.max_row_bytes = None if max_memory is None else max_row_bytes(max_memory)
        try:
            _check_name(self._target)
            _check_complete(self.files)
            self._connection = _connect(self._target, self.files / "spill", *self._bounds)
            self._prepare(migrations)
        except BaseException:
            self.close()
            raise

    def _prepare(self, migrations: Mapping[int, Migration]) -> None:
        known = self.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_name = 'arthur_meta'"
        )[1]
        if not known:
            with self.transaction() as cursor:
                cursor.execute(_CREATE)
                cursor.execute(
                    "INSERT INTO arthur_meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)]
                )
            return
        version = self.schema_version
        if version > SCHEMA_VERSION:
            raise DataStoreVersionError(
                f"the data directory was written by a newer version of arthurai (data schema"
                f" {version}, this version supports {SCHEMA_VERSION}): install that version or a"
                " newer one"
            )
        while version < SCHEMA_VERSION:
            with self.transaction() as cursor:
                migrations[version](cursor)
                version += 1
                cursor.execute(
                    "UPDATE arthur_meta SET value = ? WHERE name = 'schema_version'",
                    [str(version)],
                )

    @property
    def schema_version(self) -> int:
        """Version of the tables in the file."""
        _, rows = self.fetch("SELECT value FROM arthur_meta WHERE name = 'schema_version'")
        return int(rows[0][0])

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """Provide a new cursor for the block; cursors are never shared between threads."""
        with self.users.shared(), self._lend() as cursor:
            yield cursor

    @contextmanager
    def _lend(self) -> Iterator[Cursor]:
        if self._broken.is_set():
            self._reopen()
        if self._connection is None:
            raise RuntimeError("the data store is closed")
        cursor = self._connection.cursor()
        self._lent.add(cursor)
        try:
            yield cursor
        except duckdb.Error as error:
            if self.durable and any(text in str(error) for text in _BROKEN_MESSAGES):
                self._broken.set()
            raise
        finally:
            cursor.close()
            self._lent.discard(cursor)

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
            with suppress(duckdb.Error):
                self._connection.close()
            self._connection = _connect(self._target, self.files / "spill", *self._bounds)
            self._broken.clear()
        logger.warning("the database of rows was opened again after an error")

    def replace_file(self, path: Path) -> None:
        """Continue with another file that holds the same, while nobody has a cursor.

        Args:
            path: The file, on the same disk; it is moved to the name of the old one.

        Raises:
            DataStoreError: The log of the old file could not be merged into it; it stays in use.
        """
        with self._closing:
            if self._connection is None:
                raise RuntimeError("the data store is closed")
            target = Path(self._target)
            self._broken.set()  # if it cannot be opened below, the next user tries again
            try:
                self._connection.close()
                if target.with_name(f"{target.name}.wal").exists():
                    raise DataStoreError("the log of recent writes could not be merged: make room")
                path.replace(target)
            finally:
                self._connection = _connect(self._target, self.files / "spill", *self._bounds)
                self._broken.clear()

    def check(self) -> None:
        """Raise an exception unless the database answers."""
        self.fetch("SELECT 1")

    def is_in_place(self) -> bool:
        """Return whether the files are still where they were opened."""
        if self._lock is None:
            return True
        return self._lock.is_in_place() and (self.files / DATABASE_FILE).exists()

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
    def transaction(self) -> Iterator[Cursor]:
        """Provide a cursor in a transaction that is committed, or rolled back on an error."""
        with self.writers.shared(), self.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                # After a failed COMMIT there is nothing to roll back.
                with suppress(duckdb.Error):
                    cursor.execute("ROLLBACK")
                raise

    def write(self, work: Callable[[Cursor], T]) -> T:
        """Run a function in a transaction; repeat it after a conflict with another transaction.

        Args:
            work: Takes a cursor; it may be called several times.

        Returns:
            What `work` returned in the committed transaction.
        """

        def attempt() -> T:
            with self.transaction() as cursor:
                return work(cursor)

        return _retry(attempt)

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

    def checkpoint(self) -> None:
        """Merge the log into the file, as soon as no other write is in progress."""

        def attempt() -> None:
            with self.cursor() as cursor:
                cursor.execute("CHECKPOINT")

        _retry(attempt)

    def close(self) -> None:
        """Write everything to the file and unlock the directory; a second call has no effect."""
        with self._closing:
            connection, self._connection = self._connection, None
            if connection is not None:
                self._interrupt()
                connection.close()
            if self._lock is not None:
                self._lock.release()
                self._lock = None
            if self._remove_files is not None:
                self._remove_files()

    def interrupt(self) -> None:
        """Interrupt the calls in progress: they raise `duckdb.InterruptException`."""
        for cursor in self._lent.copy():
            with suppress(duckdb.Error):  # closed in the meantime
                cursor.interrupt()

    def _interrupt(self) -> None:
        """Interrupt the calls in progress, so that the connection can be closed."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._lent and time.monotonic() < deadline:
            self.interrupt()
            time.sleep(_FIRST_WAIT_SECONDS)

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


def _retry(attempt: Callable[[], T]) -> T:
    """Call a function; repeat it after growing waits when it conflicts with a transaction."""
    for number in range(_MAX_ATTEMPTS - 1):
        try:
            return attempt()
        except duckdb.TransactionException:
            time.sleep(random.uniform(0.5, 1.0) * _FIRST_WAIT_SECONDS * 2**number)  # noqa: S311 - jitter
    return attempt()


def _remove(directory: Path, owner: int) -> None:
    """Delete temporary files, unless it is a fork of their owner that ends."""
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)


def _check_name(target: str) -> None:
    for character in _FORBIDDEN:
        if character in target:
            raise ValueError(
                f"the name of a data directory must not contain {character!r}, got {target!r}; "
                "choose another directory"
            )


def _check_complete(directory: Path) -> None:
    if (directory / UNFINISHED_FILE).is_file():
        raise DataStoreError(
            f"a compaction of {str(directory)!r} was interrupted: end it with `arthurai data "
            f"compact {directory}`"
        )
    if (directory / COPY_FILE).is_file():
        raise DataStoreError(
            f"a copy to {str(directory)!r} was interrupted: repeat `arthurai data copy`, or delete "
            "the directory"
        )


def _connect(target: str, spill: Path, max_memory: int | None, max_spill: int | None) -> Cursor:
    # A query must not reach the file system, the network or these settings.
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "temp_directory": str(spill),
        "checkpoint_threshold": "64MB",
    }
    if max_memory is not None:
        config["memory_limit"] = f"{max_memory}B"
    if max_spill is not None:
        config["max_temp_directory_size"] = f"{max_spill}B"
    try:
        connection = duckdb.connect(target, config=config)
    except duckdb.Error as error:
        text = str(error)
        if "version" in text.lower() and "storage" in text.lower():
            raise DataStoreVersionError(
                f"{target!r} was written by a newer DuckDB than the installed"
                f" {duckdb.__version__}: install duckdb>=2 (DuckDB says: {text.splitlines()[0]})"
            ) from error
        raise
    connection.execute("SET lock_configuration = true")
    return connection
