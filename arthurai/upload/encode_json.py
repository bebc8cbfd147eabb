"""Prepared rows as a JSON array in the shape the API takes.

Arrow columns become JSON text column by column in Arrow's own compute kernels and are joined row by
row there, so that no Python object is made a value. Rows that came as dicts are written by orjson.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from arthurai.upload.columnar import Column, is_arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from arthurai.upload.validate import Prepared

_TO_ESCAPE = '["\\\\\\x00-\\x1f]'
"""Characters that cannot stand in a JSON string as they are."""

SAMPLE = 256
REPEATS = 4
"""Rows of the sample a distinct text stands in, on average, to be worth writing only once."""


@dataclass(frozen=True, slots=True)
class Body:
    """One JSON array.

    Attributes:
        start: row number of its first item.
        rows: how many items.
        content: UTF-8.
    """

    start: int
    rows: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """One column as JSON texts.

    Attributes:
        array: Arrow strings, none missing.
        quoted: whether each still has to be put between quotes.
        with_comma: whether each ends in a comma already.
    """

    array: Any
    quoted: bool = False
    with_comma: bool = False


def _text_column(array: Any) -> Written:
    """A text column: as it is where nothing has to be escaped, or by its distinct values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sample = array.slice(0, SAMPLE)
    if len(sample.unique()) * REPEATS > len(sample) and not array.null_count:
        plain = not pc.any(pc.match_substring_regex(array, _TO_ESCAPE)).as_py()
        if plain:
            return Written(array.cast(pa.string()), quoted=True)
    encoded = array.dictionary_encode()
    texts = _dumped(encoded.dictionary.to_pylist())
    return Written(pc.fill_null(texts.take(encoded.indices), "null"))


def _time_column(array: Any) -> Written:
    """Instants in UTC as ISO-8601 text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Times without zone print much faster than those with one; the values are UTC already.
    written = pc.cast(array.cast(pa.timestamp("us")), pa.string())
    written = pc.binary_replace_slice(written, 10, 11, "T")
    if not array.null_count:
        return Written(pc.binary_join_element_wise(written, "+00:00", ""), quoted=True)
    written = pc.binary_join_element_wise('"', written, '+00:00"', "")
    return Written(pc.fill_null(written, "null"))


def _float_column(array: Any) -> Written:
    """Floats as orjson writes them: all at once, then cut at the commas."""
    import numpy as np
    import pyarrow as pa

    values = array.to_numpy(zero_copy_only=False)
    text = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    text = text[:-1] + b","
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord(",")) + 1
    offsets = np.concatenate(([1], ends)).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    return Written(pa.Array.from_buffers(pa.string(), len(array), buffers), with_comma=True)


def _dumped(values: Sequence[Any]) -> Any:
    import pyarrow as pa

    return pa.array([orjson.dumps(value).decode() for value in values], pa.string())


def write_column(column: Column, *, comma: bool = False) -> Written:
    """One column as JSON texts, missing values as `null`.

    Args:
        column: Arrow array or list.
        comma: whether texts that end in a comma are welcome (they are faster to make).
    """
    import pyarrow as pa

    if not is_arrow(column):
        if set(map(type, column)) != {str}:
            return Written(_dumped(column))
        column = pa.array(column, pa.string())
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if comma and pa.types.is_float64(array.type) and "numpy" in sys.modules:
        return _float_column(array)
    return _plain_column(array)


def _plain_column(array: Any) -> Written:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _text_column(array)
    if pa.types.is_timestamp(kind):
        return _time_column(array)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return Written(pc.fill_null(pc.cast(array, pa.string()), "null"))
    return Written(_dumped(array.to_pylist()))


class _Line:
    """Literal text and columns, to be joined row by row."""

    def __init__(self) -> None:
        self._pieces: list[Any] = []
        self._literal = ""

    def text(self, literal: str) -> None:
        self._literal += literal

    def array(self, array: Any) -> None:
        self._flush()
        self._pieces.append(array)

    def value(self, column: Column) -> None:
        self._written(write_column(column))

    def columns(self, columns: dict[str, Column]) -> None:
        """Adds `"name":value` for each column, with commas between them."""
        left = len(columns)
        for name, column in columns.items():
            left -= 1
            self.text(f"{orjson.dumps(name).decode()}:")
            written = write_column(column, comma=left > 0)
            self._written(written)
            if left and not written.with_comma:
                self.text(",")

    def _written(self, written: Written) -> None:
        quote = '"' if written.quoted else ""
        self.text(quote)
        self.array(written.array)
        self.text(quote)

    def _flush(self) -> None:
        if self._literal:
            self._pieces.append(self._literal)
            self._literal = ""

    def join(self) -> Any:
        import pyarrow.compute as pc

        self._flush()
        return pc.binary_join_element_wise(*self._pieces, "")


def _truth(part: Prepared) -> Any:
    """`,"ground_truth_timestamp":…,"ground_truth_data":{…}` a row, empty where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    line = _Line()
    line.text(',"ground_truth_timestamp":')
    line.value(part.meta["ground_truth_timestamp"])
    line.text(',"ground_truth_data":{')
    line.columns(part.truth)
    line.text("}")
    joined = line.join()
    if part.labelled is None:
        return joined
    labelled = part.labelled
    mask = pa.array(labelled) if isinstance(labelled, list) else labelled.combine_chunks()
    return pc.if_else(mask, joined, "")


