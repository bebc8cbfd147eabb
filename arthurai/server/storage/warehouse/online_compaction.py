"""Compaction while the server runs: a copy without unused space takes the place of the file.

Most of the work is done beside readers and writers: everything is copied as it was at one moment.
Then writers wait while the copy is compared with the database by hashes and what has changed since
is copied, and everybody waits for the instant in which the one file replaces the other.
"""

from __future__ import annotations

import logging
import shutil
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

import duckdb

from arthurai.server.storage.warehouse.access_gate import AccessGate, GateBusyError
from arthurai.server.storage.warehouse.database_copy import (
    copy_rows,
    copy_selected,
    copy_views,
    drop_others,
    fingerprint,
    hash_of_row,
    list_tables,
)
from arthurai.server.storage.warehouse.ddl import quote_name
from arthurai.server.storage.warehouse.duckdb_files import COMPACTED_FILE, DATABASE_FILE, sync
from arthurai.server.storage.warehouse.errors import DataStoreBusyError, DataStoreError
from arthurai.server.storage.warehouse.warehouse_database import Compaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from arthurai.server.storage.warehouse.kept_connections import Connection

_WRITERS_SECONDS: Final = 2.0
_READERS_SECONDS: Final = 0.5
_PAUSE_SECONDS: Final = 2.0
_LIMIT_SECONDS: Final = 300.0
_MIN_FREE_BYTES: Final = 64 * 2**20

logger = logging.getLogger("arthurai.server.storage")


class OpenFile(Protocol):
    """A database in a file that is open."""

    directory: Path
    users: AccessGate
    writers: AccessGate

    def lend_connection(self) -> AbstractContextManager[Connection]:
        """Provide a connection for a block."""

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> tuple[list[str], list[Any]]:
        """Run a query; return column names and rows."""

    def checkpoint(self) -> None:
        """Merge the log into the file."""

    def replace_file(self, path: Path) -> None:
        """Continue with another file that holds the same."""


def estimate_open(database: OpenFile) -> Compaction:
    """Return the size of an open database in bytes, now and at most about after `compact_open`.

    Args:
        database: The database, which must have a file.
    """
    path = _merge_log(database)
    unused = database.fetch("SELECT block_size * free_blocks FROM pragma_database_size()")[1]
    size = path.stat().st_size
    return Compaction(size, size - int(unused[0][0]))


def compact_open(database: OpenFile, limit_seconds: float = _LIMIT_SECONDS) -> Compaction:
    """Replace the file of an open database by a copy without unused space.

    Nothing is lost if the process ends at any moment: the old file is complete until the new one,
    which is complete as well, takes its name.

    Args:
        database: The database, which must have a file.
        limit_seconds: How long to try, once the copy is made, to find an instant without a request
            that is being worked on.

    Returns:
        Size of the file before and after.

    Raises:
        DataStoreBusyError: There was no such instant.
        DataStoreError: There is no room for the copy.
    """
    path = _merge_log(database)
    before = path.stat().st_size
    free = shutil.disk_usage(path.parent).free
    if free < before + _MIN_FREE_BYTES:
        raise DataStoreError(
            f"a compaction needs {before + _MIN_FREE_BYTES:,} bytes beside the data, and {free:,} "
            "are free: make room, or stop the server and use `arthurai data compact --work-dir`"
        )
    target = path.with_name(COMPACTED_FILE)
    _remove(target)
    try:
        with database.lend_connection() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                copy_rows(cursor, list_tables(cursor), target)
            finally:
                cursor.execute("ROLLBACK")
        _catch_up(database, target)  # so that little is left for when writers wait
        deadline = time.monotonic() + limit_seconds
        while not _try_to_replace(database, target):
            if time.monotonic() > deadline:
                raise DataStoreBusyError(
                    f"no instant without a request was found in {limit_seconds:g} s; the data are "
                    "unchanged. Try again later"
                )
            time.sleep(_PAUSE_SECONDS)
    finally:
        _remove(target)
    return Compaction(before, path.stat().st_size)


def _merge_log(database: OpenFile) -> Path:
    """Merge the log of recent writes into the file, for its size to mean something; return it."""
    with suppress(duckdb.TransactionException):  # too many writers at this moment
        database.checkpoint()
    return database.directory / DATABASE_FILE


def _remove(target: Path) -> None:
    target.unlink(missing_ok=True)
    target.with_name(f"{target.name}.wal").unlink(missing_ok=True)


def _try_to_replace(database: OpenFile, target: Path) -> bool:
    """Complete the copy and put it in place, unless somebody works for too long meanwhile."""
    started = time.monotonic()
    try:
        with database.writers.alone(_WRITERS_SECONDS):
            changed = _catch_up(database, target)
            sync(target)
            with database.users.alone(_READERS_SECONDS):
                database.replace_file(target)
    except GateBusyError:
        return False
    logger.info(
        "compaction: %d rows changed meanwhile, writers waited %.2f s",
        changed,
        time.monotonic() - started,
    )
    return True


def _catch_up(database: OpenFile, target: Path) -> int:
    """Make the copy equal to the database as it is now; return how many rows were copied."""
    with database.lend_connection() as cursor, closing(duckdb.connect(str(target))) as copy:
        cursor.execute("BEGIN TRANSACTION")
        try:
            return _copy_changes(cursor, copy)
        finally:
            cursor.execute("ROLLBACK")


def _copy_changes(cursor: Connection, copy: Connection) -> int:
    tables = dict(list_tables(cursor))
    copied = dict(list_tables(copy))
    changed = 0
    drop_others(copy, set(tables))
    for name, statement in tables.items():
        if copied.get(name) != statement:
            copy.execute(f"DROP TABLE IF EXISTS {quote_name(name)}")
            copy.execute(statement)
        if fingerprint(cursor, name) == fingerprint(copy, name):
            continue
        changed += _copy_difference(cursor, copy, name)
        if fingerprint(cursor, name) != fingerprint(copy, name):  # equal rows, or hashes
            copy.execute(f"TRUNCATE {quote_name(name)}")
            changed += copy_selected(cursor, copy, name)
    copy_views(cursor, copy)
    copy.execute("CHECKPOINT")
    return changed


def _copy_difference(cursor: Connection, copy: Connection, name: str) -> int:
    """Delete the rows that are gone, and copy those that are new; a changed row is both."""
    table, row = quote_name(name), hash_of_row(cursor, name)
    hashes = f"SELECT DISTINCT {row} AS hash FROM {table}"
    copy.register("present", cursor.sql(hashes).to_arrow_table())
    copy.execute(f"DELETE FROM {table} WHERE {row} NOT IN (SELECT hash FROM present)")
    copy.unregister("present")
    cursor.register("known", copy.sql(hashes).to_arrow_table())
    try:
        return copy_selected(cursor, copy, name, f"{row} NOT IN (SELECT hash FROM known)")
    finally:
        cursor.unregister("known")
