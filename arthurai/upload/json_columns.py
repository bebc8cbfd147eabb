"""Arrow columns as JSON text.

They become text column by column in Arrow's own compute kernels, and are joined row by row there,
so that no Python object is made per value.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from arthurai.upload.arrow_types import is_text
from arthurai.upload.columnar import is_arrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arthurai.upload.columnar import Column
    from arthurai.upload.validated_table import ValidatedTable

_TO_ESCAPE: Final = '["\\\\\\x00-\\x1f]'
"""Characters that cannot be in a JSON string as they are."""

_SAMPLE_ROWS: Final = 256
_MIN_REPEATS: Final = 4
"""Rows of the sample per distinct text from which it is worth writing each only once."""


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """One column as JSON texts.

    Attributes:
        array: Arrow strings, none missing.
        quoted: Whether each has to be put between quotes.
        with_comma: Whether each ends in a comma.
    """

    array: Any
    quoted: bool = False
    with_comma: bool = False

    def pieces(self) -> list[Any]:
        """Return the texts, between quotes where needed."""
        return ['"', self.array, '"'] if self.quoted else [self.array]


def encode_column(column: Column, *, comma: bool = False) -> JsonColumn:
    """Return one column as JSON texts, missing values as `null`.

    Args:
        column: Arrow array or list.
        comma: Whether the texts may end in a comma (they are faster to make).
    """
    if not is_arrow(column):
        if set(map(type, column)) != {str}:
            return JsonColumn(_dump_values(column))
        column = pa.array(column, pa.string())
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    kind = array.type
    if comma and pa.types.is_float64(kind) and "numpy" in sys.modules:
        return _encode_floats(array)
    if is_text(kind):
        return _encode_text(array)
    if pa.types.is_timestamp(kind):
        return _encode_timestamps(array)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return JsonColumn(pc.fill_null(pc.cast(array, pa.string()), "null"))
    return JsonColumn(_dump_values(array.to_pylist()))


def _dump_values(values: Sequence[Any]) -> Any:
    return pa.array([orjson.dumps(value).decode() for value in values], pa.string())


def _encode_text(array: Any) -> JsonColumn:
    """Encode text as it is where nothing has to be escaped, or by its distinct values."""
    sample = array.slice(0, _SAMPLE_ROWS)
    if len(sample.unique()) * _MIN_REPEATS > len(sample) and not array.null_count:
        has_escapes = pc.any(pc.match_substring_regex(array, _TO_ESCAPE)).as_py()
        if not has_escapes:
            return JsonColumn(array.cast(pa.string()), quoted=True)
    encoded = array.dictionary_encode()
    texts = _dump_values(encoded.dictionary.to_pylist())
    return JsonColumn(pc.fill_null(texts.take(encoded.indices), "null"))


def _encode_timestamps(array: Any) -> JsonColumn:
    """Encode instants in UTC as ISO-8601 text."""
    # Times without zone print much faster than those with one; the values are UTC already.
    texts = pc.cast(array.cast(pa.timestamp("us")), pa.string())
    texts = pc.binary_replace_slice(texts, 10, 11, "T")
    if not array.null_count:
        return JsonColumn(pc.binary_join_element_wise(texts, "+00:00", ""), quoted=True)
    texts = pc.binary_join_element_wise('"', texts, '+00:00"', "")
    return JsonColumn(pc.fill_null(texts, "null"))


def _encode_floats(array: Any) -> JsonColumn:
    """Encode floats by orjson, all at once, then split at the commas."""
    import numpy as np

    values = array.to_numpy(zero_copy_only=False)
    text = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    text = text[:-1] + b","
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord(",")) + 1
    offsets = np.concatenate(([1], ends)).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    return JsonColumn(pa.Array.from_buffers(pa.string(), len(array), buffers), with_comma=True)


def _members(columns: dict[str, Column]) -> list[Any]:
    """Return `"name":value` of each column, with commas between them."""
    pieces: list[Any] = []
    for number, (name, column) in enumerate(columns.items(), start=1):
        is_last = number == len(columns)
        values = encode_column(column, comma=not is_last)
        pieces += [f"{orjson.dumps(name).decode()}:", *values.pieces()]
        if not is_last and not values.with_comma:
            pieces.append(",")
    return pieces


def join_texts(pieces: Iterable[Any]) -> Any:
    """Join literal texts and columns row by row."""
    merged: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return pc.binary_join_element_wise(*merged, "")


def encode_lines(table: ValidatedTable, *, reference: bool = False) -> pa.Array:
    """Return one JSON object per row, each after a comma.

    Args:
        table: The rows.
        reference: Whether to write rows of a reference set (`{"reference_data": {...}}`).
    """
    if reference:
        return join_texts([',{"reference_data":{', *_members(table.inference | table.truth), "}}"])
    ids = encode_column(table.meta["partner_inference_id"])
    pieces = [',{"partner_inference_id":', *ids.pieces()]
    for name in ("inference_timestamp", "batch_id"):
        if name in table.meta:
            pieces += [f',"{name}":', *encode_column(table.meta[name]).pieces()]
    if table.inference:
        pieces += [',"inference_data":{', *_members(table.inference), "}"]
    if table.truth:
        pieces.append(_encode_truth(table))
    return join_texts([*pieces, "}"])


def _encode_truth(table: ValidatedTable) -> Any:
    """Return `,"ground_truth_timestamp":…,"ground_truth_data":{…}` per row, empty without one."""
    timestamps = encode_column(table.meta["ground_truth_timestamp"])
    pieces = [',"ground_truth_timestamp":', *timestamps.pieces()]
    texts = join_texts([*pieces, ',"ground_truth_data":{', *_members(table.truth), "}"])
    labeled = table.labeled
    if labeled is None:
        return texts
    mask = pa.array(labeled) if isinstance(labeled, list) else labeled.combine_chunks()
    return pc.if_else(mask, texts, "")
