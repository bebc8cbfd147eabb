"""Tables of every library as Arrow: whole, in batches, or one column at a time."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import narwhals.stable.v2 as nw
import pyarrow as pa
from narwhals.stable.v2.dependencies import is_into_dataframe, is_into_series, is_polars_lazyframe

from arthurai.common.exceptions import (
    ArthurError,
    ArthurUserError,
    UnexpectedTypeError,
    UserTypeError,
    UserValueError,
)
from arthurai.upload.arrow_types import CONVERSION_ERRORS, array_from_values, normalize_table
from arthurai.upload.coerce import is_missing
from arthurai.upload.columnar import ColumnarTable, columns_of_rows, has_nested, is_row_list
from arthurai.upload.data_files import DataFiles, dataset_batches
from arthurai.upload.diagnostics import ValidationErrors
from arthurai.upload.images import list_images
from arthurai.upload.upload_schema import PLAIN_TYPES

if TYPE_CHECKING:
    from arthurai.upload.upload_schema import UploadSchema

_TABLES: Final = (
    "a pandas or polars frame, a pyarrow table, a list of dicts, a dict of lists, "
    "or anything else with __arrow_c_stream__"
)
_PANDAS_INDEX: Final = re.compile(r"__index_level_\d+__")
_UNSUPPORTED_DTYPES: Final = frozenset({"PeriodDtype", "IntervalDtype"})


# -- Whole tables ----------------------------------------------------------------------------------


def to_arrow(data: Any, *, name: str, infinities_to_null: bool = False) -> pa.Table:
    """Return a whole table as Arrow.

    Args:
        data: Frame or named Series of any library that narwhals knows (pandas 2 and 3 with numpy,
            nullable and Arrow dtypes, polars, eager or lazy, modin, duckdb, ...), pyarrow table,
            record batch, reader or dataset, anything with `__arrow_c_stream__`, a list of dicts,
            or a dict of lists or arrays.
        name: What the caller calls the table, for messages.
        infinities_to_null: Whether ±inf becomes null, too.

    Returns:
        A `pyarrow.Table` whose column names are strings, with the rows in their order and without
        an index. NaN is null at every depth. Categories are decoded to their values. Text is
        `string` or `large_string`. Dicts of text to number are maps, other dicts structs.

    Raises:
        UserTypeError: The data is not a table, column names are not strings, a column mixes types
            (it and its rows are named), or has a type no attribute can hold.
        UserValueError: Duplicate column names, columns of different lengths, a Series without
            name, or integers outside 64 bits.
    """
    table = _read(data, name)
    check_column_names(table.column_names, name)
    return normalize_table(table, name=name, infinities_to_null=infinities_to_null)


def _read(data: Any, name: str) -> pa.Table:
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, Mapping):
        return _read_columns(data, name)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _read_rows(data, name)
    frame = _read_frame(data, name)
    return _read_stream(data, name) if frame is None else _frame_to_arrow(frame, name)


def _frame_to_arrow(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], name: str) -> pa.Table:
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if frame.implementation.is_pandas_like():
        native = frame.to_native()
        columns = [_pandas_to_arrow(native[column], name, column) for column in frame.columns]
        return pa.table(columns, names=frame.columns)
    if nw.Object in frame.schema.values():  # polars gives Arrow the addresses of the objects
        return _read_columns(frame.to_dict(as_series=False), name)
    return frame.to_arrow()


def _read_stream(data: Any, name: str) -> pa.Table:
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if _is_dataset(data):
        return data.to_table()
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data).read_all()
    raise UserTypeError(f"`{name}` must be {_TABLES}, got {type(data).__name__}")


def check_column_names(columns: Sequence[Any], name: str) -> list[str]:
    """Return the column names of a table; raise unless they are distinct strings.

    Raises:
        UserTypeError: A name is not a string.
        UserValueError: Two columns have the same name.
    """
    for column in columns:
        if not isinstance(column, str):
            raise UserTypeError(
                f"column names of `{name}` must be strings, got {column!r} "
                f"({type(column).__name__}); rename the columns to the model's attribute names"
            )
    duplicates = sorted(column for column, count in Counter(columns).items() if count > 1)
    if duplicates:
        raise UserValueError(
            f"duplicate columns in `{name}`: {', '.join(map(repr, duplicates))}; keep one column "
            "of each name"
        )
    return list(columns)


def _read_frame(data: Any, name: str) -> nw.DataFrame[Any] | nw.LazyFrame[Any] | None:
    """Return a frame or named Series as a narwhals frame, `None` for other data."""
    if is_into_dataframe(data):  # narwhals refuses duplicates without the name of the table
        check_column_names(getattr(data, "column_names", None) or list(data.columns), name)
    frame = nw.from_native(data, pass_through=True, allow_series=True)
    if isinstance(frame, nw.Series):
        if not isinstance(frame.name, str) or not frame.name:
            raise UserValueError(
                f"`{name}` must be a Series with a name; name it after the attribute it holds: "
                'series.rename("attribute")'
            )
        frame = frame.to_frame()
    return frame if isinstance(frame, nw.DataFrame | nw.LazyFrame) else None


def _pandas_to_arrow(series: Any, name: str, column: str) -> Any:
    """Return a Series of pandas or the like as an Arrow array, missing values as null."""
    dtype = series.dtype
    kind = type(dtype).__name__
    if str(dtype) == "object":
        return array_from_values(series.to_numpy(), name=name, column=column)
    if kind in _UNSUPPORTED_DTYPES:
        raise UserTypeError(
            f"column {column!r} of `{name}` has pandas type {dtype}, which no attribute can hold; "
            "convert it to timestamps, numbers or text"
        )
    if kind == "SparseDtype":
        series = series.sparse.to_dense()
    try:
        return pa.array(series, from_pandas=True)
    except CONVERSION_ERRORS as error:
        raise UserTypeError(
            f"column {column!r} of `{name}` has pandas type {dtype}, which no attribute can hold; "
            f"convert it to numbers, text, booleans or timestamps: {error}"
        ) from error


def _read_rows(rows: Sequence[Any], name: str) -> pa.Table:
    """Read rows given as dicts; columns are in order of first appearance, absent keys null."""
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise UserTypeError(
                f"`{name}` must be a list of dicts (one per row) or a table, but item {number} is "
                f"a {type(row).__name__}"
            )
    columns = check_column_names(list(dict.fromkeys(key for row in rows for key in row)), name)
    arrays = [
        array_from_values([row.get(column) for row in rows], name=name, column=column)
        for column in columns
    ]
    return pa.table(arrays, names=columns)


def _read_columns(columns: Mapping[Any, Any], name: str) -> pa.Table:
    names = check_column_names(list(columns), name)
    arrays = [column_to_arrow(values, name, column) for column, values in columns.items()]
    lengths = {column: len(array) for column, array in zip(names, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise UserValueError(
            f"columns of `{name}` must have one value per row, got different lengths: "
            + ", ".join(f"{column!r} {length}" for column, length in lengths.items())
        )
    return pa.table(arrays, names=names)


def column_to_arrow(values: Any, name: str, column: str) -> Any:
    """Return one column given as list, array, Series or Arrow array as an Arrow array.

    Args:
        values: One value per row; a Series is read by position.
        name: What the caller calls the table, for messages.
        column: The column's name, for messages.

    Raises:
        UserTypeError: The values are not a list or array, or have a type no attribute can hold.
        UserValueError: An integer is outside 64 bits.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if is_into_series(values):
        return _read(nw.from_native(values, series_only=True).alias(column), name).column(0)
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        raise UserTypeError(
            f"column {column!r} of `{name}` must be a list or array with one value per row, got "
            f"{type(values).__name__}; for a single row give a list of one dict"
        )
    dtype = getattr(values, "dtype", None)
    if getattr(values, "ndim", 0) == 1 and getattr(dtype, "kind", "") in set("biufMU"):
        return pa.array(values, from_pandas=True)
    return array_from_values(list(values), name=name, column=column)


