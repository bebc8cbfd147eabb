"""Values that do not fit their attribute, encoded as they were given, for the server to judge."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson

from arthurai.upload.coerce import CoercionError, is_missing
from arthurai.upload.columnar import ABSENT, is_arrow, to_list

if TYPE_CHECKING:
    from arthurai.upload.coerce import InvalidRows
    from arthurai.upload.columnar import Column

_NOT_JSON: Final = "cannot be written as JSON"

Refusals = list[tuple[int, str, object]]
"""Number of a row, why it cannot be encoded, and its value."""


def to_jsonable(value: Any) -> Any:
    """Return a value as what JSON knows: text, number, boolean, `None`, list or dict.

    Args:
        value: The value, also of numpy; decimals become numbers, bytes and UUIDs text. Dates and
            times are none: what is not a timestamp must not become text unseen.

    Raises:
        CoercionError: JSON has no such value.
    """
    plain = _to_plain(value)
    try:
        orjson.dumps(plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except (TypeError, ValueError) as error:
        raise CoercionError(f"{_NOT_JSON} ({error})") from None
    return plain


def _to_plain(value: Any) -> Any:
    plain = value
    if value is ABSENT or is_missing(value):
        plain = None
    elif isinstance(value, float | Decimal) and math.isinf(value):
        raise CoercionError(f"{_NOT_JSON} (it is not finite)")
    elif isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            plain = value.decode()
    elif isinstance(value, Decimal):
        plain = int(value) if value == value.to_integral_value() else float(value)
    elif isinstance(value, UUID):
        plain = str(value)
    elif isinstance(value, Mapping):
        plain = {str(key): _to_plain(item) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        plain = [_to_plain(item) for item in value]
    elif hasattr(value, "tolist"):  # an array or a scalar of numpy
        plain = value.tolist()
        plain = plain if type(plain) is type(value) else _to_plain(plain)
    return plain


def column_as_given(
    values: Column, coerced: Column, invalid: InvalidRows, *, parquet: bool, start: int
) -> tuple[Column, Refusals]:
    """Return a column whose invalid rows hold what was given, and the rows that cannot hold it.

    Args:
        values: The column as given: Arrow array or list.
        coerced: The same as it was coerced; a list has `None` in invalid rows.
        invalid: The invalid rows.
        parquet: Whether the column is for a Parquet file, where all values have one type.
        start: Number of the first row.

    Returns:
        The column, with `None` in the rows that cannot hold their value, and these rows.
    """
    if is_arrow(values) and is_arrow(coerced):
        array = _as_it_is(values, parquet=parquet)
        if array is not None:
            return array, []
    given = _to_python(values)
    column = [
        value.isoformat() if isinstance(value, date) else value for value in _to_python(coerced)
    ]
    refused: Refusals = []
    for (what, _), rows in invalid.items():
        for row, _ in rows:
            value = given[row - start]
            column[row - start] = None
            if parquet:
                refused.append((row, what, value))
                continue
            try:
                column[row - start] = to_jsonable(value)
            except CoercionError as error:
                refused.append((row, f"{what}, and {error}", value))
    return column, refused


def _to_python(column: Column) -> list[Any]:
    if not is_arrow(column):
        return to_list(column)
    from arthurai.upload.arrow_types import python_values

    return python_values(column)


def _as_it_is(array: Any, *, parquet: bool) -> Any | None:
    """Return an Arrow array as it can be encoded whole, `None` if it cannot."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from arthurai.upload.arrow_types import parquet_array

    if parquet:
        return parquet_array(array)
    kind = array.type
    if pa.types.is_floating(kind):
        return None if pc.any(pc.is_inf(array)).as_py() else array  # JSON has no infinity
    is_plain = bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
    )
    return array if is_plain else None
