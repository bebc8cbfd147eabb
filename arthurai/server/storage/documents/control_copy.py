"""Copies of a control database into another one, whichever engines they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from arthurai.server.storage.documents.control_database import ControlDatabase

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
"""Tables but leases, after those that they refer to, with the column to copy their rows by."""
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
            names = [name for name in row.keys() if name not in _NUMBERED]  # noqa: SIM118 - rows of SQLite
            target.execute(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                [row[name] for name in names],
            )
    return counts
