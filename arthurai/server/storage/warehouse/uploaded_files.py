"""Untrusted uploads of rows, Parquet or JSON, read in pieces."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final, Literal

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from arthurai.common.vocabulary import META_COLUMNS
from arthurai.server.storage.warehouse.arrow_columns import is_text
from arthurai.server.storage.warehouse.decode_table import check_columns
from arthurai.server.storage.warehouse.errors import BadDataError, BrokenFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.model_schema import ModelSchema

FileKind = Literal["inference_data", "ground_truth_data", "reference_data"]

MAX_ROWS: Final = 5_000_000
MAX_JSON_BYTES: Final = 512 * 2**20
# Of one column in one piece, decoded: a file of a few kilobytes can expand to terabytes.
MAX_COLUMN_BYTES: Final = 512 * 2**20
MAX_LEAVES: Final = 200_000_000
_PIECE_ROWS: Final = 122_880  # a row group of DuckDB
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
        items = orjson.loads(content.removeprefix(codecs.BOM_UTF8))
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
        names = _check_footer(
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
            stream,
            read_dictionary=[name for name, is_string in names.items() if is_string],
            pre_buffer=False,
            page_checksum_verification=True,
        )
        pieces = file.iter_batches(_PIECE_ROWS, columns=list(names))
    held: list[pa.RecordBatch] = []
    while True:
        with _reading(kind, file.metadata.num_rows):
            piece = next(pieces, None)
            if piece is not None:
                piece.validate(full=True)
                for name, column in zip(piece.schema.names, piece.columns, strict=True):
                    _check_size(kind, name, column)
                # Small row groups are combined, so that each write is worth its commit.
                held.append(piece)
        if held and (piece is None or sum(map(len, held)) >= _PIECE_ROWS):
            yield pa.Table.from_batches([pa.record_batch(_expand(b)) for b in held])
            held = []
        if piece is None:
            return


def _check_footer(schema: ModelSchema, kind: FileKind, file: pq.ParquetFile) -> dict[str, bool]:
    """Check the footer of a file; return the columns to read and whether they are strings."""
    arrow = file.schema_arrow
    if file.metadata.num_rows > MAX_ROWS:
        raise _too_many(kind, file.metadata.num_rows)
    check_columns(schema, arrow.names, kind)
    wanted = {a.name for a in schema.stored} | set(META_COLUMNS)
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        for leaf in range(group.num_columns):
            if group.column(leaf).num_values > MAX_LEAVES:
                raise BadDataError(
                    f"{kind}: more than {MAX_LEAVES} values in a column of one row group;"
                    " write smaller row groups"
                )
    return {field.name: is_text(field.type) for field in arrow if field.name in wanted}


def _check_size(kind: FileKind, name: str, column: pa.Array) -> None:
    """Raise when a column of strings would be too large once its dictionary is expanded."""
    if pa.types.is_dictionary(column.type) and is_text(column.type.value_type):
        lengths = pc.binary_length(column.dictionary).cast(pa.int64())
        size = pc.sum(lengths.take(column.indices)).as_py() or 0
        if size > MAX_COLUMN_BYTES:
            raise BadDataError(
                f"{kind}: {size} bytes of text in {len(column)} rows of the column {name};"
                f" at most {MAX_COLUMN_BYTES} are allowed"
            )


def _expand(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """Expand dictionaries, which may differ between the batches of a file."""
    return {
        name: column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }


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
