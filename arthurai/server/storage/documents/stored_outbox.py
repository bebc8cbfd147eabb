"""Messages that are not delivered yet, so that a restart loses none."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.storage.documents.control_database import ControlDatabase

CLAIM_SECONDS: Final = 300.0
"""How long a server that died keeps others from a message that it was sending."""


class OutboxEntry(NamedTuple):
    """A message that is not delivered yet.

    Attributes:
        id: Its id.
        channel: `mail` or `webhook`.
        message: Its members.
        attempts: How often it was tried in vain.
        due: When it is tried next, in seconds since 1970.
    """

    id: str
    channel: str
    message: dict[str, Any]
    attempts: int
    due: float


@dataclass
class OutboxRepository:
    """The messages that are not delivered yet.

    Attributes:
        database: The control database.
    """

    database: ControlDatabase = field(repr=False)

    def add(self, entry_id: str, channel: str, message: Mapping[str, Any], due: float) -> None:
        """Store a message.

        Args:
            entry_id: Its id.
            channel: `mail` or `webhook`.
            message: Its members.
            due: When it is tried, in seconds since 1970.
        """
        self.database.execute(
            "INSERT INTO outbox (id, channel, message, attempts, due) VALUES (?, ?, ?, 0, ?)",
            (entry_id, channel, orjson.dumps(message).decode(), due),
        )

    def get(self, entry_id: str) -> OutboxEntry | None:
        """Return a message, or `None` when it is gone."""
        row = self.database.row("SELECT * FROM outbox WHERE id = ?", (entry_id,))
        if row is None:
            return None
        message = orjson.loads(row["message"])
        return OutboxEntry(row["id"], row["channel"], message, row["attempts"], row["due"])

    def claim(self, entry_id: str) -> OutboxEntry | None:
        """Return a message that is due, and keep other servers from it for a while.

        Args:
            entry_id: Its id.

        Returns:
            The message; `None` when it is gone, or another server has it.
        """
        if self.database.is_shared:
            now = time.time()
            claimed = self.database.execute(
                "UPDATE outbox SET due = ? WHERE id = ? AND due <= ?",
                (now + CLAIM_SECONDS, entry_id, now),
            )
            if not claimed:
                return None
        return self.get(entry_id)

    def list_due(self) -> list[tuple[str, float]]:
        """Return id and time of all messages, those due first before the others."""
        rows = self.database.rows("SELECT id, due FROM outbox ORDER BY due")
        return [(row["id"], row["due"]) for row in rows]

    def count(self) -> int:
        """Count the messages."""
        return int(self.database.scalar("SELECT count(*) FROM outbox"))

    def postpone(self, entry_id: str, attempts: int, due: float) -> None:
        """Store that a message was tried in vain.

        Args:
            entry_id: Its id.
            attempts: How often.
            due: When it is tried next, in seconds since 1970.
        """
        self.database.execute(
            "UPDATE outbox SET attempts = ?, due = ? WHERE id = ?", (attempts, due, entry_id)
        )

    def remove(self, entry_id: str) -> None:
        """Forget a message."""
        self.database.execute("DELETE FROM outbox WHERE id = ?", (entry_id,))
