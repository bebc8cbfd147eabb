"""One view on whatever table a user hands over, read column by column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UnexpectedTypeError, UserTypeError, UserValueError
from arthurai.upload.table import to_arrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

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
        if hasattr(data, "iloc") and _is_pandas(data):
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
            source = _arrow(source, self._argument).to_pylist()
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
        values = _arrow(source, argument)
        return Column(name, None, holds="images") if _is_binary(values) else Column(name, values)
    if type(dtype).__name__ in _FOREIGN_DTYPES or getattr(dtype, "kind", "") in _FOREIGN_KINDS:
        return Column(name, None, holds=str(dtype))
    if str(dtype) == "object":
        first = _first_present(source)
        if _is_image(first):
            return Column(name, None, holds="images")
        if _is_container(first):
            return Column(name, None, holds="lists")
    values = _arrow(source.rename(name), argument)
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


def _arrow(source: Any, argument: str) -> pa.ChunkedArray:
    return to_arrow(source, name=argument, infinities_to_null=True).column(0)


def _is_pandas(data: Any) -> bool:
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
