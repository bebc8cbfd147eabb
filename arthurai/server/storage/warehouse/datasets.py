"""Batches and reference sets, and their states in the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from arthurai.server.background.event_bus import DataEvent
from arthurai.server.storage.warehouse.ddl import reference_table, rows_table
from arthurai.server.storage.warehouse.errors import DatasetStateError, UnknownDatasetError
from arthurai.server.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    import datetime as dt

    from arthurai.server.background.event_bus import DataKind
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

STARTED: Final = "started"
WAITING: Final = "waiting_for_data_load_to_finish"
COMPLETED: Final = "completed"

_MAX_RECORDS: Final = 2**63 - 1

DatasetKind = Literal["batch", "reference"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A batch or a reference set.

    Attributes:
        model_id: Id of the model.
        kind: `batch` or `reference`.
        batch_id: Id of the batch; empty for a reference set.
        status: Wire name of the state.
        records: Rows stored.
        partner_record_count: Rows the caller said there are, 0 before it was closed.
        created_at: Time of the first row, UTC without zone.
        updated_at: Time of the last change, UTC without zone.
    """

    model_id: str
    kind: DatasetKind
    batch_id: str
    status: str
    records: int
    partner_record_count: int
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def closed(self) -> bool:
        """Whether the caller has declared that all rows are sent."""
        return self.status != STARTED

    def to_event(self, kind: DataKind) -> DataEvent:
        """Return what the background hears of a change.

        Args:
            kind: What happened.
        """
        batch_ids = (self.batch_id,) if self.kind == "batch" else ()
        return DataEvent(kind, self.model_id, rows=self.records, batch_ids=batch_ids)

    def to_api(self) -> dict[str, Any]:
        """Return the members that `Batch` and `ReferenceDataset` of the API have in common."""
        return {
            "model_id": self.model_id,
            "records": self.records,
            "partner_record_count": self.partner_record_count,
            "status": self.status,
            "created_at": format_timestamp(self.created_at),
            "updated_at": format_timestamp(self.updated_at),
        }


