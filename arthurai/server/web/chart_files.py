"""The data of a chart as a file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from arthurai.server.http.api_errors import ApiError
from arthurai.server.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from arthurai.server.web.charts import Chart, Column


class ChartFile(NamedTuple):
    """A file.

    Attributes:
        content: Its content.
        content_type: Its media type.
    """

    content: bytes
    content_type: str


def to_csv(chart: Chart) -> ChartFile:
    """Return the rows as CSV; lists and objects are JSON.

    Args:
        chart: The chart.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(column.key for column in chart.columns)
    for row in chart.rows:
        writer.writerow(_flatten(row.get(column.key)) for column in chart.columns)
    return ChartFile(buffer.getvalue().encode(), "text/csv; charset=utf-8")


def to_parquet(chart: Chart) -> ChartFile:
    """Return the rows as Parquet; times are timestamps, mixed columns texts.

    Args:
        chart: The chart.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({column.key: _to_array(column, chart) for column in chart.columns})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return ChartFile(buffer.getvalue(), "application/vnd.apache.parquet")


CHART_FILES: Final[Mapping[str, Callable[[Chart], ChartFile]]] = {
    "csv": to_csv,
    "parquet": to_parquet,
}
"""What makes a file, by its ending."""


def _to_array(column: Column, chart: Chart) -> pa.Array:
    import pyarrow as pa

    values = [_flatten(row.get(column.key)) for row in chart.rows]
    if column.kind == "time":
        try:
            moments = [None if v is None else parse_timestamp(v, column.key) for v in values]
        except (ApiError, AttributeError):  # not a text, or no time
            moments = None
        if moments is not None:
            return pa.array(moments, pa.timestamp("us", tz="UTC"))
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if v is None else str(v) for v in values], pa.string())


def _flatten(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
