"""Arrow columns: normalized, and coerced to the value types of attributes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from arthurai.common.exceptions import UserTypeError
from arthurai.common.parquet_types import arrow_types
from arthurai.common.vocabulary import ValueType
from arthurai.upload.coerce import INFINITE, InvalidRows, coerce_column, is_missing
from arthurai.upload.local_times import LocalTimeError
from arthurai.upload.time_zones import NAIVE, NOT_TIMESTAMP
from arthurai.upload.upload_schema import SCALAR_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.upload.local_times import LocalTimes

CONVERSION_ERRORS: Final = (
    pa.ArrowInvalid,
    pa.ArrowTypeError,
    pa.ArrowNotImplementedError,
    TypeError,
)
"""What Arrow raises for values or types it cannot convert."""

_UTC: Final = pa.timestamp("us", "UTC")


def arrow_type(value_type: str) -> pa.DataType:
    """Return the Arrow type of a value type in the Parquet files sent; text for unknown ones."""
    types = arrow_types("UTC")
    return types.get(value_type, types[ValueType.String])


# -- Normalization ---------------------------------------------------------------------------------


def _find_nan(array: Any, infinities: bool) -> Any:
    """Return a boolean array: which floats are NaN (or ±inf if asked)."""
    return pc.invert(pc.is_finite(array)) if infinities else pc.is_nan(array)


def _clear_floats(array: Any, infinities: bool) -> Any:
    nan = _find_nan(array, infinities)
    if not pc.any(nan).as_py():
        return array
    return pc.if_else(nan, pa.scalar(None, array.type), array)


def _clear_value(value: Any, infinities: bool) -> Any:
    """Return a nested Python value without NaN; maps are lists of pairs and stay so."""
    if isinstance(value, float):
        return None if is_missing(value) or (infinities and math.isinf(value)) else value
    if isinstance(value, list | tuple):
        return type(value)(_clear_value(item, infinities) for item in value)
    if isinstance(value, dict):
        return {key: _clear_value(item, infinities) for key, item in value.items()}
    return value


def _leaves(array: Any) -> list[Any]:
    """Return the innermost arrays of a nested array."""
    kind = array.type
    if pa.types.is_struct(kind):
        return [leaf for part in array.flatten() for leaf in _leaves(part)]
    if pa.types.is_map(kind):
        return _leaves(array.keys) + _leaves(array.items)
    if pa.types.is_nested(kind):
        return _leaves(array.flatten())
    return [array]


def _clear_nested(array: Any, infinities: bool) -> Any:
    """Return a list, struct or map array without NaN inside; it is rebuilt only if it has any."""
    has_nan = any(
        pc.any(_find_nan(leaf, infinities)).as_py()
        for leaf in _leaves(array)
        if pa.types.is_floating(leaf.type)
    )
    if not has_nan:
        return array
    values = [_clear_value(value, infinities) for value in array.to_pylist()]
    return pa.array(values, type=array.type)


def _plain_type(kind: Any) -> Any:
    """Return the type to use instead of `kind`: no views, dictionaries, run lengths, extensions."""
    if isinstance(kind, pa.BaseExtensionType):
        replaced = _EXTENSIONS.get(kind.extension_name)
        return _plain_type(kind.storage_type) if replaced is None else replaced
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_nested(kind):
        return _plain_nested_type(kind)
    return _REPLACED.get(str(kind), kind)


def _plain_nested_type(kind: Any) -> Any:
    if pa.types.is_union(kind):
        raise pa.ArrowNotImplementedError("unions have no single type of value")
    if pa.types.is_map(kind):
        return pa.map_(_plain_type(kind.key_type), _plain_type(kind.item_type))
    if pa.types.is_struct(kind):
        fields = [kind.field(number) for number in range(kind.num_fields)]
        return pa.struct([field.with_type(_plain_type(field.type)) for field in fields])
    make = pa.large_list if str(kind).startswith("large_list") else pa.list_
    return make(_plain_type(kind.value_type))


_REPLACED: Final = {
    "halffloat": pa.float32(),
    "string_view": pa.large_string(),
    "binary_view": pa.large_binary(),
}
"""Types to use instead of types for which Arrow lacks functions."""

_EXTENSIONS: Final = {"arrow.uuid": pa.string(), "arrow.bool8": pa.bool_()}
"""Types to use instead of extension types whose storage means something else to people."""


def _normalize_chunk(chunk: Any, plain: pa.DataType, infinities: bool) -> Any:
    chunk = _plain_chunk(chunk, plain)
    if pa.types.is_floating(plain):
        return _clear_floats(chunk, infinities)
    return _clear_nested(chunk, infinities) if pa.types.is_nested(plain) else chunk


def _plain_chunk(chunk: Any, plain: pa.DataType) -> Any:
    if isinstance(chunk, pa.ExtensionArray):
        is_uuid = chunk.type.extension_name == "arrow.uuid"
        return _texts_of(chunk) if is_uuid else _plain_chunk(chunk.storage, plain)
    if isinstance(chunk, pa.DictionaryArray):  # Arrow has no cast of dictionaries of string views
        return _plain_chunk(chunk.dictionary, plain).take(chunk.indices)
    if isinstance(chunk, pa.RunEndEncodedArray):
        return _plain_chunk(pc.run_end_decode(chunk), plain)
    try:
        if "list_view" in str(chunk.type):  # its cast leaves out an offset
            return pa.array(chunk.to_pylist(), plain)
        return chunk if chunk.type == plain else chunk.cast(plain)
    except CONVERSION_ERRORS:
        # Value by value, what Arrow has no cast for, such as lists of dictionaries.
        return pa.array(chunk.to_pylist(), plain)


def _texts_of(array: Any) -> Any:
    return pa.array([value and str(value) for value in array.to_pylist()], pa.string())


def plain_array(array: Any) -> Any:
    """Return an Arrow array without views, dictionaries, run lengths and extension types."""
    try:
        plain = _plain_type(array.type)
        if plain == array.type:
            return array
        chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
        return pa.chunked_array([_plain_chunk(chunk, plain) for chunk in chunks], plain)
    except CONVERSION_ERRORS:
        return array


def normalize_table(
    table: pa.Table,
    *,
    name: str,
    infinities_to_null: bool,
    odd: dict[str, list[Any]] | None = None,
) -> pa.Table:
    """Return a table with NaN as null and without views, dictionaries and extension types.

    Args:
        table: Any Arrow table whose column names are strings.
        name: What the caller calls the table, for messages.
        infinities_to_null: Whether ±inf becomes null, too.
        odd: Receives the values of columns whose type cannot be decoded, which become null.

    Raises:
        UserTypeError: A column has a type that cannot be decoded.
    """
    columns = []
    for column, field in zip(table.columns, table.schema, strict=True):
        plain: Any = None
        try:
            plain = _plain_type(field.type)
            chunks = [_normalize_chunk(chunk, plain, infinities_to_null) for chunk in column.chunks]
        except CONVERSION_ERRORS as error:
            if odd is None:
                raise UserTypeError(
                    f"column {field.name!r} of `{name}` has type {field.type}, which cannot be "
                    f"read: {error}"
                ) from error
            odd[field.name] = python_values(column)
            chunks, plain = [pa.nulls(len(column))], pa.null()
        columns.append(pa.chunked_array(chunks, type=chunks[0].type if chunks else plain))
    return pa.table(columns, names=table.column_names)


def python_values(array: Any) -> list[Any]:
    """Return the values of an Arrow array as Python objects, as scalars where Python has none."""
    try:
        values: list[Any] = array.to_pylist()
    except (*CONVERSION_ERRORS, ValueError, OverflowError):  # such as times of nanoseconds
        return [scalar if scalar.is_valid else None for scalar in array]
    return values


def parquet_array(array: Any) -> Any | None:
    """Return an array as a Parquet file holds it, `None` if it cannot hold its type.

    Decimals become floats, as in JSON.
    """
    import pyarrow.parquet as pq

    if pa.types.is_decimal(array.type):
        return array.cast(pa.float64())
    if pa.types.is_timestamp(array.type) and _clear_far_times(array, 0)[1]:
        return None
    try:
        empty = pa.table({"column": pa.chunked_array([], array.type)})
        pq.write_table(empty, pa.BufferOutputStream(), allow_truncated_timestamps=True)
    except pa.ArrowException:
        return None
    return array


# -- Coercion to a value type ----------------------------------------------------------------------

_MAX_VALUES_SHOWN: Final = 8
_EXPECTED: Final = {
    ValueType.Integer: "must hold whole numbers",
    ValueType.Float: "must hold numbers",
    ValueType.Boolean: "must hold true and false",
    ValueType.String: "must hold text",
    ValueType.Unstructured_Text: "must hold text",
    ValueType.Image: "must hold paths as text",
}


def _true_rows(mask: Any) -> Any:
    """Return the numbers of the rows where a boolean array is true, as an array."""
    if not len(mask):  # pyarrow 20 crashes on a chunked array without chunks
        return pa.array([], pa.uint64())
    return pc.indices_nonzero(mask)


def _rows_where(mask: Any, array: Any, start: int) -> list[tuple[int, object]]:
    """Return number and value of the rows where a boolean array is true; few with their values."""
    rows = _true_rows(mask)
    shown = rows.slice(0, _MAX_VALUES_SHOWN)
    values = python_values(array.take(shown))
    found: list[tuple[int, object]] = [
        (start + row, value) for row, value in zip(shown.to_pylist(), values, strict=True)
    ]
    return found + [(start + row, None) for row in rows.slice(_MAX_VALUES_SHOWN).to_pylist()]


def coerce_array(
    array: Any, value_type: str, zone: LocalTimes | None, start: int
) -> tuple[Any, InvalidRows]:
    """Return one Arrow column coerced to a value type, and its invalid rows.

    Args:
        array: Chunked array, as `to_arrow` makes it.
        value_type: Wire value of `ValueType`.
        zone: How timestamps without zone are read.
        start: Number of the first row.

    Returns:
        A chunked array of `arrow_type(value_type)` (text may be `large_string`), for nested value
        types a list of Python values; anything when there are invalid rows.
    """
    if value_type in SCALAR_TYPES:
        return _coerce_scalars(array, value_type, start)
    if value_type == ValueType.Timestamp:
        return _coerce_timestamps(array, zone, start)
    values = array.to_pylist()
    if value_type == ValueType.TokenLikelihoods:
        values = [_drop_null_fields(value) for value in values]
    return coerce_column(values, value_type, zone, start)


def _drop_null_fields(value: Any) -> Any:
    """Return a value without the struct fields that are null because only other rows have them."""
    if isinstance(value, list):
        return [_drop_null_fields(item) for item in value]
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return value


def is_text(kind: Any) -> bool:
    """Return whether an Arrow type is one of text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _coerce_scalars(array: Any, value_type: str, start: int) -> tuple[Any, InvalidRows]:
    kind = array.type
    if pa.types.is_null(kind) or 0 < len(array) == array.null_count:
        return pa.chunked_array([pa.nulls(len(array), arrow_type(value_type))]), {}
    if value_type in {ValueType.Integer, ValueType.Float}:
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            coerce = _coerce_integers if value_type == ValueType.Integer else _coerce_floats
            return coerce(array, start)
    elif pa.types.is_boolean(kind) if value_type == ValueType.Boolean else is_text(kind):
        return array, {}
    what = f"{_EXPECTED[value_type]} ({value_type}), but its type is {kind}"
    return array, {(what, True): _rows_where(pc.is_valid(array), array, start)}