class Datasets:
    """The states of all batches and reference sets.

    Args:
        database: The database.
    """

    def __init__(self, database: WarehouseDatabase) -> None:
        self._database = database

    def list(
        self, model_id: str, slot: int, kind: DatasetKind, batch_id: str | None = None
    ) -> list[Dataset]:
        """Return data sets of a model in the order of their creation.

        Args:
            model_id: Id of the model.
            slot: Its slot number.
            kind: Its kind.
            batch_id: Return only this batch.
        """
        if kind == "batch":
            rows = (
                "SELECT batch_id, count(*) AS records, max(received_timestamp) AS changed"
                f" FROM {rows_table(slot)} WHERE batch_id = coalesce($batch, batch_id)"
                " GROUP BY batch_id"
            )
        else:
            rows = (
                "SELECT '' AS batch_id, count(*) AS records, NULL AS changed"
                f" FROM {reference_table(slot)}"
            )
        _, found = self._database.fetch(
            "SELECT d.batch_id, d.status, coalesce(r.records, 0), d.partner_record_count,"
            " d.created_at, greatest(d.updated_at, coalesce(r.changed, d.updated_at))"
            f" FROM arthur_datasets d LEFT JOIN ({rows}) r USING (batch_id)"
            " WHERE d.model_id = $model AND d.kind = $kind"
            " AND d.batch_id = coalesce($batch, d.batch_id) ORDER BY d.created_at, d.batch_id",
            {"model": model_id, "kind": kind, "batch": batch_id},
        )
        return [Dataset(model_id, kind, *row) for row in found]

    def batch(self, model_id: str, slot: int, batch_id: str) -> Dataset:
        """Return one batch.

        Raises:
            UnknownDatasetError: If no inference of that batch was ever sent.
        """
        found = self.list(model_id, slot, "batch", batch_id)
        if not found:
            raise UnknownDatasetError(
                f"the model has no batch {batch_id!r}: a batch starts with its first inference"
            )
        return found[0]

    def reference(self, model_id: str, slot: int) -> Dataset:
        """Return the reference set.

        Raises:
            UnknownDatasetError: If no reference data were ever sent.
        """
        found = self.list(model_id, slot, "reference")
        if not found:
            raise UnknownDatasetError("the model has no reference data yet: upload some first")
        return found[0]

    def begin(self, cursor: Cursor, model_id: str, kind: DatasetKind, batch_id: str = "") -> str:
        """Record that rows of a data set arrive: start a new one, reopen a completed batch.

        Args:
            cursor: A cursor inside the transaction that stores the rows.
            model_id: Id of the model.
            kind: Its kind.
            batch_id: Id of the batch.

        Returns:
            The new state.
        """
        now = utc_now()
        cursor.execute(
            "SELECT status FROM arthur_datasets WHERE model_id = ? AND kind = ? AND batch_id = ?",
            [model_id, kind, batch_id],
        )
        known = cursor.fetchall()
        if not known:
            cursor.execute(
                "INSERT INTO arthur_datasets VALUES (?, ?, ?, ?, 0, ?, ?)",
                [model_id, kind, batch_id, STARTED, now, now],
            )
        elif known[0][0] == COMPLETED:
            self._set(cursor, model_id, kind, batch_id, status=STARTED, declared=0)
        else:
            return str(known[0][0])
        return STARTED

    def close(self, dataset: Dataset, declared: int | None) -> str:
        """Record that the caller has sent all rows.

        Args:
            dataset: The data set as it is now.
            declared: Number of rows that the caller has sent.

        Returns:
            The new state; a batch that still lacks rows waits for them.

        Raises:
            DatasetStateError: If a reference set has a different number of rows than declared.
        """
        status = COMPLETED
        if declared is not None and not 0 <= declared <= _MAX_RECORDS:
            raise DatasetStateError(f"total_record_count: must be a number of rows, got {declared}")
        if declared is not None and declared != dataset.records:
            if dataset.kind == "reference":
                raise DatasetStateError(
                    f"total_record_count is {declared}, but {dataset.records} reference rows are"
                    " stored: send the missing rows, or set the status to 'started' to start again"
                )
            if declared > dataset.records:
                status = WAITING
        self._database.write(
            lambda cursor: self._set(
                cursor,
                dataset.model_id,
                dataset.kind,
                dataset.batch_id,
                status=status,
                declared=declared or 0,
            )
        )
        return status

    def complete(self, cursor: Cursor, model_id: str, slot: int, batch_id: str) -> bool:
        """Complete a batch that waits for rows, if all of them have arrived; return whether.

        Args:
            cursor: A cursor inside the transaction that stores its rows.
            model_id: Id of the model.
            slot: Its slot number.
            batch_id: Id of the batch.
        """
        cursor.execute(
            "SELECT partner_record_count,"
            f" (SELECT count(*) FROM {rows_table(slot)} WHERE batch_id = $batch)"
            " FROM arthur_datasets"
            " WHERE model_id = $model AND kind = 'batch' AND batch_id = $batch",
            {"model": model_id, "batch": batch_id},
        )
        declared, records = cursor.fetchall()[0]
        if records < declared:
            return False
        self._set(cursor, model_id, "batch", batch_id, status=COMPLETED, declared=declared)
        return True

    @staticmethod
    def _set(
        cursor: Cursor,
        model_id: str,
        kind: DatasetKind,
        batch_id: str,
        *,
        status: str,
        declared: int,
    ) -> None:
        cursor.execute(
            "UPDATE arthur_datasets SET status = ?, partner_record_count = ?, updated_at = ?"
            " WHERE model_id = ? AND kind = ? AND batch_id = ?",
            [status, declared, utc_now(), model_id, kind, batch_id],
        )
