"""Copies of a control database into another one, whichever engines they are."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.server.storage.documents.control_database import ControlDatabaseError

if TYPE_CHECKING:
    from arthurai.server.storage.documents.control_database import ControlDatabase, Row

TABLES: Final = (
    ("organizations", "rowid"),
    ("users", "created_at"),
    ("memberships", "position"),
    ("login_failures", "login"),
    ("service_accounts", "rowid"),
    ("model_groups", "rowid"),
    ("models", "rowid"),
    ("documents", "position"),
    ("usage", "minute"),
    ("alert_crossings", "window_end"),
    ("outbox", "due"),
)
"""Tables after those that they refer to, with the column to copy their rows by.

Leases and servers are left out: they are about processes, not about data.
"""
_NUMBERED: Final = frozenset({"rowid", "position"})
"""Columns that the target numbers anew, in the same order."""


def copy_tables(source: ControlDatabase, target: ControlDatabase) -> dict[str, int]:
    """Copy all rows into an empty database of the same version; return their number by table.

    Args:
        source: The database to read, in a transaction.
        target: The database to write, in a transaction.
    """
    counts: dict[str, int] = {}
    for table, order in TABLES:
        rows = source.rows(f"SELECT * FROM {table} ORDER BY {order}")
        counts[table] = len(rows)
        for row in rows:
            names = _names(row)
            target.execute(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                [row[name] for name in names],
            )
    return counts


def copy_control(
    source: ControlDatabase, target: ControlDatabase, *, replaces: bool = False
) -> dict[str, int]:
    """Copy all rows in one transaction, and compare them; return their number by table.

    Args:
        source: The database to read.
        target: The database to write, of the same version.
        replaces: Whether rows that are there are replaced; they are refused otherwise.

    Raises:
        ControlDatabaseError: The copy is different; nothing has changed.
        ValueError: The target is not empty.
    """
    with target.transaction(), source.transaction():
        if target.scalar("SELECT count(*) FROM organizations"):
            if not replaces:
                raise ValueError(f"{target.name} is not empty; name an empty database")
            for table, _ in reversed(TABLES):
                target.execute(f"DELETE FROM {table}")
        counts = copy_tables(source, target)
        for table, order in TABLES:
            if fingerprint(source, table, order) != fingerprint(target, table, order):
                raise ControlDatabaseError(f"table {table} of the copy in {target.name} differs")
    return counts


def fingerprint(database: ControlDatabase, table: str, order: str) -> str:
    """Return a hash of the rows of a table; their order counts where it is that of creation.

    Args:
        database: The database.
        table: Name of the table.
        order: The column of `TABLES`.
    """
    rows = [
        sha256(orjson.dumps([[name, _plain(row[name])] for name in sorted(_names(row))])).digest()
        for row in database.rows(f"SELECT * FROM {table} ORDER BY {order}")
    ]
    return sha256(b"".join(rows if order in _NUMBERED else sorted(rows))).hexdigest()


def _names(row: Row) -> list[str]:
    return [name for name in row.keys() if name not in _NUMBERED]  # noqa: SIM118 - rows of SQLite


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
