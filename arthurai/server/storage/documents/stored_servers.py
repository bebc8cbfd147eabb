"""The servers that share a control database: which of them run, and which release they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from arthurai.server.storage.documents.migrations import newest_version
from arthurai.version import __version__

if TYPE_CHECKING:
    from arthurai.server.storage.documents.control_database import ControlDatabase

ALIVE_SECONDS: Final = 60.0
"""How long a server counts as running after it was seen last."""
_FORGET_SECONDS: Final = 86_400.0


class StoredServer(NamedTuple):
    """A server.

    Attributes:
        id: Its id, another one after each start.
        release: Its release.
        schema_version: The version of the control database that it was written for.
        age: Seconds since it started.
        idle: Seconds since it was seen last.
    """

    id: str
    release: str
    schema_version: int
    age: float
    idle: float


@dataclass
class ServerRepository:
    """The servers that use a control database; times are those of the clock of the database.

    Attributes:
        database: The control database.
    """

    database: ControlDatabase = field(repr=False)

    def note(self, server_id: str) -> None:
        """Note that a server runs; those that were not seen for a day are forgotten.

        Args:
            server_id: Its id.
        """
        clock = self.database.clock
        with self.database.transaction():
            self.database.execute(
                f"""INSERT INTO servers (id, release, schema_version, started, seen)
                    VALUES (?, ?, ?, {clock}, {clock})
                    ON CONFLICT (id) DO UPDATE SET seen = excluded.seen""",
                (server_id, __version__, newest_version()),
            )
            self.database.execute(
                f"DELETE FROM servers WHERE seen < {clock} - ?", (_FORGET_SECONDS,)
            )

    def remove(self, server_id: str) -> None:
        """Note that a server has stopped.

        Args:
            server_id: Its id.
        """
        self.database.execute("DELETE FROM servers WHERE id = ?", (server_id,))

    def forget_all(self) -> None:
        """Forget all servers; for one that has the database to itself."""
        self.database.execute("DELETE FROM servers")

    def list_alive(self) -> list[StoredServer]:
        """Return the servers that were seen lately, the oldest first."""
        clock = self.database.clock
        rows = self.database.rows(
            f"""SELECT id, release, schema_version, {clock} - started AS age, {clock} - seen AS idle
                FROM servers WHERE seen > {clock} - ? ORDER BY started, id""",
            (ALIVE_SECONDS,),
        )
        return [
            StoredServer(row["id"], row["release"], row["schema_version"], row["age"], row["idle"])
            for row in rows
        ]
