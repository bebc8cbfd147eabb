"""Retention: inferences before a time are deleted, with everything that belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arthurai.common.vocabulary import ValueType
from arthurai.server.storage.warehouse import enrichment_columns
from arthurai.server.storage.warehouse.ddl import quote_name, reference_table, rows_table
from arthurai.server.storage.warehouse.idempotency import MAX_AGE
from arthurai.server.storage.warehouse.waiting_truths import count_prunable_truths, prune_waiting
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.stored_images import ImageFiles
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase
    from arthurai.server.storage.warehouse.writer import ModelWriter


class Pruned(NamedTuple):
    """What retention deleted.

    Attributes:
        inferences: Number of inferences.
        waiting_truths: Number of ids whose ground truth waited for an inference.
    """

    inferences: int = 0
    waiting_truths: int = 0


def prune_model(
    database: WarehouseDatabase,
    writer: ModelWriter,
    schema: ModelSchema,
    images: ImageFiles,
    before: dt.datetime,
    *,
    dry_run: bool = False,
) -> Pruned:
    """Delete the inferences of a model before a time, with everything that belongs to them.

    Ground truth of that time that still waits for its inference is deleted too, and the answers to
    requests that are too old to be repeated.

    Args:
        database: The database.
        writer: The writer of the model.
        schema: Schema of the model.
        images: Its images.
        before: Time in UTC without a zone, exclusive.
        dry_run: Only count what would be deleted.

    Returns:
        What was, or would be, deleted.
    """
    rows = rows_table(writer.slot)
    if dry_run:
        _, found = database.fetch(
            f"SELECT count(*) FROM {rows} WHERE inference_timestamp < ?", [before]
        )
        waiting = 0
        if writer.waiting.may_exist:
            waiting = count_prunable_truths(database, writer.slot, before)
        return Pruned(int(found[0][0]), waiting)

    def work(cursor: Cursor) -> Pruned:
        cursor.execute(f"DELETE FROM {rows} WHERE inference_timestamp < ?", [before])
        deleted = int(cursor.fetchall()[0][0])
        if deleted:
            enrichment_columns.prune(database, cursor, writer.slot, rows)
            cursor.execute(
                "DELETE FROM arthur_datasets WHERE model_id = ? AND kind = 'batch'"
                f" AND batch_id NOT IN (SELECT batch_id FROM {rows} WHERE batch_id IS NOT NULL)",
                [writer.model_id],
            )
        cursor.execute(
            "DELETE FROM arthur_requests WHERE model_id = ? AND created_at < ?",
            [writer.model_id, utc_now() - MAX_AGE],
        )
        waiting = prune_waiting(cursor, writer.slot, before) if writer.waiting.may_exist else 0
        return Pruned(deleted, waiting)

    with writer.lock:
        writer.begin_deletion()
        pruned = database.write(work)
        if pruned.inferences:
            writer.drop_index()
        writer.waiting.remove(pruned.waiting_truths)
    remove_unused_images(database, writer, schema, images)
    return pruned


def remove_unused_images(
    database: WarehouseDatabase, writer: ModelWriter, schema: ModelSchema, images: ImageFiles
) -> None:
    """Delete the images of a model that no row refers to.

    A request that the end of a server cut off has left some, and so has a deletion.

    Args:
        database: The database.
        writer: The writer of the model.
        schema: Schema of the model.
        images: Its images.
    """
    columns = image_columns(schema)
    if columns:
        with writer.reference_lock, writer.lock:
            images.remove_all_but(images_in_use(database, writer.slot, columns))


def image_columns(schema: ModelSchema) -> list[str]:
    """Return the columns that hold ids of images."""
    return [a.column for a in schema.stored if a.value_type == ValueType.Image]


def images_in_use(
    database: WarehouseDatabase,
    slot: int,
    columns: list[str],
    among: Collection[str] | None = None,
) -> set[str]:
    """Return the image ids that rows of a model refer to.

    Args:
        database: The database.
        slot: Slot number of the model.
        columns: Columns of its image attributes.
        among: The only ids to look for, if not all.
    """
    used: set[str] = set()
    asked = [] if among is None else [list(among)]
    for table in (rows_table(slot), reference_table(slot)):
        for column in map(quote_name, columns):
            is_asked = "IS NOT NULL" if among is None else "= ANY(?)"
            _, found = database.fetch(
                f"SELECT DISTINCT {column} FROM {table} WHERE {column} {is_asked}", asked
            )
            used |= {row[0] for row in found}
    return used
