"""Long work on the whole database, one at a time: copies for backups, and compaction."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from arthurai.server.storage.warehouse.errors import DataStoreBusyError, DataStoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.server.storage.warehouse.warehouse_database import (
        Compaction,
        Snapshot,
        WarehouseDatabase,
    )

_PATIENCE_SECONDS: Final = 60.0
_PRUNE_SECONDS: Final = 3600.0


class Upkeep:
    """Long work on a database.

    Args:
        database: The database.
        prune_keys: Deletes what is known of requests that are too old to be repeated.
    """

    def __init__(self, database: WarehouseDatabase, prune_keys: Callable[[], None]) -> None:
        self._database = database
        self._prune_keys = prune_keys
        self._pruned = time.monotonic()
        self._lock = threading.Lock()

    def compact(self, *, dry_run: bool = False) -> Compaction:
        """Return the space of deleted rows to the file system; readers and writers can continue.

        Args:
            dry_run: Only estimate the size afterwards.

        Returns:
            Size of the file before and after.

        Raises:
            DataStoreBusyError: A backup or a compaction is under way, or no instant without a
                request was found.
            DataStoreError: There is no file, or no room for a second one.
        """
        if not self._database.durable:
            raise DataStoreError("the data are in memory; there is no file to compact")
        with self._hold():
            return self._database.compact(dry_run=dry_run)

    @property
    def interval_seconds(self) -> float | None:
        """How often `maintain` is to be called; `None` for never."""
        return self._database.upkeep_seconds

    def maintain(self, moment: object = None) -> None:
        """Do what keeps the database fast and small, unless a backup is under way.

        Args:
            moment: The time, which makes no difference.
        """
        del moment
        if self._lock.acquire(blocking=False):
            try:
                self._database.maintain()
                if time.monotonic() - self._pruned > _PRUNE_SECONDS:
                    self._pruned = time.monotonic()
                    self._prune_keys()
            finally:
                self._lock.release()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Provide what is stored at one moment, which excludes a compaction.

        Raises:
            DataStoreBusyError: A compaction is under way, or another backup.
        """
        with self._hold(), self._database.snapshot() as snapshot:
            yield snapshot

    @contextmanager
    def _hold(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=_PATIENCE_SECONDS):
            raise DataStoreBusyError("a backup or a compaction is under way; try again later")
        try:
            yield
        finally:
            self._lock.release()
