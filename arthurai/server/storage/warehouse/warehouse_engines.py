"""Which engine keeps the rows of a server."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import duckdb

from arthurai.common.settings import LAKE_PREFIX
from arthurai.server.storage.directory_entries import LAKE_FILE
from arthurai.server.storage.s3_address import S3Place
from arthurai.server.storage.warehouse.database_copy import copy_tables
from arthurai.server.storage.warehouse.duckdb_database import DuckDBDatabase
from arthurai.server.storage.warehouse.duckdb_files import DATABASE_FILE
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from arthurai.server.storage.stored_files import StoredFiles
    from arthurai.server.storage.warehouse.ducklake_database import DuckLakeDatabase
    from arthurai.server.storage.warehouse.kept_connections import Connection
    from arthurai.server.storage.warehouse.warehouse_database import WarehouseDatabase

EngineError: Final = duckdb.Error
"""What an engine raises when it cannot go on, e.g. as its file is damaged."""


def open_warehouse(
    directory: Path | None,
    *,
    max_memory: int | None = None,
    max_spill: int | None = None,
    address: str | None = None,
    storage: S3Place | None = None,
) -> WarehouseDatabase:
    """Open or create a warehouse, and migrate it to the newest version.

    Args:
        directory: Data directory, created when missing; `None` keeps everything in memory.
        max_memory: Bytes of memory that the engine may take; `None` takes its default.
        max_spill: Bytes that it may write to disk while it computes; `None` takes its default.
        address: `ducklake:postgresql://host/database` for a warehouse that servers share, with its
            files in `directory` or `storage`; `None` keeps the rows of one server there.
        storage: Where the files are in S3.

    Raises:
        DataStoreError: The shared warehouse cannot be used.
        DataStoreLockedError: Another process has the directory open.
        DataStoreVersionError: The data were written by a newer version.
        ValueError: The address is not one, holds a password, or needs a directory.
    """
    if address is None:
        if directory is not None and (directory / LAKE_FILE).exists():
            raise ValueError(
                "the rows of this directory are in a lake that servers share: name it with "
                "--warehouse; for `arthurai data` name a running server with --url"
            )
        return DuckDBDatabase(directory, max_memory=max_memory, max_spill=max_spill)
    if storage is not None:
        return _open_lake(storage, address, max_memory=max_memory, max_spill=max_spill)
    if directory is None:
        raise ValueError("a warehouse that servers share needs a storage for its files")
    if holds_rows(directory):
        raise ValueError(
            f"{str(directory)!r} holds the rows of one server; name an empty directory for the "
            "files of a lake"
        )
    return _open_lake(directory, address, max_memory=max_memory, max_spill=max_spill)


def _open_lake(storage: Path | S3Place, address: str, **options: Any) -> DuckLakeDatabase:
    if not address.startswith(LAKE_PREFIX):  # not repeated: it may hold a password
        raise ValueError(
            f"the address of the warehouse must look like {LAKE_PREFIX}postgresql://host/database"
        )
    try:
        from arthurai.server.storage.warehouse.ducklake_database import DuckLakeDatabase
        from arthurai.server.storage.warehouse.lake_storage import LakeBucket, LakeDirectory
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "psycopg":
            raise
        raise DataStoreError(
            "a warehouse in DuckLake needs psycopg: pip install 'psycopg[binary]'"
        ) from error
    place = LakeBucket(storage) if isinstance(storage, S3Place) else LakeDirectory(storage)
    return DuckLakeDatabase(address.removeprefix(LAKE_PREFIX), place, **options)


def holds_rows(directory: Path) -> bool:
    """Return whether a directory has a warehouse of its own.

    Args:
        directory: The directory.
    """
    return (directory / DATABASE_FILE).is_file()


def is_lake(files: StoredFiles) -> bool:
    """Return whether files are those of a lake.

    Args:
        files: The files of a server or of servers.
    """
    return files.read_time(LAKE_FILE) is not None


@contextmanager
def open_source(
    place: Path | S3Place, address: str | None = None
) -> Iterator[tuple[str | None, Connection]]:
    """Provide the id of a warehouse that no server has open, and a cursor of it for a copy.

    What a crash has left is merged first.

    Args:
        place: Its directory; that of a lake may be in S3.
        address: Address of a lake with its files there; `None` for a file of DuckDB.

    Raises:
        DataStoreError: The lake cannot be used.
        DataStoreLockedError: A server has the directory open.
        DataStoreVersionError: The data were written by a newer version.
        ValueError: The address is not one, or holds a password.
    """
    if address is None and not isinstance(place, S3Place):
        with closing(DuckDBDatabase(place)) as database:
            store_id = database.store_id
        path = str(place / DATABASE_FILE)
        with closing(duckdb.connect(path, read_only=True)) as connection:
            yield store_id, connection
    else:
        with closing(_open_lake(place, address or "")) as lake, lake.lend_connection() as cursor:
            yield lake.store_id, cursor


def copy_warehouse(
    source: Connection, target: Path | S3Place, address: str | None = None
) -> dict[str, int]:
    """Copy a warehouse, and compare; return the number of rows by table.

    Args:
        source: A cursor of the warehouse; nobody changes it.
        target: A directory, empty or with a part of the copy; that of a lake may be in S3.
        address: Address of an empty lake with its files in that directory, or with a part of the
            copy; `None` writes a file of DuckDB.

    Raises:
        DataStoreError: A table is different after it was copied, or the lake cannot be used.
        ValueError: The address is not one, or holds a password.
    """
    if address is None and not isinstance(target, S3Place):
        with closing(duckdb.connect(str(target / DATABASE_FILE))) as copy:
            counts = copy_tables(source, copy)
            copy.execute("CHECKPOINT")
        return counts
    with closing(_open_lake(target, address or "", is_target=True)) as lake:
        return lake.take_over(source)
