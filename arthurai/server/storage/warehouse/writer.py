"""Writing of inferences and ground truth of one model, each row once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arthurai.server.storage.warehouse.arrow_columns import from_numpy
from arthurai.server.storage.warehouse.datasets import STARTED
from arthurai.server.storage.warehouse.ddl import quote_name, rows_table
from arthurai.server.storage.warehouse.id_index import IdIndex
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.datasets import Datasets
    from arthurai.server.storage.warehouse.duckdb_database import Cursor, DuckDBDatabase
    from arthurai.server.storage.warehouse.row_results import RowResults

_BATCH: Final = "incoming"
_PAIRS: Final = "pairs"

# Below these sizes bound values are faster than a scan of an Arrow table, which starts slowly.
_FEW_IDS: Final = 500
_FEW_ROWS: Final = 4


@dataclass(slots=True)
class WriteResult:
    """What a write changed.

    Attributes:
        rows: Number of rows.
        batch_ids: Their batches.
        first: Earliest inference time.
        last: Latest inference time.
        first_seq: Sequence number of the first new row.
    """

    rows: int = 0
    batch_ids: set[str] = field(default_factory=set)
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    first_seq: int | None = None

    def cover(self, first: dt.datetime | None, last: dt.datetime | None) -> None:
        """Widen the span of inference times."""
        if first is not None:
            self.first = first if self.first is None else min(self.first, first)
        if last is not None:
            self.last = last if self.last is None else max(self.last, last)


class ModelWriter:
    """Writes rows of one model, one call at a time.

    Args:
        database: The database.
        datasets: The states of its batches.
        model_id: Id of the model.
        slot: Its slot number.
    """

    def __init__(
        self, database: DuckDBDatabase, datasets: Datasets, model_id: str, slot: int
    ) -> None:
        self.model_id = model_id
        self.slot = slot
        self.lock = threading.RLock()
        self.reference_lock = threading.RLock()
        # Batches known to be open, whose state need not be read at each request.
        self.open_batches: set[str] = set()
        self._database = database
        self._datasets = datasets
        self._index: IdIndex | None = None
        self._next_seq = 0

    def drop_index(self) -> None:
        """Drop the index, after rows were deleted."""
        with self.lock:
            self._index = None

    def _loaded(self, cursor: Cursor) -> IdIndex:
        if self._index is None:
            cursor.execute(
                f"SELECT hash(partner_inference_id) AS hash, seq FROM {rows_table(self.slot)}"
            )
            found = cursor.fetchnumpy()
            hashes = np.asarray(found["hash"], np.uint64)
            sequence = np.asarray(found["seq"], np.int64)
            self._index = IdIndex(hashes, sequence)
            self._next_seq = max(self._next_seq, int(sequence.max(initial=-1)) + 1)
        return self._index

    def append(self, schema: ModelSchema, table: pa.Table, results: RowResults) -> WriteResult:
        """Store inferences in one transaction, or in several when ids occur more than once.

        Args:
            schema: Schema of the model.
            table: Decoded inferences, with `row` and a column for each stored attribute.
            results: Takes rejected rows.

        Returns:
            What is new; identical repetitions are accepted but not new.
        """
        written = WriteResult()
        with self.lock:
            while table.num_rows:
                table = self._append_once(schema, table, results, written)
        return written

    def _append_once(
        self, schema: ModelSchema, table: pa.Table, results: RowResults, written: WriteResult
    ) -> pa.Table:
        """Store all rows with the first occurrence of an id; return the others."""
        with self._database.cursor() as cursor:
            hashes = _hashes(cursor, table)
            index = self._loaded(cursor)
            _, firsts = np.unique(hashes, return_index=True)
            later = table.slice(0, 0)
            if len(firsts) < table.num_rows:
                is_first = np.zeros(table.num_rows, bool)
                is_first[firsts] = True
                later = table.filter(pa.array(~is_first))
                table, hashes = table.filter(pa.array(is_first)), hashes[is_first]
            found = index.find(hashes)
            if len(found[0]):
                known = self._compare(cursor, schema, table, found=found, results=results)
                is_new = np.ones(table.num_rows, bool)
                is_new[known] = False
                table, hashes = table.filter(pa.array(is_new)), hashes[is_new]
        if table.num_rows:
            new_sequence = np.arange(
                self._next_seq, self._next_seq + table.num_rows, dtype=np.int64
            )
            self._insert(schema, table, new_sequence, written)
            self._next_seq += table.num_rows
            index.add(hashes, new_sequence)
        return later

    def _compare(
        self,
        cursor: Cursor,
        schema: ModelSchema,
        table: pa.Table,
        *,
        found: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
        results: RowResults,
    ) -> list[int]:
        """Reject rows whose id is stored with other values; return the places of all known ids."""
        places, sequence = found
        given = table.take(from_numpy(places))
        given = given.append_column("place", from_numpy(places))
        given = given.append_column("seq", from_numpy(sequence))
        compared = ["inference_timestamp", "batch_id"]
        labels = list(compared)
        compared += [a.column for a in schema.inference_attributes]
        labels += [f"attribute {a.name}" for a in schema.inference_attributes]
        truths = ["ground_truth_timestamp"]
        truths += [a.column for a in schema.ground_truth_attributes]
        labels.append("the ground truth (which can be changed by an update of ground truths)")
        cases = [
            f"WHEN n.{quote_name(column)} IS DISTINCT FROM o.{quote_name(column)} THEN {number}"
            for number, column in enumerate(compared)
        ]
        differs = " OR ".join(
            f"n.{quote_name(c)} IS DISTINCT FROM o.{quote_name(c)}" for c in truths
        )
        cases.append(
            f"WHEN n.ground_truth_timestamp IS NOT NULL AND ({differs}) THEN {len(compared)}"
        )
        cursor.register(_PAIRS, given)
        cursor.execute(
            f"SELECT n.place, n.row, CASE {' '.join(cases)} ELSE -1 END"
            f" FROM {_PAIRS} n JOIN {rows_table(self.slot)} o"
            " ON o.seq = n.seq AND o.partner_inference_id = n.partner_inference_id"
            " WHERE o.seq BETWEEN ? AND ?",
            [int(sequence.min()), int(sequence.max())],
        )
        known = cursor.fetchall()
        for _, row, difference in known:
            if difference >= 0:
                results.reject(
                    row,
                    HTTPStatus.CONFLICT,
                    "partner_inference_id is already stored with another value of"
                    f" {labels[difference]}",
                )
        return [place for place, _, _ in known]

    def _insert(
        self,
        schema: ModelSchema,
        table: pa.Table,
        sequence: npt.NDArray[np.int64],
        written: WriteResult,
    ) -> None:
        incoming = table.append_column("seq", from_numpy(sequence))
        names = [
            "seq",
            "partner_inference_id",
            "inference_timestamp",
            "ground_truth_timestamp",
            "batch_id",
            *(a.column for a in schema.stored),
        ]
        columns = ", ".join(quote_name(name) for name in names)
        received = utc_now()
        batches = set(pc.unique(table.column("batch_id")).to_pylist()) - {None}

        few = len(incoming) <= _FEW_ROWS and not any(map(pa.types.is_nested, incoming.schema.types))

        def work(cursor: Cursor) -> set[str]:
            insert = (
                f"INSERT INTO {rows_table(self.slot)} (inference_id, received_timestamp, {columns})"
            )
            if few:
                marks = f"(uuid(), ?, {', '.join('?' * len(names))})"
                rows = zip(*(incoming.column(name).to_pylist() for name in names), strict=True)
                cursor.execute(
                    f"{insert} VALUES {', '.join([marks] * len(incoming))}",
                    [value for row in rows for value in (received, *row)],
                )
            else:
                cursor.register(_BATCH, incoming)
                cursor.execute(f"{insert} SELECT uuid(), ?, {columns} FROM {_BATCH}", [received])
            return {
                batch
                for batch in sorted(batches - self.open_batches)
                if self._datasets.begin(cursor, self.model_id, "batch", batch) == STARTED
            }

        self.open_batches |= self._database.write(work)
        bounds = pc.min_max(table.column("inference_timestamp")).as_py()
        written.cover(bounds["min"], bounds["max"])
        written.batch_ids |= batches
        written.rows += len(table)
        if written.first_seq is None:
            written.first_seq = int(sequence[0])

    def update_ground_truth(
        self, schema: ModelSchema, table: pa.Table, results: RowResults
    ) -> WriteResult:
        """Set ground truth of stored inferences in one transaction; the last value wins.

        Null members keep the stored values.

        Args:
            schema: Schema of the model.
            table: Decoded ground truth, with `row` and a column for each ground truth attribute.
            results: Takes rejected rows.
        """
        with self.lock:
            with self._database.cursor() as cursor:
                found = self._locate(cursor, table)
            known = table.take(from_numpy(found[0])).append_column("seq", from_numpy(found[1]))
            unknown = np.ones(table.num_rows, bool)
            unknown[found[0]] = False
            for row in table.column("row").filter(pa.array(unknown)).to_pylist():
                results.reject(
                    row,
                    HTTPStatus.NOT_FOUND,
                    "partner_inference_id is unknown: send the inference before its ground truth",
                )
            if not known.num_rows:
                return WriteResult()
            return self._update(schema, known)

    def _locate(
        self, cursor: Cursor, table: pa.Table
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return places of rows with known ids and the sequence numbers of those ids."""
        index = self._loaded(cursor)
        places, sequence = index.find(_hashes(cursor, table))
        if not len(places):
            return places, sequence
        ids = table.column("partner_inference_id").take(from_numpy(places))
        span = [int(sequence.min()), int(sequence.max())]
        rows = rows_table(self.slot)
        if len(places) <= _FEW_IDS:
            cursor.execute(
                f"SELECT seq, partner_inference_id FROM {rows} WHERE seq BETWEEN ? AND ?"
                " AND seq IN (SELECT unnest(CAST(? AS BIGINT[])))",
                [*span, sequence.tolist()],
            )
            stored = dict(cursor.fetchall())
            same = [stored[s] == i for s, i in zip(sequence.tolist(), ids.to_pylist(), strict=True)]
            return places[same], sequence[same]
        pairs = pa.table(
            {
                "place": from_numpy(places),
                "seq": from_numpy(sequence),
                "partner_inference_id": ids,
            }
        )
        cursor.register(_PAIRS, pairs)
        cursor.execute(
            f"SELECT n.place AS place, n.seq AS seq FROM {_PAIRS} n JOIN {rows} o"
            " ON o.seq = n.seq AND o.partner_inference_id = n.partner_inference_id"
            " WHERE o.seq BETWEEN ? AND ? ORDER BY place",
            span,
        )
        found = cursor.fetchnumpy()
        return np.asarray(found["place"], np.int64), np.asarray(found["seq"], np.int64)

    def _update(self, schema: ModelSchema, known: pa.Table) -> WriteResult:
        given = [
            a.column
            for a in schema.ground_truth_attributes
            if known.column(a.column).null_count < known.num_rows
        ]
        nested = any(pa.types.is_nested(known.column(c).type) for c in given)
        change = self._change_many if nested or known.num_rows > _FEW_ROWS else self._change_few
        first, last, batches = self._database.write(lambda cursor: change(cursor, known, given))
        return WriteResult(
            rows=known.num_rows,
            batch_ids={b for b in batches or () if b is not None},
            first=first,
            last=last,
        )

    def _change_few(self, cursor: Cursor, known: pa.Table, given: list[str]) -> tuple[Any, ...]:
        """Set ground truth row by row; return the span of times and the affected batches."""
        changes = [f"{quote_name(c)} = coalesce(?, {quote_name(c)})" for c in given]
        changes.append("ground_truth_timestamp = ?")
        values = zip(
            *(known.column(c).to_pylist() for c in [*given, "ground_truth_timestamp", "seq"]),
            strict=True,
        )
        for row in values:
            cursor.execute(
                f"UPDATE {rows_table(self.slot)} SET {', '.join(changes)} WHERE seq = ?", row
            )
        sequence = known.column("seq").to_pylist()
        marks = ", ".join("?" * len(sequence))
        cursor.execute(f"{self._touched()} WHERE seq IN ({marks})", sequence)
        return tuple(cursor.fetchall()[0])

    def _change_many(self, cursor: Cursor, known: pa.Table, given: list[str]) -> tuple[Any, ...]:
        """Set ground truth in one statement; return the span of times and the affected batches."""
        # One row per sequence number; of several in the request the last value that is not null.
        latest = [f"arg_max({quote_name(c)}, row) AS {quote_name(c)}" for c in given]
        latest.append("arg_max(ground_truth_timestamp, row) AS ground_truth_timestamp")
        changes = [
            f"{quote_name(c)} = coalesce(n.{quote_name(c)}, o.{quote_name(c)})" for c in given
        ]
        changes.append("ground_truth_timestamp = n.ground_truth_timestamp")
        sequence = pc.min_max(known.column("seq")).as_py()
        span = [sequence["min"], sequence["max"]]
        cursor.register(_BATCH, known)
        cursor.execute(
            f"UPDATE {rows_table(self.slot)} AS o SET {', '.join(changes)}"
            f" FROM (SELECT seq, {', '.join(latest)} FROM {_BATCH} GROUP BY seq) n"
            " WHERE o.seq = n.seq AND o.seq BETWEEN ? AND ?",
            span,
        )
        cursor.execute(
            f"{self._touched()} WHERE seq BETWEEN ? AND ? AND seq IN (SELECT seq FROM {_BATCH})",
            span,
        )
        return tuple(cursor.fetchall()[0])

    def _touched(self) -> str:
        return (
            "SELECT min(inference_timestamp), max(inference_timestamp), list(DISTINCT batch_id)"
            f" FROM {rows_table(self.slot)}"
        )


def _hashes(cursor: Cursor, table: pa.Table) -> npt.NDArray[np.uint64]:
    """Hash the ids of a table; the hash depends on the version of DuckDB: never store it."""
    ids = table.column("partner_inference_id")
    if len(ids) <= _FEW_IDS:
        cursor.execute("SELECT hash(unnest(CAST(? AS VARCHAR[]))) AS hash", [ids.to_pylist()])
    else:
        cursor.register(_BATCH, table.select(["partner_inference_id"]))
        cursor.execute(f"SELECT hash(partner_inference_id) AS hash FROM {_BATCH}")
    return np.asarray(cursor.fetchnumpy()["hash"], np.uint64)
