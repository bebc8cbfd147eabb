"""The models of a data store: their tables and writers."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from arthurai.server.model_schema import ModelSchema
from arthurai.server.storage.warehouse import ddl, enrichment_columns
from arthurai.server.storage.warehouse.errors import (
    ModelChangedError,
    UnknownModelError,
    ValuesLostError,
)
from arthurai.server.storage.warehouse.waiting_truths import count_waiting
from arthurai.server.storage.warehouse.writer import ModelWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.server.background.event_bus import Expect
    from arthurai.server.storage.warehouse.datasets import Datasets
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase


class ModelWriters:
    """Creates, changes and drops the tables of models.

    Args:
        database: The database.
        datasets: The states of batches and reference sets.
        expect: Called before each commit of rows, see `EventBus.expect`.
    """

    def __init__(self, database: WarehouseDatabase, datasets: Datasets, expect: Expect) -> None:
        self._database = database
        self._expect = expect
        self._datasets = datasets
        self._lock = database.lock("models")
        self._reading = threading.Lock()
        self._version: int | None = None
        self._writers: dict[str, ModelWriter] = {}
        self._fingerprints: dict[str, str] = {}
        # The schema that was found to fit last, so that its fingerprint is not taken each time.
        self._fitted: dict[str, tuple[ModelSchema, ModelWriter]] = {}
        # The columns that the views are known to have, by slot.
        self._columns: dict[int, set[tuple[str, str]]] = {}
        if database.is_shared:
            self._synchronize()
            return
        stored = self._read_models()
        waiting = count_waiting(database, [slot for _, slot, _ in stored])
        for model_id, slot, fingerprint in stored:
            self._writers[model_id] = self._make_writer(model_id, slot, waiting.get(slot, 0))
            self._fingerprints[model_id] = fingerprint

    def _make_writer(self, model_id: str, slot: int, waiting: int = 0) -> ModelWriter:
        require_fit = self.require_fit if self._database.is_shared else None
        return ModelWriter(
            self._database,
            self._datasets,
            model_id,
            slot,
            self._expect,
            waiting=waiting,
            require_fit=require_fit,
        )

    def _read_models(self) -> list[tuple[str, int, str]]:
        _, rows = self._database.fetch("SELECT model_id, slot, fingerprint FROM arthur_models")
        return [(model_id, slot, fingerprint) for model_id, slot, fingerprint in rows]

    def _synchronize(self) -> None:
        """Take over which models other servers have made, changed or deleted."""
        if not self._database.is_shared:
            return
        version = self._database.read_schema_version()
        if version == self._version:
            return
        with self._reading:
            stored = {model_id: (slot, text) for model_id, slot, text in self._read_models()}
            for model_id, writer in list(self._writers.items()):
                if stored.get(model_id, (None,))[0] != writer.slot:
                    del self._writers[model_id]
            for model_id, (slot, _) in stored.items():
                if model_id not in self._writers:
                    self._writers[model_id] = self._make_writer(model_id, slot)
            self._fingerprints = {model_id: text for model_id, (_, text) in stored.items()}
            self._fitted.clear()
            self._columns.clear()
            self._version = version

    def require_fit(self, schema: ModelSchema) -> None:
        """Raise if another server has changed the model since its writer was asked for.

        Args:
            schema: Schema of the model, whose lock this thread holds.

        Raises:
            ModelChangedError: The request is to be repeated.
        """
        if not self._database.is_shared:
            return
        self._synchronize()
        fitted = self._fitted.get(schema.model_id)
        if fitted is not None and fitted[0] is schema:
            return
        if self._fingerprints.get(schema.model_id) != ddl.fingerprint(schema):
            raise ModelChangedError(
                "the attributes of the model were changed by another request; repeat this one"
            )

    def get(self, model_id: str) -> ModelWriter | None:
        """Return the writer of a model, or `None` for an unknown one."""
        self._synchronize()
        return self._writers.get(model_id)

    def get_known(self, model_id: str) -> ModelWriter:
        """Return the writer of a model.

        Raises:
            UnknownModelError: If the id is unknown.
        """
        self._synchronize()
        try:
            return self._writers[model_id]
        except KeyError:
            raise UnknownModelError(f"the data store has no model {model_id!r}") from None

    def waiting_truths(self, model_id: str | None = None) -> int:
        """Return the number of ids whose ground truth waits for an inference.

        Args:
            model_id: The model; `None` for all.
        """
        if self._database.is_shared:
            return self._count_waiting(model_id)
        if model_id is not None:
            writer = self._writers.get(model_id)
            return 0 if writer is None else writer.waiting.count
        return sum(writer.waiting.count for writer in list(self._writers.values()))

    def _count_waiting(self, model_id: str | None) -> int:
        self._synchronize()
        slots = [
            writer.slot
            for known, writer in list(self._writers.items())
            if model_id in {None, known}
        ]
        return sum(count_waiting(self._database, slots).values())

    def writer(self, schema: ModelSchema) -> ModelWriter:
        """Return the writer of a model; its tables are created or extended for the schema.

        Nothing is dropped here: a request may have read the schema just before it was changed.

        Args:
            schema: Schema of the model.
        """
        self._synchronize()
        fitted = self._fitted.get(schema.model_id)
        if fitted is not None and fitted[0] is schema:
            return fitted[1]
        fingerprint = self._fingerprints.get(schema.model_id)
        if fingerprint == ddl.fingerprint(schema):
            known = self._writers[schema.model_id]
            self._complete_tables(known, schema)
            self._fitted[schema.model_id] = schema, known
            if self._fingerprints.get(schema.model_id) != fingerprint:  # changed meanwhile
                self._fitted.pop(schema.model_id, None)
            return known
        while True:
            with self._model_locked(schema.model_id) as writer, self._lock:
                self._synchronize()
                if self._writers.get(schema.model_id) is not writer:
                    continue  # another server has made or deleted the model
                if writer is not None and (
                    self._fingerprints.get(schema.model_id) == ddl.fingerprint(schema)
                    or _columns(schema) <= self._columns.get(writer.slot, set())
                ):
                    return writer
                return self._fit(schema, drop=False)

    def _complete_tables(self, writer: ModelWriter, schema: ModelSchema) -> None:
        """Create the table of ground truth that waits, which a copied model may not have yet."""
        if writer.is_complete or not self._database.is_shared:
            return
        self._database.write(lambda cursor: ddl.create_waiting_table(cursor, writer.slot, schema))
        writer.is_complete = True

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
                self._synchronize()
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
            writer = self._make_writer(schema.model_id, slot)
        slot = writer.slot

        def fit(cursor: Cursor) -> None:
            if is_new:
                ddl.create_tables(cursor, slot, schema)
                if self._database.is_shared:
                    ddl.create_waiting_table(cursor, slot, schema)
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

            writer.begin_deletion()
            self._database.write(drop)
            self._writers.pop(model_id, None)
            self._fingerprints.pop(model_id, None)
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
