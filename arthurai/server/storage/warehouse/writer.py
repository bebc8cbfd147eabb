"""Writing of inferences and ground truth of one model, each row once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arthurai.server.background.event_bus import DataEvent, settle_nothing
from arthurai.server.storage.warehouse.arrow_columns import from_numpy
from arthurai.server.storage.warehouse.datasets import STARTED
from arthurai.server.storage.warehouse.ddl import quote_name, rows_table
from arthurai.server.storage.warehouse.ground_truth_updates import (
    combine_by_id,
    set_ground_truth,
    take_over_ground_truth,
)
from arthurai.server.storage.warehouse.grouped_writes import (
    MAX_SMALL_ROWS,
    GroupedWrites,
    SmallWrite,
)
from arthurai.server.storage.warehouse.row_identity import find_new_rows
from arthurai.server.storage.warehouse.row_results import RowResults
from arthurai.server.storage.warehouse.stored_ids import StoredIds
from arthurai.server.storage.warehouse.waiting_truths import WaitingTruths
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import numpy.typing as npt

    from arthurai.server.background.event_bus import DataKind, Expect
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.datasets import Datasets
    from arthurai.server.storage.warehouse.ground_truth_updates import Touched
    from arthurai.server.storage.warehouse.id_index import IdIndex
    from arthurai.server.storage.warehouse.idempotency import Finish
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

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
        completed: What the ground truth of stored rows, which came along, changed.
        closed_batches: Batches that waited for these rows, and no longer do.
        settle: To be called once its events are published.
    """

    rows: int = 0
    batch_ids: set[str] = field(default_factory=set)
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    first_seq: int | None = None
    completed: WriteResult | None = None
    closed_batches: set[str] = field(default_factory=set)
    settle: Callable[[], object] = settle_nothing

    @classmethod
    def of_rows(cls, table: pa.Table) -> WriteResult:
        """Describe inferences.

        Args:
            table: The rows.
        """
        if not table.num_rows:
            return cls()
        bounds = pc.min_max(table.column("inference_timestamp")).as_py()
        batches = set(pc.unique(table.column("batch_id")).to_pylist()) - {None}
        return cls(table.num_rows, batches, bounds["min"], bounds["max"])

    @classmethod
    def of_truths(cls, rows: int, touched: Touched) -> WriteResult:
        """Return what an update of ground truth changed.

        Args:
            rows: Number of inferences.
            touched: The inferences.
        """
        batches = {b for b in touched.batches or () if b is not None}
        return cls(rows, batches, touched.first, touched.last)

    def to_event(self, kind: DataKind, model_id: str) -> DataEvent:
        """Return what the background hears of the write.

        Args:
            kind: What was written.
            model_id: The model.
        """
        return DataEvent(
            kind,
            model_id,
            rows=self.rows,
            batch_ids=tuple(sorted(self.batch_ids)),
            first=self.first,
            last=self.last,
            first_seq=self.first_seq,
        )


