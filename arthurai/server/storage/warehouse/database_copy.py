"""Copies of a database of rows while it is in use."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import duckdb

from arthurai.common.text import quote_value
from arthurai.server.storage.warehouse.ddl import quote_name
from arthurai.server.storage.warehouse.duckdb_files import DATABASE_FILE
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from pathlib import Path

    from arthurai.server.storage.warehouse.kept_connections import Connection

_BATCH_ROWS: Final = 100_000


class FileSnapshot:
    """What a database holds at one moment; it is copied to a file.

    Args:
        cursor: A cursor of the database.
    """

    def __init__(self, cursor: Connection) -> None:
        self._cursor = cursor
        self._tables: list[tuple[str, str]] = []

    def begin(self) -> None:
        """Choose the moment: now."""
        self._cursor.execute("BEGIN TRANSACTION")
        self._tables = list_tables(self._cursor)  # the first statement sees what is stored now

    def copy_to(self, directory: Path) -> dict[str, int]:
        """Write a copy to a directory; return the rows by table.

        Args:
            directory: The directory.
        """
        try:
            return copy_rows(self._cursor, self._tables, directory / DATABASE_FILE)
        finally:
            self._cursor.execute("ROLLBACK")


def list_tables(cursor: Connection) -> list[tuple[str, str]]:
    """Return the tables of a database, each with the statement that creates it.

    Args:
        cursor: A cursor of the database.
    """
    return cursor.execute(
        "SELECT table_name, sql FROM duckdb_tables() WHERE NOT internal AND NOT temporary "
        "AND database_name = current_database() ORDER BY table_name"
    ).fetchall()


def copy_rows(cursor: Connection, tables: list[tuple[str, str]], path: Path) -> dict[str, int]:
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


def copy_selected(cursor: Connection, copy: Connection, name: str, condition: str = "true") -> int:
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


def copy_views(cursor: Connection, copy: Connection) -> None:
    """Create the views of a database in a copy of it.

    Args:
        cursor: A cursor of the database.
        copy: A cursor of the copy.
    """
    views = cursor.execute(
        "SELECT sql FROM duckdb_views() WHERE NOT internal AND NOT temporary"
        " AND database_name = current_database() ORDER BY view_oid"
    ).fetchall()
    for (statement,) in views:
        copy.execute(statement)


def copy_tables(source: Connection, copy: Connection) -> dict[str, int]:
    """Copy a database that nobody changes to another one; return the number of rows by table.

    Each table is copied in a transaction of its own, and compared. Tables that are there already,
    as an earlier attempt was interrupted, are kept if they are equal.

    Args:
        source: A cursor of the database.
        copy: A cursor of the other database.

    Raises:
        DataStoreError: A table is different after it was copied.
    """
    counts: dict[str, int] = {}
    tables = list_tables(source)
    held = {name: _describe(copy, name) for name, _ in list_tables(copy)}
    drop_others(copy, {name for name, _ in tables})
    for name, statement in tables:
        expected = fingerprint(source, name)
        if held.get(name) != _describe(source, name) or fingerprint(copy, name) != expected:
            copy.execute("BEGIN TRANSACTION")
            copy.execute(f"DROP TABLE IF EXISTS {quote_name(name)}")
            copy.execute(statement)
            copy_selected(source, copy, name)
            copy.execute("COMMIT")
            if fingerprint(copy, name) != expected:
                raise DataStoreError(f"table {quote_value(name)} of the copy is different")
        counts[name] = expected[0]
    copy_views(source, copy)
    return counts


def _describe(cursor: Connection, name: str) -> list[tuple[str, str]]:
    """Return names and types of the columns of a table."""
    cursor.execute(f"SELECT * FROM {quote_name(name)} LIMIT 0")
    return [(column[0], str(column[1])) for column in cursor.description or ()]


def hash_of_row(cursor: Connection, name: str) -> str:
    """Return the SQL of the hash of a row of a table.

    Args:
        cursor: A cursor of the database.
        name: Name of the table.
    """
    columns = [quote_name(column) for column, _ in _describe(cursor, name)]
    return f"hash({', '.join(columns)})"


def fingerprint(cursor: Connection, name: str) -> tuple[int, int]:
    """Return the number of rows of a table, and the sum of their hashes.

    Args:
        cursor: A cursor of the database.
        name: Name of the table.
    """
    row = hash_of_row(cursor, name)
    count, total = cursor.execute(
        f"SELECT count(*), coalesce(sum({row}), 0) FROM {quote_name(name)}"
    ).fetchall()[0]
    return int(count), int(total)


def drop_others(copy: Connection, names: set[str]) -> None:
    """Drop all views of a copy, and the tables that the source does not have.

    Args:
        copy: A cursor of the copy.
        names: Names of the tables of the source.
    """
    views = copy.execute(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal AND NOT temporary"
        " AND database_name = current_database() ORDER BY view_oid DESC"
    ).fetchall()
    for (view,) in views:
        copy.execute(f"DROP VIEW {quote_name(view)}")
    for name, _ in list_tables(copy):
        if name not in names:
            copy.execute(f"DROP TABLE {quote_name(name)}")
