"""The data store: inferences, ground truth and reference sets of all models."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from arthurai.server.background.event_bus import EventBus
from arthurai.server.storage.warehouse import ddl, enrichment_columns
from arthurai.server.storage.warehouse.datasets import COMPLETED, Dataset, Datasets
from arthurai.server.storage.warehouse.deletion import delete_inference
from arthurai.server.storage.warehouse.errors import DatasetStateError, UnknownDatasetError
from arthurai.server.storage.warehouse.grouped_writes import MAX_SMALL_ROWS
from arthurai.server.storage.warehouse.idempotency import IdempotencyKeys
from arthurai.server.storage.warehouse.maintenance import (
    Pruned,
    image_columns,
    images_in_use,
    prune_model,
    remove_unused_images,
)
from arthurai.server.storage.warehouse.model_writers import ModelWriters
from arthurai.server.storage.warehouse.pieces import number_pieces
from arthurai.server.storage.warehouse.reference_rows import store_reference_rows
from arthurai.server.storage.warehouse.row_identity import mark_untimed
from arthurai.server.storage.warehouse.row_results import RowResults
from arthurai.server.storage.warehouse.row_sizes import reject_large_rows
from arthurai.server.storage.warehouse.stored_images import ImageFiles, ImageUpload, image_folder
from arthurai.server.storage.warehouse.submitted_rows import submit_rows
from arthurai.server.storage.warehouse.upkeep import Upkeep
from arthurai.server.storage.warehouse.warehouse_engines import open_warehouse
from arthurai.server.storage.warehouse.writer import ModelWriter, WriteResult
from arthurai.server.timestamps import to_utc

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from arthurai.server.background.event_bus import DataKind
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.s3_address import S3Place
    from arthurai.server.storage.warehouse.decode_plain_json import PlainRows
    from arthurai.server.storage.warehouse.idempotency import RequestKey
    from arthurai.server.storage.warehouse.pieces import Rows
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase


class DataStore:
    """Inferences, ground truth and reference sets of all models.

    Thread-safe: readers never wait, writers of one model take turns. What a call has stored is on
    disk when it returns.

    Attributes:
        database: The database.
        drain_events: Waits until all subscribers have handled all events so far.
        fetch: Runs a query; returns column names and rows.
        fetch_parts: Runs a query, and yields its rows a few at a time.
        interrupt: Ends the queries that are running: they raise an exception.
        on_data: Has something called after each commit of data, see `EventBus.subscribe`.
        measure_events: Returns how many events wait, and the seconds since there were none.
        upkeep: Long work on the whole database, such as compaction.
        waiting_truths: Returns the number of ids whose ground truth waits for an inference.

    Args:
        directory: Data directory, created when missing; `None` keeps everything in memory.
        max_memory: Bytes of memory that the database may take; `None` takes its default.
        max_spill: Bytes that it may write to disk while it computes; `None` takes its default.
        warehouse: Address of a warehouse that servers share, see `open_warehouse`.
        storage: Where its files are, if they are not in the directory.

    Raises:
        DataStoreLockedError: If another process has the directory open.
        DataStoreVersionError: If the data were written by a newer version.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        max_memory: int | None = None,
        max_spill: int | None = None,
        warehouse: str | None = None,
        storage: S3Place | None = None,
    ) -> None:
        self.directory = directory
        bounds = {"max_memory": max_memory, "max_spill": max_spill}
        self.database: WarehouseDatabase = open_warehouse(
            directory, address=warehouse, storage=storage, **bounds
        )
        self._database = self.database
        self._datasets = Datasets(self._database)
        self._events = EventBus()
        self.fetch = self._database.fetch
        self.fetch_parts = self._database.fetch_parts
        self.interrupt = self._database.interrupt
        self.on_data = self._events.subscribe
        self.drain_events = self._events.drain
        self.measure_events = self._events.measure
        self._models = ModelWriters(self._database, self._datasets, self._events.expect)
        self.waiting_truths = self._models.waiting_truths
        self._keys = IdempotencyKeys(self._database)
        self.upkeep = Upkeep(self._database, self._keys.prune_all)

    # --- models ---------------------------------------------------------------------------------

    def create_model(self, schema: ModelSchema) -> None:
        """Create the tables of a model, or add columns to them for the schema.

        Args:
            schema: Schema of the model.
        """
        self._models.writer(schema)

    def update_schema(
        self,
        schema: ModelSchema,
        store: Callable[[], None] = lambda: None,
        *,
        discard_values: bool = False,
    ) -> None:
        """Adapt the tables of a model to a changed schema.

        Values whose type changed are converted. Nothing else waits for rows of the model that are
        being stored at this time.

        Args:
            schema: The new schema.
            store: Stores the schema, before the tables are changed.
            discard_values: Whether stored values of removed attributes, and those that the new
                type cannot hold exactly, may be dropped.

        Raises:
            ValuesLostError: If there are such values, and they may not be dropped.
        """
        self._models.update(schema, store, discard_values=discard_values)

    def delete_model(self, model_id: str) -> None:
        """Delete all data of a model; an unknown model is ignored."""
        writer = self._models.get(model_id)
        if writer is not None:
            # Images first: after a kill in between, the tables still say where they are.
            self._database.files.delete_folder(image_folder(writer.slot))
            self._models.delete(model_id)
            self._keys.forget(model_id)

    # --- writing --------------------------------------------------------------------------------

    def append_inferences(
        self,
        schema: ModelSchema,
        data: Rows,
        *,
        batch_id: str | None = None,
        key: RequestKey | None = None,
    ) -> RowResults:
        """Store inferences, with ground truth where it is already known.

        An inference that is stored already under its `partner_inference_id` changes nothing, see
        `row_identity`; any other is stored as a further inference of that id.

        Args:
            schema: Schema of the model.
            data: `Inference` objects of the API, or a table with the columns
                `partner_inference_id`, `inference_timestamp`, optionally `batch_id` and
                `ground_truth_timestamp`, and a column for each attribute.
            batch_id: Batch of all rows, overriding the one of each row.
            key: What identifies the request: a repeat gets the results of the first one.

        Returns:
            The result of each row.
        """
        if isinstance(data, list) and not batch_id:
            return self.submit_inferences(schema, data, key=key)()
        return self.append_inference_stream(schema, [data], batch_id=batch_id, key=key)

    def append_inference_stream(
        self,
        schema: ModelSchema,
        stream: Iterable[Rows],
        *,
        batch_id: str | None = None,
        images: ImageUpload | None = None,
        key: RequestKey | None = None,
        call_time: int | None = None,
    ) -> RowResults:
        """Store inferences that arrive in pieces, each piece durably before the next one.

        Args:
            schema: Schema of the model.
            stream: Pieces as for `append_inferences`.
            batch_id: Batch of all rows, overriding the one of each row.
            images: Images that the rows refer to; image attributes are replaced by image ids.
            key: What identifies the request: a repeat gets the results of the first one.
            call_time: The time of the call, see `mark_untimed`.
        """
        writer = self._models.writer(schema)
        announce = partial(self._announce, writer)
        with self._keys.claim(writer.model_id, key) as claim:
            if claim.answer is not None:
                return claim.answer
            results = RowResults()
            finish = claim.finish(results)
            for piece in number_pieces(stream, results):
                table = piece.inferences(schema, results, batch_id or None)
                if images is not None:
                    table = images.store_images(schema, table, results)
                if call_time is not None:
                    table = mark_untimed(table, call_time)
                table = reject_large_rows(table, self._database.max_row_bytes, results)
                for part, is_last in piece.slices(table):
                    writer.append(schema, part, finish if is_last else None, announce)
        return results

    def submit_inferences(
        self,
        schema: ModelSchema,
        items: list[Any] | PlainRows,
        *,
        key: RequestKey | None = None,
        call_time: int | None = None,
    ) -> Callable[[], RowResults]:
        """Store inferences as `append_inferences` does, but wait for them later.

        A few rows share a transaction with what else is submitted until then.

        Args:
            schema: Schema of the model.
            items: `Inference` objects of the API, or decoded from them.
            key: What identifies the request: a repeat gets the results of the first one.
            call_time: The time of the call, see `mark_untimed`.

        Returns:
            What waits for the rows, and returns the result of each; call it once.
        """
        writer = self._models.writer(schema)
        if isinstance(items, list) and len(items) <= MAX_SMALL_ROWS:
            claim = self._keys.try_claim(writer.model_id, key)
            if claim is not None:
                announce = partial(self._announce, writer)
                return submit_rows(
                    writer, schema, items, claim, announce=announce, call_time=call_time
                )
        return partial(self.append_inference_stream, schema, [items], key=key, call_time=call_time)

    def _announce(self, writer: ModelWriter, written: WriteResult) -> None:
        try:
            if written.completed is not None:
                self._publish("ground_truth", writer, written.completed)
            if written.rows:
                self._publish("inferences", writer, written)
            for batch_id in sorted(written.closed_batches):
                batch = self._datasets.batch(writer.model_id, writer.slot, batch_id)
                self._events.publish(batch.to_event("batch_closed"))
        finally:
            written.settle()

    def append_ground_truth(
        self, schema: ModelSchema, data: Rows, *, key: RequestKey | None = None
    ) -> RowResults:
        """Set the ground truth of all inferences of each id; the last value wins.

        Ground truth of unknown ids is kept until their inference arrives.

        Args:
            schema: Schema of the model.
            data: `InferenceGroundTruth` objects of the API, or a table with the columns
                `partner_inference_id`, `ground_truth_timestamp` and a column for each ground
                truth attribute.
            key: What identifies the request: a repeat gets the results of the first one.

        Returns:
            The result of each row.
        """
        return self.append_ground_truth_stream(schema, [data], key=key)

    def append_ground_truth_stream(
        self, schema: ModelSchema, stream: Iterable[Rows], *, key: RequestKey | None = None
    ) -> RowResults:
        """Set ground truth that arrives in pieces, each piece durably before the next one.

        Args:
            schema: Schema of the model.
            stream: Pieces as for `append_ground_truth`.
            key: What identifies the request: a repeat gets the results of the first one.
        """
        writer = self._models.writer(schema)
        with self._keys.claim(writer.model_id, key) as claim:
            if claim.answer is not None:
                return claim.answer
            results = RowResults()
            finish = claim.finish(results)
            for piece in number_pieces(stream, results):
                table = piece.decoder(schema, results).ground_truth()
                table = reject_large_rows(table, self._database.max_row_bytes, results)
                for part, is_last in piece.slices(table):
                    written = writer.update_ground_truth(schema, part, finish if is_last else None)
                    if written.rows:
                        self._publish("ground_truth", writer, written)
                    written.settle()
        return results

    def append_reference_stream(
        self,
        schema: ModelSchema,
        stream: Iterable[Rows],
        *,
        images: ImageUpload | None = None,
        key: RequestKey | None = None,
    ) -> RowResults:
        """Store reference rows that arrive in pieces: all valid rows of all pieces, or nothing.

        Args:
            schema: Schema of the model.
            stream: Lists of `ReferenceRow` objects of the API, or tables by attribute.
            images: Images that the rows refer to; image attributes are replaced by image ids.
            key: What identifies the request: a repeat gets the results of the first one.

        Raises:
            DatasetStateError: If the reference set is closed.
        """
        writer = self._models.writer(schema)
        results = RowResults()
        with self._keys.claim(writer.model_id, key) as claim, writer.reference_lock:
            if claim.answer is not None:
                return claim.answer
            self._models.require_fit(schema)
            self._require_open_reference(writer)

            def decode() -> Iterator[pa.Table]:
                for piece in number_pieces(stream, results, all_or_nothing=True):
                    table = piece.decoder(schema, results).reference()
                    if images is not None:
                        table = images.store_images(schema, table, results)
                    yield reject_large_rows(table, self._database.max_row_bytes, results)

            store_reference_rows(
                self._database,
                self._datasets,
                writer,
                schema,
                decode(),
                results=results,
                finish=claim.finish(results),
            )
        if results.accepted:
            self._publish("reference", writer, WriteResult(rows=results.accepted))
        return results

    def images(self, schema: ModelSchema) -> ImageFiles:
        """Return the images of a model.

        Args:
            schema: Schema of the model.
        """
        writer = self._models.writer(schema)
        used = partial(images_in_use, self._database, writer.slot, image_columns(schema))
        return ImageFiles(self._database.files, image_folder(writer.slot), used)

    def store_enrichment(self, model_id: str, source: str, table: pa.Table) -> None:
        """Store results of an enrichment; earlier results of the same inferences are replaced.

        Args:
            model_id: The model.
            source: A key of `enrichment_columns.COLUMNS`.
            table: The results, with the columns of `enrichment_columns.COLUMNS[source]`.

        Raises:
            UnknownModelError: If the id is unknown.
        """
        enrichment_columns.store(
            self._database, self._models.get_known(model_id).slot, source, table
        )

    # --- data sets ------------------------------------------------------------------------------

    def _require_open_reference(self, writer: ModelWriter) -> None:
        try:
            found = self._datasets.reference(writer.model_id, writer.slot)
        except UnknownDatasetError:
            return
        if found.closed:
            raise DatasetStateError("the reference set is closed and can no longer be changed")

    def close_batch(
        self, schema: ModelSchema, batch_id: str, total_record_count: int | None = None
    ) -> Dataset:
        """Close a batch: all its inferences were sent.

        A batch with fewer rows than declared waits for the others, then becomes complete.

        Args:
            schema: Schema of the model.
            batch_id: Id of the batch.
            total_record_count: Number of rows that the caller has sent.

        Returns:
            The batch in its new state.

        Raises:
            DatasetStateError: If the model has no batches.
            UnknownDatasetError: If there is no such batch.
        """
        if not schema.is_batch:
            raise DatasetStateError("the model is not a batch model: it has no batches to close")
        writer = self._models.writer(schema)
        with writer.lock:
            found = self._datasets.batch(writer.model_id, writer.slot, batch_id)
            settle = self._events.expect(found.to_event("batch_closed"))
            try:
                status = self._datasets.close(found, total_record_count)
            except BaseException:
                settle()
                raise
            writer.open_batches.discard(batch_id)
        if status == COMPLETED and found.status != COMPLETED:
            self._events.publish(found.to_event("batch_closed"))
        settle()
        return self._datasets.batch(writer.model_id, writer.slot, batch_id)

    def close_reference(
        self, schema: ModelSchema, total_record_count: int | None = None
    ) -> Dataset:
        """Close the reference set; it cannot be changed afterwards.

        Args:
            schema: Schema of the model.
            total_record_count: Number of rows that the caller has sent.

        Returns:
            The reference set in its new state.

        Raises:
            DatasetStateError: If a different number of rows is stored.
            UnknownDatasetError: If no reference data were sent.
        """
        writer = self._models.writer(schema)
        with writer.reference_lock:
            found = self._datasets.reference(writer.model_id, writer.slot)
            self._datasets.close(found, total_record_count)
        if not found.closed:
            self._events.publish(found.to_event("reference_closed"))
        return self._datasets.reference(writer.model_id, writer.slot)

    def restart_reference(self, schema: ModelSchema) -> None:
        """Delete the rows of a reference set that is not closed, so that it can be sent again.

        Args:
            schema: Schema of the model.

        Raises:
            DatasetStateError: If the reference set is closed.
        """
        writer = self._models.writer(schema)
        with writer.reference_lock:
            self._require_open_reference(writer)

            def work(cursor: Cursor) -> None:
                cursor.execute(f"DELETE FROM {ddl.reference_table(writer.slot)}")
                cursor.execute(
                    "DELETE FROM arthur_datasets WHERE model_id = ? AND kind = 'reference'",
                    [writer.model_id],
                )

            self._database.write(work)

    def batch(self, schema: ModelSchema, batch_id: str) -> Dataset:
        """Return one batch.

        Raises:
            UnknownDatasetError: If no inference of that batch was ever sent.
        """
        writer = self._models.writer(schema)
        return self._datasets.batch(writer.model_id, writer.slot, batch_id)

    def batches(self, schema: ModelSchema) -> list[Dataset]:
        """Return all batches of a model in the order of their first rows."""
        writer = self._models.writer(schema)
        return self._datasets.list(writer.model_id, writer.slot, "batch")

    def reference(self, schema: ModelSchema) -> Dataset:
        """Return the reference set.

        Raises:
            UnknownDatasetError: If no reference data were ever sent.
        """
        writer = self._models.writer(schema)
        return self._datasets.reference(writer.model_id, writer.slot)

    def datasets(self, schema: ModelSchema) -> list[Dataset]:
        """Return the batches of a model, then its reference set."""
        writer = self._models.writer(schema)
        return self.batches(schema) + self._datasets.list(writer.model_id, writer.slot, "reference")

    # --- reading --------------------------------------------------------------------------------

    def relation(self, model: ModelSchema | str, source: str) -> str:
        """Return the quote_name name of the relation behind a query source.

        `inference`, `enriched` and `ground_truth` have the columns `seq`,
        `inference_id`, `partner_inference_id`, `inference_timestamp`,
        `received_timestamp`, `ground_truth_timestamp` and `batch_id`, and one
        `Attribute.column` for each attribute, implicit ones included. `reference` has `seq`
        and the attributes. Times are UTC without a zone.

        Args:
            model: The model, or its id.
            source: `inference`, `enriched`, `ground_truth` or `reference`; for results of
                enrichments, a key of their `COLUMNS`.

        Raises:
            LookupError: If the model is unknown, or has no results of that enrichment.
        """
        return self._models.relation(model, source)

    def rows(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """Run a query and return its rows as dictionaries.

        Args:
            sql: One statement, values as `?` or `$name`.
            params: The values.
        """
        names, found = self.fetch(sql, params)
        return [dict(zip(names, row, strict=True)) for row in found]

    def counts(self, model: ModelSchema | str) -> dict[str, int]:
        """Return the number of rows of each source: inference, ground_truth, reference.

        Args:
            model: The model, or its id; an id without data has zero rows.
        """
        if isinstance(model, str) and self._models.get(model) is None:
            return {"inference": 0, "ground_truth": 0, "reference": 0}
        rows, truths, reference = self.fetch(
            "SELECT count(*), count(ground_truth_timestamp), (SELECT count(*) FROM"
            f" {self.relation(model, 'reference')}) FROM {self.relation(model, 'inference')}"
        )[1][0]
        return {"inference": rows, "ground_truth": truths, "reference": reference}

    def has_inferences(self, model_id: str) -> bool:
        """Return whether a model has any inferences; an unknown one has none."""
        writer = self._models.get(model_id)
        if writer is None:
            return False
        return bool(self.fetch(f"SELECT 1 FROM {ddl.rows_table(writer.slot)} LIMIT 1")[1])

    # --- retention ------------------------------------------------------------------------------

    def prune(self, schema: ModelSchema, before: dt.datetime, *, dry_run: bool = False) -> Pruned:
        """Delete the inferences before a time, with everything that belongs to them.

        Ground truth of that time that still waits for its inference is deleted too. The space is
        reused for new rows; `upkeep.compact` returns it to the file system.

        Args:
            schema: Schema of the model.
            before: Time, exclusive; UTC when it has no zone.
            dry_run: Only count what would be deleted.

        Returns:
            What was, or would be, deleted.
        """
        writer, images = self._models.writer(schema), self.images(schema)
        return prune_model(self._database, writer, schema, images, to_utc(before), dry_run=dry_run)

    def remove_unused_images(self, schema: ModelSchema) -> None:
        """Delete images that no row refers to, see `maintenance.remove_unused_images`."""
        if image_columns(schema):
            writer, images = self._models.writer(schema), self.images(schema)
            remove_unused_images(self._database, writer, schema, images)

    def delete_inference(self, schema: ModelSchema, partner_inference_id: str) -> Pruned:
        """Delete all inferences of an id, see `deletion.delete_inference`."""
        writer, images = self._models.writer(schema), self.images(schema)
        return delete_inference(self._database, writer, schema, images, partner_inference_id)

    # --- events ---------------------------------------------------------------------------------

    def _publish(self, kind: DataKind, writer: ModelWriter, written: WriteResult) -> None:
        self._events.publish(written.to_event(kind, writer.model_id))

    def checkpoint(self) -> None:
        """Merge the log of recent writes into the data file; readers and writers can continue."""
        self._database.checkpoint()

    def close(self, deadline: float | None = None) -> None:
        """Finish events by a `time.monotonic`, write everything to disk, unlock the directory."""
        self._events.close(deadline)
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
