"""Valid rows as JSON arrays in the shape the API takes."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any

import orjson

from arthurai.upload.validated_table import Body

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from arthurai.upload.columnar import Column
    from arthurai.upload.validated_table import ValidatedTable


def json_bodies(
    table: ValidatedTable, *, max_bytes: int, reference: bool = False
) -> Iterator[Body]:
    """Yield rows as JSON arrays of `Inference`, `InferenceGroundTruth` or `ReferenceRow`, in order.

    Args:
        table: The rows.
        max_bytes: Maximum size of one body, unless a single row is larger.
        reference: Whether to write rows of a reference set (`{"reference_data": {...}}`).
    """
    arrow = table.arrow_columns()
    if not arrow:
        rows = _reference_rows(table) if reference else _rows(table)
        yield from _dump_rows(rows, table.start, max_bytes)
        return
    from arthurai.upload.json_columns import encode_lines

    # Wide rows are encoded in smaller parts, so that they do not fill the memory.
    size = sum(column.nbytes for column in arrow)
    at_once = max(1, min(table.rows, table.rows * max_bytes // max(size, 1)))
    for part in table.split(at_once):
        yield from _split_lines(encode_lines(part, reference=reference), part.start, max_bytes)


def _split_lines(lines: pa.Array, start: int, max_bytes: int) -> Iterator[Body]:
    """Yield bodies of whole rows; each line is an object after a comma."""
    offsets = memoryview(lines.buffers()[1]).cast("i")[lines.offset : lines.offset + len(lines) + 1]
    text = memoryview(lines.buffers()[2])
    first = 0
    while first < len(lines):
        last = bisect.bisect_right(offsets, offsets[first] + max_bytes, first + 1) - 1
        last = max(last, first + 1)
        # The comma before the first row becomes the bracket of the array.
        content = b"".join((b"[", text[offsets[first] + 1 : offsets[last]], b"]"))
        yield Body(start + first, last - first, content)
        first = last


def _dump_rows(rows: list[dict[str, Any]], start: int, max_bytes: int) -> Iterator[Body]:
    content = orjson.dumps(rows)
    if len(content) <= max_bytes or len(rows) == 1:
        yield Body(start, len(rows), content)
        return
    half = len(rows) // 2
    yield from _dump_rows(rows[:half], start, max_bytes)
    yield from _dump_rows(rows[half:], start + half, max_bytes)


def _reference_rows(table: ValidatedTable) -> list[dict[str, Any]]:
    return [{"reference_data": row} for row in _dicts(table.inference | table.truth, table.rows)]


def _rows(table: ValidatedTable) -> list[dict[str, Any]]:
    keys = ("partner_inference_id", "inference_timestamp", "batch_id")
    rows = _dicts({key: table.meta[key] for key in keys if key in table.meta}, table.rows)
    if table.inference:
        for row, data in zip(rows, _dicts(table.inference, table.rows), strict=True):
            row["inference_data"] = data
    if table.truth:
        labeled = table.labeled or [True] * table.rows
        truth = _dicts(table.truth, table.rows)
        timestamps = table.meta["ground_truth_timestamp"]
        for row, data, timestamp, is_labeled in zip(rows, truth, timestamps, labeled, strict=True):
            if is_labeled:
                row["ground_truth_timestamp"] = timestamp
                row["ground_truth_data"] = data
    return rows


def _dicts(columns: dict[str, Column], rows: int) -> list[dict[str, Any]]:
    if not columns:
        return [{} for _ in range(rows)]
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
