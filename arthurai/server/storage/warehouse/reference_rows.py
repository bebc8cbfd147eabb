"""Storing of reference rows: all of an upload in one transaction, or nothing."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from arthurai.server.storage.warehouse.ddl import quote_name, reference_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.datasets import Datasets
    from arthurai.server.storage.warehouse.idempotency import Finish
    from arthurai.server.storage.warehouse.row_results import RowResults
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase
    from arthurai.server.storage.warehouse.writer import ModelWriter


def store_reference_rows(
    database: WarehouseDatabase,
    datasets: Datasets,
    writer: ModelWriter,
    schema: ModelSchema,
    tables: Iterable[pa.Table],
    *,
    results: RowResults,
    finish: Finish | None,
) -> None:
    """Store reference rows that arrive table by table.

    Where other servers commit meanwhile, which may conflict, the tables are kept on the disk until
    the rows are stored.

    Args:
        database: The database.
        datasets: The states of reference sets.
        writer: The writer of the model, whose lock for reference rows this thread holds.
        schema: Schema of the model.
        tables: Decoded rows, with their place in the upload in the column `row`.
        results: The results of the rows, complete when the last table was taken.
        finish: Called inside the transaction.
    """
    target = reference_table(writer.slot)
    names = ", ".join(quote_name(a.column) for a in schema.stored)
    first = database.fetch(f"SELECT coalesce(max(seq) + 1, 0) FROM {target}")[1][0][0]

    def work(cursor: Cursor, read: Iterable[pa.Table]) -> None:
        for table in read:
            cursor.register("incoming", table)
            cursor.execute(
                f"INSERT INTO {target} (seq, {names}) SELECT row + ?, {names} FROM incoming",
                [first],
            )
        if results.accepted:
            datasets.begin(cursor, writer.model_id, "reference")
        if finish is not None:
            finish(cursor)

    if database.is_shared:
        with _kept(tables) as read_again:
            database.write(lambda cursor: work(cursor, read_again()))
    else:
        with database.transaction() as cursor:
            work(cursor, tables)


@contextmanager
def _kept(tables: Iterable[pa.Table]) -> Iterator[Callable[[], Iterator[pa.Table]]]:
    """Write tables to a temporary file; provide what reads them."""
    with tempfile.TemporaryFile(prefix="arthurai-reference-") as file:
        places = []
        for table in tables:
            places.append(file.tell())
            with pa.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table)

        def read() -> Iterator[pa.Table]:
            for place in places:
                file.seek(place)
                with pa.ipc.open_stream(file) as stream:
                    yield stream.read_all()

        yield read
