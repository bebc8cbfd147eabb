"""Messages that are not delivered yet, so that a restart loses none."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.server.storage.documents.control_database import ControlDatabase
    from arthurai.server.storage.documents.stored_leases import LeaseRepository


class OutboxEntry(NamedTuple):
    """A message that is not delivered yet.

    Attributes:
        id: Its id.
        channel: `mail` or `webhook`.
        message: Its members.
        attempts: How often it was tried in vain.
        wait: Seconds until it is tried next; negative when it is late.
    """

    id: str
    channel: str
    message: dict[str, Any]
    attempts: int
    wait: float


@dataclass
class OutboxRepository:
    """The messages that are not delivered yet; times are those of the clock of the database.

    Attributes:
        database: The control database.
        leases: Which server sends a message.
    """

    database: ControlDatabase = field(repr=False)
    leases: LeaseRepository

    @property
    def is_shared(self) -> bool:
        """Whether other servers send these messages, too."""
        return self.database.is_shared

    def add(self, entry_id: str, channel: str, message: Mapping[str, Any], wait: float) -> None:
        """Store a message.

        Args:
            entry_id: Its id.
            channel: `mail` or `webhook`.
            message: Its members.
            wait: Seconds until it is late.
        """
        self.database.execute(
            f"""INSERT INTO outbox (id, channel, message, attempts, due)
                VALUES (?, ?, ?, 0, {self.database.clock} + ?)""",
            (entry_id, channel, orjson.dumps(message).decode(), wait),
        )

    def get(self, entry_id: str) -> OutboxEntry | None:
        """Return a message, or `None` when it is gone."""
        row = self.database.row(
            f"""SELECT id, channel, message, attempts, due - {self.database.clock} AS wait
                FROM outbox WHERE id = ?""",
            (entry_id,),
        )
        if row is None:
            return None
        message = orjson.loads(row["message"])
        return OutboxEntry(row["id"], row["channel"], message, row["attempts"], row["wait"])

    @contextmanager
    def claim(self, entry_id: str, attempts: int) -> Iterator[bool]:
        """Claim a message for the block, so that nobody else sends it.

        Args:
            entry_id: Its id.
            attempts: How often it was tried in vain, as far as the caller knows.

        Yields:
            Whether it is the caller's: it is not when another server sends it, has sent it, or has
            tried it in the meantime.

        Raises:
            LeaseLostError: Another server claimed it before the block was done, and what the block
                changed was not kept.
        """
        with self.leases.hold(f"message {entry_id}") as lease:
            if lease is None:
                yield False
                return
            entry = self.get(entry_id)
            yield entry is not None and entry.attempts == attempts and lease.is_held

    def list_waits(self) -> list[tuple[str, float]]:
        """Return the id of each message and the seconds until it is tried, late ones first."""
        rows = self.database.rows(
            f"SELECT id, due - {self.database.clock} AS wait FROM outbox ORDER BY due"
        )
        return [(row["id"], row["wait"]) for row in rows]

    def count(self) -> int:
        """Count the messages."""
        return int(self.database.scalar("SELECT count(*) FROM outbox"))

    def postpone(self, entry_id: str, attempts: int, wait: float) -> None:
        """Store that a message was tried in vain.

        Args:
            entry_id: Its id.
            attempts: How often.
            wait: Seconds until it is tried next.
        """
        self.database.execute(
            f"UPDATE outbox SET attempts = ?, due = {self.database.clock} + ? WHERE id = ?",
            (attempts, wait, entry_id),
        )

    def remove(self, entry_id: str) -> None:
        """Forget a message."""
        self.database.execute("DELETE FROM outbox WHERE id = ?", (entry_id,))
