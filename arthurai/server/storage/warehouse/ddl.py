"""Tables and views of one model: their columns and the SQL that creates them.

A model has a slot number `n` and these relations:

- `m<n>_rows`: one row per inference, ground truth included (null until it arrives). Ground truth
  is in the same table because joining it at query time costs far more than updating it once.
- `m<n>_reference_rows`: the reference set.
- `m<n>_waiting_truths`: ground truth whose inference has not arrived, from the first one on.
- `m<n>_inference`, `m<n>_ground_truth`, `m<n>_reference`: views for readers, which add
  the computed columns of implicit attributes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from arthurai.common.vocabulary import Stage, ValueType
from arthurai.server.storage.warehouse.errors import ValuesLostError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

COLUMN_TYPES: Final = {
    ValueType.Integer: "BIGINT",
    ValueType.Float: "DOUBLE",
    ValueType.Boolean: "BOOLEAN",
    ValueType.String: "VARCHAR",
    ValueType.Unstructured_Text: "VARCHAR",
    ValueType.Image: "VARCHAR",
    ValueType.Timestamp: "TIMESTAMP",
    ValueType.Tokens: "VARCHAR[]",
    ValueType.StringArray: "VARCHAR[]",
    ValueType.TokenLikelihoods: "MAP(VARCHAR, DOUBLE)[]",
    ValueType.BoundingBox: "DOUBLE[][]",
    ValueType.RankedList: "STRUCT(item_id VARCHAR, label VARCHAR, score DOUBLE)[]",
    ValueType.TimeSeries: 'STRUCT("timestamp" TIMESTAMP, "value" DOUBLE)[]',
}

SYSTEM_COLUMNS: Final = {
    "seq": "BIGINT NOT NULL",
    "inference_id": "UUID NOT NULL",
    "partner_inference_id": "VARCHAR NOT NULL",
    "inference_timestamp": "TIMESTAMP NOT NULL",
    "received_timestamp": "TIMESTAMP NOT NULL",
    "ground_truth_timestamp": "TIMESTAMP",
    "batch_id": "VARCHAR",
}

# For the store alone: whether the ground truth was sent for the id, not along with the row.
INTERNAL_COLUMNS: Final = {"truth_by_id": "BOOLEAN"}

WAITING_SUFFIX: Final = "_waiting_truths"

SOURCES: Final = {
    "inference": "inference",
    "enriched": "inference",
    "ground_truth": "ground_truth",
    "reference": "reference",
}


def quote_name(identifier: str) -> str:
    """Quote an identifier for SQL."""
    return '"' + identifier.replace('"', '""') + '"'


def rows_table(slot: int) -> str:
    """Return the quote_name name of the table of inferences."""
    return quote_name(f"m{slot}_rows")


def reference_table(slot: int) -> str:
    """Return the quote_name name of the table of reference rows."""
    return quote_name(f"m{slot}_reference_rows")


def waiting_table(slot: int) -> str:
    """Return the quoted name of the table of ground truth whose inference has not arrived."""
    return quote_name(f"m{slot}{WAITING_SUFFIX}")


def view(slot: int, source: str) -> str:
    """Return the quote_name name of the view for a query source."""
    return quote_name(f"m{slot}_{SOURCES[source]}")


def fingerprint(schema: ModelSchema) -> str:
    """Return a digest of everything that determines the tables and views of a model."""
    parts = [
        (a.column, a.value_type, a.implicit, a.attribute_link, a.gt_class_link)
        for a in schema.attributes
    ]
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def create_tables(cursor: Cursor, slot: int, schema: ModelSchema) -> None:
    """Create the tables and views of a model.

    Args:
        cursor: A cursor inside a transaction.
        slot: Slot number of the model.
        schema: Schema of the model.
    """
    attributes = [f"{quote_name(a.column)} {COLUMN_TYPES[a.value_type]}" for a in schema.stored]
    system = [f"{name} {kind}" for name, kind in (SYSTEM_COLUMNS | INTERNAL_COLUMNS).items()]
    cursor.execute(f"CREATE TABLE {rows_table(slot)} ({', '.join(system + attributes)})")
    reference = ["seq BIGINT NOT NULL", *attributes]
    cursor.execute(f"CREATE TABLE {reference_table(slot)} ({', '.join(reference)})")
    create_views(cursor, slot, schema)


def create_waiting_table(cursor: Cursor, slot: int, schema: ModelSchema) -> None:
    """Create the table of ground truth that waits, unless it exists.

    Args:
        cursor: A cursor inside a transaction.
        slot: Slot number of the model.
        schema: Schema of the model.
    """
    truths = ", ".join(
        f"{quote_name(a.column)} {COLUMN_TYPES[a.value_type]}"
        for a in schema.ground_truth_attributes
    )
    cursor.execute(
        f"CREATE TABLE IF NOT EXISTS {waiting_table(slot)} (partner_inference_id VARCHAR NOT NULL,"
        f" ground_truth_timestamp TIMESTAMP, received_timestamp TIMESTAMP NOT NULL"
        f"{', ' if truths else ''}{truths})"
    )


def alter_tables(
    database: WarehouseDatabase, cursor: Cursor, slot: int, schema: ModelSchema, *, drop: bool
) -> None:
    """Adapt the tables of a model to a changed schema: add, replace and drop columns.

    Args:
        database: The database.
        cursor: A cursor inside a transaction.
        slot: Slot number of the model.
        schema: The new schema of the model.
        drop: Whether to drop values that have no place in the schema; otherwise columns stay, also
            in the views.

    Raises:
        ValuesLostError: If the type of a column cannot hold all its values, and `drop` is false.
    """
    others: dict[str, None] = {}
    for table, wanted, system in _tables(database, cursor, slot, schema):
        found = _alter_table(database, cursor, table, wanted, system, drop=drop)
        if table != waiting_table(slot):
            others |= found
    create_views(cursor, slot, schema, list(others))


def _alter_table(
    database: WarehouseDatabase,
    cursor: Cursor,
    table: str,
    wanted: Mapping[str, str],
    system: Container[str],
    *,
    drop: bool,
) -> dict[str, None]:
    """Add, replace and drop columns of one table; return the others that stay."""
    others: dict[str, None] = {}
    found = _columns_of(cursor, table, system)
    for column, kind in wanted.items():
        if column not in found:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN {quote_name(column)} {kind}")
        elif found[column] != _type_name(cursor, kind):
            _convert(database, cursor, table, column, found[column], kind, discard=drop)
    for column in found.keys() - wanted.keys():
        if drop:
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN {quote_name(column)}")
        else:
            others[column] = None
    return others


def _convert(
    database: WarehouseDatabase,
    cursor: Cursor,
    table: str,
    column: str,
    old: str,
    new: str,
    *,
    discard: bool,
) -> None:
    """Change the type of a column; values that it cannot hold exactly become null if allowed."""
    name = quote_name(column)
    lost = _count_inexact(database, cursor, table, column, old, new)
    if lost and not discard:
        raise ValuesLostError({column: lost})
    if database.can_cast(cursor, old, new):
        value = f"CASE WHEN {_exact(name, old, new)} THEN TRY_CAST({name} AS {new}) END"
        database.change_type(cursor, table, name, new, value)
    else:
        cursor.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN {name} {new}")


def _exact(name: str, old: str, new: str) -> str:
    return f"TRY_CAST(TRY_CAST({name} AS {new}) AS {old}) IS NOT DISTINCT FROM {name}"


def _count_inexact(
    database: WarehouseDatabase, cursor: Cursor, table: str, column: str, old: str, new: str
) -> int:
    name = quote_name(column)
    if database.can_cast(cursor, old, new):
        cursor.execute(f"SELECT count(*) FROM {table} WHERE NOT ({_exact(name, old, new)})")
    else:
        cursor.execute(f"SELECT count({name}) FROM {table}")
    return int(cursor.fetchall()[0][0])


def _columns_of(cursor: Cursor, table: str, system: Container[str]) -> dict[str, str]:
    cursor.execute(f"SELECT * FROM {table} LIMIT 0")
    return {c[0]: str(c[1]) for c in cursor.description or () if c[0] not in system}


def count_lost_values(
    database: WarehouseDatabase, cursor: Cursor, slot: int, schema: ModelSchema
) -> dict[str, int]:
    """Return how many stored values a changed schema has no place for, by column.

    Args:
        database: The database.
        cursor: A cursor.
        slot: Slot number of the model.
        schema: The new schema of the model.
    """
    lost: dict[str, int] = {}
    for table, wanted, system in _tables(database, cursor, slot, schema):
        for column, kind in _columns_of(cursor, table, system).items():
            if column not in wanted:
                cursor.execute(f"SELECT count({quote_name(column)}) FROM {table}")
                count = int(cursor.fetchall()[0][0])
            elif kind != _type_name(cursor, wanted[column]):
                count = _count_inexact(database, cursor, table, column, kind, wanted[column])
            else:
                continue
            if count:
                lost[column] = lost.get(column, 0) + count
    return lost


def _tables(
    database: WarehouseDatabase, cursor: Cursor, slot: int, schema: ModelSchema
) -> list[tuple[str, dict[str, str], Container[str]]]:
    """Return the tables of a model, with the columns of the schema and their own ones."""
    stored = {a.column: COLUMN_TYPES[a.value_type] for a in schema.stored}
    tables: list[tuple[str, dict[str, str], Container[str]]] = [
        (rows_table(slot), stored, {**SYSTEM_COLUMNS, **INTERNAL_COLUMNS}),
        (reference_table(slot), stored, {"seq"}),
    ]
    if has_waiting_table(database, cursor, slot):
        truths = {a.column: stored[a.column] for a in schema.ground_truth_attributes}
        system = {"partner_inference_id", "ground_truth_timestamp", "received_timestamp"}
        tables.append((waiting_table(slot), truths, system))
    return tables


def has_waiting_table(database: WarehouseDatabase, cursor: Cursor, slot: int) -> bool:
    """Return whether a model has a table of ground truth that waits."""
    return bool(database.find_tables(cursor, [f"m{slot}{WAITING_SUFFIX}"]))


def _type_name(cursor: Cursor, kind: str) -> str:
    """Return the name by which DuckDB describes a column type."""
    cursor.execute(f"SELECT CAST(NULL AS {kind})")
    description = cursor.description
    cursor.fetchall()
    return str(description[0][1])


def drop_tables(cursor: Cursor, slot: int) -> None:
    """Drop the tables and views of a model."""
    for source in ("inference", "ground_truth", "reference"):
        cursor.execute(f"DROP VIEW IF EXISTS {view(slot, source)}")
    cursor.execute(f"DROP TABLE IF EXISTS {rows_table(slot)}")
    cursor.execute(f"DROP TABLE IF EXISTS {reference_table(slot)}")
    cursor.execute(f"DROP TABLE IF EXISTS {waiting_table(slot)}")


def create_views(
    cursor: Cursor, slot: int, schema: ModelSchema, others: Sequence[str] = ()
) -> None:
    """Create or replace the views of a model.

    Args:
        cursor: A cursor inside a transaction.
        slot: Slot number of the model.
        schema: Schema of the model.
        others: Further columns to include.
    """
    attributes = [f"{_expression(a, schema)} AS {quote_name(a.column)}" for a in schema.attributes]
    known = {a.column for a in schema.attributes}
    attributes += [quote_name(column) for column in others if column not in known]
    system = [
        "CAST(inference_id AS VARCHAR) AS inference_id" if name == "inference_id" else name
        for name in SYSTEM_COLUMNS
    ]
    everything = ", ".join(system + attributes)
    rows = rows_table(slot)
    cursor.execute(
        f"CREATE OR REPLACE VIEW {view(slot, 'inference')} AS SELECT {everything} FROM {rows}"
    )
    cursor.execute(
        f"CREATE OR REPLACE VIEW {view(slot, 'ground_truth')} AS SELECT {everything} FROM {rows}"
        " WHERE ground_truth_timestamp IS NOT NULL"
    )
    cursor.execute(
        f"CREATE OR REPLACE VIEW {view(slot, 'reference')} AS"
        f" SELECT {', '.join(['seq', *attributes])} FROM {reference_table(slot)}"
    )


def _expression(attribute: Attribute, schema: ModelSchema) -> str:
    """Return SQL of an attribute over the base tables: a column or a computed value."""
    if not attribute.implicit:
        return quote_name(attribute.column)
    computed = None
    if attribute.stage == Stage.PredictedValue:
        computed = _complement(attribute, schema.by_stage(Stage.PredictedValue))
    elif attribute.stage == Stage.GroundTruth:
        computed = _one_hot(attribute, schema) or _complement(
            attribute, schema.by_stage(Stage.GroundTruth)
        )
    kind = COLUMN_TYPES[attribute.value_type]
    return f"CAST({computed or 'NULL'} AS {kind})"


def _complement(attribute: Attribute, peers: tuple[Attribute, ...]) -> str | None:
    """Return SQL of 1 - p for the class beside the only explicit attribute of the stage."""
    explicit = [a for a in peers if not a.implicit]
    if len(explicit) != 1 or attribute.value_type not in {
        ValueType.Integer,
        ValueType.Float,
        ValueType.Boolean,
    }:
        return None
    column = quote_name(explicit[0].column)
    if explicit[0].value_type == ValueType.Boolean:
        return f"NOT {column}"
    if explicit[0].value_type in {ValueType.Integer, ValueType.Float}:
        return f"1 - {column}"
    return None


def _one_hot(attribute: Attribute, schema: ModelSchema) -> str | None:
    """Return SQL of 1 where the ground truth class is that of the attribute, else 0."""
    source = schema.ground_truth_class
    if source is None or source.implicit:
        return None
    column = f"CAST({quote_name(source.column)} AS VARCHAR)"
    link = next(
        (a.gt_class_link for a in schema.predicted if a.attribute_link == attribute.name),
        attribute.gt_class_link,
    )
    if link is not None:
        return f"CAST({column} = ({quote_text(link)}) AS INTEGER)"
    others = [a.gt_class_link for a in schema.predicted if a.gt_class_link is not None]
    if len(others) != 1:
        return None
    return f"CAST({column} <> ({quote_text(others[0])}) AS INTEGER)"


def quote_text(text: str) -> str:
    """Quote text as an SQL literal, where values cannot be bound, as in views.

    Args:
        text: The text.
    """
    # The parser stops at a NUL, so a function inserts it.
    return "'" + text.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"
