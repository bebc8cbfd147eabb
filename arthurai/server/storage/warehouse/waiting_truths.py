"""Ground truth that arrived before its inference, of one model.

It waits in a table of its own, created with the first one, and is joined in the transaction that
stores the inference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from arthurai.server.storage.warehouse.ddl import (
    WAITING_SUFFIX,
    create_waiting_table,
    quote_name,
    rows_table,
    waiting_table,
)
from arthurai.server.storage.warehouse.id_index import IdIndex
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import numpy.typing as npt
    import pyarrow as pa

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

_WAITING: Final = "waiting"
_MAX_STALE: Final = 10_000


class WaitingTruths:
    """The ground truth of one model that waits for its inferences.

    Not thread-safe: the lock of the model's writer protects it.

    Args:
        slot: Slot number of the model.
        count: Number of ids that wait.
        is_shared: Whether other servers change the table: the count is that of the last look.
    """

    def __init__(self, slot: int, count: int, *, is_shared: bool = False) -> None:
        self.count = count
        self._slot = slot
        self._is_shared = is_shared
        # Hashes of ids that wait, and of some that no longer do.
        self._index: IdIndex | None = None
        self._stale = 0

    def forget(self) -> None:
        """Drop what is known, after rows of the table were deleted by others."""
        self._index = None

    @property
    def may_exist(self) -> bool:
        """Whether ground truth may wait for any id."""
        return self._is_shared or self.count > 0

    def learn(self, hashes: npt.NDArray[np.uint64], count: int) -> None:
        """Take note of what was found in the table.

        Args:
            hashes: Hashes of the ids that wait, at least of those that matter next.
            count: Number of all ids that wait.
        """
        self.count = count
        self._index = IdIndex(hashes, np.zeros(len(hashes), np.int64))
        self._stale = 0

    def load(self, database: WarehouseDatabase) -> None:
        """Read the hashes of the ids that wait, unless they are known."""
        if self._index is None and self.count:
            with database.cursor() as cursor:
                cursor.execute(
                    f"SELECT hash(partner_inference_id) AS hash FROM {waiting_table(self._slot)}"
                )
                hashes = np.asarray(cursor.fetchnumpy()["hash"], np.uint64)
            self._index = IdIndex(hashes, np.zeros(len(hashes), np.int64))
            self._stale = 0

    def may_hold(self, hashes: npt.NDArray[np.uint64]) -> bool:
        """Return whether ground truth may wait for one of these ids.

        Args:
            hashes: Hashes of the ids.
        """
        if not self.count or self._index is None:
            return False
        return bool(len(self._index.find(hashes)[0]))

    def keep(self, cursor: Cursor, schema: ModelSchema, table: pa.Table) -> int:
        """Store ground truth of unknown inferences; the last value for an id wins.

        Null members keep the values that wait already.

        Args:
            cursor: A cursor inside a transaction.
            schema: Schema of the model.
            table: Decoded ground truth, one row for each id.

        Returns:
            Number of ids that were not waiting before.
        """
        truths = [a.column for a in schema.ground_truth_attributes]
        target = waiting_table(self._slot)
        create_waiting_table(cursor, self._slot, schema)
        cursor.register(_WAITING, table)
        received = utc_now()
        changes = "".join(
            f"{quote_name(c)} = coalesce(n.{quote_name(c)}, w.{quote_name(c)}), " for c in truths
        )
        cursor.execute(
            f"UPDATE {target} AS w SET {changes}received_timestamp = ?,"
            f" ground_truth_timestamp = n.ground_truth_timestamp FROM {_WAITING} n"
            " WHERE w.partner_inference_id = n.partner_inference_id",
            [received],
        )
        names = ", ".join(
            ["partner_inference_id", "ground_truth_timestamp", *map(quote_name, truths)]
        )
        cursor.execute(
            f"INSERT INTO {target} (received_timestamp, {names}) SELECT ?, {names}"
            f" FROM {_WAITING} n WHERE NOT EXISTS (SELECT 1 FROM {target} w"
            " WHERE w.partner_inference_id = n.partner_inference_id)",
            [received],
        )
        return int(cursor.fetchall()[0][0])

    def add(self, hashes: npt.NDArray[np.uint64], added: int) -> None:
        """Take note of ground truth that was stored.

        Args:
            hashes: Hashes of its ids.
            added: Number of ids that were not waiting before.
        """
        if not len(hashes):
            return
        if self._index is None:
            self._index = IdIndex(np.empty(0, np.uint64), np.empty(0, np.int64))
        self._index.add(hashes, np.zeros(len(hashes), np.int64))
        self._stale += len(hashes) - added
        self.count += added

    def join(self, cursor: Cursor, schema: ModelSchema, span: tuple[int, int]) -> int:
        """Give new inferences the ground truth that waits for them; it waits no longer.

        An inference that brought ground truth along keeps its own.

        Args:
            cursor: A cursor inside the transaction that stores the inferences.
            schema: Schema of the model.
            span: First and last sequence number of the inferences.

        Returns:
            Number of ids that wait no longer.
        """
        rows, waiting = rows_table(self._slot), waiting_table(self._slot)
        columns = ["ground_truth_timestamp", *(a.column for a in schema.ground_truth_attributes)]
        changes = ", ".join(f"{quote_name(c)} = w.{quote_name(c)}" for c in columns)
        cursor.execute(
            f"UPDATE {rows} AS o SET {changes}, truth_by_id = true FROM {waiting} w"
            " WHERE o.seq BETWEEN ? AND ? AND o.partner_inference_id = w.partner_inference_id"
            " AND o.ground_truth_timestamp IS NULL",
            span,
        )
        cursor.execute(
            f"DELETE FROM {waiting} WHERE partner_inference_id IN"
            f" (SELECT partner_inference_id FROM {rows} WHERE truth_by_id AND seq BETWEEN ? AND ?)",
            span,
        )
        return int(cursor.fetchall()[0][0])

    def discard(self, cursor: Cursor, table: pa.Table) -> int:
        """Delete what waits for ids that got newer ground truth.

        Args:
            cursor: A cursor inside a transaction.
            table: Ground truth with these ids.

        Returns:
            Number of ids that wait no longer.
        """
        cursor.register(_WAITING, table.select(["partner_inference_id"]))
        cursor.execute(
            f"DELETE FROM {waiting_table(self._slot)} WHERE partner_inference_id IN"
            f" (SELECT partner_inference_id FROM {_WAITING})"
        )
        return int(cursor.fetchall()[0][0])

    def remove(self, removed: int) -> None:
        """Take note of ground truth that waits no longer.

        Args:
            removed: Number of its ids.
        """
        self.count -= removed
        self._stale += removed
        if self._stale > _MAX_STALE + self.count:
            self.forget()


def count_waiting(database: WarehouseDatabase, slots: Iterable[int]) -> dict[int, int]:
    """Return how many ids wait, by the slot number of their model.

    Args:
        database: The database.
        slots: The slot numbers of the models.
    """
    with database.cursor() as cursor:
        tables = database.find_tables(cursor, [f"m{slot}{WAITING_SUFFIX}" for slot in slots])
    return {
        int(name.removeprefix("m").removesuffix(WAITING_SUFFIX)): int(
            database.fetch(f"SELECT count(*) FROM {quote_name(name)}")[1][0][0]
        )
        for name in tables
    }


def prune_waiting(cursor: Cursor, slot: int, before: dt.datetime) -> int:
    """Delete ground truth that still waits and is older than a time.

    Args:
        cursor: A cursor inside a transaction.
        slot: Slot number of the model.
        before: Time in UTC without a zone, exclusive.

    Returns:
        Number of ids that wait no longer.
    """
    cursor.execute(f"DELETE FROM {waiting_table(slot)} WHERE ground_truth_timestamp < ?", [before])
    return int(cursor.fetchall()[0][0])


def count_prunable_truths(database: WarehouseDatabase, slot: int, before: dt.datetime) -> int:
    """Return for how many ids `prune_waiting` would delete ground truth.

    Args:
        database: The database.
        slot: Slot number of the model.
        before: Time in UTC without a zone, exclusive.
    """
    _, found = database.fetch(
        f"SELECT count(*) FROM {waiting_table(slot)} WHERE ground_truth_timestamp < ?", [before]
    )
    return int(found[0][0])
