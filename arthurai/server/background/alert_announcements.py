"""Who is to hear of alerts is told once the transaction that stored the alerts is over.

There may be a thousand of them and many to be told; everybody else would have to wait for the
control store as long. What is to be told is stored in the same transaction, so that a server that
is killed in between, or another one that takes over, tells it later. It is forgotten in the
transaction that keeps the messages, so it is told once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.context import Notifier, Stores
    from arthurai.server.storage.documents.stored_models import StoredModel

_NEW: Final = "new"
_STATUS: Final = "status"


class AlertAnnouncements:
    """What is to be told of the alerts of one model."""

    def __init__(self, stores: Stores, notifier: Notifier, record: StoredModel) -> None:
        """Find what an earlier evaluation has left.

        Args:
            stores: The stores.
            notifier: Notified of alerts.
            record: The model.
        """
        self._notifier = notifier
        self._organization_id, self._model_id = record.organization_id, record.id
        self._alerts = stores.control.documents(Kind.ALERT)
        self._waiting = stores.control.documents(Kind.ALERT_ANNOUNCEMENT)
        configurations = stores.control.documents(Kind.ALERT_NOTIFICATION_CONFIGURATION)
        self._has_readers = bool(
            configurations.count(self._organization_id, model_id=self._model_id, enabled=True)
        )
        self._has_waiting = True

    def add(self, alert_id: str, *, is_new: bool) -> None:
        """Have an alert announced; called inside the transaction that stores it.

        Args:
            alert_id: The alert.
            is_new: Whether it is raised; else its status has changed.
        """
        if not self._has_readers:
            return
        event = _NEW if is_new else _STATUS
        waiting = {"id": f"{alert_id} {event}", "alert_id": alert_id, "event": event}
        self._waiting.put(self._organization_id, waiting["id"], waiting, model_id=self._model_id)
        self._has_waiting = True

    def send(self, stop_if_asked: Callable[[], object]) -> None:
        """Announce what waits; called outside of transactions.

        Args:
            stop_if_asked: Called before each; raises to leave the rest to the next start.
        """
        if not self._has_waiting:
            return
        for waiting in self._waiting.list(self._organization_id, model_id=self._model_id):
            stop_if_asked()
            alert = self._alerts.get(self._organization_id, waiting["alert_id"])
            claim = partial(self._waiting.delete, self._organization_id, waiting["id"])
            if alert is None:
                claim()
            elif waiting["event"] == _NEW:
                self._notifier.notify_of_alert(self._organization_id, alert, claim)
            else:
                self._notifier.notify_of_status(self._organization_id, alert, claim)
        self._has_waiting = False
