"""The heartbeat of a server that shares its control database with others."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from arthurai.server.background.worker import Worker
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.documents.stored_leases import RENEW_SECONDS

if TYPE_CHECKING:
    from arthurai.server.storage.documents import ControlStore

logger = logging.getLogger("arthurai.server.background")


class Heartbeat:
    """Notes that a server runs, renews its leases, and notices when it has become too old.

    It has a thread of its own, so that no other work delays it. A server that nobody shares the
    database with has no heartbeat.
    """

    def __init__(self, control: ControlStore) -> None:
        """Note that the server runs.

        Args:
            control: The control store; it outlives this.

        Raises:
            ControlDatabaseError: The database cannot be used.
        """
        self._control = control
        self._worker: Worker[None] = Worker("arthurai-heartbeat", lambda _: self.beat())
        self._failed = False
        if control.database.is_shared:
            control.servers.note(control.leases.holder)
            self._worker.put_every(RENEW_SECONDS, None)

    def beat(self) -> None:
        """Do what is to be done every few seconds."""
        control = self._control
        try:
            control.database.check_version()
            for lease in control.leases.renew():
                logger.warning("another server has taken over %s", lease.name)
            control.servers.note(control.leases.holder)
        except ControlDatabaseError as error:
            if not self._failed:  # not each time, as it may take hours
                logger.error("the control database cannot be used: %s", error)  # noqa: TRY400
            self._failed = True
        else:
            self._failed = False

    def close(self) -> None:
        """Note that the server has stopped."""
        if self._control.database.is_shared:
            self._worker.close()
            with suppress(ControlDatabaseError):
                self._control.servers.remove(self._control.leases.holder)
