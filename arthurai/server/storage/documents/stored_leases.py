"""Leases: which of several servers does what only one is to do.

A lease is held by one server at a time. It expires unless its holder renews it, and whoever takes
it after that gets a higher term, so a holder that comes back too late is found out: a thread that
works under a lease commits nothing to the control database once another server has taken it. Times
are those of the clock of the database, which is the same for all servers.

Where only one process can use the database, a lease is a name in memory and costs nothing.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from arthurai.server.identifiers import new_id
from arthurai.server.storage.documents.control_database import ControlDatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.storage.documents.control_database import ControlDatabase

LEASE_SECONDS: Final = 30.0
"""How long a lease lasts without being renewed."""
RENEW_SECONDS: Final = 10.0
"""How often leases are to be renewed."""


class LeaseLostError(ControlDatabaseError):
    """Another server has taken over what this one was doing."""


@dataclass(slots=True)
class Lease:
    """The right to do something.

    Attributes:
        name: What it is for.
        term: How often it was taken, by any server.
        rest_seconds: How long nobody else takes it after it is given back.
        deadline: When it expires unless it is renewed, by `time.monotonic`; `None` for never.
    """

    name: str
    term: int = 0
    rest_seconds: float = 0.0
    deadline: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether no other server can have taken it, without asking the database."""
        return self.deadline is None or time.monotonic() < self.deadline


@dataclass
class LeaseRepository:
    """The leases of one server among those that share a control database.

    Attributes:
        database: The control database.
        holder: Id of this server, another one after each start.
        seconds: How long a lease lasts without being renewed.
    """

    database: ControlDatabase = field(repr=False)
    holder: str = field(default_factory=new_id)
    seconds: float = LEASE_SECONDS
    _held: dict[str, Lease] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @contextmanager
    def hold(self, name: str) -> Iterator[Lease | None]:
        """Take a lease for the block; what the block changes is kept only while it is held.

        Args:
            name: What it is for.

        Yields:
            The lease; `None` when somebody else holds it, also another thread of this server.

        Raises:
            LeaseLostError: The block changed something after another server took over; that
                change was rolled back.
        """
        lease = self.take(name)
        if lease is None:
            yield None
            return
        try:
            if self.database.is_shared:
                with self.database.guarded(lambda: self.require(lease)):
                    yield lease
            else:
                yield lease
        finally:
            self.give_back(lease)

    def take(self, name: str) -> Lease | None:
        """Take a lease unless somebody holds it.

        Args:
            name: What it is for.
        """
        lease = Lease(name)
        with self._lock:
            if name in self._held:
                return None
            self._held[name] = lease
        taken = False
        try:
            taken = not self.database.is_shared or self._take(lease)
        finally:
            if not taken:
                self._forget(lease)
        return lease if taken else None

    def _take(self, lease: Lease) -> bool:
        clock = self.database.clock
        with self.database.transaction():
            started = time.monotonic()  # nobody else can take it from here on
            changed = self.database.execute(
                f"""INSERT INTO leases (name, holder, term, expires) VALUES (?, ?, 1, {clock} + ?)
                    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder,
                    term = leases.term + 1, expires = excluded.expires
                    WHERE leases.expires <= {clock} OR leases.holder = excluded.holder""",
                (lease.name, self.holder, self.seconds),
            )
            if not changed:
                return False
            statement = "SELECT term FROM leases WHERE name = ?"
            lease.term = int(self.database.scalar(statement, (lease.name,)))
        lease.deadline = started + self.seconds
        return True

    def require(self, lease: Lease) -> None:
        """Raise unless this server still holds a lease; exact inside of a transaction.

        Args:
            lease: The lease.

        Raises:
            LeaseLostError: Another server has taken it.
        """
        if not self._is_ours(lease):
            raise LeaseLostError(f"another server has taken over {lease.name!r}")

    def _is_ours(self, lease: Lease) -> bool:
        row = self.database.row("SELECT holder, term FROM leases WHERE name = ?", (lease.name,))
        return row is not None and (row["holder"], row["term"]) == (self.holder, lease.term)

    def renew(self) -> list[Lease]:
        """Renew all leases that this server holds; return those that others have taken."""
        with self._lock:
            held = [lease for lease in self._held.values() if lease.deadline is not None]
        lost = []
        for lease in held:
            started = time.monotonic()
            renewed = self.database.execute(
                f"""UPDATE leases SET expires = {self.database.clock} + ?
                    WHERE name = ? AND holder = ? AND term = ?""",
                (self.seconds, lease.name, self.holder, lease.term),
            )
            if renewed:
                lease.deadline = started + self.seconds
            elif self._held.get(lease.name) is lease:  # it was not given back meanwhile
                lease.deadline = started
                lost.append(lease)
        return lost

    def give_back(self, lease: Lease) -> None:
        """Let others take a lease, at once or after its rest; one that was lost is left alone.

        Args:
            lease: The lease.
        """
        with self._lock:
            if self._held.get(lease.name) is not lease:
                return
        try:
            if not self.database.is_shared:
                return
            condition = "WHERE name = ? AND holder = ? AND term = ?"
            key = (lease.name, self.holder, lease.term)
            if lease.rest_seconds > 0:
                self.database.execute(
                    f"UPDATE leases SET expires = {self.database.clock} + ? {condition}",
                    (lease.rest_seconds, *key),
                )
            else:
                self.database.execute(f"DELETE FROM leases {condition}", key)
        except ControlDatabaseError:
            pass  # it expires
        finally:
            self._forget(lease)

    def _forget(self, lease: Lease) -> None:
        with self._lock:
            if self._held.get(lease.name) is lease:
                del self._held[lease.name]

    def forget_all(self) -> None:
        """Delete all leases; for a server that has the database to itself."""
        self.database.execute("DELETE FROM leases")
