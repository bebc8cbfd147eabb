"""Which engine keeps a control database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.documents.sqlite_database import SqliteDatabase

if TYPE_CHECKING:
    from pathlib import Path

    from arthurai.server.storage.documents.control_database import ControlDatabase


def open_database(location: Path | str | None) -> ControlDatabase:
    """Open or create a control database and migrate it to the newest version.

    Args:
        location: File of SQLite, or address of PostgreSQL; `None` keeps the database in memory.

    Raises:
        ControlDatabaseError: It cannot be opened, or psycopg is not installed.
        ValueError: It was written by a newer release, or the address is not one.
    """
    if not isinstance(location, str):
        return SqliteDatabase(location)
    try:
        from arthurai.server.storage.documents.postgresql_database import PostgresqlDatabase
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "psycopg":
            raise
        raise ControlDatabaseError(
            "a control database in PostgreSQL needs psycopg: pip install 'psycopg[binary]'"
        ) from error
    return PostgresqlDatabase(location)
