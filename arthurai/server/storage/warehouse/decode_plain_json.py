"""Decoding of inferences straight from the text of a request to columns, without objects between.

Only a text in which every row is in order, and written as compactly as clients write it, is decoded
this way: rows of plain values, of the exact types of the model. For any other `None` is returned,
and the text is decoded object by object, which says what is wrong and where. The reader of Arrow
knows the names and types to expect, so depth, numbers, repeated names and the shape of the rows are
checked in the one pass that decodes them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from arthurai.common.vocabulary import MAX_INFERENCE_ID_LENGTH, ValueType
from arthurai.server.bounded_json import MAX_CONTAINERS
from arthurai.server.storage.warehouse import arrow_columns

if TYPE_CHECKING:
    from arthurai.server.model_schema import Attribute, ModelSchema

MIN_BYTES: Final = 64 * 1024
"""Size of a text from which on this is faster."""

_OBJECTS_A_ROW: Final = 3
_BLOCK_BYTES: Final = 2**20
# Times are read as texts first, as elsewhere.
_TYPES: Final = {
    ValueType.Integer: pa.int64(),
    ValueType.Float: pa.float64(),
    ValueType.Boolean: pa.bool_(),
    ValueType.String: pa.string(),
    ValueType.Unstructured_Text: pa.string(),
    ValueType.Timestamp: pa.string(),
}


class _NotPlainError(Exception):
    """Something is to be looked at object by object."""


class PlainRows:
    """Inferences that are decoded already, none of which is rejected.

    Args:
        table: The decoded inferences, numbered from 0.
    """

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def table(self) -> pa.Table:
        """Return the decoded inferences."""
        return self._table


def decode_plain_json(schema: ModelSchema, content: bytes, max_rows: int) -> PlainRows | None:
    """Decode a JSON array of `Inference` objects; return `None` unless all of it is in order.

    Args:
        schema: Schema of the model.
        content: The text.
        max_rows: Number of objects that it may have.
    """
    if len(content) < MIN_BYTES or not (content.startswith(b"[{") and content.endswith(b"}]")):
        return None
    expected = _expected(schema)
    rows = content.count(b"},{") + 1
    if expected is None or rows > min(max_rows, MAX_CONTAINERS // _OBJECTS_A_ROW):
        return None
    try:
        if not content.isascii():
            content.decode()
        # An end of a line within a string is an error, so no text of a row is changed unnoticed.
        table = pj.read_json(
            pa.BufferReader(content[1:-1].replace(b"},{", b"}\n{")),
            read_options=pj.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=pj.ParseOptions(
                explicit_schema=expected, unexpected_field_behavior="error"
            ),
        )
        # Objects that nothing stands between are rows to Arrow, and no JSON.
        _require(table.num_rows == rows)
        return PlainRows(_check(schema, table))
    except (pa.ArrowException, UnicodeDecodeError, _NotPlainError):
        return None


@functools.lru_cache(maxsize=256)
def _expected(schema: ModelSchema) -> pa.Schema | None:
    attributes = (*schema.inference_attributes, *schema.ground_truth_attributes)
    if not all(attribute.value_type in _TYPES for attribute in attributes):
        return None
    text = pa.string()
    fields = [
        ("partner_inference_id", text),
        ("inference_timestamp", text),
        ("ground_truth_timestamp", text),
        ("batch_id", text),
        ("inference_data", _struct(schema.inference_attributes)),
    ]
    if schema.ground_truth_attributes:
        fields.append(("ground_truth_data", _struct(schema.ground_truth_attributes)))
    return pa.schema(fields)


def _struct(attributes: tuple[Attribute, ...]) -> pa.StructType:
    return pa.struct([(a.name, _TYPES[a.value_type]) for a in attributes])


def _require(is_in_order: object) -> None:
    if not is_in_order:
        raise _NotPlainError


def _check(schema: ModelSchema, table: pa.Table) -> pa.Table:
    """Return the columns to store; no value among them is one to reject."""
    columns = {name: _one_chunk(table.column(name)) for name in table.column_names}
    ids, batches = columns["partner_inference_id"], columns["batch_id"]
    lengths = pc.min_max(pc.utf8_length(ids)).as_py()
    _require(not ids.null_count and lengths["min"] > 0)
    _require(lengths["max"] <= MAX_INFERENCE_ID_LENGTH)
    _require(not arrow_columns.find_nul(ids) and not arrow_columns.find_nul(batches))
    _require(pc.all(pc.not_equal(batches, ""), min_count=0).as_py())
    _require(not (schema.is_batch and batches.null_count))
    times = _times(columns["inference_timestamp"])
    _require(not times.null_count and not columns["inference_data"].null_count)
    found = {
        "row": arrow_columns.numbered(0, table.num_rows),
        "partner_inference_id": ids,
        "inference_timestamp": times,
        "ground_truth_timestamp": pa.nulls(table.num_rows, times.type),
        "batch_id": batches,
    }
    found |= _values(schema.inference_attributes, columns["inference_data"])
    if schema.ground_truth_attributes:
        truths = _values(schema.ground_truth_attributes, columns["ground_truth_data"])
        known_at = _times(columns["ground_truth_timestamp"])
        given = functools.reduce(pc.or_, [array.is_valid() for array in truths.values()])
        _require(not pc.any(pc.and_not(given, known_at.is_valid())).as_py())
        nothing = pa.scalar(None, known_at.type)
        found |= truths
        found["ground_truth_timestamp"] = pc.if_else(given, known_at, nothing)
    return pa.table(found)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    return joined.chunk(0) if isinstance(joined, pa.ChunkedArray) else joined


def _values(attributes: tuple[Attribute, ...], data: pa.StructArray) -> dict[str, pa.Array]:
    found = {}
    for attribute, array in zip(attributes, data.flatten(), strict=True):
        if attribute.value_type == ValueType.Float:
            # NaN and infinity are no JSON, but Arrow reads them.
            _require(pc.all(pc.is_finite(array), min_count=0).as_py())
        is_time = attribute.value_type == ValueType.Timestamp
        found[attribute.column] = _times(array) if is_time else array
    return found


def _times(texts: pa.Array) -> pa.Array:
    times, problems = arrow_columns.from_array(ValueType.Timestamp, texts)
    _require(not problems)
    return times
