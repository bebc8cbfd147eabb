"""Tables for a model, by column: whole, or in batches with the errors found in each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import pyarrow as pa

from arthurai.common.exceptions import ArthurError, ArthurUserError, UserValueError
from arthurai.common.vocabulary import NESTED_COLUMNS
from arthurai.upload.columnar import ColumnarTable, columns_of_rows, has_nested, is_row_list
from arthurai.upload.data_files import DataFiles, dataset_batches
from arthurai.upload.extra_columns import name_inputs
from arthurai.upload.frame_kinds import is_polars_lazy_frame
from arthurai.upload.images import list_images
from arthurai.upload.table import has_batches, is_dataset, own_batches, to_arrow
from arthurai.upload.upload_schema import PLAIN_TYPES

if TYPE_CHECKING:
    from arthurai.upload.diagnostics import ValidationErrors
    from arthurai.upload.upload_schema import UploadSchema

_PANDAS_INDEX: Final = re.compile(r"__index_level_\d+__")

_Part = tuple[pa.Table, dict[str, list[Any]]]
"""Some rows as Arrow, and the columns of them that cannot be Arrow."""


class MakeErrors(Protocol):
    """Makes a collection for what is wrong with one table."""

    def __call__(self, *, start: int = 0, source: str | None = None) -> ValidationErrors:
        """Return the collection."""


def is_stream(data: object) -> bool:
    """Return whether data is read in batches: files, iterator, reader, dataset, lazy polars."""
    return (
        isinstance(data, Iterator | pa.RecordBatchReader | DataFiles)
        or is_dataset(data)
        or is_polars_lazy_frame(data)
        or has_batches(data)
    )


def iter_tables(data: Any, *, name: str, rows: int) -> Iterator[pa.Table]:
    """Yield a table in batches, in order, in bounded memory where the source allows it.

    Readers, datasets and lazy polars frames are never read whole; iterators of tables are taken
    one table at a time. Everything else is in memory already and is cut into views.

    Args:
        data: As for `to_arrow`, or an iterator or generator of such tables.
        name: What the caller calls the table, for messages.
        rows: Maximum number of rows of one batch.

    Yields:
        Tables as `to_arrow` returns them, none empty.

    Raises:
        UserTypeError: As `to_arrow`.
        UserValueError: As `to_arrow`.
    """
    for part in _iter_sources(data, rows):
        table = to_arrow(part, name=name)
        for start in range(0, table.num_rows, rows):
            yield table.slice(start, rows)


def _iter_parts(data: Any, name: str, rows: int) -> Iterator[_Part]:
    for part in _iter_sources(data, rows):
        odd: dict[str, list[Any]] = {}
        table = to_arrow(part, name=name, odd=odd)
        for start in range(0, table.num_rows, rows):
            here = {column: values[start : start + rows] for column, values in odd.items()}
            yield table.slice(start, rows), here


def _iter_sources(data: Any, rows: int) -> Iterator[Any]:
    if isinstance(data, Iterator):
        return data
    if isinstance(data, pa.RecordBatchReader):
        return iter(data)
    if is_dataset(data):
        return dataset_batches(data, rows)
    if is_polars_lazy_frame(data) and hasattr(data, "collect_batches"):
        return iter(data.collect_batches(chunk_size=rows, maintain_order=True))
    if has_batches(data):
        return own_batches(data, rows)
    return iter([data])


def read_table(data: Any, schema: UploadSchema, errors: ValidationErrors) -> ColumnarTable:
    """Return a whole table by column, flat.

    Args:
        data: Any table `to_arrow` reads, or an array with a column for each input, in their order;
            for an image model also its images alone, or a pandas frame or dict of lists in which
            they are Python objects.
        schema: The model's attributes.
        errors: Receives what is wrong with rows; its `name` is that of the table.

    Raises:
        UserTypeError: The data is not a table.
        UserValueError: Duplicate columns, or columns of different lengths.
    """
    data = name_inputs(data, schema, name=errors.name)
    image = schema.image.name if schema.image is not None else None
    if image is not None:
        images = list_images(data)
        if images is not None:
            return ColumnarTable(len(images), {image: images})
        if image in _object_columns(data):
            images = list(data[image])
            others = [name for name in _object_columns(data) if name != image]
            rest = {k: data[k] for k in others} if isinstance(data, Mapping) else data[others]
            table = _read_flat(rest, schema, errors)
            if not others or table.rows == len(images):
                return ColumnarTable(len(images), {image: images, **table.columns})
    return _read_flat(data, schema, errors)


def _object_columns(data: Any) -> list[Any]:
    """Return the column names of a dict of lists or pandas frame, which hold Python objects."""
    if hasattr(data, "iloc"):
        return list(getattr(data, "columns", ()))
    return list(data) if isinstance(data, Mapping) else []


def _read_flat(data: Any, schema: UploadSchema, errors: ValidationErrors) -> ColumnarTable:
    names = _object_columns(data)
    if not has_nested(names):
        odd: dict[str, list[Any]] = {}
        return _columns_of_part((to_arrow(data, name=errors.name, odd=odd), odd), schema, errors)
    if not isinstance(data, Mapping):
        return columns_of_rows(data.to_dict("records"), schema, errors)
    try:
        rows = [dict(zip(names, row, strict=True)) for row in zip(*data.values(), strict=True)]
    except ValueError:
        raise UserValueError(
            f"columns of `{errors.name}` must have one value per row, got different lengths"
        ) from None
    return columns_of_rows(rows, schema, errors)


def _columns_of_part(part: _Part, schema: UploadSchema, errors: ValidationErrors) -> ColumnarTable:
    table, odd = part
    if has_nested(table.column_names):
        rows = table.to_pylist(maps_as_pydicts="strict")
        for name, values in odd.items():
            for row, value in zip(rows, values, strict=True):
                row[name] = value
        return columns_of_rows(rows, schema, errors)
    columns = {
        name: odd.get(name, values)
        for name, values in zip(table.column_names, table.columns, strict=True)
        if name in schema.sendable or _PANDAS_INDEX.fullmatch(name) is None
    }
    return ColumnarTable(table.num_rows, columns)


def read_batches(
    data: Any, schema: UploadSchema, *, make_errors: MakeErrors, rows: int
) -> Iterator[tuple[ColumnarTable, ValidationErrors]]:
    """Yield a stream by column, in batches of at most `rows` rows, with the errors found in each.

    In strict mode the columns of pyarrow sources and Parquet files come before them, without rows,
    so that they can be validated before the first row is sent.

    Args:
        data: Files, a generator of rows (dicts), of lists of rows or of tables, a reader, dataset
            or lazy frame.
        schema: The model's attributes.
        make_errors: Makes the collection of errors of a batch.
        rows: Maximum number of rows of one batch.

    Raises:
        ArthurUserError: The stream cannot be read to its end.
    """
    start = 0
    name, strict = make_errors().name, make_errors().strict
    empty = _empty_tables(data, name) if strict else iter(())
    try:
        for batch, source in itertools.chain(empty, _batches(data, schema, name, rows, strict)):
            errors = make_errors(start=start, source=source)
            if isinstance(batch, tuple):
                table = _columns_of_part(batch, schema, errors)
            else:
                table = columns_of_rows(batch, schema, errors)
            start += table.rows
            yield table, errors
    except ArthurError:
        raise
    except Exception as error:
        raise ArthurUserError(
            f"`{name}` could not be read to its end: {type(error).__name__}: {error}"
        ) from error


_Batch = tuple[_Part | list[Any], str | None]
"""Rows as Arrow or as a list of dicts, and the name of the file they come from."""


def _empty_tables(data: Any, name: str) -> Iterator[_Batch]:
    schemas: Iterable[tuple[pa.Schema, str | None]] = ()
    if isinstance(data, DataFiles):
        schemas = data.schemas()
    elif isinstance(data, pa.RecordBatchReader) or is_dataset(data):
        schemas = [(data.schema, None)]
    for columns, source in schemas:
        if not has_nested(columns.names):
            yield (to_arrow(columns.empty_table(), name=name, odd={}), {}), source


def _batches(
    data: Any, schema: UploadSchema, name: str, rows: int, strict: bool
) -> Iterator[_Batch]:
    if not isinstance(data, DataFiles):
        for batch in _read_source(data, schema, name, rows):
            yield batch, None
        return
    known = None if strict else {*schema.sendable, *schema.renamed, *NESTED_COLUMNS}
    for table, source in data.tables(rows, known):
        for batch in _read_source(iter([table]), schema, name, rows):
            yield batch, source


def _read_source(
    source: Any, schema: UploadSchema, name: str, rows: int
) -> Iterator[_Part | list[Any]]:
    if not isinstance(source, Iterator) or hasattr(source, "__arrow_c_stream__"):
        yield from _iter_parts(source, name, rows)
        return
    for kind, items in itertools.groupby(source, lambda item: _item_kind(item, schema)):
        if kind is dict:
            while batch := list(itertools.islice(items, rows)):
                yield batch
        elif kind is list:
            for item in items:
                for start in range(0, len(item), rows):
                    yield item[start : start + rows]
        else:
            yield from _iter_parts(items, name, rows)


def _item_kind(item: object, schema: UploadSchema) -> type | None:
    """Return `dict` for one row, `list` for a list of rows, `None` for any other table."""
    if is_row_list(item):
        return list
    return dict if isinstance(item, Mapping) and _is_row(item, schema) else None


def _is_row(item: Mapping[Any, Any], schema: UploadSchema) -> bool:
    """Return whether a dict is one row, not a dict of columns."""
    if has_nested(list(item)):
        return True
    return not all(
        hasattr(value, "__array__") or (isinstance(value, Sequence) and not isinstance(value, str))
        for name, value in item.items()
        if name not in schema.sendable or schema.sendable[name].value_type in PLAIN_TYPES
    )
