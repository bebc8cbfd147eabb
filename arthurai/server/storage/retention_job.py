"""Retention by the clock: once a day, what is older than a number of days is deleted."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from arthurai.server.storage.retention import prune

if TYPE_CHECKING:
    from datetime import date, datetime

    from arthurai.server.context import Stores

logger = logging.getLogger("arthurai.server.storage")

CHECK_SECONDS: Final = 60.0
"""How often the clock asks whether a new day has begun."""


class RetentionJob:
    """Deletes old inferences of all models."""

    def __init__(self, stores: Stores, days: int) -> None:
        """Keep inferences for some days.

        Args:
            stores: The stores.
            days: How many whole days, in UTC, before today are kept.
        """
        self._stores = stores
        self._days = days
        self._done: date | None = None

    def run(self, moment: datetime) -> int:
        """Delete what is too old, unless that was done today; return how many inferences.

        Args:
            moment: The current time, in UTC.
        """
        if self._done == moment.date():
            return 0
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        deleted = prune(self._stores, midnight - timedelta(days=self._days))
        self._done = moment.date()
        total = sum(pruned.inferences for pruned in deleted.values())
        logger.info("retention of %d days: %d inferences deleted", self._days, total)
        return total
