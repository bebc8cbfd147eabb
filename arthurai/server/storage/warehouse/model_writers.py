"""The models of a data store: their tables and writers."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from arthurai.server.model_schema import ModelSchema
from arthurai.server.storage.warehouse import ddl, enrichment_columns
from arthurai.server.storage.warehouse.errors import UnknownModelError, ValuesLostError
from arthurai.server.storage.warehouse.waiting_truths import count_waiting
from arthurai.server.storage.warehouse.writer import ModelWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.server.storage.warehouse.datasets import Datasets
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase


class ModelWriters:
    """Creates, changes and drops the tables of models.

    Args:
        database: The database.
        datasets: The states of batches and reference sets.
    """

    def __init__(self, database: WarehouseDatabase, datasets: Datasets) -> None:
        self._database = database
        self._datasets = datasets
        self._lock = threading.RLock()
        self._writers: dict[str, ModelWriter] = {}
        self._fingerprints: dict[str, str] = {}
        # The schema that was found to fit last, so that its fingerprint is not taken each time.
        self._fitted: dict[str, tuple[ModelSchema, ModelWriter]] = {}
        # The columns that the views are known to have, by slot.
        self._columns: dict[int, set[tuple[str, str]]] = {}
        stored = database.fetch("SELECT model_id, slot, fingerprint FROM arthur_models")[1]
        waiting = count_waiting(database, [slot for _, slot, _ in stored])
        for model_id, slot, fingerprint in stored:
            self._writers[model_id] = ModelWriter(
                database, datasets, model_id, slot, waiting.get(slot, 0)
            )
            self._fingerprints[model_id] = fingerprint

    def get(self, model_id: str) -> ModelWriter | None:
        """Return the writer of a model, or `None` for an unknown one."""
        return self._writers.get(model_id)

    def get_known(self, model_id: str) -> ModelWriter:
        """Return the writer of a model.

        Raises:
            UnknownModelError: If the id is unknown.
        """
        try:
            return self._writers[model_id]
        except KeyError:
            raise UnknownModelError(f"the data store has no model {model_id!r}") from None

    def waiting_truths(self, model_id: str | None = None) -> int:
        """Return the number of ids whose ground truth waits for an inference.

        Args:
            model_id: The model; `None` for all.
        """
        if model_id is not None:
            writer = self._writers.get(model_id)
            return 0 if writer is None else writer.waiting.count
        return sum(writer.waiting.count for writer in list(self._writers.values()))

    def writer(self, schema: ModelSchema) -> ModelWriter:
        """Return the writer of a model; its tables are created or extended for the schema.

        Nothing is dropped here: a request may have read the schema just before it was changed.

        Args:
            schema: Schema of the model.
        """
        fitted = self._fitted.get(schema.model_id)
        if fitted is not None and fitted[0] is schema:
            return fitted[1]
        fingerprint = self._fingerprints.get(schema.model_id)
        if fingerprint == ddl.fingerprint(schema):
            known = self._writers[schema.model_id]
            self._fitted[schema.model_id] = schema, known
            if self._fingerprints.get(schema.model_id) != fingerprint:  # changed meanwhile
                self._fitted.pop(schema.model_id, None)
            return known
        with self._model_locked(schema.model_id) as writer, self._lock:
            if writer is not None and _columns(schema) <= self._columns.get(writer.slot, set()):
                return writer
            return self._fit(schema, drop=False)

    def update(
        self, schema: ModelSchema, store: Callable[[], None], *, discard_values: bool
    ) -> None:
        """Adapt the tables of a model to a changed schema; removed columns are dropped.

        The schema is stored before the tables are changed, and rows wait meanwhile: a process that
        ends in between has lost nothing, and the next use of the model adapts its tables.

        Args:
            schema: The new schema of the model.
            store: Stores the schema; it is called with the locks of this model alone.
            discard_values: Whether stored values that have no place in the schema may be dropped.

        Raises:
            ValuesLostError: If there are such values, and they may not be dropped.
        """
        with self._model_locked(schema.model_id) as writer:
            if writer is not None and not discard_values:
                with self._database.cursor() as cursor:
                    lost = ddl.count_lost_values(self._database, cursor, writer.slot, schema)
                if lost:
                    raise ValuesLostError(lost)
            store()
            with self._lock:
                self._fit(schema, drop=True)

    @contextmanager
    def _model_locked(self, model_id: str) -> Iterator[ModelWriter | None]:
        """Hold the locks of a model, and no other lock while waiting for them."""
        while True:
            writer = self._writers.get(model_id)
            with ExitStack() as locks:
                if writer is not None:
                    locks.enter_context(writer.reference_lock)
                    locks.enter_context(writer.lock)
                if self._writers.get(model_id) is writer:
                    yield writer
                    return

    def _fit(self, schema: ModelSchema, *, drop: bool) -> ModelWriter:
        fingerprint = ddl.fingerprint(schema)
        writer = self._writers.get(schema.model_id)
        is_new = writer is None
        if writer is None:
            slot = 1 + max((w.slot for w in self._writers.values()), default=0)
            writer = ModelWriter(self._database, self._datasets, schema.model_id, slot)
        slot = writer.slot

        def fit(cursor: Cursor) -> None:
            if is_new:
                ddl.create_tables(cursor, slot, schema)
                cursor.execute(
                    "INSERT INTO arthur_models VALUES (?, ?, ?)",
                    [schema.model_id, slot, fingerprint],
                )
            else:
                ddl.alter_tables(self._database, cursor, slot, schema, drop=drop)
                cursor.execute(
                    "UPDATE arthur_models SET fingerprint = ? WHERE model_id = ?",
                    [fingerprint, schema.model_id],
                )

        with writer.reference_lock, writer.lock:
            self._database.write(fit)
            known = set() if is_new or drop else self._columns.get(slot, set())
            self._columns[slot] = known | _columns(schema)
            self._writers[schema.model_id] = writer
            self._fingerprints[schema.model_id] = fingerprint
            self._fitted.pop(schema.model_id, None)
        return writer

    def delete(self, model_id: str) -> None:
        """Delete all data of a model; an unknown model is ignored."""
        with self._model_locked(model_id) as writer, self._lock:
            if writer is None:
                return
            slot = writer.slot

            def drop(cursor: Cursor) -> None:
                ddl.drop_tables(cursor, slot)
                enrichment_columns.drop_tables(cursor, slot)
                for table in ("arthur_models", "arthur_datasets", "arthur_requests"):
                    cursor.execute(f"DELETE FROM {table} WHERE model_id = ?", [model_id])

            self._database.write(drop)
            del self._writers[model_id]
            del self._fingerprints[model_id]
            self._fitted.pop(model_id, None)
            self._columns.pop(slot, None)

    def relation(self, model: ModelSchema | str, source: str) -> str:
        """Return the quote_name name of the relation behind a query source.

        Args:
            model: The model, or its id.
            source: A key of `ddl.SOURCES` or of `enrichment_columns.COLUMNS`.

        Raises:
            LookupError: If the model is unknown, or has no results of that enrichment.
        """
        writer = self.writer(model) if isinstance(model, ModelSchema) else self.get_known(model)
        if source in enrichment_columns.COLUMNS:
            return enrichment_columns.relation(self._database, writer.slot, source)
        return ddl.view(writer.slot, source)


def _columns(schema: ModelSchema) -> set[tuple[str, str]]:
    return {(a.column, a.value_type) for a in schema.attributes}
