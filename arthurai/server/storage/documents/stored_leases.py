"""Leases: which server does what only one is to do, until when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from arthurai.server.storage.documents.control_database import ControlDatabase


@dataclass
class LeaseRepository:
    """The leases of one server among those that share a control database.

    Times are those of the servers' clocks, which must agree to a few seconds.

    Attributes:
        database: The control database.
        holder: Id of this server, another one after each start.
    """

    database: ControlDatabase = field(repr=False)
    holder: str = field(default_factory=new_id)

    def take(self, name: str, seconds: float) -> bool:
        """Take a lease unless another server holds it; return whether this server holds it now.

        Args:
            name: What it is for.
            seconds: When it expires, unless it is given back or extended before.
        """
        now = time.time()
        changed = self.database.execute(
            """INSERT INTO leases (name, holder, expires) VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires
               WHERE leases.expires <= ? OR leases.holder = excluded.holder""",
            (name, self.holder, now + seconds, now),
        )
        return changed > 0

    def keep_until(self, name: str, moment: float) -> None:
        """Have a lease that this server holds expire at another time.

        Args:
            name: What it is for.
            moment: The time in seconds since 1970.
        """
        self.database.execute(
            "UPDATE leases SET expires = ? WHERE name = ? AND holder = ?",
            (moment, name, self.holder),
        )
