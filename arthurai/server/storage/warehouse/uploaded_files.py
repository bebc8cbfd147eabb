"""Untrusted uploads of rows, Parquet or JSON, read in pieces."""

from __future__ import annotations

import codecs
import io
from contextlib import contextmanager
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, Final, Literal

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arthurai.common.row_groups import rows_per_part
from arthurai.common.vocabulary import META_COLUMNS
from arthurai.server.bounded_json import TooMuchJsonError, load_json
from arthurai.server.storage.warehouse.arrow_columns import is_text
from arthurai.server.storage.warehouse.decode_table import check_columns
from arthurai.server.storage.warehouse.errors import BadDataError, BrokenFileError
from arthurai.server.storage.warehouse.pieces import PIECE_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.model_schema import ModelSchema

FileKind = Literal["inference_data", "ground_truth_data", "reference_data"]

MAX_ROWS: Final = 5_000_000
MAX_JSON_BYTES: Final = 256 * 2**20
# Of one piece, decoded: a file of a few kilobytes can expand to terabytes.
MAX_PIECE_BYTES: Final = 128 * 2**20
MAX_EXPANDED_BYTES: Final = 2**30
_MAX_RATIO: Final = 64
MAX_LEAVES: Final = 200_000_000
MAX_NESTED_LEAVES: Final = 32_000_000
_READ_NESTED_ROWS: Final = 8192
_NESTED_VALUE_BYTES: Final = 64  # of a value of a list, until it is stored
_JSON_PIECE_ROWS: Final = 20_000
_MAGIC: Final = b"PAR1"
_THRIFT_LIMIT: Final = 64 * 2**20


def read_rows(
    schema: ModelSchema, kind: FileKind, stream: IO[bytes]
) -> Iterator[pa.Table | list[Any]]:
    """Read a file in pieces of bounded size.

    The format is detected from the content, because names and media types of uploads are often
    wrong.

    Args:
        schema: Schema of the model.
        kind: What the rows are.
        stream: The file, seekable.

    Returns:
        Tables of a Parquet file or lists of a JSON file.

    Raises:
        BadDataError: If the file is broken, too large, or lacks a column. Pieces before the broken
            place have been returned by then.
    """
    stream.seek(0)
    magic = stream.read(len(_MAGIC))
    stream.seek(0)
    if magic == _MAGIC:
        return _read_parquet(schema, kind, stream)
    return _read_json(kind, stream)


def _read_json(kind: FileKind, stream: IO[bytes]) -> Iterator[list[Any]]:
    content = stream.read(MAX_JSON_BYTES + 1)
    if len(content) > MAX_JSON_BYTES:
        raise BadDataError(
            f"{kind}: a JSON file must have at most {MAX_JSON_BYTES} bytes; send Parquet"
        )
    try:
        items = load_json(content.removeprefix(codecs.BOM_UTF8))
    except TooMuchJsonError as error:
        raise BadDataError(f"{kind}: a JSON file with {error} is not read; send Parquet") from None
    except orjson.JSONDecodeError as error:
        raise BadDataError(f"{kind}: neither a Parquet file nor valid JSON ({error})") from None
    if not isinstance(items, list):
        raise BadDataError(f"{kind}: must be a JSON array of rows")
    if len(items) > MAX_ROWS:
        raise _too_many(kind, len(items))
    for start in range(0, len(items), _JSON_PIECE_ROWS):
        yield items[start : start + _JSON_PIECE_ROWS]


def _read_parquet(schema: ModelSchema, kind: FileKind, stream: IO[bytes]) -> Iterator[pa.Table]:
    with _reading(kind):
        # Dictionaries are kept, so that the size of the strings is known before they are expanded.
        names, texts = _check_footer(
            schema,
            kind,
            pq.ParquetFile(
                stream,
                thrift_string_size_limit=_THRIFT_LIMIT,
                thrift_container_size_limit=_THRIFT_LIMIT // 16,
            ),
        )
        stream.seek(0)
        file = pq.ParquetFile(
            stream, read_dictionary=texts, pre_buffer=False, page_checksum_verification=True
        )
        # Lists expand when they are read, unlike dictionaries of texts.
        schema_arrow = file.schema_arrow
        is_nested = any(pa.types.is_nested(schema_arrow.field(name).type) for name in names)
        read_rows = _READ_NESTED_ROWS if is_nested else PIECE_ROWS
        # One row group at a time: dictionaries of lists cannot be read across them.
        batches = chain.from_iterable(
            file.iter_batches(read_rows, row_groups=[group], columns=names)
            for group in range(file.num_row_groups)
        )
    rows = file.metadata.num_rows
    piece_rows = rows_per_part(rows, PIECE_ROWS)
    budget = MAX_EXPANDED_BYTES + _MAX_RATIO * stream.seek(0, io.SEEK_END)
    # Small batches are combined to full row groups, which DuckDB writes straight to the file.
    held: list[pa.RecordBatch] = []
    held_bytes = held_rows = 0
    while True:
        with _reading(kind, rows):
            batch = next(batches, None)
            if batch is None:
                break
            batch.validate(full=True)
        for part, size in _cut(batch):
            budget -= size
            if size > MAX_PIECE_BYTES or budget < 0:
                raise _too_large(kind, rows, is_row=size > MAX_PIECE_BYTES)
            if held and held_bytes + size > MAX_PIECE_BYTES:
                yield _combine(held)
                held, held_bytes, held_rows = [], 0, 0
            rest = part.slice(piece_rows - held_rows)
            held.append(part.slice(0, piece_rows - held_rows))
            held_bytes += size
            held_rows += len(part) - len(rest)
            if held_rows == piece_rows:
                yield _combine(held)
                held, held_bytes, held_rows = [rest] if len(rest) else [], size, len(rest)
    if held:
        yield _combine(held)


