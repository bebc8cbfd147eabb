"""What the services of the server are built on: the stores, and those they notify."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.warehouse.data_store import DataStore

logger = logging.getLogger("arthurai.server")


class Stores(NamedTuple):
    """Everything that the server keeps.

    Attributes:
        control: Organizations, users, keys, models and small documents.
        data: Inferences, reference data and ground truth.
    """

    control: ControlStore
    data: DataStore

    def are_healthy(self) -> bool:
        """Return whether both stores answer; what is wrong is logged."""
        try:
            databases = (self.control.database, self.data.database)
            for database in databases:
                database.check()
            if not all(database.is_in_place() for database in databases):
                logger.error("the data directory was removed, replaced or moved under the server")
                return False
        except Exception:
            logger.exception("health check failed")
            return False
        return True


class Notifier(Protocol):
    """Receives alerts that fire, and what becomes of them."""

    def notify_of_alert(self, organization_id: str, alert: Mapping[str, Any]) -> int:
        """Notify everybody configured for the model of an alert; return how many."""

    def notify_of_status(self, organization_id: str, alert: Mapping[str, Any]) -> int:
        """Notify the services that keep incidents of a new status; return how many."""


class ScoredCallback(Protocol):
    """Called when inferences got scores after their arrival."""

    def __call__(
        self,
        model_id: str,
        batch_ids: Iterable[str],
        first: datetime | None,
        last: datetime | None,
    ) -> None:
        """Take the batches and the time span of the inferences that got scores."""
