"""The warehouse in DuckLake: files of Parquet in a directory or in S3, their catalog in PostgreSQL.

Several servers may use it at the same time. DuckDB computes in each of them. Whatever a transaction
commits is seen by all from then on; one that fails leaves files that nothing refers to.
"""

from __future__ import annotations

import logging
import os
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import duckdb

from arthurai.server.storage.directory_entries import LAKE_FILE
from arthurai.server.storage.warehouse.database_copy import copy_tables
from arthurai.server.storage.warehouse.ddl import quote_text
from arthurai.server.storage.warehouse.duckdb_files import remove_directory
from arthurai.server.storage.warehouse.duckdb_sessions import DuckDBSessions, make_config
from arthurai.server.storage.warehouse.lake_catalog import LakeCatalog
from arthurai.server.storage.warehouse.lake_storage import check_storage, load_extension
from arthurai.server.storage.warehouse.row_sizes import max_row_bytes
from arthurai.server.storage.warehouse.warehouse_database import Compaction
from arthurai.server.storage.warehouse.warehouse_schema import prepare_schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from arthurai.server.storage.warehouse.errors import DataStoreError
    from arthurai.server.storage.warehouse.kept_connections import Connection
    from arthurai.server.storage.warehouse.lake_storage import LakeStorage
    from arthurai.server.storage.warehouse.warehouse_database import Cursor

KEPT_SECONDS: Final = 3600
"""For how long what was deleted or merged is kept, for queries and copies that still read it."""

_ALIAS: Final = "lake"
_EXTENSIONS: Final = ("ducklake", "postgres_scanner")
_RETRIES: Final = 100

logger = logging.getLogger("arthurai.server.storage")