def _coerce_integers(array: Any, start: int) -> tuple[Any, InvalidRows]:
    try:
        return array.cast(pa.int64()), {}
    except pa.ArrowInvalid:
        pass
    if not pa.types.is_floating(array.type):
        return _coerce_values(array, ValueType.Integer, start)
    infinite = _infinite_rows(array, start)
    finite = pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))
    has_fraction = pc.not_equal(pc.floor(finite), finite)
    is_large = pc.or_(pc.less(finite, -(2.0**63)), pc.greater_equal(finite, 2.0**63))
    for what, mask in (
        ("must be a whole number", has_fraction),
        ("must fit in 64 bits", is_large),
    ):
        if invalid := _rows_where(mask, array, start):
            return array, {(what, False): invalid} | infinite
    return pc.cast(finite, pa.int64(), safe=False), infinite


def _infinite_rows(floats: Any, start: int) -> InvalidRows:
    rows = _rows_where(pc.is_inf(floats), floats, start)
    return {(INFINITE, False): rows} if rows else {}


def _coerce_floats(array: Any, start: int) -> tuple[Any, InvalidRows]:
    try:
        floats = array.cast(pa.float64())
    except pa.ArrowInvalid:
        return _coerce_values(array, ValueType.Float, start)
    if floats.null_count < len(floats) and not pc.all(pc.is_finite(floats)).as_py():
        infinite = _infinite_rows(floats, start)
        floats = pc.if_else(pc.is_finite(floats), floats, pa.scalar(None, pa.float64()))
        return floats, infinite
    return floats, {}


