"""Tables of every library as Arrow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from arthurai.common.exceptions import ArthurUserError, UserTypeError, UserValueError
from arthurai.upload.arrow_from_values import array_from_values
from arthurai.upload.arrow_types import CONVERSION_ERRORS, normalize_table
from arthurai.upload.frame_kinds import (
    compute_dask,
    is_dask_collection,
    is_frame,
    is_pandas_frame,
    is_polars_lazy_frame,
    is_series,
)

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

_TABLES: Final = (
    "a pandas or polars frame, a pyarrow table, a list of dicts, a dict of lists, "
    "or anything else with __arrow_c_stream__"
)
_WHOLE_BATCH: Final = 65_536
_FRAME_DIMENSIONS: Final = 2
UNSUPPORTED_DTYPES: Final = frozenset({"PeriodDtype", "IntervalDtype"})


def to_arrow(
    data: Any,
    *,
    name: str,
    infinities_to_null: bool = False,
    odd: dict[str, list[Any]] | None = None,
) -> pa.Table:
    """Return a whole table as Arrow.

    Args:
        data: Frame or named Series of any library that narwhals knows (pandas 2 and 3 with numpy,
            nullable and Arrow dtypes, polars, eager or lazy, modin, duckdb, ...), pyarrow table,
            record batch, reader or dataset, anything with `__arrow_c_stream__`, a list of dicts,
            or a dict of lists or arrays.
        name: What the caller calls the table, for messages.
        infinities_to_null: Whether ±inf becomes null, too.
        odd: Receives the values of columns that cannot be Arrow, such as those of mixed types, by
            name; the table has nulls in their place. Without it such a column is an error.

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
    table = _read(data, name, odd)
    check_column_names(table.column_names, name)
    return normalize_table(table, name=name, infinities_to_null=infinities_to_null, odd=odd)


_Odd = dict[str, list[Any]] | None


def _read(data: Any, name: str, odd: _Odd = None) -> pa.Table:
    data = unwrap(data)
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, Mapping):
        return _read_columns(data, name, odd)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _read_rows(data, name, odd)
    if is_pandas_frame(data):
        columns = check_column_names(list(data.columns), name)
        return _pandas_like_to_arrow(data, columns, name, odd)
    frame = read_frame(data, name)
    return _read_stream(data, name) if frame is None else _frame_to_arrow(frame, name, odd)


def unwrap(data: Any) -> Any:
    """Return a frame of Spark or dask as the Arrow table or pandas frame it makes; others as is.

    The Arrow stream of a Spark frame fails for timestamps.
    """
    data = compute_dask(data)
    if is_frame(data) or isinstance(data, type):
        return data
    for method in ("toArrow", "toPandas"):
        convert = getattr(data, method, None)
        if callable(convert) and callable(getattr(data, "collect", None)):
            return convert()
    return data


def _frame_to_arrow(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], name: str, odd: _Odd) -> pa.Table:
    import narwhals.stable.v2 as nw

    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if frame.implementation.is_pandas_like():
        return _pandas_like_to_arrow(frame.to_native(), frame.columns, name, odd)
    if nw.Object in frame.schema.values():  # polars gives Arrow the addresses of the objects
        return _read_columns(frame.to_dict(as_series=False), name, odd)
    return frame.to_arrow()


def _pandas_like_to_arrow(frame: Any, columns: list[str], name: str, odd: _Odd) -> pa.Table:
    arrays = [_pandas_to_arrow(frame[column], name, column, odd) for column in columns]
    return pa.table(arrays, names=columns)


def _read_stream(data: Any, name: str) -> pa.Table:
    if has_batches(data):
        return pa.concat_tables([_read(part, name) for part in own_batches(data, _WHOLE_BATCH)])
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if is_dataset(data):
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


def read_frame(data: Any, name: str) -> nw.DataFrame[Any] | nw.LazyFrame[Any] | None:
    """Return a frame or named Series as a narwhals frame, `None` for other data."""
    import narwhals.stable.v2 as nw

    if is_frame(data):  # narwhals refuses duplicates without the name of the table
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


def _array_or_odd(values: Sequence[Any], name: str, column: str, odd: _Odd) -> Any:
    """Return Python values as an Arrow array; nulls if they cannot be one and are kept in `odd`."""
    try:
        return array_from_values(values, name=name, column=column)
    except ArthurUserError:
        if odd is None:
            raise
        odd[column] = list(values)
        return pa.nulls(len(values))


