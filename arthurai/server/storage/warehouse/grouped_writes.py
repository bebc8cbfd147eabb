"""Small writes of one model that arrive at the same time, committed together.

A commit costs milliseconds, whether it holds one row or a thousand. While one is in progress, the
requests that arrive wait; the next commit takes all of them. Each is answered when its rows are on
the disk, and a request that arrives alone waits for nobody.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import numpy as np
import pyarrow as pa

from arthurai.server.storage.warehouse.arrow_columns import from_numpy

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.duckdb_database import Cursor
    from arthurai.server.storage.warehouse.idempotency import Finish

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_SMALL_ROWS: Final = 100
"""Number of rows up to which a write waits for others."""

MAX_GROUP_ROWS: Final = 5_000
"""Maximum number of rows of one commit of several writes."""


class _Write(Generic[T]):
    """One write on its way."""

    def __init__(self, schema: ModelSchema, table: pa.Table, finish: Finish | None) -> None:
        self.schema = schema
        self.table = table
        self.finish = finish
        self.done = threading.Event()
        self.leads = False
        self.result: T | None = None
        self.error: BaseException | None = None


class GroupedWrites(Generic[T]):
    """Appends inferences to one model, small writes together.

    Args:
        append: Stores inferences in one transaction.
    """

    def __init__(self, append: Callable[[ModelSchema, pa.Table, Finish | None], T]) -> None:
        self._append = append
        self._lock = threading.Lock()
        self._waiting: deque[_Write[T]] = deque()
        self._is_busy = False

    def append(self, schema: ModelSchema, table: pa.Table, finish: Finish | None) -> T | None:
        """Store inferences, perhaps together with those of others.

        Args:
            schema: Schema of the model.
            table: Decoded inferences.
            finish: Called inside the transaction.

        Returns:
            What changed. What several writes changed together is returned to one of them, and
            `None` to the others.
        """
        if table.num_rows > MAX_SMALL_ROWS:
            return self._append(schema, table, finish)
        write: _Write[T] = _Write(schema, table, finish)
        with self._lock:
            write.leads = not self._is_busy
            self._is_busy = True
            if not write.leads:
                self._waiting.append(write)
        if not write.leads:
            write.done.wait()
        if write.leads:
            self._lead(write)
        if write.error is not None:
            raise write.error
        return write.result

    def _lead(self, write: _Write[T]) -> None:
        """Commit a write and those that wait; let the next one lead that came meanwhile."""
        with self._lock:
            group = [write, *self._take_fitting(write)]
        try:
            self._commit(group)
        finally:
            with self._lock:
                following = self._waiting.popleft() if self._waiting else None
                self._is_busy = following is not None
            for other in group[1:]:
                other.done.set()
            if following is not None:
                following.leads = True
                following.done.set()

    def _take_fitting(self, write: _Write[T]) -> list[_Write[T]]:
        """Take writes off the queue that can be committed with one: of the same schema."""
        taken: list[_Write[T]] = []
        rows = write.table.num_rows
        while self._waiting:
            following = self._waiting[0]
            rows += following.table.num_rows
            is_alike = (
                following.schema == write.schema
                and following.table.schema == write.table.schema
                and rows <= MAX_GROUP_ROWS
            )
            if not is_alike:
                break
            taken.append(self._waiting.popleft())
        return taken

    def _commit(self, group: list[_Write[T]]) -> None:
        if len(group) > 1:
            try:
                group[0].result = self._append(
                    group[0].schema, _concatenate(group), _finish_all(group)
                )
            except Exception:  # noqa: BLE001 - which write fails shows when each is made alone
                logger.info("%d small writes failed together; each is made alone", len(group))
            else:
                return
        for write in group:
            try:
                write.result = self._append(write.schema, write.table, write.finish)
            except BaseException as error:  # noqa: BLE001 - raised in the thread it belongs to
                write.error = error


def _concatenate(group: list[_Write[T]]) -> pa.Table:
    """Return the rows of several writes, numbered anew."""
    table = pa.concat_tables([write.table for write in group]).combine_chunks()
    place = table.schema.get_field_index("row")
    numbers = from_numpy(np.arange(table.num_rows, dtype=np.int64))
    return table.set_column(place, "row", numbers.cast(table.schema.field(place).type))


def _finish_all(group: list[_Write[T]]) -> Finish | None:
    finishes = [write.finish for write in group if write.finish is not None]
    if not finishes:
        return None

    def finish(cursor: Cursor) -> None:
        for each in finishes:
            each(cursor)

    return finish
