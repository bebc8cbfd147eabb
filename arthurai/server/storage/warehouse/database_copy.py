"""Copies of a database of rows while it is in use."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import duckdb

from arthurai.server.storage.warehouse.ddl import quote_name

if TYPE_CHECKING:
    from pathlib import Path

    from arthurai.server.storage.warehouse.duckdb_database import Cursor

_BATCH_ROWS: Final = 100_000


def list_tables(cursor: Cursor) -> list[tuple[str, str]]:
    """Return the tables of a database, each with the statement that creates it.

    Args:
        cursor: A cursor of the database.
    """
    return cursor.execute(
        "SELECT table_name, sql FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
        "ORDER BY table_name"
    ).fetchall()


def copy_rows(cursor: Cursor, tables: list[tuple[str, str]], path: Path) -> dict[str, int]:
    """Copy tables and views into a new database; return the number of rows by table.

    Args:
        cursor: A cursor of the database to read, in a transaction.
        tables: Its tables, as of `list_tables`.
        path: File of the new database.
    """
    counts: dict[str, int] = {}
    with closing(duckdb.connect(str(path))) as copy:
        for name, statement in tables:
            copy.execute(statement)
            copy_selected(cursor, copy, name)
            counts[name] = copy.execute(f"SELECT count(*) FROM {quote_name(name)}").fetchall()[0][0]
        copy_views(cursor, copy)
        copy.execute("CHECKPOINT")
    return counts


def copy_selected(cursor: Cursor, copy: Cursor, name: str, condition: str = "true") -> int:
    """Copy rows of a table into the same table of another database; return how many.

    Args:
        cursor: A cursor of the database to read, in a transaction.
        copy: A cursor of the other database.
        name: Name of the table.
        condition: SQL of the rows to copy.
    """
    copied = 0
    rows = cursor.sql(f"SELECT * FROM {quote_name(name)} WHERE {condition}")
    read = getattr(rows, "to_arrow_reader", None) or rows.fetch_arrow_reader  # DuckDB 1.5
    for batch in read(_BATCH_ROWS):
        copy.register("incoming", batch)
        copy.execute(f"INSERT INTO {quote_name(name)} SELECT * FROM incoming")
        copy.unregister("incoming")
        copied += batch.num_rows
    return copied


def copy_views(cursor: Cursor, copy: Cursor) -> None:
    """Create the views of a database in a copy of it.

    Args:
        cursor: A cursor of the database.
        copy: A cursor of the copy.
    """
    views = cursor.execute(
        "SELECT sql FROM duckdb_views() WHERE NOT internal AND NOT temporary ORDER BY view_oid"
    ).fetchall()
    for (statement,) in views:
        copy.execute(statement)
