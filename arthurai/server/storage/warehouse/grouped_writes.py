"""Small writes of one model that arrive at the same time, committed together.

A commit costs milliseconds, whether it holds one row or a thousand. While one is in progress, the
requests that arrive wait; the next commit takes all of them, decodes their rows as one table and
stores them in one transaction. Each is answered when its rows are on the disk, and a request that
arrives alone waits for nobody.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import numpy as np
import pyarrow as pa

from arthurai.server.storage.warehouse.arrow_columns import from_numpy
from arthurai.server.storage.warehouse.decode_json import JsonDecoder
from arthurai.server.storage.warehouse.row_identity import mark_untimed
from arthurai.server.storage.warehouse.row_results import RowResults
from arthurai.server.storage.warehouse.row_sizes import reject_large_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.idempotency import Finish

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_SMALL_ROWS: Final = 100
"""Number of rows up to which a write waits for others."""

MAX_GROUP_ROWS: Final = 5_000
"""Maximum number of rows of one commit of several writes."""

_NO_TIME: Final = -1


@dataclass(slots=True, eq=False)
class SmallWrite(Generic[T]):
    """One write on its way.

    Attributes:
        schema: Schema of the model.
        rows: The rows: objects of the API, or a table of decoded inferences.
        results: Takes rejected rows; used for objects only.
        finish: Stores the answer inside the transaction.
        announce: Called with what the commit changed, before anybody is answered; of several
            writes that share a commit, that of one is called.
        call_time: The time of the call, see `mark_untimed`; used for objects only.
        is_done: Whether the rows are stored, or have failed.
        error: Why they have failed.
    """

    schema: ModelSchema
    rows: list[Any] | pa.Table
    results: RowResults
    finish: Finish | None
    announce: Callable[[T], object]
    call_time: int | None = None
    is_done: bool = False
    error: BaseException | None = None

    def is_like(self, other: SmallWrite[T]) -> bool:
        """Return whether this write can share a commit with another."""
        if self.schema is not other.schema and self.schema != other.schema:
            return False
        if isinstance(self.rows, pa.Table) and isinstance(other.rows, pa.Table):
            return bool(self.rows.schema == other.rows.schema)
        return type(self.rows) is type(other.rows)


class GroupedWrites(Generic[T]):
    """Appends inferences to one model, small writes together.

    Args:
        append: Stores decoded inferences in one transaction.
        max_row_bytes: The largest row that is decoded here; `None` for no bound.
    """

    def __init__(
        self,
        append: Callable[[ModelSchema, pa.Table, Finish | None], T],
        max_row_bytes: int | None = None,
    ) -> None:
        self._append = append
        self._max_row_bytes = max_row_bytes
        self._changed = threading.Condition()
        self._waiting: deque[SmallWrite[T]] = deque()
        self._is_busy = False

    def submit(self, write: SmallWrite[T]) -> None:
        """Let a write wait for the next commit, which `wait` begins unless one is in progress.

        Args:
            write: The write.
        """
        with self._changed:
            self._waiting.append(write)

    def wait(self, write: SmallWrite[T]) -> None:
        """Return when a submitted write is stored.

        Args:
            write: The write.

        Raises:
            Exception: It has failed.
        """
        with self._changed:
            while not write.is_done:
                if self._is_busy:
                    self._changed.wait()
                    continue
                self._is_busy = True
                group = self._take_group()
                self._changed.release()
                try:
                    self._commit(group)
                finally:
                    self._changed.acquire()
                    self._is_busy = False
                    for each in group:
                        each.is_done = True
                    self._changed.notify_all()
        if write.error is not None:
            raise write.error

    def _take_group(self) -> list[SmallWrite[T]]:
        """Take the first write off the queue, and those behind it that can share its commit."""
        first = self._waiting.popleft()
        group = [first]
        rows = len(first.rows)
        while self._waiting:
            following = self._waiting[0]
            rows += len(following.rows)
            if rows > MAX_GROUP_ROWS or not following.is_like(first):
                break
            group.append(self._waiting.popleft())
        return group

    def _commit(self, group: list[SmallWrite[T]]) -> None:
        if len(group) > 1:
            try:
                written = self._store_together(group)
            except Exception:  # noqa: BLE001 - which write fails shows when each is made alone
                logger.info("%d small writes failed together; each is made alone", len(group))
            else:
                _announce(group[0], written)
                return
        for write in group:
            try:
                table = self._decode([write], write.rows, write.results)
                written = self._append(write.schema, table, write.finish)
            except BaseException as error:  # noqa: BLE001 - raised in the thread it belongs to
                write.error = error
            else:
                _announce(write, written)

    def _store_together(self, group: list[SmallWrite[T]]) -> T:
        if isinstance(group[0].rows, pa.Table):
            table = _concatenate([write.rows for write in group])
        else:
            rows = list(chain.from_iterable(write.rows for write in group))
            results = RowResults(len(rows))
            table = self._decode(group, rows, results)
            if results.failures:
                _share_out(results, group)
        return self._append(group[0].schema, table, _finish_all(group))

    def _decode(
        self, group: list[SmallWrite[T]], rows: list[Any] | pa.Table, results: RowResults
    ) -> pa.Table:
        """Return the rows of some writes, which are those of one request to the decoder."""
        if isinstance(rows, pa.Table):
            return rows
        table = JsonDecoder(group[0].schema, rows, first_row=0, results=results).inferences(None)
        call_times = [_NO_TIME if each.call_time is None else each.call_time for each in group]
        if any(time != _NO_TIME for time in call_times):
            by_row = np.repeat(np.array(call_times), [len(each.rows) for each in group])
            table = mark_untimed(table, by_row[table.column("row").to_numpy()])
        return reject_large_rows(table, self._max_row_bytes, results)


def _share_out(results: RowResults, group: list[SmallWrite[T]]) -> None:
    """Give each write the failures of its own rows."""
    first = 0
    for write in group:
        for row in range(len(write.rows)):
            failure = results.failures.get(first + row)
            if failure is not None:
                write.results.reject(row, *failure)
        first += len(write.rows)


def _announce(write: SmallWrite[T], written: T) -> None:
    try:
        write.announce(written)
    except BaseException as error:  # noqa: BLE001 - raised in the thread it belongs to
        write.error = error


def _concatenate(tables: list[pa.Table]) -> pa.Table:
    """Return the rows of several writes, numbered anew."""
    table = pa.concat_tables(tables).combine_chunks()
    place = table.schema.get_field_index("row")
    numbers = from_numpy(np.arange(table.num_rows, dtype=np.int64))
    return table.set_column(place, "row", numbers.cast(table.schema.field(place).type))


def _finish_all(group: list[SmallWrite[T]]) -> Finish | None:
    finishes = [write.finish for write in group if write.finish is not None]
    if not finishes:
        return None
    first, *others = finishes
    return first.together_with(others)
