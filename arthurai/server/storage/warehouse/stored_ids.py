"""The ids of a request that are stored already, asked of a warehouse that other servers change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from arthurai.server.storage.warehouse.ddl import rows_table, waiting_table
from arthurai.server.storage.warehouse.id_index import IdIndex

if TYPE_CHECKING:
    import pyarrow as pa

    from arthurai.server.storage.warehouse.waiting_truths import WaitingTruths
    from arthurai.server.storage.warehouse.warehouse_database import Cursor

_IDS: Final = "incoming_ids"
_ROW, _TRUTH, _NEXT, _COUNT = range(4)  # what a row of the answer says


def find_stored_ids(
    cursor: Cursor, slot: int, table: pa.Table, waiting: WaitingTruths
) -> tuple[IdIndex, int]:
    """Return the stored inferences that have ids of a table, and the next sequence number.

    Args:
        cursor: A cursor of a thread that holds the lock of the model.
        slot: Slot number of the model.
        table: Rows with ids.
        waiting: Learns for which of these ids ground truth waits.
    """
    cursor.register(_IDS, table.select(["partner_inference_id"]))
    among = f"WHERE partner_inference_id IN (SELECT partner_inference_id FROM {_IDS})"
    rows, truths = rows_table(slot), waiting_table(slot)
    cursor.execute(
        f"SELECT {_ROW} AS kind, hash(partner_inference_id) AS hash, seq FROM {rows} {among}"
        f" UNION ALL SELECT {_TRUTH}, hash(partner_inference_id), 0 FROM {truths} {among}"
        f" UNION ALL SELECT {_NEXT}, 0::UBIGINT, coalesce(max(seq) + 1, 0) FROM {rows}"
        f" UNION ALL SELECT {_COUNT}, 0::UBIGINT, count(*) FROM {truths}"
    )
    found = cursor.fetchnumpy()
    kinds = np.asarray(found["kind"])
    hashes, sequence = np.asarray(found["hash"], np.uint64), np.asarray(found["seq"], np.int64)
    waiting.learn(hashes[kinds == _TRUTH], int(sequence[kinds == _COUNT][0]))
    index = IdIndex(hashes[kinds == _ROW], sequence[kinds == _ROW])
    return index, int(sequence[kinds == _NEXT][0])
