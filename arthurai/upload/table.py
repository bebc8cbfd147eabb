"""Any table to Arrow.

Whatever holds rows and columns (pandas, polars, pyarrow, everything with `__arrow_c_stream__`,
lists of dicts, dicts of lists) becomes a `pyarrow.Table` or a stream of them. Rows keep their
order; index labels are never looked at.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UnexpectedTypeError, UserTypeError, UserValueError
from arthurai.upload.arrow_types import values_to_array

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 65_536
"""Rows of one table when a source is read piece by piece."""

_TABLES = (
    "a pandas or polars frame, a pyarrow table, a list of dicts, a dict of lists, "
    "or anything else that offers __arrow_c_stream__"
)


def _module(data: Any) -> str:
    return type(data).__module__.partition(".")[0]


def _is_pandas(data: Any, kind: str) -> bool:
    return any(
        base.__name__ == kind and base.__module__.partition(".")[0] == "pandas"
        for base in type(data).__mro__
    )


def _check_names(columns: Sequence[Any], name: str) -> None:
    odd = [column for column in columns if not isinstance(column, str)]
    if odd:
        raise UserTypeError(
            f"Column names of `{name}` must be text; got {odd[0]!r} ({type(odd[0]).__name__}). "
            "Rename the columns to the model's attribute names."
        )
    twice = sorted(column for column, count in Counter(columns).items() if count > 1)
    if twice:
        raise UserValueError(
            f"`{name}` has columns of the same name: {', '.join(map(repr, twice))}. "
            "Keep one column of each name."
        )


def _pandas_column(series: Any, name: str, column: str) -> Any:
    """One pandas Series as an Arrow array, missing values as null."""
    import pyarrow as pa

    dtype = series.dtype
    if str(dtype) == "object":
        return values_to_array(series.to_numpy(dtype=object), name=name, column=column)
    kind = type(dtype).__name__
    if kind == "SparseDtype":
        series = series.sparse.to_dense()
    elif kind in {"PeriodDtype", "IntervalDtype"}:
        raise UserTypeError(
            f"Column {column!r} of `{name}` has pandas type {dtype}, which no attribute can hold. "
            "Convert it to timestamps, numbers or text."
        )
    try:
        return pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError) as error:
        raise UserTypeError(
            f"Column {column!r} of `{name}` has pandas type {dtype}, which no attribute can hold: "
            f"{error}. Convert it to numbers, text, booleans or timestamps."
        ) from error


def _from_pandas(frame: Any, name: str) -> pa.Table:
    import pyarrow as pa

    columns = list(frame.columns)
    _check_names(columns, name)
    arrays = [_pandas_column(frame[column], name, column) for column in columns]
    return pa.table(arrays, names=columns)


def _from_records(rows: Sequence[Any], name: str) -> pa.Table:
    """Rows given as dicts; columns in order of first appearance, absent keys are null."""
    import pyarrow as pa

    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise UserTypeError(
                f"`{name}` is a list, so its items must be dicts (one a row); "
                f"item {number} is a {type(row).__name__}."
            )
    columns = list(dict.fromkeys(key for row in rows for key in row))
    _check_names(columns, name)
    arrays = [
        values_to_array([row.get(column) for row in rows], name=name, column=column)
        for column in columns
    ]
    return pa.table(arrays, names=columns)


def _is_sequence_of_values(values: object) -> bool:
    return isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping)


def column_to_arrow(values: Any, name: str, column: str) -> Any:
    """One column given as list, array, Series or Arrow array, as an Arrow array.

    Args:
        values: one value a row; a Series is read by position.
        name: what the caller calls the table, for messages.
        column: the column's name, for messages.

    Raises:
        UserTypeError: not a list or array, or a type no attribute can hold.
        UserValueError: integers outside 64 bits.
    """
    import pyarrow as pa

    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if _is_pandas(values, "Series"):
        return _pandas_column(values, name, column)
    if not _is_sequence_of_values(values):
        raise UserTypeError(
            f"Column {column!r} of `{name}` must be a list or array with one value a row, got "
            f"{type(values).__name__}. For a single row give a list of one dict."
        )
    if _module(values) == "numpy":
        if values.ndim == 1 and values.dtype.kind in "biufMU":
            return pa.array(values, from_pandas=True)
        return values_to_array(list(values), name=name, column=column)
    if hasattr(values, "to_arrow"):
        return values.to_arrow()
    return values_to_array(list(values), name=name, column=column)


def _from_columns(columns: Mapping[Any, Any], name: str) -> pa.Table:
    import pyarrow as pa

    _check_names(list(columns), name)
    arrays = [column_to_arrow(values, name, column) for column, values in columns.items()]
    lengths = {column: len(array) for column, array in zip(columns, arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        raise UserValueError(
            f"Columns of `{name}` have different lengths: "
            + ", ".join(f"{column!r} {length}" for column, length in lengths.items())
            + ". Give every column one value a row."
        )
    return pa.table(arrays, names=list(columns))


def is_table(data: object) -> bool:
    """Whether `data` is a frame, table, reader or dataset.

    Lists and dicts are not counted, nor are Series and other single columns.
    """
    if _is_series(data) or type(data).__name__ == "ChunkedArray":
        return False
    return (
        hasattr(data, "__arrow_c_stream__")
        or _is_pandas(data, "DataFrame")
        or _is_lazy_polars(data)
        or _is_dataset(data)
    )


def _is_lazy_polars(data: object) -> bool:
    return _module(data) == "polars" and type(data).__name__ == "LazyFrame"


def _is_dataset(data: object) -> bool:
    return hasattr(data, "to_batches") and hasattr(data, "scanner") and _module(data) == "pyarrow"


def is_streamed(data: object) -> bool:
    """Whether `data` is read piece by piece: iterator, reader, dataset, lazy polars frame."""
    return (
        isinstance(data, Iterator)
        or type(data).__name__ == "RecordBatchReader"
        or _is_dataset(data)
        or _is_lazy_polars(data)
    )


def _is_series(data: object) -> bool:
    return _is_pandas(data, "Series") or (
        _module(data) == "polars" and type(data).__name__ == "Series"
    )


def _from_series(data: Any, name: str) -> pa.Table:
    import pyarrow as pa

    if not isinstance(data.name, str) or not data.name:
        raise UserValueError(
            f"`{name}` is a Series without a name. Name it after the attribute it holds: "
            'series.rename("attribute").'
        )
    if _is_pandas(data, "Series"):
        return pa.table([_pandas_column(data, name, data.name)], names=[data.name])
    return pa.table([data.to_arrow()], names=[data.name])


def _from_narwhals(data: Any, name: str) -> pa.Table:
    """Frames of other libraries (dask, modin, ibis, duckdb …) by way of narwhals."""
    import narwhals.stable.v2 as nw

    frame = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect("pyarrow")
    if not isinstance(frame, nw.DataFrame):
        raise UserTypeError(f"`{name}` must be {_TABLES}; got {type(data).__name__}.")
    return frame.to_arrow()


def _reader(data: Any) -> Any:
    """A record batch reader over a dataset or anything with `__arrow_c_stream__`."""
    import pyarrow as pa

    if isinstance(data, pa.RecordBatchReader):
        return data
    if _is_dataset(data):
        return data.scanner().to_reader()
    return pa.RecordBatchReader.from_stream(data)


def _from_reader(data: Any, _name: str) -> pa.Table:
    return _reader(data).read_all()


def _from_lazy_polars(data: Any, _name: str) -> pa.Table:
    table: pa.Table = data.collect().to_arrow()
    return table


def _converter(data: object) -> Callable[[Any, str], pa.Table]:
    """The way from what `data` is to an Arrow table."""
    ways: list[tuple[bool, Callable[[Any, str], pa.Table]]] = [
        (_is_pandas(data, "DataFrame"), _from_pandas),
        (_is_series(data), _from_series),
        (_is_lazy_polars(data), _from_lazy_polars),
        (hasattr(data, "__arrow_c_stream__") or _is_dataset(data), _from_reader),
        (isinstance(data, Mapping), _from_columns),
        (isinstance(data, Sequence) and not isinstance(data, str | bytes), _from_records),
    ]
    return next((convert for matches, convert in ways if matches), _from_narwhals)


def _table(data: Any, name: str) -> pa.Table:
    import pyarrow as pa

    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    return _converter(data)(data, name)


def to_arrow(data: object, *, name: str, infinities_to_null: bool = False) -> pa.Table:
    """Reads a whole table into Arrow.

    Args:
        data: pandas 2 or 3 frame or named Series (numpy, nullable and Arrow dtypes), polars frame
            (eager or lazy) or Series, pyarrow table, record batch, reader or dataset, anything with
            `__arrow_c_stream__`, any frame narwhals knows, a list of dicts, a dict of lists or
            arrays.
        name: what the caller calls the table, for messages.
        infinities_to_null: make null of ±inf too.

    Returns:
        A `pyarrow.Table` with text column names, rows in the order given, an index left out.
        NaN is null at every depth. Categories are decoded to their values. Text is `string` or
        `large_string`. Dicts of text to number are maps, other dicts structs.

    Raises:
        UserTypeError: not a table, column names that are not text, mixed types in a column (column
            and rows are named), or a type no attribute can hold.
        UserValueError: duplicate column names, columns of different lengths, a Series without name,
            integers outside 64 bits.
    """
    from arthurai.upload.arrow_types import normalise

    table = _table(data, name)
    _check_names(table.column_names, name)
    return normalise(table, name=name, infinities_to_null=infinities_to_null)


def _slices(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)


def iter_tables(
    data: object, *, name: str, rows: int = BATCH_ROWS, infinities_to_null: bool = False
) -> Iterator[pa.Table]:
    """Reads a table piece by piece, in order, in bounded memory where the source allows it.

    Readers, datasets and lazy polars frames are never read whole; generators of tables are taken
    one table at a time. Everything else is in memory already and is cut into views.

    Args:
        data: as for `to_arrow`, or an iterator or generator of such tables.
        name: what the caller calls the table, for messages.
        rows: most rows of one piece.
        infinities_to_null: make null of ±inf too.

    Yields:
        Tables as `to_arrow` returns them, none empty.

    Raises:
        UserTypeError: as `to_arrow`.
        UserValueError: as `to_arrow`.
    """
    import pyarrow as pa

    if _is_lazy_polars(data) and hasattr(data, "collect_batches"):
        data = iter(data.collect_batches(chunk_size=rows, maintain_order=True))
    if _is_dataset(data):
        data = dataset_batches(data, rows)
    elif isinstance(data, pa.RecordBatchReader):
        data = iter(data)
    if isinstance(data, Iterator):
        for part in data:
            table = to_arrow(part, name=name, infinities_to_null=infinities_to_null)
            yield from _slices(table, rows)
        return
    table = to_arrow(data, name=name, infinities_to_null=infinities_to_null)
    yield from _slices(table, rows)


BUFFER_BYTES = 1 << 18
"""Bytes of each column read from a file at once."""


def file_batches(
    source: Any, rows: int, row_groups: Sequence[int] | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file.

    Args:
        source: path or open binary file.
        rows: most rows of one batch.
        row_groups: numbers of the row groups to read, `None` for all.

    Raises:
        pyarrow.ArrowInvalid: the file is broken.
    """
    import pyarrow.parquet as pq

    with pq.ParquetFile(source, buffer_size=BUFFER_BYTES, pre_buffer=False) as file:
        yield from file.iter_batches(rows, row_groups=row_groups, use_threads=False)


