"""Conversion of whole columns to the Arrow types of the warehouse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arthurai.common.parquet_types import arrow_types
from arthurai.common.vocabulary import ValueType
from arthurai.server.storage.warehouse.value_checks import CONVERTERS, ValueProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_MICROSECONDS: Final = pa.timestamp("us")
_UTC: Final = pa.timestamp("us", tz="UTC")
# Years 1 to 9999 in microseconds: the range of Python's datetime.
_FIRST_MOMENT: Final = -62_135_596_800_000_000
_LAST_MOMENT: Final = 253_402_300_799_999_999

ARROW_TYPES: Final = arrow_types()

# Value types that Arrow converts from lists at once, with the Python types allowed for that.
# Arrow accepts a bool as an int, hence the exact types.
_EXACT: Final[dict[str, frozenset[type]]] = {
    ValueType.Integer: frozenset({int}),
    ValueType.Float: frozenset({float, int}),
    ValueType.Boolean: frozenset({bool}),
    ValueType.String: frozenset({str}),
    ValueType.Unstructured_Text: frozenset({str}),
    ValueType.Image: frozenset({str}),
    ValueType.Tokens: frozenset({list}),
    ValueType.StringArray: frozenset({list}),
}
_TEXTS: Final = frozenset({ValueType.String, ValueType.Unstructured_Text, ValueType.Image})

Problems = dict[int, str]


def from_values(value_type: str, values: Sequence[Any]) -> tuple[pa.Array, Problems]:
    """Convert decoded JSON values.

    Args:
        value_type: Wire name of the value type.
        values: The values; `None` is null.

    Returns:
        The column, null where a value is rejected, and the reason for each rejected value by place.
    """
    fast = _fast_from_values(value_type, values)
    if fast is not None:
        return fast, {}
    convert = CONVERTERS[value_type]
    converted: list[Any] = [None] * len(values)
    problems: Problems = {}
    for place, value in enumerate(values):
        if value is None:
            continue
        try:
            converted[place] = convert(value)
        except ValueProblem as problem:
            problems[place] = str(problem)
    return pa.array(converted, ARROW_TYPES[value_type]), problems


def _fast_from_values(value_type: str, values: Sequence[Any]) -> pa.Array | None:
    given = set(map(type, values))
    types = given - {type(None)}
    try:
        if value_type == ValueType.Timestamp:
            if types <= {str}:
                return _in_years(pa.array(values, pa.string()).cast(_UTC).cast(_MICROSECONDS))
        elif types <= _EXACT.get(value_type, frozenset()):
            array = pa.array(values, ARROW_TYPES[value_type])
            if value_type == ValueType.Float:
                # The sum is finite only if all are, which costs less than asking Arrow.
                is_finite = types == given and math.isfinite(sum(values))
                return array if is_finite else _without_nan(array)
            if pa.types.is_list(array.type) and array.values.null_count:
                return None
            return array
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        pass
    return None


def from_array(value_type: str, array: pa.Array) -> tuple[pa.Array, Problems]:
    """Convert a column of a table or file.

    Args:
        value_type: Wire name of the value type.
        array: The column as read, of any type.

    Returns:
        As `from_values`.
    """
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), ARROW_TYPES[value_type]), {}
    fast = _fast_from_array(value_type, array)
    if fast is not None:
        return fast, {}
    return from_values(value_type, _python_values(array))


def _fast_from_array(value_type: str, array: pa.Array) -> pa.Array | None:
    kind = array.type
    fast = None
    try:
        if value_type in {ValueType.Integer, ValueType.Float}:
            fast = _fast_numbers(value_type, array)
        elif value_type == ValueType.Boolean and pa.types.is_boolean(kind):
            fast = array
        elif value_type in _TEXTS and is_text(kind):
            fast = array.cast(pa.string())
        elif value_type == ValueType.Timestamp:
            fast = _fast_timestamps(array)
        elif value_type in {ValueType.Tokens, ValueType.StringArray} and _is_list_of_texts(kind):
            texts = array.cast(ARROW_TYPES[value_type])
            fast = None if texts.flatten().null_count else texts
    except (pa.ArrowException, ValueError):
        return None
    return fast


def _fast_numbers(value_type: str, array: pa.Array) -> pa.Array | None:
    floating = pa.types.is_floating(array.type)
    if not floating and not pa.types.is_integer(array.type):
        return None
    if value_type == ValueType.Float:
        return _without_nan(array.cast(pa.float64(), safe=False))
    numbers = _without_nan(array.cast(pa.float64())) if floating else array
    return None if numbers is None else numbers.cast(pa.int64())


def _fast_timestamps(array: pa.Array) -> pa.Array | None:
    if is_text(array.type):
        return _in_years(array.cast(pa.string()).cast(_UTC).cast(_MICROSECONDS))
    if pa.types.is_date(array.type):
        return _in_years(array.cast(_MICROSECONDS))
    if not pa.types.is_timestamp(array.type):
        return None
    # Nanoseconds are truncated; coarser units are checked, because they can overflow.
    exact = array.type.unit != "ns"
    return _in_years(
        array.cast(pa.timestamp("us", tz=array.type.tz), safe=exact)
        .cast(_MICROSECONDS if array.type.tz is None else _UTC)
        .cast(_MICROSECONDS)
    )


def is_text(kind: pa.DataType) -> bool:
    """Return whether an Arrow type is one of the string types."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def find_nul(array: pa.Array) -> list[int]:
    """Return the places of texts with a NUL character.

    Args:
        array: A column of type `string`.
    """
    _, offsets, content = array.buffers()
    if not len(array) or content is None:
        return []
    ends = np.frombuffer(offsets, np.int32)[array.offset : array.offset + len(array) + 1]
    # To search text by text takes more than ten times as long.
    if np.frombuffer(content, np.uint8)[ends[0] : ends[-1]].all():
        return []
    return find_true(pc.match_substring(array, "\0"))