def _coerce_values(array: Any, value_type: str, start: int) -> tuple[Any, InvalidRows]:
    """Coerce value by value what Arrow cannot cast as a whole."""
    values, invalid = coerce_column(array.to_pylist(), value_type, None, start)
    return pa.chunked_array([pa.array(values, arrow_type(value_type))]), invalid


def _coerce_timestamps(array: Any, zone: LocalTimes | None, start: int) -> tuple[Any, InvalidRows]:
    """Return timestamps, dates or ISO-8601 text in UTC with microseconds, and the invalid rows."""
    kind = array.type
    if is_text(kind):
        return _parse_timestamps(array, zone, start)
    if pa.types.is_null(kind):
        return pc.cast(array, _UTC), {}
    if pa.types.is_date(kind):
        array = array.cast(pa.timestamp("s"), safe=False)
    elif not pa.types.is_timestamp(kind):
        what = f"{NOT_TIMESTAMP} (its type is {kind})"
        return array, {(what, True): _rows_where(pc.is_valid(array), array, start)}
    array, invalid = _clear_far_times(array, start)
    if array.type.tz is not None:
        return pc.cast(array, _UTC, safe=False), invalid
    naive = pc.cast(array, pa.timestamp("us"), safe=False)
    if zone is not None:
        times, refused = _localize_array(naive, zone, start)
        return times, invalid | refused
    rows = _rows_where(pc.is_valid(array), array, start)
    return naive.cast(_UTC), invalid | ({(NAIVE, False): rows} if rows else {})


