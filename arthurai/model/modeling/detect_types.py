"""Derive value type, categories, range and uniqueness of an attribute from a column."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import InputType, Stage, ValueType
from arthurai.common.exceptions import UserValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from arthurai.model.json_dataclass import NumberType
    from arthurai.upload.table_view import TableColumn

#: A column of text or of whole floats with more distinct values than this is not categorical
#: (floats) or unique (text).
AUTO_CATEGORICAL_MAX = 25
#: The same for whole numbers.
INTEGER_CATEGORICAL_MAX = 20
#: A column whose values all differ is called unique only when it has more values than this.
UNIQUE_MIN = 10

_LARGEST_INTEGER = 2**63 - 1

_UNREAD = {
    ("images", InputType.Image): ValueType.Image,
    ("lists", InputType.TimeSeries): ValueType.TimeSeries,
}
"""Value type of input columns that are not read, by what they hold and the model's input type."""

# Most columns show repeated values early: looking at a prefix saves a pass over the whole column.
_PREFIXES = (1_000, 32_000)


@dataclass(frozen=True)
class ColumnFacts:
    """What was found out about a column; the fields are those of an attribute."""

    value_type: str
    categorical: bool = False
    is_unique: bool = False
    categories: list[str] | None = None
    min_range: NumberType | None = None
    max_range: NumberType | None = None


def describe_column(column: TableColumn, input_type: str, stage: str) -> ColumnFacts | None:
    """Describe the attribute for a column.

    The thresholds are those of the official SDK: whole numbers are categorical up to 20 distinct
    values, floats that are all whole up to 25, text always (beyond 25 distinct values it counts as
    unique and its categories are not listed).

    Args:
        column: The column.
        input_type: Input type of the model: text is an image path in image models, arrays and
            encoded images are images there, and text is free text in language models.
        stage: Stage of the attribute.

    Returns:
        The description, or `None` if no value type fits the column.

    Raises:
        UserValueError: The column holds times without time zone, or integers beyond 64 bits.
    """
    value_type = _value_type(column, input_type, stage)
    if value_type is None:
        return None
    if value_type == ValueType.TimeSeries or column.values is None:
        return ColumnFacts(value_type, is_unique=True)
    if value_type == ValueType.Integer:
        _check_size(column)
    return _facts(value_type, column)


def _value_type(column: TableColumn, input_type: str, stage: str) -> str | None:
    import pyarrow as pa

    pipeline = stage == Stage.ModelPipelineInput
    series_wanted = pipeline and input_type == InputType.TimeSeries
    if column.values is None:
        return _UNREAD.get((column.holds, input_type)) if pipeline else None
    kind = column.values.type
    if pa.types.is_timestamp(kind) and kind.tz is None:
        raise UserValueError(
            f"column {column.name!r} holds times without time zone. Set their zone, "
            f'with pandas: df[{column.name!r}] = df[{column.name!r}].dt.tz_localize("UTC")'
        )
    if series_wanted and (pa.types.is_null(kind) or _is_list(kind)):
        return ValueType.TimeSeries
    if pa.types.is_null(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        if pipeline and input_type == InputType.Image:
            return ValueType.Image
        return ValueType.Unstructured_Text if input_type == InputType.NLP else ValueType.String
    for matches, value_type in (
        (pa.types.is_boolean, ValueType.Boolean),
        (pa.types.is_integer, ValueType.Integer),
        (pa.types.is_floating, ValueType.Float),
        (pa.types.is_timestamp, ValueType.Timestamp),
    ):
        if matches(kind):
            return value_type
    return None


def _check_size(column: TableColumn) -> None:
    import pyarrow as pa

    if column.values is None or column.values.type != pa.uint64():
        return
    _, high = find_range(column.values)
    if high is not None and high > _LARGEST_INTEGER:
        raise UserValueError(
            f"column {column.name!r} holds {high}; integers must fit in signed 64 bits. Convert "
            "the column to strings or floats"
        )


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _facts(value_type: str, column: TableColumn) -> ColumnFacts:
    values = column.present()
    distinct = _distinct(values, AUTO_CATEGORICAL_MAX)
    few = None if distinct is None else len(distinct)
    unique = len(values) > UNIQUE_MIN and _all_differ(values, few)
    if value_type in {ValueType.String, ValueType.Unstructured_Text}:
        unique = unique or few is None
    if value_type == ValueType.Unstructured_Text:
        return ColumnFacts(value_type, categorical=True, is_unique=unique)
    if value_type in {ValueType.Image, ValueType.Timestamp}:
        return ColumnFacts(value_type, is_unique=unique)
    if value_type == ValueType.Integer:
        categorical = few is not None and few <= INTEGER_CATEGORICAL_MAX
    elif value_type == ValueType.Float:
        categorical = distinct is not None and _all_whole(distinct)
    else:
        categorical = True
    if categorical:
        categories = None if unique else list_categories(values, column.declared)
        return ColumnFacts(value_type, categorical=True, is_unique=unique, categories=categories)
    low, high = find_range(values)
    return ColumnFacts(value_type, is_unique=unique, min_range=low, max_range=high)


def list_categories(values: pa.ChunkedArray, declared: Sequence[Any] = ()) -> list[str]:
    """Return the distinct values as strings.

    Args:
        values: Values without nulls.
        declared: Values the column's own type lists, whether they occur or not.

    Returns:
        The most frequent first; equally frequent ones in the order declared or of appearance.
    """
    found = values.value_counts()
    counts = dict.fromkeys(declared, 0)
    counts.update(
        zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True)
    )
    return [str(value) for value in sorted(counts, key=lambda value: -counts[value])]


def find_range(values: pa.ChunkedArray) -> tuple[NumberType | None, NumberType | None]:
    """Return the smallest and the largest value as Python numbers, both `None` without values."""
    import pyarrow.compute as pc

    extremes = pc.min_max(values)
    return extremes["min"].as_py(), extremes["max"].as_py()


def _distinct(values: pa.ChunkedArray, limit: int) -> list[Any] | None:
    """Return the distinct values, or `None` when there are more than `limit`."""
    for length in _PREFIXES:
        if len(values) > length and len(values.slice(0, length).unique()) > limit:
            return None
    distinct = values.unique()
    return None if len(distinct) > limit else distinct.to_pylist()


def _all_differ(values: pa.ChunkedArray, few: int | None) -> bool:
    if few is not None:
        return few == len(values)
    for length in _PREFIXES:
        if len(values) > length and not _differ(values.slice(0, length)):
            return False
    return _differ(values)


def _differ(values: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        try:
            import numpy as np
        except ImportError:
            pass
        else:
            # Sorting numbers takes a third of the time of counting them by hash.
            ordered = np.sort(values.to_numpy())
            return not (ordered[1:] == ordered[:-1]).any()
    return len(values.unique()) == len(values)


def _all_whole(distinct: list[Any]) -> bool:
    return bool(distinct) and all(
        math.isfinite(value) and value == int(value) for value in distinct
    )
