"""Moving the control data of a directory into PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.storage.documents.control_copy import copy_control
from arthurai.server.storage.documents.control_store import CONTROL_FILE
from arthurai.server.storage.documents.engines import open_database
from arthurai.server.storage.store_pair import CONTROL_MARK
from arthurai.server.storage.warehouse.directory_lock import DirectoryLock

if TYPE_CHECKING:
    from pathlib import Path

MOVED_FILE: Final = "control.sqlite.moved"


def move_control(data_dir: Path, address: str) -> dict[str, int]:
    """Copy the control data of a directory into an empty database, and set the file aside.

    Nothing has changed when it fails.

    Args:
        data_dir: The directory; no server has it open.
        address: Address of the database in PostgreSQL.

    Returns:
        The number of rows by table.

    Raises:
        ControlDatabaseError: The database cannot be used, or a server uses it.
        DataStoreLockedError: A server has the directory open.
        ValueError: There is nothing to move, or the database is not empty.
    """
    file = data_dir / CONTROL_FILE
    if not file.is_file():
        raise ValueError(f"{str(file)!r} is missing: there is nothing to move")
    with DirectoryLock(data_dir):
        target = open_database(address)
        try:
            target.claim()
            source = open_database(file)
            try:
                counts = copy_control(source, target)
            finally:
                source.close()
        finally:
            target.close()
        (data_dir / CONTROL_MARK).touch()
        file.rename(data_dir / MOVED_FILE)
    return counts
