"""Valid rows as Parquet files in the shape the API takes."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arthurai.common.vocabulary import ValueType
from arthurai.upload.arrow_types import arrow_type
from arthurai.upload.columnar import is_arrow
from arthurai.upload.validated_table import Body

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arthurai.upload.columnar import Column
    from arthurai.upload.upload_schema import UploadSchema
    from arthurai.upload.validated_table import ValidatedTable

_ROW_GROUP_ROWS: Final = 65_536


def parquet_bodies(
    table: ValidatedTable, schema: UploadSchema, *, max_bytes: int, deltas: bool = False
) -> Iterator[Body]:
    """Yield rows as Parquet files, in order.

    Args:
        table: The rows.
        schema: The model's attributes.
        max_bytes: Maximum size of one file, unless a single row is larger.
        deltas: See `parquet_file`.
    """
    content = parquet_file(to_table(table, schema), schema, deltas=deltas)
    if len(content) <= max_bytes or table.rows == 1:
        yield Body(table.start, table.rows, content)
        return
    for part in table.split((table.rows + 1) // 2):
        yield from parquet_bodies(part, schema, max_bytes=max_bytes, deltas=deltas)


def has_file_types(table: ValidatedTable, schema: UploadSchema) -> bool:
    """Return whether rows say the same in a file as in JSON: all values fit their attributes.

    Args:
        table: The rows; values that do not fit are in it as the caller gave them.
        schema: The model's attributes.
    """
    columns = table.inference | table.truth
    return schema.inference.keys() <= columns.keys() and all(
        is_arrow(column) and _is_file_type(column.type, schema.sendable[name].value_type)
        for name, column in columns.items()
    )


def _is_file_type(kind: pa.DataType, value_type: str) -> bool:
    if pa.types.is_large_string(kind):
        kind = pa.string()
    return kind == arrow_type(value_type) and not pa.types.is_nested(kind)


def to_table(table: ValidatedTable, schema: UploadSchema) -> pa.Table:
    """Return rows as one flat Arrow table.

    Args:
        table: The rows.
        schema: The model's attributes.

    Returns:
        Attribute columns, then the columns beside them; timestamps are UTC in microseconds. Rows
        without ground truth have no `ground_truth_timestamp`.
    """
    columns = {
        name: _to_array(column, schema.sendable[name].value_type)
        for name, column in (table.inference | table.truth).items()
    }
    for name, column in table.meta.items():
        columns[name] = _to_array(
            column, ValueType.Timestamp if name.endswith("_timestamp") else ValueType.String
        )
    if table.labeled is not None and "ground_truth_timestamp" in columns:
        labeled = table.labeled
        mask = pa.array(labeled) if isinstance(labeled, list) else labeled
        timestamps = columns["ground_truth_timestamp"]
        null = pa.scalar(None, timestamps.type)
        columns["ground_truth_timestamp"] = pc.if_else(mask, timestamps, null)
    return pa.table(columns)


def _to_array(column: Column, value_type: str) -> Any:
    """Return a column in the Arrow type of its value type."""
    if is_arrow(column):
        return column
    kind = arrow_type(value_type)
    values: Sequence[Any] = column
    if value_type == ValueType.Timestamp:
        if values and column.count(values[0]) == len(values):  # the time of the call, usually
            moment = None if values[0] is None else datetime.fromisoformat(values[0])
            return pa.repeat(pa.scalar(moment, kind), len(values))
        values = [value and datetime.fromisoformat(value) for value in values]
    elif value_type == ValueType.TimeSeries:
        values = [value and list(map(_to_point, value)) for value in values]
    elif value_type == ValueType.TokenLikelihoods:
        values = [value and [list(item.items()) for item in value] for value in values]
    return pa.array(values, kind, from_pandas=True)


def _to_point(point: dict[str, Any]) -> dict[str, Any]:
    return {**point, "timestamp": datetime.fromisoformat(point["timestamp"])}


def parquet_file(table: pa.Table, schema: UploadSchema, *, deltas: bool = False) -> bytes:
    """Return an Arrow table as the bytes of a Parquet file.

    Floats hardly shrink, so they are not compressed; dictionaries are for the columns whose values
    repeat. Encodings and codec are those every Parquet reader has, without `deltas`.

    Args:
        table: Flat columns, as `to_table` makes them.
        schema: The model's attributes.
        deltas: Whether whole numbers and times are encoded as differences, which takes less time
            and space than to compress them; not every reader knows that.
    """
    repeating = [
        name
        for name in table.column_names
        if name == "batch_id"
        or (name in schema.sendable and schema.sendable[name].value_type == ValueType.String)
    ]
    differing = [
        field.name
        for field in table.schema
        if deltas and field.name not in repeating and _is_whole(field.type)
    ]
    sink = io.BytesIO()  # gives its bytes without copying them
    pq.write_table(
        table,
        sink,
        compression={
            field.name: (
                "none" if pa.types.is_floating(field.type) or field.name in differing else "snappy"
            )
            for field in table.schema
        },
        use_dictionary=repeating or False,
        column_encoding=dict.fromkeys(differing, "DELTA_BINARY_PACKED") or None,
        write_statistics=False,
        row_group_size=_ROW_GROUP_ROWS,
        allow_truncated_timestamps=True,
    )
    return sink.getvalue()


def _is_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_timestamp(kind))
