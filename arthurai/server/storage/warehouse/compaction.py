"""Compaction: the database file is written anew, without the space of deleted rows."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import duckdb

from arthurai.common.text import quote_value
from arthurai.server.storage.reserved_space import release_if_full
from arthurai.server.storage.warehouse.ddl import quote_name, quote_text
from arthurai.server.storage.warehouse.directory_lock import DirectoryLock
from arthurai.server.storage.warehouse.duckdb_database import DuckDBDatabase
from arthurai.server.storage.warehouse.duckdb_files import (
    COMPACTED_FILE,
    DATABASE_FILE,
    UNFINISHED_FILE,
    sync,
)
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.storage.warehouse.warehouse_database import Compaction

_NOTE_START: Final = b'{"before"'


def compact(directory: Path, work_dir: Path | None = None) -> Compaction:
    """Rewrite the database file without the space of deleted rows.

    The directory must not be open. After a crash there is either the old file or the new one; with
    `work_dir` there may be only the copy in it, which another call puts in place.

    Args:
        directory: The data directory.
        work_dir: Where to write the copy, for a disk without room for both: a directory on another.

    Returns:
        Size of the file before and after.

    Raises:
        DataStoreLockedError: If the directory is open.
        DataStoreError: If there is no database in it, the copy differs from it, or there is no room
            for the copy.
        DataStoreVersionError: If it was written by a newer version.
    """
    release_if_full(directory)
    unfinished = directory / UNFINISHED_FILE
    if unfinished.is_file():
        with DirectoryLock(directory):
            if _is_note(unfinished):
                return _put_in_place(directory)
            unfinished.replace(directory / DATABASE_FILE)
    path = _check_opens(directory)
    with DirectoryLock(directory):
        if work_dir is None:
            return _compact_beside(path)
        note: dict[str, int | str] = {"before": path.stat().st_size}
        folder = Path(tempfile.mkdtemp(prefix="arthur-compaction-", dir=work_dir)).resolve()
        try:
            _write_copy(path, folder / DATABASE_FILE)
            note["copy"] = str(folder / DATABASE_FILE)
            _turn_into_note(path, unfinished, json.dumps(note).encode())
        except BaseException:
            if not unfinished.is_file():
                shutil.rmtree(folder)
            raise
        return _put_in_place(directory)


def _compact_beside(path: Path) -> Compaction:
    before, target = path.stat().st_size, path.with_name(COMPACTED_FILE)
    target.unlink(missing_ok=True)
    if _log_of(path).is_file():
        raise DataStoreError(
            "the log of recent writes could not be merged into the file, which is unchanged: make "
            "room, or name a directory on another disk with --work-dir"
        )
    try:
        _write_copy(path, target)
        target.replace(path)
    except (OSError, duckdb.Error, DataStoreError) as error:
        raise DataStoreError(
            f"the data could not be compacted ({error}); the old file is unchanged. Where the disk "
            "has no room for a second file, name a directory on another one with --work-dir"
        ) from error
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
    release_if_full(directory)
    path = _check_opens(directory)
    with DirectoryLock(directory), duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "SELECT block_size * free_blocks FROM pragma_database_size()"
        ).fetchone()
    size = path.stat().st_size
    return Compaction(size, size - int(found[0] if found else 0))


def _check_opens(directory: Path) -> Path:
    """Open the database once as usual: this checks versions, and merges the log of a crash."""
    path = directory / DATABASE_FILE
    if not path.is_file() and not (directory / UNFINISHED_FILE).is_file():
        raise DataStoreError(f"{str(directory)!r} has no data: {DATABASE_FILE} is missing")
    DuckDBDatabase(directory).close()
    return path


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _turn_into_note(path: Path, unfinished: Path, note: bytes) -> None:
    """Turn the old file into a note that says where the complete copy is.

    This needs no room: a full disk has none. The note covers the beginning of the file before the
    file becomes shorter, so that at any moment it is either the database or the note.
    """
    path.replace(unfinished)
    try:
        with unfinished.open("r+b") as file:
            file.write(note + b"\n")
            file.flush()
            os.fsync(file.fileno())
            file.truncate()
            os.fsync(file.fileno())
    except OSError:
        if not _is_note(unfinished):
            unfinished.replace(path)
        raise


def _is_note(unfinished: Path) -> bool:
    with unfinished.open("rb") as file:
        return file.read(len(_NOTE_START)) == _NOTE_START


def _put_in_place(directory: Path) -> Compaction:
    """Replace the database by the copy on another disk, which an earlier call may have left."""
    unfinished, path = directory / UNFINISHED_FILE, directory / DATABASE_FILE
    with unfinished.open("rb") as file:
        note = json.loads(file.readline())
    copy = Path(note["copy"])
    if not copy.is_file():
        raise DataStoreError(
            f"the compacted data {quote_value(str(copy))} are missing: bring that file back, or "
            "restore a backup"
        )
    target = directory / COMPACTED_FILE
    try:
        _log_of(path).unlink(missing_ok=True)  # the copy holds what it says
        shutil.copyfile(copy, target)
        sync(target)
        target.replace(path)
        sync(directory)
    except OSError as error:
        raise DataStoreError(
            f"the compacted data could not be brought back ({error}): they are in "
            f"{quote_value(str(copy))}. Make room, and run the same command again"
        ) from error
    unfinished.unlink()
    shutil.rmtree(copy.parent, ignore_errors=True)
    return Compaction(note["before"], path.stat().st_size)


def _write_copy(path: Path, target: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        for name, file, options in (("old", path, "(READ_ONLY)"), ("new", target, "")):
            connection.execute(f"ATTACH {quote_text(str(file))} AS {name} {options}")
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
    sync(target)