def _clear_far_times(array: Any, start: int) -> tuple[Any, InvalidRows]:
    """Return times with null for those out of the years of calendars, which overflow, and these."""
    unit = _UNITS_PER_SECOND[array.type.unit]
    counts = array.cast(pa.int64())
    low, high = pc.min_max(counts).values()
    first = max(_FIRST_SECOND * unit, -(2**63))
    last = min((_LAST_SECOND + 1) * unit, 2**63 - 1)
    if not low.is_valid or (low.as_py() >= first and high.as_py() < last):
        return array, {}
    far = pc.or_(pc.less(counts, first), pc.greater_equal(counts, last))
    what = "must be a time between the years 1 and 9999"
    invalid: InvalidRows = {(what, False): _rows_where(far, array, start)}
    return pc.if_else(far, pa.scalar(None, array.type), array), invalid


_UNITS_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FIRST_SECOND: Final = -62_135_596_800
_LAST_SECOND: Final = 253_402_300_799


def _parse_timestamps(array: Any, zone: LocalTimes | None, start: int) -> tuple[Any, InvalidRows]:
    try:
        return pc.cast(array, _UTC), {}
    except pa.ArrowInvalid:
        texts, invalid = coerce_column(array.to_pylist(), ValueType.Timestamp, zone, start)
        moments = [text and datetime.fromisoformat(text) for text in texts]
        return pa.chunked_array([pa.array(moments, _UTC)]), invalid


def _localize_array(array: Any, times: LocalTimes, start: int) -> tuple[Any, InvalidRows]:
    """Return naive timestamps (microseconds) of a zone in UTC, and those that are refused."""
    offset = times.zone.utcoffset(None)
    if isinstance(offset, timedelta):  # a zone that has only one
        moved = pc.subtract(array, pa.scalar(offset, pa.duration("us"))) if offset else array
        return moved.cast(_UTC), {}
    found = None
    changed = pc.is_valid(array)
    if isinstance(times.zone, ZoneInfo) and times.zone.key:
        try:
            found, latest = (
                pc.assume_timezone(array, times.zone.key, ambiguous=which, nonexistent=which).cast(
                    _UTC
                )
                for which in ("earliest", "latest")
            )
            changed = pc.fill_null(pc.not_equal(found, latest), fill_value=False)
        except pa.ArrowInvalid:
            pass  # Arrow has no data of this zone
    rows = _true_rows(changed)
    if found is not None and not len(rows):
        return found, {}
    invalid: InvalidRows = {}
    moments: list[datetime | None] = []
    for row, value in zip(rows.to_pylist(), array.take(rows).to_pylist(), strict=True):
        moments.append(None)
        try:
            moments[-1] = times.to_utc(value)
        except LocalTimeError as error:
            invalid.setdefault((str(error), False), []).append((start + row, value))
    whole = pa.nulls(len(array), _UTC) if found is None else _as_array(found)
    mask = _as_array(changed)
    return pa.chunked_array([pc.replace_with_mask(whole, mask, pa.array(moments, _UTC))]), invalid


def _as_array(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def is_naive(kind: Any) -> bool:
    """Return whether an Arrow type is one of timestamps without zone, or of dates."""
    return bool((pa.types.is_timestamp(kind) and kind.tz is None) or pa.types.is_date(kind))


def has_texts(array: Any, max_characters: int, *, distinct: bool) -> bool:
    """Return whether a column holds texts, none missing, empty or too long.

    Args:
        array: The column.
        max_characters: Maximum length of a text.
        distinct: Whether all texts have to differ.
    """
    if array.null_count or not is_text(array.type):
        return False
    if not len(array):
        return True
    lengths = pc.min_max(pc.utf8_length(array)).as_py()
    if not 0 < lengths["min"] <= lengths["max"] <= max_characters:
        return False
    return not distinct or len(array.unique()) == len(array)


def rows_with_values(arrays: Sequence[Any]) -> Any:
    """Return a boolean array: which rows have a value in one of the columns; `None` for all."""
    if any(array.null_count == 0 for array in arrays):
        return None
    valid = pc.is_valid(arrays[0])
    for array in arrays[1:]:
        valid = pc.or_(valid, pc.is_valid(array))
    return None if pc.all(valid).as_py() else valid