def _too_large(kind: FileKind, rows: int, *, is_row: bool) -> BrokenFileError:
    if is_row:
        reason = f"a row has more than {MAX_PIECE_BYTES} bytes"
    else:
        reason = (
            f"the rows take more than {MAX_EXPANDED_BYTES} bytes and {_MAX_RATIO} times the size of"
            " the file; send several files"
        )
    return BrokenFileError(f"{kind}: {reason}", rows)


def _combine(batches: list[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches([pa.record_batch(_expand(batch)) for batch in batches])


def _cut(batch: pa.RecordBatch) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Yield parts of a batch that are small enough to be expanded, or single rows, and sizes."""
    size = _expanded_bytes(batch)
    if size <= MAX_PIECE_BYTES or len(batch) == 1:
        yield batch, size
    else:
        half = len(batch) // 2
        yield from _cut(batch.slice(0, half))
        yield from _cut(batch.slice(half))


def _expanded_bytes(batch: pa.RecordBatch) -> int:
    """Return how much memory a batch takes once its dictionaries are expanded."""
    return sum(_array_bytes(column) for column in batch.columns)


def _array_bytes(column: pa.Array) -> int:
    kind = column.type
    if pa.types.is_dictionary(kind):
        if not is_text(kind.value_type) and not _is_binary(kind.value_type):
            return int(column.dictionary_decode().nbytes)
        lengths = pc.binary_length(column.dictionary).cast(pa.int64())
        return (pc.sum(lengths.take(column.indices)).as_py() or 0) + 8 * len(column)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = column.flatten()
        return _array_bytes(values) + _NESTED_VALUE_BYTES * len(values) + 8 * len(column)
    if pa.types.is_struct(kind):
        return sum(map(_array_bytes, column.flatten())) + _NESTED_VALUE_BYTES * len(column)
    return int(column.nbytes)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _check_footer(
    schema: ModelSchema, kind: FileKind, file: pq.ParquetFile
) -> tuple[list[str], list[str]]:
    """Check the footer of a file; return the columns to read, and the paths of their texts."""
    arrow = file.schema_arrow
    if file.metadata.num_rows > MAX_ROWS:
        raise _too_many(kind, file.metadata.num_rows)
    check_columns(schema, arrow.names, kind)
    wanted = {a.name for a in schema.stored} | set(META_COLUMNS)
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        for leaf in range(group.num_columns):
            column = group.column(leaf)
            is_nested = file.schema.column(leaf).max_repetition_level > 0
            most = MAX_NESTED_LEAVES if is_nested else MAX_LEAVES
            if column.num_values > most:
                raise BadDataError(
                    f"{kind}: more than {most} values in a column of one row group;"
                    " write smaller row groups"
                )
    leaves = [file.schema.column(place) for place in range(len(file.schema))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    return [field.name for field in arrow if field.name in wanted], texts


def _expand(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """Expand dictionaries, which may differ between the batches of a file."""
    return {
        name: _without_dictionaries(column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


def _without_dictionaries(column: pa.Array) -> pa.Array:
    kind = _plain_type(column.type)
    # Of a slice, a cast converts the values beside it as well, unless it is copied first.
    return column if kind == column.type else pa.concat_arrays([column]).cast(kind)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain_type(kind.value_type)))
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_plain_type(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain_type(field.type)) for field in kind])
    return kind


def _too_many(kind: FileKind, rows: int) -> BadDataError:
    return BadDataError(f"{kind}: a file must have at most {MAX_ROWS} rows, got {rows}")


@contextmanager
def _reading(kind: FileKind, rows: int = 0) -> Iterator[None]:
    """Convert anything that a reader raises on a broken file to `BrokenFileError`."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise BrokenFileError(
            f"{kind}: the Parquet file cannot be read ({reason})", rows
        ) from error