class DuckLakeDatabase(DuckDBSessions):
    """A lake that this server shares with others.

    Attributes:
        name: What messages call it; without credentials.
        is_shared: Whether other servers change it, too.
        files: The files beside the rows, which all servers share.
        max_row_bytes: The largest row that is safe to store; `None` without a bound of memory.

    Args:
        address: Address of the catalog, see `LakeCatalog`.
        storage: Where the files of all servers are.
        max_memory: Bytes of memory that DuckDB may take; `None` takes its default.
        max_spill: Bytes that it may write to the local disk while it computes.
        is_target: Whether it is opened to be filled by a copy.

    Raises:
        DataStoreError: The catalog cannot be used, the place is not the one that belongs to it,
            or an extension of DuckDB is missing.
        DataStoreVersionError: A newer version of this package wrote the lake.
        ValueError: The address is not one, or holds a password.
    """

    durable = True
    is_shared: bool = True
    upkeep_seconds: Final = 60.0
    _attempts = 20

    def __init__(
        self,
        address: str,
        storage: LakeStorage,
        *,
        max_memory: int | None = None,
        max_spill: int | None = None,
        is_target: bool = False,
    ) -> None:
        super().__init__(_ALIAS)
        self._catalog = LakeCatalog(address)
        self.name = self._catalog.name
        self._storage = storage
        self.files = storage.files
        self._bounds = (max_memory, max_spill)
        self.max_row_bytes = None if max_memory is None else max_row_bytes(max_memory)
        self._spill = Path(tempfile.mkdtemp(prefix="arthurai-spill-"))
        self._remove_spill = weakref.finalize(self, remove_directory, self._spill, os.getpid())
        try:
            with self._catalog.lock("start"):
                storage.prepare(is_target=is_target)
                self._check_storage()
                self._connection = self._connect()
                prepare_schema(self)
        except BaseException:
            self.close()
            raise

    def _check_storage(self) -> None:
        """Raise unless the place of the files belongs to the catalog; mark a new one."""
        if check_storage(self._storage, self._catalog.read_storage_id(), self.name):
            made = uuid4().hex
            self._catalog.store_storage_id(made)
            self.files.put(LAKE_FILE, f"{made}\n".encode("ascii"))

    # --- connections ----------------------------------------------------------------------------

    def _connect(self) -> Connection:
        config = make_config(self._spill, *self._bounds)
        connection = duckdb.connect(":memory:", config=config)
        try:
            for name in _EXTENSIONS:
                load_extension(connection, name)
            self._storage.set_up(connection)
            rows = self._storage.rows
            connection.execute(f"SET ducklake_max_retry_count = {_RETRIES}")
            connection.execute(
                f"ATTACH {quote_text(f'ducklake:postgres:{self._catalog.dsn}')} AS {_ALIAS}"
                f" (DATA_PATH {quote_text(rows)},"
                f" METADATA_SCHEMA {quote_text(self._catalog.schema)},"
                " OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0)"
            )
            # A query must not reach other files, other databases or these settings.
            connection.execute(f"SET allowed_directories = [{quote_text(rows)}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET allowed_configs = ['search_path', 'schema']")
            connection.execute("SET lock_configuration = true")
        except BaseException:
            connection.close()
            raise
        return connection

    def _describe(self, error: duckdb.Error) -> DataStoreError | None:
        """Return an error to raise in the place of one of DuckDB about the catalog or the files.

        Args:
            error: The error of DuckDB.
        """
        outage = None
        if isinstance(error, duckdb.IOException | duckdb.TransactionException):
            outage = self._catalog.find_outage(str(error))
        return outage or self._storage.describe(error)

    def _check_before_commit(self) -> None:
        """Raise if this thread has lost its locks meanwhile.

        Raises:
            DataStoreError: It has.
        """
        self._catalog.check_locks()

    def lock(
        self, name: str, refresh: Callable[[], object] | None = None
    ) -> AbstractContextManager[object]:
        """Return a lock that one thread of one server holds at a time; that one may enter again.

        Args:
            name: What it protects.
            refresh: Called each time it was taken.
        """
        return self._catalog.lock(name, refresh)

    def read_schema_version(self) -> int:
        """Return a number that is another one whenever a table, a column or a view has changed."""
        return self._catalog.read_schema_version()

    def note_deletion(self, slot: int) -> None:
        """Let other servers know that rows of a model are about to be deleted.

        Args:
            slot: Slot number of the model, whose lock this thread holds.
        """
        self._catalog.note_deletion(slot)

    def read_deletions(self, slot: int) -> int:
        """Return how often servers were about to delete rows of a model.

        Args:
            slot: Slot number of the model, whose lock this thread holds.
        """
        return self._catalog.read_deletions(slot)

    def check(self) -> None:
        """Raise an exception unless the catalog and the database answer."""
        self._catalog.read_schema_version()
        super().check()

    def is_in_place(self) -> bool:
        """Return whether the files are still where they were opened."""
        return self.files.read_time(LAKE_FILE) is not None

    def change_type(self, cursor: Cursor, table: str, column: str, kind: str, value: str) -> None:
        """Change the type of a column, by a new one of the same name.

        No column is renamed: DuckLake 1.0 cannot read its catalog any more once one with a nested
        type was renamed.

        Args:
            cursor: A cursor inside a transaction.
            table: Quoted name of the table.
            column: Quoted name of the column.
            kind: The new type.
            value: SQL of the new value.
        """
        kept = f'"{uuid4().hex}"'
        cursor.execute(
            f"CREATE TEMP TABLE {kept} AS SELECT rowid AS row_id, {value} AS value FROM {table}"
        )
        cursor.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        cursor.execute(
            f"UPDATE {table} AS o SET {column} = n.value FROM {kept} n WHERE o.rowid = n.row_id"
        )
        cursor.execute(f"DROP TABLE {kept}")

    def take_over(self, source: Connection) -> dict[str, int]:
        """Copy a warehouse here, and compare; return the number of rows by table.

        Args:
            source: A cursor of the warehouse; nobody changes it.

        Raises:
            DataStoreError: The lake is in use or not that of an interrupted copy, or a table is
                different after it was copied.
        """
        with self.lock("first start"), self.lend_connection() as cursor:
            return copy_tables(source, cursor)

    # --- upkeep ---------------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Merge small files."""
        self._call("ducklake_merge_adjacent_files")

    def maintain(self) -> None:
        """Merge small files, and delete those that nothing has needed for a while."""
        self.checkpoint()
        self._call("ducklake_rewrite_data_files")
        before = f"older_than => now() - INTERVAL {KEPT_SECONDS} SECONDS"
        self._call("ducklake_expire_snapshots", before)
        self._call("ducklake_cleanup_old_files", before)
        # those of transactions that failed
        self._call("ducklake_delete_orphaned_files", "older_than => now() - INTERVAL 1 DAY")

    def _call(self, function: str, *arguments: str) -> None:
        def attempt() -> None:
            with self.cursor() as cursor:
                given = ", ".join((quote_text(_ALIAS), *arguments))
                sql = f"SELECT count(*) FROM {function}({given})"
                cursor.execute(sql).fetchall()  # to the end

        self._retry(attempt)

    def compact(self, *, dry_run: bool = False) -> Compaction:
        """Merge files, and delete those that nothing has needed for a while.

        Args:
            dry_run: Only tell how many bytes the newest snapshot needs.
        """
        before, needed = self._catalog.size()
        if dry_run:
            return Compaction(before, needed)
        self.maintain()
        return Compaction(before, self._catalog.size()[0])

    def close(self) -> None:
        """Close the connections; a second call has no effect."""
        super().close()
        self._catalog.close()
        self._remove_spill()
