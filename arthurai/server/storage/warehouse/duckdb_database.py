"""The warehouse in a file of DuckDB: opening, compaction and copies."""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from arthurai.common.row_groups import ROW_GROUP_ROWS
from arthurai.server.storage.stored_files import DirectoryFiles
from arthurai.server.storage.warehouse.ddl import quote_text
from arthurai.server.storage.warehouse.directory_lock import DirectoryLock
from arthurai.server.storage.warehouse.duckdb_files import (
    DATABASE_FILE,
    check_complete,
    remove_directory,
)
from arthurai.server.storage.warehouse.duckdb_sessions import DuckDBSessions, make_config
from arthurai.server.storage.warehouse.errors import DataStoreError, DataStoreVersionError
from arthurai.server.storage.warehouse.online_compaction import compact_open, estimate_open
from arthurai.server.storage.warehouse.row_sizes import max_row_bytes
from arthurai.server.storage.warehouse.warehouse_schema import (
    MIGRATIONS,
    prepare_schema,
    read_version,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from arthurai.server.storage.warehouse.kept_connections import Connection
    from arthurai.server.storage.warehouse.warehouse_database import Compaction, Cursor
    from arthurai.server.storage.warehouse.warehouse_schema import Migration

_ALIAS: Final = "data"
_FORBIDDEN: Final = "?" if os.sep == "\\" else "?\\"  # DuckDB reads them as something else


class DuckDBDatabase(DuckDBSessions):
    """An open DuckDB database, in memory or in a directory that no other process has open.

    Args:
        directory: Directory of the file, created when missing; `None` keeps all data in memory.
        max_memory: Bytes of memory that DuckDB may take; `None` takes its default.
        max_spill: Bytes that it may write to disk while it computes; `None` takes its default.
        migrations: Steps from each older schema version to the next.

    Attributes:
        name: What messages call it.
        is_shared: Whether other servers change it, too.
        files: The files beside the database.
        directory: Their directory; a temporary one for a database in memory.
        max_row_bytes: The largest row that is safe to store; `None` without a bound of memory.

    Raises:
        DataStoreLockedError: If another process has the directory open.
        DataStoreVersionError: If the file needs a newer DuckDB or a newer version of this package.
    """

    name: Final = DATABASE_FILE
    is_shared: Final = False
    upkeep_seconds: Final = None

    def __init__(
        self,
        directory: Path | None,
        *,
        max_memory: int | None = None,
        max_spill: int | None = None,
        migrations: Mapping[int, Migration] = MIGRATIONS,
    ) -> None:
        super().__init__(_ALIAS)
        self._lock: DirectoryLock | None = None
        self._remove_files: weakref.finalize[Any, Any] | None = None
        self.durable = directory is not None
        if directory is None:
            self.directory = Path(tempfile.mkdtemp(prefix="arthurai-"))
            self._remove_files = weakref.finalize(
                self, remove_directory, self.directory, os.getpid()
            )
            self._target = ":memory:"
        else:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = DirectoryLock(directory)
            self.directory = directory
            self._target = str(directory / DATABASE_FILE)
        self.files = DirectoryFiles(self.directory, durable=self.durable)
        self._bounds = (max_memory, max_spill)
        self.max_row_bytes = None if max_memory is None else max_row_bytes(max_memory)
        try:
            _check_name(self._target)
            check_complete(self.directory)
            self._connection = self._connect()
            prepare_schema(self, migrations)
        except BaseException:
            self.close()
            raise

    @property
    def schema_version(self) -> int:
        """Version of the tables in the file."""
        return read_version(self)

    def _connect(self) -> Connection:
        return _open(self._target, self.directory / "spill", *self._bounds)

    def lock(
        self, name: str, refresh: Callable[[], object] | None = None
    ) -> AbstractContextManager[object]:
        """Return a lock that one thread holds at a time; no other process has the file open.

        Args:
            name: What it protects.
            refresh: Never called.
        """
        del name, refresh
        return threading.RLock()

    def read_schema_version(self) -> int:
        """Return a number that stays the same: nobody else changes the tables."""
        return 0

    def note_deletion(self, slot: int) -> None:
        """Do nothing: there are no other servers.

        Args:
            slot: Slot number of the model.
        """

    def read_deletions(self, slot: int) -> int:
        """Return a number that stays the same: nobody else deletes rows.

        Args:
            slot: Slot number of the model.
        """
        del slot
        return 0

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
                self._close_idle()
                self._connection.close()
                if target.with_name(f"{target.name}.wal").exists():
                    raise DataStoreError("the log of recent writes could not be merged: make room")
                path.replace(target)
            finally:
                self._connection = self._connect()
                self._broken.clear()

    def is_in_place(self) -> bool:
        """Return whether the files are still where they were opened."""
        if self._lock is None:
            return True
        return self._lock.is_in_place() and (self.directory / DATABASE_FILE).exists()

    def change_type(self, cursor: Cursor, table: str, column: str, kind: str, value: str) -> None:
        """Change the type of a column.

        Args:
            cursor: A cursor inside a transaction.
            table: Quoted name of the table.
            column: Quoted name of the column.
            kind: The new type.
            value: SQL of the new value.
        """
        cursor.execute(
            f"ALTER TABLE {table} ALTER COLUMN {column} SET DATA TYPE {kind} USING {value}"
        )

    def checkpoint(self) -> None:
        """Merge the log into the file, as soon as no other write is in progress."""

        def attempt() -> None:
            with self.cursor() as cursor:
                cursor.execute("CHECKPOINT")

        self._retry(attempt)

    def compact(self, *, dry_run: bool = False) -> Compaction:
        """Replace the file by a copy without unused space; readers and writers continue.

        Args:
            dry_run: Only estimate the size afterwards.

        Raises:
            DataStoreBusyError: There was no moment to do it.
            DataStoreError: There is no room for it.
        """
        return (estimate_open if dry_run else compact_open)(self)

    def maintain(self) -> None:
        """Do nothing: DuckDB looks after its file by itself."""

    def close(self) -> None:
        """Write everything to the file and unlock the directory; a second call has no effect."""
        super().close()
        with self._closing:
            if self._lock is not None:
                self._lock.release()
                self._lock = None
            if self._remove_files is not None:
                self._remove_files()


def _check_name(target: str) -> None:
    for character in _FORBIDDEN:
        if character in target:
            raise ValueError(
                f"the name of a data directory must not contain {character!r}, got {target!r}; "
                "choose another directory"
            )


def _open(target: str, spill: Path, max_memory: int | None, max_spill: int | None) -> Connection:
    config = {
        **make_config(spill, max_memory, max_spill),
        "checkpoint_threshold": "64MB",
    }
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute(
            f"ATTACH {quote_text(target)} AS {_ALIAS} (ROW_GROUP_SIZE {ROW_GROUP_ROWS})"
        )
        # It doubles the time of reading, and saves hardly any space.
        connection.execute("SET disabled_compression_methods = 'alprd'")
        # A query must not reach the file system, the network or these settings.
        connection.execute("SET enable_external_access = false")
        connection.execute("SET allowed_configs = ['search_path', 'schema']")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        text = str(error)
        if "version" in text.lower() and "storage" in text.lower():
            raise DataStoreVersionError(
                f"{target!r} was written by a newer DuckDB than the installed"
                f" {duckdb.__version__}: install duckdb>=2 (DuckDB says: {text.splitlines()[0]})"
            ) from error
        raise
    return connection