def find_true(mask: pa.Array) -> list[int]:
    """Return the places where a mask is true."""
    places: list[int] = pc.indices_nonzero(mask).to_pylist()
    return places


def _is_list_of_texts(kind: pa.DataType) -> bool:
    is_list = (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
    return bool(is_list and is_text(kind.value_type))


def _in_years(array: pa.Array) -> pa.Array | None:
    """Return the column if all its times are within the years 1 to 9999."""
    bounds = pc.min_max(array.cast(pa.int64())).as_py()
    if bounds["min"] is None or (bounds["min"] >= _FIRST_MOMENT and bounds["max"] <= _LAST_MOMENT):
        return array
    return None


def _without_nan(array: pa.Array) -> pa.Array | None:
    """Return the column of floats with null instead of NaN, or `None` if one is infinite."""
    if pc.all(pc.is_finite(array), min_count=0).as_py():
        return array
    if pc.any(pc.is_inf(array), min_count=0).as_py():
        return None
    return pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)


def _python_values(array: pa.Array) -> list[Any]:
    """Return the values as Python objects; NaN becomes null."""
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        return [_moment(value) for value in array]
    return [
        None if isinstance(value, float) and math.isnan(value) else value
        for value in array.to_pylist()
    ]


def _moment(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        return str(scalar.value)


def only_where(array: pa.Array, given: list[bool]) -> pa.Array:
    """Return the column with null wherever `given` is false."""
    if all(given):
        return array
    return pc.if_else(pa.array(given, pa.bool_()), array, pa.scalar(None, array.type))


def numbered(first: int, size: int) -> pa.Array:
    """Return a column of consecutive numbers."""
    return from_numpy(np.arange(first, first + size, dtype=np.int64))


def from_numpy(numbers: npt.NDArray[np.int64]) -> pa.Array:
    """Return a column of integers without a copy.

    `pyarrow.array` would import pandas for this, if it is installed.
    """
    contiguous = np.ascontiguousarray(numbers)
    return pa.Array.from_buffers(pa.int64(), len(contiguous), [None, pa.py_buffer(contiguous)])
