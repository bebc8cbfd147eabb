"""The files of a DuckDB database in a data directory."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

from arthurai.server.storage.directory_entries import COPY_FILE
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from pathlib import Path

DATABASE_FILE: Final = "data.duckdb"
COMPACTED_FILE: Final = "compacted.duckdb"
UNFINISHED_FILE: Final = "compaction"  # names the copy that takes the place of the database


def sync(path: Path) -> None:
    """Have a file, or the entries of a directory, written to the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_directory(directory: Path, owner: int) -> None:
    """Delete temporary files, unless it is a fork of their owner that ends.

    Args:
        directory: The directory.
        owner: The process that made it.
    """
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)


def check_complete(directory: Path) -> None:
    """Raise if a copy to a directory, or a compaction in it, was interrupted.

    Raises:
        DataStoreError: It was; the message says how to end it.
    """
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
