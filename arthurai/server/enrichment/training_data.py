"""Training data: attribute values read from the data store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.storage.warehouse.data_store import DataStore

SAMPLE_ROWS: Final = 100_000


def read_columns(
    store: DataStore,
    relation: str,
    columns: Sequence[str],
    *,
    where: str = "TRUE",
    params: Sequence[Any] = (),
    order: str = "seq",
    limit: int = SAMPLE_ROWS,
) -> dict[str, list[Any]]:
    """Return columns of a relation as lists.

    Args:
        store: The data store.
        relation: Quoted name of the relation.
        columns: Names of columns.
        where: Condition, values as `?`.
        params: The values.
        order: What to order by.
        limit: Maximum number of rows.
    """
    if not columns:
        return {}
    names = ", ".join(f'"{name}"' for name in columns)
    rows = store.fetch(
        f"SELECT {names} FROM {relation} WHERE {where} ORDER BY {order} LIMIT {limit:d}", params
    )[1]
    if not rows:
        return {name: [] for name in columns}
    return {
        name: list(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    }


def read_reference(
    store: DataStore, schema: ModelSchema, attributes: Sequence[Attribute], limit: int = SAMPLE_ROWS
) -> dict[str, list[Any]]:
    """Return values of the reference set; of a large one always the same sample.

    Args:
        store: The data store.
        schema: Schema of the model.
        attributes: Attributes to read.
        limit: Maximum number of rows.
    """
    return read_columns(
        store,
        store.relation(schema, "reference"),
        [a.column for a in attributes],
        order="hash(seq), seq",
        limit=limit,
    )


def reference_is_closed(store: DataStore, schema: ModelSchema) -> bool:
    """Return whether the reference set of a model is closed."""
    return any(d.closed for d in store.datasets(schema) if d.kind == "reference")
