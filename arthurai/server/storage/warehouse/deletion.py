"""Deletion of single inferences by their id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.storage.warehouse import enrichment_columns
from arthurai.server.storage.warehouse.ddl import (
    has_waiting_table,
    quote_name,
    rows_table,
    waiting_table,
)
from arthurai.server.storage.warehouse.maintenance import Pruned, image_columns, images_in_use

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.stored_images import ImageFiles
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase
    from arthurai.server.storage.warehouse.writer import ModelWriter


def delete_inference(
    database: WarehouseDatabase,
    writer: ModelWriter,
    schema: ModelSchema,
    images: ImageFiles,
    partner_inference_id: str,
) -> Pruned:
    """Delete all inferences of an id with everything that belongs to them alone.

    Ground truth, results of enrichments and ground truth that waits go with them, and images that
    no other row refers to.

    Args:
        database: The database.
        writer: The writer of the model.
        schema: Schema of the model.
        images: Its images.
        partner_inference_id: The id that the client chose.

    Returns:
        What was deleted.
    """
    rows, columns = rows_table(writer.slot), image_columns(schema)
    shown: dict[str, float] = {}

    def work(cursor: Cursor) -> Pruned:
        shown.clear()
        for column in map(quote_name, columns):
            cursor.execute(
                f"SELECT {column}, max(epoch(received_timestamp)) FROM {rows}"
                f" WHERE partner_inference_id = ? AND {column} IS NOT NULL GROUP BY 1",
                [partner_inference_id],
            )
            shown.update(cursor.fetchall())
        enrichment_columns.delete(database, cursor, writer.slot, rows, partner_inference_id)
        cursor.execute(f"DELETE FROM {rows} WHERE partner_inference_id = ?", [partner_inference_id])
        deleted = int(cursor.fetchall()[0][0])
        waiting = 0
        if writer.waiting.may_exist and has_waiting_table(database, cursor, writer.slot):
            cursor.execute(
                f"DELETE FROM {waiting_table(writer.slot)} WHERE partner_inference_id = ?",
                [partner_inference_id],
            )
            waiting = int(cursor.fetchall()[0][0])
        return Pruned(deleted, waiting)

    with writer.reference_lock, writer.lock:
        writer.begin_deletion()
        deleted = database.write(work)
        if deleted.inferences:
            writer.drop_index()
        writer.waiting.remove(deleted.waiting_truths)
        if shown:
            used = images_in_use(database, writer.slot, columns)
            images.remove({image: moment for image, moment in shown.items() if image not in used})
    return deleted