class ModelWriter:
    """Writes rows of one model, one call at a time.

    Args:
        database: The database.
        datasets: The states of its batches.
        model_id: Id of the model.
        slot: Its slot number.
        expect: Called before each commit, with the event that it leads to; what it returns is
            called after that event was published, or the commit has failed.
        waiting: Number of its ids whose ground truth waits for an inference.
        require_fit: Raises if another server has changed the schema; needed where there are others.
    """

    def __init__(
        self,
        database: WarehouseDatabase,
        datasets: Datasets,
        model_id: str,
        slot: int,
        expect: Expect,
        *,
        waiting: int = 0,
        require_fit: Callable[[ModelSchema], None] | None = None,
    ) -> None:
        self.model_id = model_id
        self.slot = slot
        self.lock = database.lock(f"rows of {model_id}", self._forget)
        self.reference_lock = database.lock(f"reference rows of {model_id}")
        # Batches known to be open, whose state need not be read at each request.
        self.open_batches: set[str] = set()
        self._database = database
        self._datasets = datasets
        self.waiting = WaitingTruths(slot, waiting, is_shared=database.is_shared)
        self._ids = StoredIds(database, slot, self.waiting)
        self._require_fit = require_fit
        self._expect = expect
        self.is_complete = False  # whether all tables are known to exist, where others make them
        self._grouped = GroupedWrites(self._append, database.max_row_bytes)

    def begin_deletion(self) -> None:
        """Let other servers know that rows are about to be deleted; the lock must be held."""
        self._database.note_deletion(self.slot)

    def drop_index(self) -> None:
        """Drop the index, after rows were deleted."""
        with self.lock:
            self._ids.drop()

    def _forget(self) -> None:
        """Drop what another server may have changed since this one had the lock."""
        self.open_batches.clear()

    def _loaded(self, schema: ModelSchema, table: pa.Table) -> IdIndex:
        """Return an index of the stored inferences, at least of those with ids of a table."""
        if self._require_fit is not None:
            self._require_fit(schema)
        return self._ids.find(table)

    def append(
        self,
        schema: ModelSchema,
        table: pa.Table,
        finish: Finish | None,
        announce: Callable[[WriteResult], object],
    ) -> None:
        """Store inferences in one transaction, small writes that arrive at the same time together.

        Args:
            schema: Schema of the model.
            table: Decoded inferences, with `row` and a column for each stored attribute.
            finish: Called inside the transaction.
            announce: Called with what is new, once for all writes of a transaction; identical
                repetitions are not new.
        """
        if table.num_rows > MAX_SMALL_ROWS:
            announce(self._append(schema, table, finish))
            return
        self.submit(SmallWrite(schema, table, RowResults(), finish, announce))()

    def submit(self, write: SmallWrite[WriteResult]) -> Callable[[], None]:
        """Let a small write take part in the next transaction.

        Args:
            write: The write.

        Returns:
            What returns when the rows are stored; it must be called.
        """
        self._grouped.submit(write)
        return lambda: self._grouped.wait(write)

    def _append(self, schema: ModelSchema, table: pa.Table, finish: Finish | None) -> WriteResult:
        written = WriteResult()
        with self._database.cursor() as cursor:
            hashes = _hashes(cursor, table)
        order = np.argsort(hashes)
        ids, counts = np.unique(hashes[order], return_counts=True)
        with self.lock:
            index = self._loaded(schema, table)
            known, siblings = index.find(ids)
            completed = table.slice(0, 0)
            if len(known) or len(ids) < table.num_rows:
                is_doubtful = counts > 1
                is_doubtful[known] = True
                doubtful = np.empty(table.num_rows, bool)
                doubtful[order] = np.repeat(is_doubtful, counts)
                is_new, completed = self._sort_out(
                    schema, table, siblings=siblings, doubtful=doubtful
                )
                table, hashes = table.filter(pa.array(is_new)), hashes[is_new]
                order = np.argsort(hashes)
            first = self._ids.next_seq
            sequence = np.arange(first, first + table.num_rows, dtype=np.int64)
            if table.num_rows or completed.num_rows or finish is not None:
                self._store(
                    schema,
                    table.append_column("seq", from_numpy(sequence)),
                    siblings=siblings,
                    completed=completed,
                    takes_waiting=self.waiting.may_hold(hashes),
                    finish=finish,
                    written=written,
                )
            self._ids.add(hashes[order], sequence[order])
        return written

    def _sort_out(
        self,
        schema: ModelSchema,
        table: pa.Table,
        *,
        siblings: npt.NDArray[np.int64],
        doubtful: npt.NDArray[np.bool_],
    ) -> tuple[npt.NDArray[np.bool_], pa.Table]:
        """Return which rows are to be stored, and those that complete a stored row."""
        candidates = table if doubtful.all() else table.filter(pa.array(doubtful))
        with self._database.cursor() as cursor:
            novelty = find_new_rows(cursor, schema, self.slot, candidates, siblings)
        rows = table.column("row").to_numpy()
        is_new = ~doubtful
        is_new[np.searchsorted(rows, novelty.further)] = True
        places = np.searchsorted(rows, novelty.completing)
        completing = table.take(from_numpy(places))
        return is_new, completing.append_column("seq", from_numpy(novelty.completed))

    def _store(
        self,
        schema: ModelSchema,
        table: pa.Table,
        *,
        siblings: npt.NDArray[np.int64],
        completed: pa.Table,
        takes_waiting: bool,
        finish: Finish | None,
        written: WriteResult,
    ) -> None:
        """Store further inferences and what completes stored ones, in one transaction."""
        stored = WriteResult.of_rows(table)
        received = utc_now()
        sequence = pc.min_max(table.column("seq")).as_py()
        span = sequence["min"], sequence["max"]

        def work(cursor: Cursor) -> tuple[set[str], set[str], int, Touched | None]:
            opened: set[str] = set()
            closed: set[str] = set()
            joined, touched = 0, None
            if table.num_rows:
                self._insert(cursor, schema, table, received)
                if len(siblings):
                    take_over_ground_truth(cursor, schema, self.slot, siblings, span)
                if takes_waiting:
                    joined = self.waiting.join(cursor, schema, span)
                opened, closed = self._note_batches(cursor, stored.batch_ids)
            if completed.num_rows:
                touched = set_ground_truth(cursor, schema, self.slot, completed, by_id=False)
            if finish is not None:
                finish(cursor)
            return opened, closed, joined, touched

        written.settle = self._expect_changes(stored, completed)
        try:
            opened, closed, joined, touched = self._database.write(work)
        except BaseException:
            written.settle()
            raise
        self.open_batches |= opened
        self.waiting.remove(joined)
        if touched is not None:
            written.completed = WriteResult.of_truths(completed.num_rows, touched)
        if table.num_rows:
            written.first, written.last = stored.first, stored.last
            written.batch_ids, written.closed_batches = stored.batch_ids, closed
            written.rows = stored.rows
            written.first_seq = span[0]

    def _note_batches(self, cursor: Cursor, batch_ids: set[str]) -> tuple[set[str], set[str]]:
        """Record that rows of batches arrive; return those that are open, and completed now."""
        opened, closed = set(), set()
        for batch in sorted(batch_ids - self.open_batches):
            if self._datasets.begin(cursor, self.model_id, "batch", batch) == STARTED:
                opened.add(batch)
            elif self._datasets.complete(cursor, self.model_id, self.slot, batch):
                closed.add(batch)
        return opened, closed

    def _expect_changes(self, stored: WriteResult, completed: pa.Table) -> Callable[[], object]:
        """Announce what a commit is about to change: new rows, and stored ones it completes."""
        completing = WriteResult.of_rows(completed)
        parts = [part for part in (stored, completing) if part.rows]
        if not parts:
            return settle_nothing
        firsts = [part.first for part in parts if part.first is not None]
        lasts = [part.last for part in parts if part.last is not None]
        expected = WriteResult(
            stored.rows + completing.rows,
            stored.batch_ids | completing.batch_ids,
            min(firsts, default=None),
            max(lasts, default=None),
        )
        return self._expect(expected.to_event("inferences", self.model_id))

    def _insert(
        self, cursor: Cursor, schema: ModelSchema, table: pa.Table, received: dt.datetime
    ) -> None:
        names = [
            "seq",
            "partner_inference_id",
            "inference_timestamp",
            "ground_truth_timestamp",
            "batch_id",
            *(a.column for a in schema.stored),
        ]
        columns = ", ".join(quote_name(name) for name in names)
        insert = (
            f"INSERT INTO {rows_table(self.slot)} (inference_id, received_timestamp, {columns})"
        )
        if len(table) <= _FEW_ROWS and not any(map(pa.types.is_nested, table.schema.types)):
            marks = f"(uuid(), ?, {', '.join('?' * len(names))})"
            rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
            cursor.execute(
                f"{insert} VALUES {', '.join([marks] * len(table))}",
                [value for row in rows for value in (received, *row)],
            )
        else:
            cursor.register(_BATCH, table)
            cursor.execute(f"{insert} SELECT uuid(), ?, {columns} FROM {_BATCH}", [received])

    def update_ground_truth(
        self, schema: ModelSchema, table: pa.Table, finish: Finish | None = None
    ) -> WriteResult:
        """Set the ground truth of all inferences of each id in one transaction.

        The last value wins, null members keep the stored values, and ground truth of unknown ids
        waits for its inference.

        Args:
            schema: Schema of the model.
            table: Decoded ground truth, with `row` and a column for each ground truth attribute.
            finish: Called inside the transaction.
        """
        with self.lock:
            with self._database.cursor() as cursor:
                hashes = _hashes(cursor, table)
                if len(np.unique(hashes)) < table.num_rows:
                    table = combine_by_id(cursor, schema, table)
                    hashes = _hashes(cursor, table)
                places, sequence = self._locate(cursor, schema, table, hashes)
            known = table.take(from_numpy(places)).append_column("seq", from_numpy(sequence))
            is_early = np.ones(table.num_rows, bool)
            is_early[places] = False
            early = table.filter(pa.array(is_early))
            supersedes = self.waiting.may_hold(hashes[~is_early])

            settles: list[Callable[[], object]] = []

            def work(cursor: Cursor) -> tuple[Touched | None, int, int]:
                touched, added, removed = None, 0, 0
                if known.num_rows:
                    touched = set_ground_truth(cursor, schema, self.slot, known, by_id=True)
                    expected = WriteResult.of_truths(known.num_rows, touched)
                    settles.append(self._expect(expected.to_event("ground_truth", self.model_id)))
                    if supersedes:
                        removed = self.waiting.discard(cursor, known)
                if early.num_rows:
                    added = self.waiting.keep(cursor, schema, early)
                if finish is not None:
                    finish(cursor)
                return touched, added, removed

            if not table.num_rows and finish is None:
                return WriteResult()
            try:
                touched, added, removed = self._database.write(work)
            except BaseException:
                _call_all(settles)
                raise
            self.waiting.add(hashes[is_early], added)
            self.waiting.remove(removed)
        if touched is None:
            return WriteResult()
        written = WriteResult.of_truths(known.num_rows, touched)
        written.settle = partial(_call_all, settles)
        return written

    def _locate(
        self,
        cursor: Cursor,
        schema: ModelSchema,
        table: pa.Table,
        hashes: npt.NDArray[np.uint64],
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return places of rows with known ids and the sequence numbers of those ids."""
        index = self._loaded(schema, table)
        places, sequence = index.find(hashes)
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


def _call_all(works: list[Callable[[], object]]) -> None:
    for work in works:
        work()


def _hashes(cursor: Cursor, table: pa.Table) -> npt.NDArray[np.uint64]:
    """Hash the ids of a table; the hash depends on the version of DuckDB: never store it."""
    ids = table.column("partner_inference_id")
    if len(ids) <= _FEW_IDS:
        cursor.execute("SELECT hash(unnest(CAST(? AS VARCHAR[]))) AS hash", [ids.to_pylist()])
    else:
        cursor.register(_BATCH, table.select(["partner_inference_id"]))
        cursor.execute(f"SELECT hash(partner_inference_id) AS hash FROM {_BATCH}")
    return np.asarray(cursor.fetchnumpy()["hash"], np.uint64)
