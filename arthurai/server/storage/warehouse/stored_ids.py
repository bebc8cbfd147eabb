"""The ids of the inferences of a model, by which repeats and the rows of ground truth are found.

The database has no index of them, so this keeps one in memory. Where other servers store rows too,
it reads those that are new since its last look: sequence numbers grow, and files say which of them
they hold, so that takes no longer the more rows there are. A number may be given a second time
after rows were deleted; servers let each other know of deletions, and read all ids anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from arthurai.server.storage.warehouse.ddl import rows_table, waiting_table
from arthurai.server.storage.warehouse.id_index import IdIndex

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from arthurai.server.storage.warehouse.waiting_truths import WaitingTruths
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

MAX_INDEXED_ROWS: Final = 30_000_000
"""Rows of a model up to which a server of several keeps its ids, in 16 bytes each; it looks those
of larger models up in the warehouse each time."""

_IDS: Final = "incoming_ids"
_ROW, _TRUTH, _NEXT, _COUNT = range(4)  # what a row of the answer says


class StoredIds:
    """The ids of the inferences of one model.

    Not thread-safe: the lock of the model's writer protects it.

    Attributes:
        next_seq: The sequence number of the next inference, after `find`.

    Args:
        database: The database.
        slot: Slot number of the model.
        waiting: Learns for which ids ground truth waits.
    """

    def __init__(self, database: WarehouseDatabase, slot: int, waiting: WaitingTruths) -> None:
        self.next_seq = 0
        self._database = database
        self._slot = slot
        self._waiting = waiting
        self._index: IdIndex | None = None
        self._deletions: int | None = None

    def drop(self) -> None:
        """Forget all ids, after rows were deleted."""
        self._index = None

    def find(self, table: pa.Table) -> IdIndex:
        """Return an index of the stored inferences, at least of those with ids of a table.

        Args:
            table: Rows with ids.
        """
        if self._database.is_shared:
            with self._database.cursor() as cursor:
                return self._find_shared(cursor, table)
        self._waiting.load(self._database)
        if self._index is None:
            self._index = self._read()
        return self._index

    def _read(self) -> IdIndex:
        with self._database.cursor() as cursor:
            cursor.execute(
                f"SELECT hash(partner_inference_id) AS hash, seq FROM {rows_table(self._slot)}"
            )
            found = cursor.fetchnumpy()
        sequence = np.asarray(found["seq"], np.int64)
        self.next_seq = max(self.next_seq, int(sequence.max(initial=-1)) + 1)
        return IdIndex(np.asarray(found["hash"], np.uint64), sequence)

    def add(self, hashes: npt.NDArray[np.uint64], sequence: npt.NDArray[np.int64]) -> None:
        """Take note of inferences that were stored, from `next_seq` on.

        Args:
            hashes: Hashes of their ids.
            sequence: Their sequence numbers.
        """
        self.next_seq += len(sequence)
        if self._index is not None:
            self._index.add(hashes, sequence)

    def _find_shared(self, cursor: Cursor, table: pa.Table) -> IdIndex:
        rows, truths = rows_table(self._slot), waiting_table(self._slot)
        deletions = self._database.read_deletions(self._slot)
        if deletions != self._deletions:
            self._deletions, self._index, self.next_seq = deletions, None, 0
        cursor.register(_IDS, table.select(["partner_inference_id"]))
        among = f"WHERE partner_inference_id IN (SELECT partner_inference_id FROM {_IDS})"
        if self._index is None:
            cursor.execute(f"SELECT count(*) FROM {rows}")
            if cursor.fetchall()[0][0] <= MAX_INDEXED_ROWS:
                self._index = IdIndex(np.empty(0, np.uint64), np.empty(0, np.int64))
                self.next_seq = 0
        looked_up = among if self._index is None else f"WHERE seq >= {self.next_seq:d}"
        cursor.execute(
            f"SELECT {_ROW} AS kind, hash(partner_inference_id) AS hash, seq FROM {rows}"
            f" {looked_up}"
            f" UNION ALL SELECT {_TRUTH}, hash(partner_inference_id), 0 FROM {truths} {among}"
            f" UNION ALL SELECT {_NEXT}, 0::UBIGINT, coalesce(max(seq) + 1, 0) FROM {rows}"
            f" WHERE seq >= {self.next_seq:d}"
            f" UNION ALL SELECT {_COUNT}, 0::UBIGINT, count(*) FROM {truths}"
        )
        found = cursor.fetchnumpy()
        kinds = np.asarray(found["kind"])
        hashes, sequence = np.asarray(found["hash"], np.uint64), np.asarray(found["seq"], np.int64)
        self._waiting.learn(hashes[kinds == _TRUTH], int(sequence[kinds == _COUNT][0]))
        self.next_seq = max(self.next_seq, int(sequence[kinds == _NEXT][0]))
        is_row = kinds == _ROW
        if self._index is None:
            return IdIndex(hashes[is_row], sequence[is_row])
        self._index.add(hashes[is_row], sequence[is_row])
        if self.next_seq > MAX_INDEXED_ROWS and len(self._index) > MAX_INDEXED_ROWS:
            complete, self._index = self._index, None
            return complete
        return self._index
