"""Arrow types of the columns of Parquet files, by the value type of their attribute."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from arthurai.common.vocabulary import ValueType

if TYPE_CHECKING:
    import pyarrow as pa


@cache
def arrow_types(time_zone: str | None = None) -> dict[str, pa.DataType]:
    """Return the Arrow type of each value type.

    Args:
        time_zone: Time zone of timestamps, which are in microseconds; naive ones by default.
    """
    import pyarrow as pa

    timestamp = pa.timestamp("us", time_zone)
    text, number = pa.string(), pa.float64()
    return {
        ValueType.Integer: pa.int64(),
        ValueType.Float: number,
        ValueType.Boolean: pa.bool_(),
        ValueType.String: text,
        ValueType.Unstructured_Text: text,
        ValueType.Image: text,
        ValueType.Timestamp: timestamp,
        ValueType.Tokens: pa.list_(text),
        ValueType.StringArray: pa.list_(text),
        ValueType.TokenLikelihoods: pa.list_(pa.map_(text, number)),
        ValueType.BoundingBox: pa.list_(pa.list_(number)),
        ValueType.RankedList: pa.list_(
            pa.struct([("item_id", text), ("label", text), ("score", number)])
        ),
        ValueType.TimeSeries: pa.list_(pa.struct([("timestamp", timestamp), ("value", number)])),
    }
