"""Retention and compaction of a data directory, for the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

import duckdb

from arthurai.common.vocabulary import ValueType
from arthurai.server.storage.warehouse import enrichment_columns
from arthurai.server.storage.warehouse.ddl import quote_name, reference_table, rows_table
from arthurai.server.storage.warehouse.directory_lock import DirectoryLock
from arthurai.server.storage.warehouse.duckdb_database import DATABASE_FILE, DuckDBDatabase
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.storage.warehouse.idempotency import MAX_AGE
from arthurai.server.storage.warehouse.waiting_truths import count_prunable_truths, prune_waiting
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.duckdb_database import Cursor
    from arthurai.server.storage.warehouse.stored_images import ImageFiles
    from arthurai.server.storage.warehouse.writer import ModelWriter

_COMPACTED_FILE: Final = "compacted.duckdb"


class Compaction(NamedTuple):
    """Size of the database file in bytes, before and after."""

    before: int
    after: int


class Pruned(NamedTuple):
    """What retention deleted.

    Attributes:
        inferences: Number of inferences.
        waiting_truths: Number of ids whose ground truth waited for an inference.
    """

    inferences: int = 0
    waiting_truths: int = 0


def prune_model(
    database: DuckDBDatabase,
    writer: ModelWriter,
    schema: ModelSchema,
    images: ImageFiles,
    before: dt.datetime,
    *,
    dry_run: bool = False,
) -> Pruned:
    """Delete the inferences of a model before a time, with everything that belongs to them.

    Ground truth of that time that still waits for its inference is deleted too, and the answers to
    requests that are too old to be repeated.

    Args:
        database: The database.
        writer: The writer of the model.
        schema: Schema of the model.
        images: Its images.
        before: Time in UTC without a zone, exclusive.
        dry_run: Only count what would be deleted.

    Returns:
        What was, or would be, deleted.
    """
    rows = rows_table(writer.slot)
    if dry_run:
        _, found = database.fetch(
            f"SELECT count(*) FROM {rows} WHERE inference_timestamp < ?", [before]
        )
        waiting = 0
        if writer.waiting.count:
            waiting = count_prunable_truths(database, writer.slot, before)
        return Pruned(int(found[0][0]), waiting)

    def work(cursor: Cursor) -> Pruned:
        cursor.execute(f"DELETE FROM {rows} WHERE inference_timestamp < ?", [before])
        deleted = int(cursor.fetchall()[0][0])
        if deleted:
            enrichment_columns.prune(cursor, writer.slot, rows)
            cursor.execute(
                "DELETE FROM arthur_datasets WHERE model_id = ? AND kind = 'batch'"
                f" AND batch_id NOT IN (SELECT batch_id FROM {rows} WHERE batch_id IS NOT NULL)",
                [writer.model_id],
            )
        cursor.execute(
            "DELETE FROM arthur_requests WHERE model_id = ? AND created_at < ?",
            [writer.model_id, utc_now() - MAX_AGE],
        )
        waiting = prune_waiting(cursor, writer.slot, before) if writer.waiting.count else 0
        return Pruned(deleted, waiting)

    with writer.lock:
        pruned = database.write(work)
        if pruned.inferences:
            writer.drop_index()
        writer.waiting.remove(pruned.waiting_truths)
    columns = image_columns(schema)
    if pruned.inferences and columns:
        with writer.lock, writer.reference_lock:
            images.remove_all_but(images_in_use(database, writer.slot, columns))
    return pruned


def image_columns(schema: ModelSchema) -> list[str]:
    """Return the columns that hold ids of images."""
    return [a.column for a in schema.stored if a.value_type == ValueType.Image]


def images_in_use(database: DuckDBDatabase, slot: int, columns: list[str]) -> set[str]:
    """Return the image ids that rows of a model refer to.

    Args:
        database: The database.
        slot: Slot number of the model.
        columns: Columns of its image attributes.
    """
    used: set[str] = set()
    for table in (rows_table(slot), reference_table(slot)):
        for column in map(quote_name, columns):
            _, found = database.fetch(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
            )
            used |= {row[0] for row in found}
    return used


def compact(directory: Path) -> Compaction:
    """Rewrite the database file without the space of deleted rows.

    The directory must not be open. After a crash there is either the old file or the new one.

    Args:
        directory: The data directory.

    Returns:
        Size of the file before and after.

    Raises:
        DataStoreLockedError: If the directory is open.
        DataStoreError: If there is no database in it, or the copy differs from it.
        DataStoreVersionError: If it was written by a newer version.
    """
    path, target = directory / DATABASE_FILE, directory / _COMPACTED_FILE
    if not path.is_file():
        raise DataStoreError(f"{str(directory)!r} has no data: {DATABASE_FILE} is missing")
    # Opened once as usual: this checks the versions, and merges the log of a crash into the file.
    DuckDBDatabase(directory).close()
    with DirectoryLock(directory):
        before = path.stat().st_size
        target.unlink(missing_ok=True)
        try:
            _copy(path, target)
            with target.open("rb+") as file:
                os.fsync(file.fileno())
            target.replace(path)
        finally:
            target.unlink(missing_ok=True)
        return Compaction(before, path.stat().st_size)


def estimate_compaction(directory: Path) -> Compaction:
    """Estimate what `compact` would do, without changing anything.

    Args:
        directory: The data directory.

    Returns:
        Size of the file now, and at most about after: blocks that are not in use are counted, rows
        that were deleted within a block are not.

    Raises:
        DataStoreLockedError: If the directory is open.
        DataStoreError: If there is no database in it.
        DataStoreVersionError: If it was written by a newer version.
    """
    path = directory / DATABASE_FILE
    if not path.is_file():
        raise DataStoreError(f"{str(directory)!r} has no data: {DATABASE_FILE} is missing")
    DuckDBDatabase(directory).close()
    with DirectoryLock(directory), duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "SELECT block_size * free_blocks FROM pragma_database_size()"
        ).fetchone()
    size = path.stat().st_size
    return Compaction(size, size - int(found[0] if found else 0))


def _copy(path: Path, target: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        for name, file, options in (("old", path, "(READ_ONLY)"), ("new", target, "")):
            literal = str(file).replace("'", "''")
            connection.execute(f"ATTACH '{literal}' AS {name} {options}")
        connection.execute("COPY FROM DATABASE old TO new")
        tables = connection.execute(
            "SELECT database_name, schema_name, table_name FROM duckdb_tables()"
            " WHERE database_name IN ('old', 'new')"
        ).fetchall()
        counted: dict[str, dict[str, int]] = {"old": {}, "new": {}}
        for database, schema, table in tables:
            full = ".".join(map(quote_name, (database, schema, table)))
            found = connection.execute(f"SELECT count(*) FROM {full}").fetchall()
            counted[database][table] = found[0][0]
        if counted["old"] != counted["new"]:
            raise DataStoreError("the compacted copy lacks rows; the old file is unchanged")
        connection.execute("CHECKPOINT new")
        connection.execute("DETACH new")
