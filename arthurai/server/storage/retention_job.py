"""Retention by the clock: once a day, what is older than a number of days is deleted.

Where that leaves much of the file unused, the file is compacted. Images that no row refers to are
deleted whatever the number of days is.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.storage.retention import prune
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from datetime import datetime

    from arthurai.server.context import Stores

logger = logging.getLogger("arthurai.server.storage")

CHECK_SECONDS: Final = 60.0
"""How often the clock asks whether a new day has begun."""
_RUN: Final = "last"
"""Id of the document that says when it was done last."""
MIN_UNUSED_SHARE: Final = 1 / 3
MIN_UNUSED_BYTES: Final = 256 * 2**20
"""A compaction is worth its while from this share, and this size, of unused space on."""


class RetentionJob:
    """Deletes old inferences of all models, and compacts the file that held them."""

    def __init__(self, stores: Stores, days: int | None) -> None:
        """Keep inferences for some days.

        Args:
            stores: The stores.
            days: How many whole days, in UTC, before today are kept; `None` keeps all inferences.
        """
        self._stores = stores
        self._days = days
        self._runs = stores.control.documents(Kind.RETENTION_RUN)

    def run(self, moment: datetime) -> int:
        """Delete what is too old, unless that was done today; return how many inferences.

        Args:
            moment: The current time, in UTC.
        """
        run = {"day": moment.date().isoformat(), "days": self._days}
        if self._runs.get("", _RUN) == run:  # by this server or another one
            return 0
        if self._days is None:
            for record in self._stores.control.models.list(None, include_archived=True):
                self._stores.data.remove_unused_images(record.schema)
            self._runs.put("", _RUN, run)
            return 0
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        deleted = prune(self._stores, midnight - timedelta(days=self._days))
        self._runs.put("", _RUN, run)
        total = sum(pruned.inferences for pruned in deleted.values())
        logger.info("retention of %d days: %d inferences deleted", self._days, total)
        if self._stores.data.database.durable:
            self._compact()
        return total

    def _compact(self) -> None:
        expected = self._stores.data.upkeep.compact(dry_run=True)
        unused = expected.before - expected.after
        if unused < max(MIN_UNUSED_BYTES, expected.before * MIN_UNUSED_SHARE):
            return
        try:
            size = self._stores.data.upkeep.compact()
        except DataStoreError as error:  # no room, or never a quiet instant: tomorrow perhaps
            logger.warning("the database of rows was not compacted: %s", error)
            return
        logger.info("compaction: %d bytes before, %d after", size.before, size.after)