def _pandas_to_arrow(series: Any, name: str, column: str, odd: _Odd) -> Any:
    """Return a Series of pandas or the like as an Arrow array, missing values as null."""
    if str(series.dtype) == "object":
        return _array_or_odd(series.to_numpy(), name, column, odd)
    try:
        return _typed_to_arrow(series, name, column)
    except ArthurUserError:
        if odd is None:
            raise
        odd[column] = list(series)
        return pa.nulls(len(series))


def _typed_to_arrow(series: Any, name: str, column: str) -> Any:
    dtype = series.dtype
    kind = type(dtype).__name__
    if kind in UNSUPPORTED_DTYPES:
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
    except UnicodeEncodeError as error:
        raise UserValueError(
            f"column {column!r} of `{name}` has text that is not valid Unicode: {error}"
        ) from None


def _read_rows(rows: Sequence[Any], name: str, odd: _Odd) -> pa.Table:
    """Read rows given as dicts; columns are in order of first appearance, absent keys null."""
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise UserTypeError(
                f"`{name}` must be a list of dicts (one per row) or a table, but item {number} is "
                f"a {type(row).__name__}"
            )
    columns = check_column_names(list(dict.fromkeys(key for row in rows for key in row)), name)
    arrays = [
        _array_or_odd([row.get(column) for row in rows], name, column, odd) for column in columns
    ]
    return pa.table(arrays, names=columns)


def _read_columns(columns: Mapping[Any, Any], name: str, odd: _Odd) -> pa.Table:
    names = check_column_names(list(columns), name)
    arrays = [column_to_arrow(values, name, column, odd) for column, values in columns.items()]
    lengths = {column: len(array) for column, array in zip(names, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise UserValueError(
            f"columns of `{name}` must have one value per row, got different lengths: "
            + ", ".join(f"{column!r} {length}" for column, length in lengths.items())
        )
    return pa.table(arrays, names=names)


def column_to_arrow(values: Any, name: str, column: str, odd: _Odd = None) -> Any:
    """Return one column given as list, array, Series or Arrow array as an Arrow array.

    Args:
        values: One value per row; a Series is read by position.
        name: What the caller calls the table, for messages.
        column: The column's name, for messages.
        odd: As for `to_arrow`.

    Raises:
        UserTypeError: The values are not a list or array, or have a type no attribute can hold.
        UserValueError: An integer is outside 64 bits.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if is_series(values):
        import narwhals.stable.v2 as nw

        return _read(nw.from_native(values, series_only=True).alias(column), name, odd).column(0)
    is_scalar = getattr(values, "ndim", 1) == 0 or isinstance(values, str | bytes | Mapping)
    if is_scalar or not isinstance(values, Iterable):
        raise UserTypeError(
            f"column {column!r} of `{name}` must be a list or array with one value per row, got "
            f"{type(values).__name__}; for a single row give a list of one dict"
        )
    dtype = getattr(values, "dtype", None)
    if getattr(values, "ndim", 0) == 1 and getattr(dtype, "kind", "") in set("biufMU"):
        return pa.array(values, from_pandas=True)
    return _array_or_odd(list(values), name, column, odd)


def is_table(data: object) -> bool:
    """Return whether data is a frame, table, reader or dataset; lists, dicts and Series are not."""
    if is_dask_collection(data):
        return getattr(data, "ndim", None) == _FRAME_DIMENSIONS
    return not is_series(data) and (
        hasattr(data, "__arrow_c_stream__")
        or is_frame(data)
        or is_polars_lazy_frame(data)
        or is_dataset(data)
        or has_batches(data)
    )


def has_batches(data: object) -> bool:
    """Return whether data yields itself in batches, as Ray datasets and open Parquet files do."""
    return callable(getattr(data, "iter_batches", None)) and not isinstance(data, type)


def own_batches(data: Any, rows: int) -> Iterator[Any]:
    """Yield the batches of a Ray dataset or an open Parquet file, of at most `rows` rows."""
    if type(data).__module__.partition(".")[0] == "pyarrow":
        return iter(data.iter_batches(batch_size=rows))
    return iter(data.iter_batches(batch_size=rows, batch_format="pyarrow"))


def is_dataset(data: object) -> bool:
    """Return whether data is a pyarrow dataset."""
    return (
        hasattr(data, "to_batches")
        and hasattr(data, "scanner")
        and type(data).__module__.partition(".")[0] == "pyarrow"
    )
