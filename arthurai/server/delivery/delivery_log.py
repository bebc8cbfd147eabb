"""What became of each message, for people to look at."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from arthurai.server.delivery.message import Message
    from arthurai.server.storage.documents import ControlStore

logger = logging.getLogger("arthurai.server.delivery")

MAX_KEPT: Final = 1000
"""Messages of an organization that are remembered; older ones are forgotten."""
WAITING: Final = "waiting"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"


class DeliveryLog:
    """Remembers the latest messages of each organization."""

    def __init__(self, control: ControlStore) -> None:
        """Keep them in a control store."""
        self._documents = control.documents(Kind.NOTIFICATION_DELIVERY)

    def note(
        self,
        message: Message,
        status: str,
        *,
        attempts: int,
        problem: str | None = None,
        next_attempt_at: str | None = None,
    ) -> None:
        """Note what became of a message so far; those of no organization are not kept.

        Args:
            message: The message.
            status: `waiting`, `delivered`, `failed` for good, or `skipped`.
            attempts: How often it was tried.
            problem: Why the last attempt failed.
            next_attempt_at: When it is tried next.
        """
        organization_id = message.organization_id
        if organization_id is None or message.confidential:
            return
        moment = format_now()
        state = {
            "status": status,
            "attempts": attempts,
            "problem": problem,
            "next_attempt_at": next_attempt_at,
            "updated_at": moment,
        }

        def change(document: dict[str, Any]) -> None:
            document.update(state)

        try:
            if self._documents.change(organization_id, message.id, change) is not None:
                return
            created = {
                "id": message.id,
                "model_id": message.model_id,
                "configuration_id": message.configuration_id,
                "type": message.type,
                "destination": message.shown_destination,
                "subject": message.subject,
                **state,
                "created_at": moment,
            }
            self._documents.put(organization_id, message.id, created, model_id=message.model_id)
            self._documents.keep_newest(organization_id, MAX_KEPT)
        except ControlDatabaseError:  # the message itself counts more
            logger.exception("cannot note what became of a message")
