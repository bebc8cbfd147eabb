"""Which rows of a request are new: the rules for several rows under one `partner_inference_id`.

A row is stored already when a row of the same id has the same time, batch and values, and it has
no ground truth, the same ground truth, or the ground truth of the stored row was sent for the id
later. A row that differs only in bringing the ground truth that the stored row lacks completes it.
Any other row is a further inference. Times of ground truth are not compared: where none is given,
clients fill in the time of the call. Neither is the time of an inference that the client says it
has filled in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arthurai.server.storage.warehouse.arrow_columns import from_numpy
from arthurai.server.storage.warehouse.ddl import quote_name, rows_table

if TYPE_CHECKING:
    import numpy.typing as npt

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.warehouse_database import Cursor

_TIME: Final = "inference_timestamp"
_UNTIMED: Final = "untimed"
_CANDIDATES: Final = "candidates"
_SIBLINGS: Final = "siblings"


class Novelty(NamedTuple):
    """What is new in a request.

    Attributes:
        further: Places in the request of the rows to store.
        completing: Places of the rows that bring the ground truth of a stored row.
        completed: Sequence numbers of those stored rows.
    """

    further: npt.NDArray[np.int64]
    completing: npt.NDArray[np.int64]
    completed: npt.NDArray[np.int64]


def mark_untimed(table: pa.Table, call_times: int | npt.NDArray[np.int64]) -> pa.Table:
    """Mark the rows whose time is only that of the call which sent them.

    Args:
        table: Decoded inferences.
        call_times: The time of the call, in microseconds since 1970, also for each row.
    """
    times = table.column(_TIME).cast(pa.int64())
    calls = call_times if isinstance(call_times, int) else from_numpy(call_times)
    return table.append_column(_UNTIMED, pc.equal(times, calls))


def find_new_rows(
    cursor: Cursor,
    schema: ModelSchema,
    slot: int,
    table: pa.Table,
    siblings: npt.NDArray[np.int64],
) -> Novelty:
    """Find out which rows are new.

    Args:
        cursor: A cursor.
        schema: Schema of the model.
        slot: Slot number of the model.
        table: Decoded inferences, with their place in the request in the column `row`; perhaps
            marked by `mark_untimed`.
        siblings: Sequence numbers of all stored rows of these ids; others do no harm.
    """
    content = ["batch_id", *(a.column for a in schema.inference_attributes)]
    truths = [a.column for a in schema.ground_truth_attributes]
    same_time, by_time = _same(_TIME), f"n.{_TIME}"
    if _UNTIMED in table.column_names:
        same_time = f"(n.{_UNTIMED} OR {same_time})"
        by_time = f"CASE WHEN NOT n.{_UNTIMED} THEN {by_time} END"
    same = " AND ".join([same_time, *map(_same, content)])
    same_truth = " AND ".join([_same(column) for column in truths] or ["true"])
    by_content = ", ".join(
        ["n.partner_inference_id", by_time, *(f"n.{quote_name(column)}" for column in content)]
    )
    by_truth = ", ".join(f"n.{quote_name(column)}" for column in ["has_truth", *truths])
    cursor.register(
        _CANDIDATES,
        table.append_column("has_truth", table.column("ground_truth_timestamp").is_valid()),
    )
    cursor.register(_SIBLINGS, pa.table({"seq": from_numpy(siblings)}))
    cursor.execute(
        f"""
        WITH stored AS (
            SELECT n.row,
                bool_or(NOT n.has_truth OR coalesce(o.truth_by_id, false)
                    OR (o.ground_truth_timestamp IS NOT NULL AND {same_truth})) AS known,
                min(o.seq) FILTER (WHERE o.ground_truth_timestamp IS NULL) AS open_seq
            FROM {_CANDIDATES} n JOIN {rows_table(slot)} o
                ON o.partner_inference_id = n.partner_inference_id AND {same}
            WHERE o.seq BETWEEN $first AND $last AND o.seq IN (SELECT seq FROM {_SIBLINGS})
            GROUP BY n.row
        ), judged AS (
            SELECT n.row, n.has_truth, s.open_seq,
                min(n.row) OVER (PARTITION BY {by_content}, {by_truth}) AS exact,
                bool_or(n.has_truth) OVER (PARTITION BY {by_content}) AS truth_follows
            FROM {_CANDIDATES} n LEFT JOIN stored s ON s.row = n.row
            WHERE s.known IS NOT true
        ), kept AS (
            SELECT row, CASE WHEN has_truth THEN open_seq END AS open_seq FROM judged
            WHERE exact = row AND (has_truth OR NOT truth_follows)
        )
        SELECT row, coalesce(
            CASE WHEN row = min(row) OVER (PARTITION BY open_seq) THEN open_seq END, -1) AS seq
        FROM kept ORDER BY row
        """,
        {"first": int(siblings.min(initial=2**62)), "last": int(siblings.max(initial=-1))},
    )
    found = cursor.fetchnumpy()
    rows, sequence = np.asarray(found["row"], np.int64), np.asarray(found["seq"], np.int64)
    completes = sequence >= 0
    return Novelty(rows[~completes], rows[completes], sequence[completes])


def _same(column: str) -> str:
    return f"o.{quote_name(column)} IS NOT DISTINCT FROM n.{quote_name(column)}"