def dataset_batches(dataset: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of a dataset, in the order of its files.

    A scanner decodes whole row groups, several files ahead. Files that have the columns of the
    dataset as they are can be read without it.

    Args:
        dataset: a `pyarrow.dataset.Dataset`.
        rows: most rows of one batch.
    """
    if getattr(dataset, "_scan_options", None):
        yield from dataset.scanner(batch_size=rows, batch_readahead=1).to_batches()
        return
    for fragment in dataset.get_fragments():
        groups = getattr(fragment, "row_groups", None)
        if groups is not None and fragment.physical_schema.equals(dataset.schema):
            with fragment.open() as file:
                yield from file_batches(file, rows, [group.id for group in groups])
        else:
            yield from fragment.scanner(
                schema=dataset.schema, batch_size=rows, batch_readahead=1
            ).to_batches()


#: pandas types, by name, that no attribute can hold.
_FOREIGN_DTYPES = frozenset({"PeriodDtype", "IntervalDtype"})
_FOREIGN_KINDS = frozenset("cm")


class Frame:
    """A table with named columns that become Arrow one at a time.

    Only the column asked for is converted, so that describing a large pandas frame costs the
    memory of one column and not of a second frame.

    Args:
        data: pandas or polars frame or named series, pyarrow table, list of dicts, dict of lists,
            or any other table :func:`arthurai.upload.table.to_arrow` reads.
        argument: What the caller calls the table, for messages.

    Raises:
        UserTypeError: ``data`` is not a table, or a column name is not text.
        UserValueError: Two columns have the same name.
    """

    def __init__(self, data: Any, argument: str = "data") -> None:
        self._argument = argument
        self._data = data
        self._pandas: Any = None
        self._columnar: Any = None
        self._table: pa.Table | None = None
        if hasattr(data, "iloc") and _is_of_pandas(data):
            self._pandas = data if hasattr(data, "columns") else data.to_frame()
            self.names = _checked_names(self._pandas.columns, argument)
            self.num_rows = len(self._pandas)
        elif _is_columnar(data):
            self._columnar = data
            self.names = _checked_names(getattr(data, "column_names", data.columns), argument)
            self.num_rows = len(data)
        else:
            if isinstance(data, str | bytes) or not hasattr(data, "__iter__"):
                data = _not_scalar(data, argument)
            self._columnar = self._table = to_arrow(data, name=argument, infinities_to_null=True)
            self.names = list(self._table.column_names)
            self.num_rows = self._table.num_rows

    @property
    def reusable(self) -> Any:
        """The data as it came, or what was read of it where it can be read only once."""
        return self._table if hasattr(self._data, "read_next_batch") else self._data

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def source(self, name: str) -> Any:
        """Give one column as it came, for :func:`column_of` to convert (in another thread, too).

        Args:
            name: Name of the column.

        Returns:
            A pandas series, or a table of this one column.
        """
        return self._columnar.select([name]) if self._pandas is None else self._pandas[name]

    def column(self, name: str) -> Column:
        """Convert one column.

        Args:
            name: Name of the column.

        Returns:
            The column.

        Raises:
            UserTypeError: The column mixes types.
        """
        return column_of(self.source(name), name, self._argument)

    def cells(self, name: str) -> Iterable[Any]:
        """Walk through the Python values of one column.

        Args:
            name: Name of the column.

        Returns:
            The values as they came; those of Arrow columns as Python objects, missing as ``None``.
        """
        source = self.source(name)
        if self._pandas is None:
            source = _one_column(source, self._argument).to_pylist()
        cells: Iterable[Any] = source
        return cells

    def missing(self, names: Iterable[str]) -> list[str]:
        """List the names that are not columns.

        Args:
            names: Names.

        Returns:
            Those that the table does not have, in the order given.
        """
        return [name for name in names if name not in self.names]


class Column:
    """One column, its missing values (nulls, NaN, NaT, ±inf) known as nulls.

    Attributes:
        name: Name of the column.
        values: The Arrow values; ``None`` when ``holds`` says what the column holds instead.
        holds: ``"lists"`` for a pandas column of lists, dictionaries or arrays that was left
            alone; ``"images"`` for one of encoded images, Pillow images or arrays of more than one
            dimension; the type's name for one that no attribute can hold; otherwise empty.
        declared: The categories of a pandas column of categories, in their order.
    """

    def __init__(
        self,
        name: str,
        values: pa.ChunkedArray | None,
        holds: str = "",
        declared: Sequence[Any] = (),
    ) -> None:
        self.name = name
        self.values = values
        self.holds = holds
        self.declared = declared

    def present(self) -> pa.ChunkedArray:
        """Give the values without nulls.

        Returns:
            The Arrow values; free of cost where there are no nulls.
        """
        if self.values is None:
            raise UnexpectedTypeError(f"Column {self.name!r} was not read: {self.holds}.")
        return self.values.drop_null() if self.values.null_count else self.values

    @property
    def null_count(self) -> int:
        """How many values are missing, as far as the values were read."""
        return 0 if self.values is None else int(self.values.null_count)


def column_of(source: Any, name: str, argument: str = "data") -> Column:
    """Convert what :meth:`Frame.source` gave.

    Args:
        source: A pandas series, or a table of this one column.
        name: Name of the column.
        argument: What the caller calls the table, for messages.

    Returns:
        The column.

    Raises:
        UserTypeError: The column mixes types.
    """
    dtype = getattr(source, "dtype", None)
    if dtype is None:
        values = _one_column(source, argument)
        return Column(name, None, holds="images") if _is_binary(values) else Column(name, values)
    if type(dtype).__name__ in _FOREIGN_DTYPES or getattr(dtype, "kind", "") in _FOREIGN_KINDS:
        return Column(name, None, holds=str(dtype))
    if str(dtype) == "object":
        first = _first_present(source)
        if _is_image(first):
            return Column(name, None, holds="images")
        if _is_container(first):
            return Column(name, None, holds="lists")
    values = _one_column(source.rename(name), argument)
    categories = getattr(dtype, "categories", None)
    declared = [] if categories is None else categories.tolist()
    return Column(name, values, declared=declared)


def is_missing(value: Any) -> bool:
    """Tell whether a value of a column stands for nothing.

    Args:
        value: Any Python value.

    Returns:
        True for ``None``, NaN and what pandas uses for missing values and times.
    """
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


def _one_column(source: Any, argument: str) -> pa.ChunkedArray:
    return to_arrow(source, name=argument, infinities_to_null=True).column(0)


def _is_of_pandas(data: Any) -> bool:
    return any(base.__module__.partition(".")[0] == "pandas" for base in type(data).__mro__)


def _is_columnar(data: Any) -> bool:
    """Whether columns can be picked from the data without reading the others."""
    kind = type(data)
    return (kind.__module__.partition(".")[0], kind.__name__) in {
        ("pyarrow", "Table"),
        ("polars", "DataFrame"),
    }


def _first_present(values: Iterable[Any]) -> Any:
    return next((value for value in values if not is_missing(value)), None)


def _is_image(value: Any) -> bool:
    return isinstance(value, bytes) or hasattr(value, "save") or getattr(value, "ndim", 0) > 1


def _is_binary(values: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type))


def _is_container(value: Any) -> bool:
    return isinstance(value, list | tuple | dict) or type(value).__name__ == "ndarray"


def _checked_names(columns: Sequence[Any], argument: str) -> list[str]:
    names = list(columns)
    for name in names:
        if not isinstance(name, str):
            raise UserTypeError(
                f"Column names of {argument} must be text; got {name!r} ({type(name).__name__}). "
                "Rename the columns."
            )
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise UserValueError(
            f"{argument} has several columns named {', '.join(map(repr, twice))}. "
            "Keep one column of each name."
        )
    return names


def _not_scalar(data: Any, argument: str) -> Any:
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "collect"):
        return data
    raise UserTypeError(
        f"{argument} needs a table (a pandas or polars frame, a pyarrow table, a list of dicts or "
        f"a dict of lists), got {type(data).__name__}."
    )
