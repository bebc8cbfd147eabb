"""Prepared rows as a Parquet file in the shape the API takes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from arthurai.common.vocabulary import ValueType
from arthurai.upload.arrow_types import arrow_type
from arthurai.upload.columnar import Column, is_arrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from arthurai.upload.upload_schema import IngestSchema
    from arthurai.upload.validate import Prepared

ROW_GROUP_ROWS = 65_536


def _series_times(values: Sequence[Any]) -> list[Any]:
    """Time series with datetimes for their timestamps."""
    return [
        value
        and [{**point, "timestamp": datetime.fromisoformat(point["timestamp"])} for point in value]
        for value in values
    ]


def _listed(values: Sequence[Any], value_type: str) -> pa.Array:
    """A column of Python values in its Arrow type."""
    import pyarrow as pa

    if value_type == ValueType.Timestamp:
        moments = [value and datetime.fromisoformat(value) for value in values]
        return pa.array(moments, arrow_type(value_type))
    if value_type == ValueType.TimeSeries:
        values = _series_times(values)
    if value_type == ValueType.TokenLikelihoods:
        values = [value and [list(item.items()) for item in value] for value in values]
    return pa.array(values, arrow_type(value_type), from_pandas=True)


def _arrow_column(column: Column, value_type: str) -> Any:
    return column if is_arrow(column) else _listed(column, value_type)


def to_table(part: Prepared, schema: IngestSchema) -> pa.Table:
    """Prepared rows as one flat Arrow table.

    Args:
        part: the rows.
        schema: the model's attributes.

    Returns:
        Attribute columns, then the columns beside them; timestamps are UTC in microseconds. Rows
        without ground truth have no `ground_truth_timestamp`.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {
        name: _arrow_column(column, schema.sendable[name].value_type)
        for name, column in (part.inference | part.truth).items()
    }
    for name, column in part.meta.items():
        kind = ValueType.Timestamp if name.endswith("_timestamp") else ValueType.String
        columns[name] = _constant(column) if kind == ValueType.Timestamp else None
        if columns[name] is None:
            columns[name] = _arrow_column(column, kind)
    if part.labelled is not None and "ground_truth_timestamp" in columns:
        labelled = part.labelled
        mask = pa.array(labelled) if isinstance(labelled, list) else labelled
        times = columns["ground_truth_timestamp"]
        columns["ground_truth_timestamp"] = pc.if_else(mask, times, pa.scalar(None, times.type))
    return pa.table(columns)


def _constant(column: Column) -> Any:
    """A list of one timestamp over and over as an Arrow array, without reading each."""
    import pyarrow as pa

    if is_arrow(column) or not column or column.count(column[0]) != len(column):
        return None
    moment = pa.scalar(datetime.fromisoformat(column[0]), arrow_type(ValueType.Timestamp))
    return pa.repeat(moment, len(column))


def parquet_file(table: pa.Table, schema: IngestSchema) -> bytes:
    """An Arrow table as the bytes of a Parquet file.

    Floats hardly shrink, so they are not compressed; dictionaries are for the columns whose values
    repeat. Encodings and codec are those every Parquet reader has.

    Args:
        table: flat columns, as `to_table` makes them.
        schema: the model's attributes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    repeating = [
        name
        for name in table.column_names
        if name == "batch_id"
        or (name in schema.sendable and schema.sendable[name].value_type == ValueType.String)
    ]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression={
            field.name: "none" if pa.types.is_floating(field.type) else "snappy"
            for field in table.schema
        },
        use_dictionary=repeating or False,
        write_statistics=False,
        row_group_size=ROW_GROUP_ROWS,
        allow_truncated_timestamps=True,
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content
