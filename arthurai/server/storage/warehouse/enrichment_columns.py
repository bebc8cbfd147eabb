"""Results of enrichments by inference, for queries on `enriched`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.storage.warehouse.ddl import quote_name

if TYPE_CHECKING:
    import pyarrow as pa

    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

_EXPLANATION: Final = {
    "inference_id": "VARCHAR",
    "explainer_algo": "VARCHAR",
    "explainer_predicted_attribute": "VARCHAR",
    "explainer_attribute": "VARCHAR",
    "explainer_score": "DOUBLE",
}

COLUMNS: Final[dict[str, dict[str, str]]] = {
    "anomaly": {
        "inference_id": "VARCHAR",
        "anomaly_score": "DOUBLE",
        "raw_anomaly_score": "DOUBLE",
    },
    "output_anomaly": {
        "inference_id": "VARCHAR",
        "attribute": "VARCHAR",
        "anomaly_score": "DOUBLE",
        "raw_anomaly_score": "DOUBLE",
    },
    "explanations": _EXPLANATION,
    "token_explanations": {**_EXPLANATION, "token": "VARCHAR", "position": "BIGINT"},
}
# Rows with equal values of these columns belong together; new rows replace old ones.
_KEYS: Final = {
    "anomaly": ("inference_id",),
    "output_anomaly": ("inference_id", "attribute"),
    "explanations": ("inference_id", "explainer_algo"),
    "token_explanations": ("inference_id", "explainer_algo"),
}


def _table(slot: int, source: str) -> str:
    return quote_name(f"m{slot}_{source}")


def relation(database: WarehouseDatabase, slot: int, source: str) -> str:
    """Return the quote_name name of the table with the results of an enrichment.

    Args:
        database: The database.
        slot: Slot number of the model.
        source: A key of `COLUMNS`.

    Raises:
        LookupError: If there are no results.
    """
    with database.cursor() as cursor:
        found = database.find_tables(cursor, [f"m{slot}_{source}"])
    if not found:
        raise LookupError(f"no results of the enrichment {source}")
    return _table(slot, source)


def store(database: WarehouseDatabase, slot: int, source: str, table: pa.Table) -> None:
    """Store results; earlier results of the same inference (and algorithm) are replaced.

    Args:
        database: The database.
        slot: Slot number of the model.
        source: A key of `COLUMNS`.
        table: The results, with the columns of `COLUMNS[source]`.
    """
    columns = ", ".join(
        f"{name} {kind} NOT NULL" if name == "inference_id" else f"{name} {kind}"
        for name, kind in COLUMNS[source].items()
    )
    names = ", ".join(COLUMNS[source])
    keys = ", ".join(_KEYS[source])
    target = _table(slot, source)

    def work(cursor: Cursor) -> None:
        cursor.register("results", table)
        cursor.execute(f"DELETE FROM {target} WHERE ({keys}) IN (SELECT ({keys}) FROM results)")
        cursor.execute(f"INSERT INTO {target} ({names}) SELECT {names} FROM results")

    database.write(
        lambda cursor: cursor.execute(f"CREATE TABLE IF NOT EXISTS {target} ({columns})")
    )
    database.write(work)


def drop_tables(cursor: Cursor, slot: int) -> None:
    """Drop all results of a model."""
    for source in COLUMNS:
        cursor.execute(f"DROP TABLE IF EXISTS {_table(slot, source)}")


def prune(database: WarehouseDatabase, cursor: Cursor, slot: int, kept: str) -> None:
    """Delete results of deleted inferences.

    Args:
        database: The database.
        cursor: A cursor inside the transaction that deletes the inferences.
        slot: Slot number of the model.
        kept: Relation of the remaining inferences.
    """
    for table in _existing(database, cursor, slot):
        cursor.execute(
            f"DELETE FROM {table} WHERE inference_id NOT IN"
            f" (SELECT CAST(inference_id AS VARCHAR) FROM {kept})"
        )


def delete(
    database: WarehouseDatabase, cursor: Cursor, slot: int, rows: str, partner_inference_id: str
) -> None:
    """Delete the results of the inferences of an id.

    Args:
        database: The database.
        cursor: A cursor inside the transaction that deletes the inferences afterwards.
        slot: Slot number of the model.
        rows: Relation of the inferences.
        partner_inference_id: The id that the client chose.
    """
    for table in _existing(database, cursor, slot):
        cursor.execute(
            f"DELETE FROM {table} WHERE inference_id IN (SELECT CAST(inference_id AS VARCHAR)"
            f" FROM {rows} WHERE partner_inference_id = ?)",
            [partner_inference_id],
        )


def _existing(database: WarehouseDatabase, cursor: Cursor, slot: int) -> list[str]:
    """Return the tables of results that a model has."""
    found = database.find_tables(cursor, [f"m{slot}_{source}" for source in COLUMNS])
    return list(map(quote_name, found))
