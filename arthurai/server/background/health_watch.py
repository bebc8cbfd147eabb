"""Whether the stores answer, known without waiting for them."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from arthurai.server.background.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.context import Stores
    from arthurai.server.storage.documents.stored_servers import StoredServer

FRESH_SECONDS: Final = 1.0
"""How long the outcome of a check is answered without a new one."""

KNOWN_SECONDS: Final = 5.0
"""How long it is answered while a new check is made."""

WAIT_SECONDS: Final = 0.25
"""How long an answer waits for a new check after that, while the last good one counts."""

COUNTED_SECONDS: Final = 30.0
"""How long a good check counts while the next one waits for its turn."""


class HealthWatch:
    """Checks the stores on a thread of its own, when somebody asks.

    A check waits for locks and threads of the stores, which requests of others hold on a busy
    server; who asks must not wait as long.

    Attributes:
        servers: The servers that share the control database and were seen lately, this one
            included; none where it cannot be shared.
    """

    def __init__(self, stores: Stores) -> None:
        """Prepare the thread.

        Args:
            stores: The stores.
        """
        self._stores = stores
        self._changed = threading.Condition()
        self._worker: Worker[None] = Worker("arthurai-health", lambda _: self._run())
        self._is_healthy = False
        self._checked_at = -COUNTED_SECONDS
        self._closed = False
        self.servers: Sequence[StoredServer] = ()

    @property
    def is_known(self) -> bool:
        """Whether `is_healthy` answers at once."""
        return time.monotonic() - self._checked_at < KNOWN_SECONDS

    def is_healthy(self) -> bool:
        """Return whether the stores answer, or did so lately if they take their time."""
        with self._changed:
            seen, is_known = self._checked_at, self.is_known
            if time.monotonic() - seen >= FRESH_SECONDS:
                self._worker.put(None)
            if is_known or self._closed:
                return self._is_healthy
            self._changed.wait_for(
                lambda: self._closed or self._checked_at != seen,
                WAIT_SECONDS if self._counts() else COUNTED_SECONDS,
            )
            return self._counts() if self._checked_at == seen else self._is_healthy

    def close(self) -> None:
        """Check no more; returns at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.close(wait=False)

    def _counts(self) -> bool:
        """Return whether the last check was good and is not too old."""
        return self._is_healthy and time.monotonic() - self._checked_at < COUNTED_SECONDS

    def _run(self) -> None:
        is_healthy = self._stores.are_healthy()
        servers = self._stores.list_servers() if is_healthy else ()
        with self._changed:
            self.servers = servers
            self._is_healthy = is_healthy
            self._checked_at = time.monotonic()
            self._changed.notify_all()
