"""Amounts of data sent and computed, by minute."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from arthurai.server.storage.documents.sqlite_database import SqliteDatabase

CATEGORIES: Final = ("inferences", "ground_truth", "reference_data", "explanations")
MINUTE_SECONDS: Final = 60


class Amount(NamedTuple):
    """An amount of data.

    Attributes:
        records: Number of rows or computations.
        bytes: Bytes of the requests that brought them.
    """

    records: int
    bytes: int


class UsageRepository:
    """The amounts used by all organizations."""

    def __init__(self, database: SqliteDatabase) -> None:
        """Use a control database."""
        self._database = database

    def add(self, organization_id: str, model_id: str, category: str, amount: Amount) -> None:
        """Add an amount to the current minute.

        Args:
            organization_id: The organization that used it.
            model_id: The model that it was used for.
            category: One of `CATEGORIES`.
            amount: The amount.
        """
        self._database.execute(
            """INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (organization_id, model_id, category, minute) DO UPDATE SET
               records = records + excluded.records, bytes = bytes + excluded.bytes""",
            (
                organization_id,
                model_id,
                category,
                int(time.time()) // MINUTE_SECONDS,
                amount.records,
                amount.bytes,
            ),
        )

    def totals(
        self, organization_id: str, start: float, end: float
    ) -> dict[tuple[str, str], Amount]:
        """Return the amounts of an interval by model and category.

        Args:
            organization_id: The organization that used them.
            start: Start of the interval in epoch seconds, rounded down to the minute.
            end: End of the interval (exclusive) in epoch seconds, rounded up to the minute.
        """
        rows = self._database.rows(
            """SELECT model_id, category, SUM(records) AS records, SUM(bytes) AS bytes
               FROM usage WHERE organization_id = ? AND minute >= ? AND minute < ?
               GROUP BY model_id, category""",
            (organization_id, int(start // MINUTE_SECONDS), int(-(-end // MINUTE_SECONDS))),
        )
        return {
            (row["model_id"], row["category"]): Amount(row["records"], row["bytes"]) for row in rows
        }
