"""Which engine keeps the rows of a server."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import duckdb

from arthurai.server.storage.warehouse.database_copy import copy_database
from arthurai.server.storage.warehouse.duckdb_database import DuckDBDatabase
from arthurai.server.storage.warehouse.duckdb_files import DATABASE_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from arthurai.server.storage.warehouse.warehouse_database import WarehouseDatabase

EngineError: Final = duckdb.Error
"""What an engine raises when it cannot go on, e.g. as its file is damaged."""


def open_warehouse(
    directory: Path | None, *, max_memory: int | None = None, max_spill: int | None = None
) -> WarehouseDatabase:
    """Open or create a warehouse, and migrate it to the newest version.

    Args:
        directory: Data directory, created when missing; `None` keeps everything in memory.
        max_memory: Bytes of memory that the engine may take; `None` takes its default.
        max_spill: Bytes that it may write to disk while it computes; `None` takes its default.

    Raises:
        DataStoreLockedError: Another process has the directory open.
        DataStoreVersionError: The data were written by a newer version.
    """
    return DuckDBDatabase(directory, max_memory=max_memory, max_spill=max_spill)


def holds_rows(directory: Path) -> bool:
    """Return whether a directory has a warehouse of its own.

    Args:
        directory: The directory.
    """
    return (directory / DATABASE_FILE).is_file()


def read_store_id(directory: Path) -> str | None:
    """Return the id of the warehouse of a directory; what a crash has left is merged.

    Args:
        directory: The directory; no server has it open.

    Raises:
        DataStoreLockedError: A server has the directory open.
        DataStoreVersionError: The data were written by a newer version.
    """
    with closing(DuckDBDatabase(directory)) as database:
        return database.store_id


def copy_warehouse(source: Path, target: Path) -> dict[str, int]:
    """Copy the warehouse of a directory, and compare; return the number of rows by table.

    Args:
        source: The directory; no server has it open.
        target: Another directory, empty or with a part of the copy.

    Raises:
        DataStoreError: A table is different after it was copied.
    """
    return copy_database(source / DATABASE_FILE, target / DATABASE_FILE)
