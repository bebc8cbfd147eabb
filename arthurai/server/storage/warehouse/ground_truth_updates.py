"""The SQL that sets the ground truth of stored inferences of one model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arthurai.server.storage.warehouse.arrow_columns import from_numpy
from arthurai.server.storage.warehouse.ddl import quote_name, rows_table

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.warehouse_database import Cursor

_TRUTHS: Final = "incoming_truths"
_SIBLINGS: Final = "siblings"

# Below this size bound values are faster than a scan of an Arrow table, which starts slowly.
_FEW_ROWS: Final = 4


class Touched(NamedTuple):
    """The inferences whose ground truth was set.

    Attributes:
        first: Earliest inference time.
        last: Latest inference time.
        batches: Their batches.
    """

    first: dt.datetime | None
    last: dt.datetime | None
    batches: list[str | None] | None


def combine_by_id(cursor: Cursor, schema: ModelSchema, table: pa.Table) -> pa.Table:
    """Return one row for each id: of several values the last one that is not null.

    Args:
        cursor: A cursor.
        schema: Schema of the model.
        table: Decoded ground truth, with `row`.
    """
    columns = ["ground_truth_timestamp", *(a.column for a in schema.ground_truth_attributes)]
    latest = ", ".join(
        f"coalesce(max(row) FILTER (WHERE {quote_name(c)} IS NOT NULL), -1) AS {quote_name(c)}"
        for c in columns
    )
    cursor.register(_TRUTHS, table)
    cursor.execute(
        f"SELECT max(row) AS row, {latest} FROM {_TRUTHS} GROUP BY partner_inference_id"
        " ORDER BY row"
    )
    found = cursor.fetchnumpy()
    rows = table.column("row").to_numpy()
    combined = table.take(from_numpy(np.searchsorted(rows, np.asarray(found["row"], np.int64))))
    for column in columns:
        source = np.asarray(found[column], np.int64)
        places = pa.array(np.searchsorted(rows, source), mask=source < 0)
        index = combined.column_names.index(column)
        combined = combined.set_column(index, column, table.column(column).take(places))
    return combined


def set_ground_truth(
    cursor: Cursor, schema: ModelSchema, slot: int, truths: pa.Table, *, by_id: bool
) -> Touched:
    """Set the ground truth of stored inferences; null members keep the stored values.

    Args:
        cursor: A cursor inside a transaction.
        schema: Schema of the model.
        slot: Slot number of the model.
        truths: Decoded ground truth, with the sequence number of an inference in `seq`, each once.
        by_id: Whether it was sent for the id, not along with the row.
    """
    given = [
        a.column
        for a in schema.ground_truth_attributes
        if truths.column(a.column).null_count < truths.num_rows
    ]
    nested = any(pa.types.is_nested(truths.column(c).type) for c in given)
    change = _change_many if nested or truths.num_rows > _FEW_ROWS else _change_few
    change(cursor, slot, truths, given, by_id="true" if by_id else "false")
    found: tuple[dt.datetime | None, dt.datetime | None, list[str | None] | None]
    (found,) = cursor.fetchall()
    return Touched(*found)


def _change_few(cursor: Cursor, slot: int, truths: pa.Table, given: list[str], by_id: str) -> None:
    """Set ground truth row by row; select the span of times and the affected batches."""
    changes = [f"{quote_name(c)} = coalesce(?, {quote_name(c)})" for c in given]
    changes += ["ground_truth_timestamp = ?", f"truth_by_id = {by_id}"]
    values = zip(
        *(truths.column(c).to_pylist() for c in [*given, "ground_truth_timestamp", "seq"]),
        strict=True,
    )
    for row in values:
        cursor.execute(f"UPDATE {rows_table(slot)} SET {', '.join(changes)} WHERE seq = ?", row)
    sequence = truths.column("seq").to_pylist()
    marks = ", ".join("?" * len(sequence))
    cursor.execute(f"{_select_touched(slot)} WHERE seq IN ({marks})", sequence)


def _change_many(cursor: Cursor, slot: int, truths: pa.Table, given: list[str], by_id: str) -> None:
    """Set ground truth in one statement; select the span of times and the affected batches."""
    changes = [f"{quote_name(c)} = coalesce(n.{quote_name(c)}, o.{quote_name(c)})" for c in given]
    changes += ["ground_truth_timestamp = n.ground_truth_timestamp", f"truth_by_id = {by_id}"]
    sequence = pc.min_max(truths.column("seq")).as_py()
    span = [sequence["min"], sequence["max"]]
    cursor.register(_TRUTHS, truths)
    cursor.execute(
        f"UPDATE {rows_table(slot)} AS o SET {', '.join(changes)} FROM {_TRUTHS} n"
        " WHERE o.seq = n.seq AND o.seq BETWEEN ? AND ?",
        span,
    )
    cursor.execute(
        f"{_select_touched(slot)} WHERE seq BETWEEN ? AND ? AND seq IN (SELECT seq FROM {_TRUTHS})",
        span,
    )


def _select_touched(slot: int) -> str:
    return (
        "SELECT min(inference_timestamp), max(inference_timestamp), list(DISTINCT batch_id)"
        f" FROM {rows_table(slot)}"
    )


def take_over_ground_truth(
    cursor: Cursor,
    schema: ModelSchema,
    slot: int,
    siblings: npt.NDArray[np.int64],
    span: tuple[int, int],
) -> None:
    """Give new inferences without ground truth the one that was sent for their id before.

    Args:
        cursor: A cursor inside the transaction that stores the inferences.
        schema: Schema of the model.
        slot: Slot number of the model.
        siblings: Sequence numbers of the stored inferences of these ids; others do no harm.
        span: First and last sequence number of the new inferences.
    """
    rows = rows_table(slot)
    columns = ["ground_truth_timestamp", *(a.column for a in schema.ground_truth_attributes)]
    changes = ", ".join(f"{quote_name(c)} = s.{quote_name(c)}" for c in columns)
    cursor.register(_SIBLINGS, pa.table({"seq": from_numpy(siblings)}))
    cursor.execute(
        f"UPDATE {rows} AS o SET {changes}, truth_by_id = true"
        f" FROM (SELECT partner_inference_id, {', '.join(map(quote_name, columns))} FROM {rows}"
        f" WHERE truth_by_id AND seq BETWEEN ? AND ? AND seq IN (SELECT seq FROM {_SIBLINGS})"
        " QUALIFY row_number() OVER (PARTITION BY partner_inference_id ORDER BY seq DESC) = 1) s"
        " WHERE o.seq BETWEEN ? AND ? AND o.partner_inference_id = s.partner_inference_id"
        " AND o.ground_truth_timestamp IS NULL",
        [int(siblings.min()), int(siblings.max()), *span],
    )
