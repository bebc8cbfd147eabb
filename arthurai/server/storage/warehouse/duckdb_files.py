"""The files of a DuckDB database in a data directory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

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
