"""What the services of the server are built on: the stores, and those they notify."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from arthurai.server.storage.documents.control_database import ControlDatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.documents.stored_servers import StoredServer
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

    def list_servers(self) -> Sequence[StoredServer]:
        """Return the servers that share the control store and were seen lately, if it is shared."""
        if not self.control.database.is_shared:
            return ()
        try:
            return self.control.servers.list_alive()
        except ControlDatabaseError:  # the next check of the stores says so
            return ()


class Notifier(Protocol):
    """Receives alerts that fire, and what becomes of them."""

    def notify_of_alert(
        self, organization_id: str, alert: Mapping[str, Any], claim: Callable[[], bool], /
    ) -> int:
        """Notify everybody configured for the model of an alert; return how many.

        `claim` is called in the transaction that keeps the messages; it returns whether to do so.
        """

    def notify_of_status(
        self, organization_id: str, alert: Mapping[str, Any], claim: Callable[[], bool], /
    ) -> int:
        """Notify the services that keep incidents of a new status; return how many.

        `claim` is called in the transaction that keeps the messages; it returns whether to do so.
        """


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