def _lines(part: Prepared) -> pa.Array:
    """One JSON object a row, each behind a comma."""
    line = _Line()
    line.text(',{"partner_inference_id":')
    line.value(part.meta["partner_inference_id"])
    for name in ("inference_timestamp", "batch_id"):
        if name in part.meta:
            line.text(f',"{name}":')
            line.value(part.meta[name])
    if part.inference:
        line.text(',"inference_data":{')
        line.columns(part.inference)
        line.text("}")
    if part.truth:
        line.array(_truth(part))
    line.text("}")
    return line.join()


def _reference_lines(part: Prepared) -> pa.Array:
    line = _Line()
    line.text(',{"reference_data":{')
    line.columns({**part.inference, **part.truth})
    line.text("}}")
    return line.join()


def _cut_lines(lines: pa.Array, start: int, most_bytes: int) -> Iterator[Body]:
    """Bodies of whole rows, cut so that none exceeds `most_bytes` unless one row alone does."""
    import bisect

    offsets = memoryview(lines.buffers()[1]).cast("i")[lines.offset : lines.offset + len(lines) + 1]
    text = memoryview(lines.buffers()[2])
    first = 0
    while first < len(lines):
        last = bisect.bisect_right(offsets, offsets[first] + most_bytes, first + 1) - 1
        last = max(last, first + 1)
        # The comma before the first row becomes the bracket of the array.
        content = b"".join((b"[", text[offsets[first] + 1 : offsets[last]], b"]"))
        yield Body(start + first, last - first, content)
        first = last


def _objects(part: Prepared) -> list[dict[str, Any]]:
    """Rows as dicts, from columns that are lists."""
    inference = _maps(part.inference, part.rows)
    keys = ["partner_inference_id", "inference_timestamp", "batch_id"]
    keys = [key for key in keys if key in part.meta]
    meta = zip(*(part.meta[key] for key in keys), strict=True)
    rows: list[dict[str, Any]] = [dict(zip(keys, values, strict=True)) for values in meta]
    if part.inference:
        for row, data in zip(rows, inference, strict=True):
            row["inference_data"] = data
    if part.truth:
        labelled = part.labelled or [True] * part.rows
        truth = _maps(part.truth, part.rows)
        times = part.meta["ground_truth_timestamp"]
        for row, data, time, has in zip(rows, truth, times, labelled, strict=True):
            if has:
                row["ground_truth_timestamp"] = time
                row["ground_truth_data"] = data
    return rows


def _maps(columns: dict[str, Column], rows: int) -> list[dict[str, Any]]:
    if not columns:
        return [{} for _ in range(rows)]
    names = tuple(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _dump_rows(rows: list[dict[str, Any]], start: int, most_bytes: int) -> Iterator[Body]:
    content = orjson.dumps(rows)
    if len(content) <= most_bytes or len(rows) == 1:
        yield Body(start, len(rows), content)
        return
    half = len(rows) // 2
    yield from _dump_rows(rows[:half], start, most_bytes)
    yield from _dump_rows(rows[half:], start + half, most_bytes)


def _rows_at_once(part: Prepared, most_bytes: int) -> int:
    """Rows to encode together so that wide rows do not fill the memory."""
    held: int = sum(column.nbytes for column in part.columns() if is_arrow(column))
    return max(1, min(part.rows, part.rows * most_bytes // max(held, 1)))


def json_bodies(part: Prepared, *, most_bytes: int, reference: bool = False) -> Iterator[Body]:
    """Encodes prepared rows.

    Args:
        part: the rows.
        most_bytes: size of one body at most, unless a single row is larger.
        reference: write rows of a reference set (`{"reference_data": {…}}`).

    Yields:
        JSON arrays of `Inference`, `InferenceGroundTruth` or `ReferenceRow`, in order.
    """
    if not any(is_arrow(column) for column in part.columns()):
        if reference:
            data = _maps({**part.inference, **part.truth}, part.rows)
            rows: list[dict[str, Any]] = [{"reference_data": row} for row in data]
        else:
            rows = _objects(part)
        yield from _dump_rows(rows, part.start, most_bytes)
        return
    for piece in part.cuts(_rows_at_once(part, most_bytes)):
        lines = _reference_lines(piece) if reference else _lines(piece)
        yield from _cut_lines(lines, piece.start, most_bytes)
