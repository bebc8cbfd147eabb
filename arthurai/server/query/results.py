"""JSON-ready rows from fetched rows."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import ValueType
from arthurai.server.query.column_types import ColumnType
from arthurai.server.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arthurai.server.query.sql_expression import Column

    Reader = Callable[[Any], object]

_JSON_INTEGERS: Final = range(-(2**63), 2**64)  # what JSON writers and readers keep exactly
_STORED_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})


def to_json_rows(
    columns: Sequence[Column], rows: Sequence[Sequence[object]]
) -> list[dict[str, object]]:
    """Return one object per row, with the keys in the order of the columns.

    Args:
        columns: Output columns.
        rows: Fetched rows; further values at their end are dropped.
    """
    names = [column.name for column in columns]
    readers = [(place, read) for place, column in enumerate(columns) if (read := _reader(column))]
    if not readers:
        return [dict(zip(names, row, strict=False)) for row in rows]
    found = []
    for row in rows:
        values = list(row)
        for place, read in readers:
            values[place] = read(values[place])
        found.append(dict(zip(names, values, strict=False)))
    return found


def _reader(column: Column) -> Reader | None:
    """Return what makes fetched values of a column JSON-ready; `None` when they are."""
    if column.decode is not None:
        decode = column.decode
        return lambda value: to_json(decode(value))
    if column.type in {ColumnType.TEXT, ColumnType.TEXTS, ColumnType.BOOL, ColumnType.NULL}:
        return None
    if column.attribute is not None and column.attribute.value_type in _STORED_NUMBERS:
        return None  # they were finite when they were stored
    if column.type is ColumnType.FLOAT:
        return finite_or_none
    if column.type is ColumnType.INT:
        return exact_integer
    return _time_or_none if column.type is ColumnType.TIME else to_json


def finite_or_none(value: float | None) -> float | None:
    """Return a number, or `None` where JSON has none.

    Args:
        value: A fetched number; infinities and NaN come from overflows.
    """
    return value if value is None or math.isfinite(value) else None


def exact_integer(value: int | None) -> int | float | None:
    """Return an integer, or the nearest float when it needs more than 64 bits.

    Args:
        value: A fetched integer; JSON readers turn longer ones into floats themselves.
    """
    return value if value is None or value in _JSON_INTEGERS else float(value)


def _time_or_none(value: datetime | None) -> str | None:
    return None if value is None else format_timestamp(value)


def to_json(value: object) -> object:
    """Return a nested value with everything in it JSON-ready.

    Args:
        value: A fetched list, struct or scalar.
    """
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    read = _READERS.get(type(value))
    return value if read is None else read(value)


_READERS: Final[dict[type, Reader]] = {
    float: finite_or_none,
    int: exact_integer,
    datetime: format_timestamp,
}
