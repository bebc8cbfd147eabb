"""Amounts of data sent and computed, by minute.

They are added up in memory and stored once a second, so that a request needs no transaction of its
own for them; a process that is killed loses at most the last second of amounts, and no data.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from arthurai.server.storage.documents.control_database import ControlDatabaseError

if TYPE_CHECKING:
    from arthurai.server.storage.documents.control_database import ControlDatabase

logger = logging.getLogger("arthurai.server")

STORE_SECONDS: Final = 1.0
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

    def __init__(self, database: ControlDatabase) -> None:
        """Use a control database."""
        self._database = database
        self._lock = threading.Lock()
        self._added: dict[tuple[str, str, str, int], Amount] = {}
        self._timer: threading.Timer | None = None

    def add(self, organization_id: str, model_id: str, category: str, amount: Amount) -> None:
        """Add an amount to the current minute.

        Args:
            organization_id: The organization that used it.
            model_id: The model that it was used for.
            category: One of `CATEGORIES`.
            amount: The amount.
        """
        key = (organization_id, model_id, category, int(time.time()) // MINUTE_SECONDS)
        with self._lock:
            self._add(key, amount)
            if self._timer is None:
                self._timer = threading.Timer(STORE_SECONDS, self._store_in_time)
                self._timer.daemon = True
                self._timer.start()

    def _add(self, key: tuple[str, str, str, int], amount: Amount) -> None:
        before = self._added.get(key, Amount(0, 0))
        self._added[key] = Amount(before.records + amount.records, before.bytes + amount.bytes)

    def _store_in_time(self) -> None:
        try:
            self.store()
        except ControlDatabaseError:  # kept for the next time
            logger.exception("the amounts of data used cannot be stored")

    def store(self) -> None:
        """Store what was added so far."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            added, self._added = self._added, {}
        if not added:
            return
        try:
            with self._database.transaction():
                for key, amount in added.items():
                    self._database.execute(
                        """INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?)
                           ON CONFLICT (organization_id, model_id, category, minute) DO UPDATE SET
                           records = usage.records + excluded.records,
                           bytes = usage.bytes + excluded.bytes""",
                        (*key, *amount),
                    )
        except BaseException:
            with self._lock:
                for key, amount in added.items():
                    self._add(key, amount)
            raise

    def totals(
        self, organization_id: str, start: float, end: float
    ) -> dict[tuple[str, str], Amount]:
        """Return the amounts of an interval by model and category.

        Args:
            organization_id: The organization that used them.
            start: Start of the interval in epoch seconds, rounded down to the minute.
            end: End of the interval (exclusive) in epoch seconds, rounded up to the minute.
        """
        self.store()
        rows = self._database.rows(
            """SELECT model_id, category, SUM(records) AS records, SUM(bytes) AS bytes
               FROM usage WHERE organization_id = ? AND minute >= ? AND minute < ?
               GROUP BY model_id, category""",
            (organization_id, int(start // MINUTE_SECONDS), int(-(-end // MINUTE_SECONDS))),
        )
        return {
            (row["model_id"], row["category"]): Amount(int(row["records"]), int(row["bytes"]))
            for row in rows
        }