def is_table(data: object) -> bool:
    """Return whether data is a frame, table, reader or dataset; lists, dicts and Series are not."""
    return not is_into_series(data) and (
        hasattr(data, "__arrow_c_stream__")
        or is_into_dataframe(data)
        or is_polars_lazyframe(data)
        or _is_dataset(data)
    )


def _is_dataset(data: object) -> bool:
    return (
        hasattr(data, "to_batches")
        and hasattr(data, "scanner")
        and type(data).__module__.partition(".")[0] == "pyarrow"
    )


# -- Batches ---------------------------------------------------------------------------------------


def is_stream(data: object) -> bool:
    """Return whether data is read in batches: files, iterator, reader, dataset, lazy polars."""
    return (
        isinstance(data, Iterator | pa.RecordBatchReader | DataFiles)
        or _is_dataset(data)
        or is_polars_lazyframe(data)
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
    parts: Iterator[Any] = iter([data])
    if isinstance(data, Iterator):
        parts = data
    elif isinstance(data, pa.RecordBatchReader):
        parts = iter(data)
    elif _is_dataset(data):
        parts = dataset_batches(data, rows)
    elif is_polars_lazyframe(data) and hasattr(data, "collect_batches"):
        parts = iter(data.collect_batches(chunk_size=rows, maintain_order=True))
    for part in parts:
        table = to_arrow(part, name=name)
        for start in range(0, table.num_rows, rows):
            yield table.slice(start, rows)


# -- Tables for a model ----------------------------------------------------------------------------


def read_table(data: Any, schema: UploadSchema, errors: ValidationErrors) -> ColumnarTable:
    """Return a whole table by column, flat.

    Args:
        data: Any table `to_arrow` reads; for an image model also its images alone, or a pandas
            frame or dict of lists in which they are Python objects.
        schema: The model's attributes.
        errors: Receives what is wrong with rows; its `name` is that of the table.

    Raises:
        UserTypeError: The data is not a table, or mixes types in a column.
        UserValueError: Duplicate columns, or columns of different lengths.
    """
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
        return _columns_of_table(to_arrow(data, name=errors.name), schema, errors)
    if not isinstance(data, Mapping):
        return columns_of_rows(data.to_dict("records"), schema, errors)
    try:
        rows = [dict(zip(names, row, strict=True)) for row in zip(*data.values(), strict=True)]
    except ValueError:
        raise UserValueError(
            f"columns of `{errors.name}` must have one value per row, got different lengths"
        ) from None
    return columns_of_rows(rows, schema, errors)


def _columns_of_table(
    table: pa.Table, schema: UploadSchema, errors: ValidationErrors
) -> ColumnarTable:
    if has_nested(table.column_names):
        return columns_of_rows(table.to_pylist(maps_as_pydicts="strict"), schema, errors)
    columns = {
        name: values
        for name, values in zip(table.column_names, table.columns, strict=True)
        if name in schema.sendable or _PANDAS_INDEX.fullmatch(name) is None
    }
    return ColumnarTable(table.num_rows, columns)


def read_batches(
    data: Any, schema: UploadSchema, *, name: str, rows: int
) -> Iterator[tuple[ColumnarTable, ValidationErrors]]:
    """Yield a stream by column, in batches of at most `rows` rows, with the errors found in each.

    Before them come the columns of pyarrow sources and Parquet files, without rows, so that they
    can be validated before the first row is sent.

    Args:
        data: Files, a generator of rows (dicts), of lists of rows or of tables, a reader, dataset
            or lazy frame.
        schema: The model's attributes.
        name: What the caller calls the table, for messages.
        rows: Maximum number of rows of one batch.

    Raises:
        ArthurUserError: The stream cannot be read to its end.
    """
    try:
        for batch in itertools.chain(_empty_tables(data), _batches(data, schema, name, rows)):
            errors = ValidationErrors(name)
            read = _columns_of_table if isinstance(batch, pa.Table) else columns_of_rows
            yield read(batch, schema, errors), errors
    except ArthurError:
        raise
    except Exception as error:
        raise ArthurUserError(
            f"`{name}` could not be read to its end: {type(error).__name__}: {error}"
        ) from error


def _empty_tables(data: Any) -> Iterator[pa.Table]:
    schemas: Iterable[pa.Schema] = ()
    if isinstance(data, DataFiles):
        schemas = data.schemas()
    elif isinstance(data, pa.RecordBatchReader) or _is_dataset(data):
        schemas = [data.schema]
    for columns in schemas:
        if not has_nested(columns.names):
            yield columns.empty_table()


def _batches(source: Any, schema: UploadSchema, name: str, rows: int) -> Iterator[Any]:
    """Yield Arrow tables and lists of rows."""
    if isinstance(source, DataFiles):
        source = source.tables(rows)
    if not isinstance(source, Iterator) or hasattr(source, "__arrow_c_stream__"):
        yield from iter_tables(source, name=name, rows=rows)
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
            yield from iter_tables(items, name=name, rows=rows)


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


# -- One column at a time --------------------------------------------------------------------------


class TableView:
    """A table whose columns become Arrow one at a time, when they are asked for.

    Describing a large frame costs the memory of one column, not of a second frame.

    Args:
        data: Any table `to_arrow` reads.
        name: What the caller calls the table, for messages.

    Attributes:
        names: Names of the columns.
        num_rows: Number of rows.
        reusable: The data as it came, or what was read of it if it can be read only once.

    Raises:
        UserTypeError: The data is not a table, or a column name is not a string.
        UserValueError: Two columns have the same name.
    """

    def __init__(self, data: Any, name: str = "data") -> None:
        self._name = name
        table = data
        if not (is_into_dataframe(data) or is_into_series(data)):
            table = to_arrow(data, name=name, infinities_to_null=True)
        self.reusable = table if hasattr(data, "read_next_batch") else data
        self._frame = frame = cast("nw.DataFrame[Any]", _read_frame(table, name))
        self.names = check_column_names(frame.columns, name)
        self.num_rows = len(frame)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def column(self, name: str) -> TableColumn:
        """Return one column as Arrow; several threads may call this at the same time.

        Args:
            name: Name of the column.

        Raises:
            UserTypeError: The column mixes types.
        """
        series = self._frame.get_column(name)
        native = series.to_native()
        declared: Sequence[Any] = ()
        if series.implementation.is_pandas_like():
            dtype = native.dtype
            if type(dtype).__name__ in _UNSUPPORTED_DTYPES or dtype.kind in {"c", "m"}:
                return TableColumn(name, None, holds=str(dtype))
            if str(dtype) == "object":
                first = next((value for value in native if not is_missing(value)), None)
                if isinstance(first, bytes) or hasattr(first, "save") or _dimensions(first) > 1:
                    return TableColumn(name, None, holds="images")
                if isinstance(first, list | tuple | dict) or _dimensions(first) == 1:
                    return TableColumn(name, None, holds="lists")
            if hasattr(dtype, "categories"):
                declared = dtype.categories.tolist()
        values = self._to_arrow(series)
        if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
            return TableColumn(name, None, holds="images")
        return TableColumn(name, values, declared=declared)

    def _to_arrow(self, series: nw.Series[Any]) -> pa.ChunkedArray:
        return to_arrow(series, name=self._name, infinities_to_null=True).column(0)

    def cells(self, name: str) -> Iterable[Any]:
        """Return the values of one column as Python objects.

        Args:
            name: Name of the column.

        Returns:
            The values of a pandas column as they came; those of others with `None` for missing.
        """
        series = self._frame.get_column(name)
        if series.implementation.is_pandas_like():
            cells: Iterable[Any] = series.to_native()
        else:
            cells = self._to_arrow(series).to_pylist()
        return cells

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return those of the names that are not columns, in the order given."""
        return [name for name in names if name not in self.names]


def _dimensions(value: Any) -> int:
    return getattr(value, "ndim", 0)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column, its missing values (nulls, NaN, NaT, ±inf) as nulls.

    Attributes:
        name: Name of the column.
        values: The Arrow values; `None` when `holds` says what the column holds instead.
        holds: `"lists"` for a pandas column of lists, dictionaries or arrays, which is not
            converted; `"images"` for one of encoded images, Pillow images or arrays of more than
            one dimension; the type's name for one that no attribute can hold; otherwise empty.
        declared: The categories of a pandas column of categories, in their order.
    """

    name: str
    values: pa.ChunkedArray | None
    holds: str = ""
    declared: Sequence[Any] = ()

    def present(self) -> pa.ChunkedArray:
        """Return the values without nulls, not copied if there are none."""
        if self.values is None:
            raise UnexpectedTypeError(f"column {self.name!r} was not converted: {self.holds}")
        return self.values.drop_null() if self.values.null_count else self.values

    @property
    def null_count(self) -> int:
        """Number of missing values, as far as the values were converted."""
        return 0 if self.values is None else int(self.values.null_count)
