"""From fetched rows to JSON-ready rows."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.column_types import INT64, Kind
from arthurai.server.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arthurai.server.query.row_sources import Column

_STORED_NUMBERS = frozenset({"INTEGER", "FLOAT"})


def json_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return one flat object per row.

    Args:
        columns: Output columns, sorted by name.
        rows: Fetched rows; further columns at their end are dropped.
    """
    names = [column.name for column in columns]
    readers = [(place, reader(column)) for place, column in enumerate(columns)]
    active = [(place, read) for place, read in readers if read is not None]
    found = []
    for row in rows:
        if active:
            values = list(row[: len(names)])
            for place, read in active:
                values[place] = read(values[place])
            found.append(dict(zip(names, values, strict=True)))
        else:
            found.append(dict(zip(names, row, strict=False)))
    return found


def reader(column: Column) -> Callable[[Any], Any] | None:
    """Return what turns fetched values of a column into JSON-ready ones; ``None`` when they are.

    Args:
        column: An output column.
    """
    if column.decode is not None:
        decode = column.decode
        return lambda value: plain(decode(value))
    if column.kind in {Kind.TEXT, Kind.TEXTS, Kind.BOOL, Kind.NULL}:
        return None
    if column.attribute is not None and column.attribute.value_type in _STORED_NUMBERS:
        return None  # finite since they were stored
    if column.kind is Kind.FLOAT:
        return finite
    if column.kind is Kind.INT:
        return _whole
    return _time if column.kind is Kind.TIME else plain


def finite(value: float | None) -> float | None:
    """Return a number, or ``None`` where JSON has none.

    Args:
        value: A fetched number; infinities and NaN come from overflows.
    """
    return value if value is None or math.isfinite(value) else None


def _whole(value: int | None) -> int | None:
    return value if value is None or value in INT64 else None


def _time(value: datetime | None) -> str | None:
    return None if value is None else format_timestamp(value)


def plain(value: Any) -> Any:
    """Return a nested value with everything in it JSON-ready.

    Args:
        value: A fetched list, struct or scalar.
    """
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    read = _READERS.get(type(value))
    return value if read is None else read(value)


_READERS: Final[dict[type, Callable[[Any], Any]]] = {
    float: finite,
    int: _whole,
    datetime: format_timestamp,
}
