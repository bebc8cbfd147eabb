"""A table one column at a time, as Arrow: what describing a model reads."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from arthurai.common.exceptions import UnexpectedTypeError
from arthurai.upload.coerce import is_missing
from arthurai.upload.frame_kinds import is_frame, is_series
from arthurai.upload.table import UNSUPPORTED_DTYPES, check_column_names, read_frame, to_arrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import narwhals.stable.v2 as nw


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
        if not (is_frame(data) or is_series(data)):
            table = to_arrow(data, name=name, infinities_to_null=True)
        self.reusable = table if hasattr(data, "read_next_batch") else data
        self._frame = frame = cast("nw.DataFrame[Any]", read_frame(table, name))
        self.names = check_column_names(frame.columns, name)
        self.num_rows = len(frame)

    def renamed(self, names: Mapping[str, str]) -> TableView:
        """Return the table with other names of columns.

        Args:
            names: New name by present name; others are ignored.
        """
        known = {old: new for old, new in names.items() if old in self.names}
        if not known:
            return self
        twin = copy.copy(self)
        twin._frame = self._frame.rename(known)  # noqa: SLF001 - of the same class
        twin.names = check_column_names(twin._frame.columns, self._name)  # noqa: SLF001
        return twin

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
            if type(dtype).__name__ in UNSUPPORTED_DTYPES or dtype.kind in {"c", "m"}:
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
        if pa.types.is_decimal(values.type):
            values = values.cast(pa.float64())
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
