"""Helpers for values and tables: JSON encoding, rows of tables, types of values, files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arthurai._compat.time_helpers import format_timestamp, is_valid_datetime_string
from arthurai.common.constants import ValueType
from arthurai.common.exceptions import (
    UnexpectedTypeError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)

if TYPE_CHECKING:
    import pandas as pd


class NumpyEncoder(json.JSONEncoder):
    """JSON encoder that also writes numpy and pandas values; missing ones become `null`."""

    def default(self, o: Any) -> Any:
        """Return a plain Python value for a value that JSON does not know.

        Raises:
            TypeError: There is none.
        """
        value = self.convert_value(o)
        if isinstance(value, datetime):
            return value.isoformat()
        return super().default(o) if value is o else value

    @staticmethod
    def convert_value(obj: Any) -> Any:
        """Return a Python number, string, datetime or list for a numpy or pandas value.

        NaN and missing times become `None`; other values stay as they are.
        """
        kind = type(obj)
        if kind.__name__ in {"NAType", "NaTType"}:
            return None
        if kind.__name__ == "Timestamp" and hasattr(obj, "to_pydatetime"):
            return obj.to_pydatetime()
        if kind.__module__ == "numpy" and hasattr(obj, "tolist"):
            obj = obj.item() if getattr(obj, "ndim", 0) == 0 else obj.tolist()
        if isinstance(obj, float) and math.isnan(obj):
            return None
        return obj


def retrieve_parquet_files(directory_path: str) -> list[Path]:
    """Return the paths below a directory that end in `.parquet`, sorted."""
    return sorted(Path(directory_path).rglob("*.parquet"))


def retrieve_json_files(directory_path: str) -> list[Path]:
    """Return the paths below a directory that end in `.json`, sorted."""
    return sorted(Path(directory_path).rglob("*.json"))


def standardize_pd_obj(
    data: Any,
    dropna: bool,
    replacedatetime: bool,
    attributes: Mapping[str, str] | None = None,
) -> Any:
    """Convert pandas data to the form in which it is sent.

    Args:
        data: A pandas frame or series; it is not changed.
        dropna: Drop missing values; for a series only.
        replacedatetime: Replace times by ISO 8601 strings.
        attributes: Value type by column; columns of integers with missing values become nullable.

    Returns:
        A new frame or series in which infinities are missing values.

    Raises:
        UnexpectedTypeError: `data` is neither a frame nor a series.
        UnexpectedValueError: `dropna` is set for a frame.
        UserValueError: A time has no zone.
    """
    import pandas as pd

    if isinstance(data, pd.Series):
        column = _standardized(data, replacedatetime, (attributes or {}).get(str(data.name)))
        return column.dropna() if dropna else column
    if not isinstance(data, pd.DataFrame):
        raise UnexpectedTypeError(
            f"data must be a pandas frame or series, got {type(data).__name__}"
        )
    if dropna:
        raise UnexpectedValueError("dropna is for a series only, data is a frame")
    columns = {
        name: _standardized(data[name], replacedatetime, (attributes or {}).get(str(name)))
        for name in data.columns
    }
    return pd.DataFrame(columns, index=data.index)


def _standardized(
    column: pd.Series[Any], replacedatetime: bool, value_type: str | None
) -> pd.Series[Any]:
    if column.dtype.kind == "f":
        column = column.where(~column.isin([math.inf, -math.inf]))
        if value_type == ValueType.Integer and (column.dropna() % 1 == 0).all():
            return column.astype("Int64")
    first = next(iter(column.dropna()), None)
    if isinstance(first, datetime) or is_valid_datetime_string(first):
        texts = [
            None
            if NumpyEncoder.convert_value(v) is None
            else format_timestamp(v, None, str(column.name))
            for v in column
        ]
        if replacedatetime:
            return type(column)(texts, index=column.index, name=column.name, dtype=object)
    return column


def dataframe_like_to_list_of_dicts(data: Any) -> list[dict[str, Any]]:
    """Return the rows of a table.

    Args:
        data: A list of dicts, a dict of lists, or a pandas frame.

    Returns:
        One dictionary per row; those of a list are copied.

    Raises:
        UserTypeError: `data` is not a table.
        UserValueError: The lists of a dict differ in length.
    """
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        rows: list[dict[str, Any]] = data.to_dict(orient="records")
        return rows
    if isinstance(data, Mapping):
        lengths = {name: len(values) for name, values in data.items()}
        if len(set(lengths.values())) > 1:
            raise UserValueError(f"the columns differ in length: {lengths}")
        return [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    if isinstance(data, list) and all(isinstance(row, Mapping) for row in data):
        return [dict(row) for row in data]
    raise UserTypeError(
        "data must be a list of dicts, a dict of lists or a pandas frame, got "
        f"{type(data).__name__}"
    )


def update_column_in_list_of_dicts(
    data: list[dict[str, Any]], target_column: str, column_values: Sequence[Any]
) -> None:
    """Set one column of rows, in place and by position.

    Args:
        data: The rows.
        target_column: Name of the column.
        column_values: One value per row; the labels of a pandas series are ignored.

    Raises:
        UserTypeError: The values have no length.
        UserValueError: There are more or fewer values than rows.
    """
    if not hasattr(column_values, "__len__"):
        raise UserTypeError(f"column_values must be a sequence, got {type(column_values).__name__}")
    if len(column_values) != len(data):
        raise UserValueError(
            f"{target_column} has {len(column_values)} values for {len(data)} rows"
        )
    for row, value in zip(data, column_values, strict=True):
        row[target_column] = value


def intersection_is_non_empty(iter1: Iterable[Any], iter2: Iterable[Any]) -> bool:
    """Return whether two collections share an item."""
    return not set(iter1).isdisjoint(iter2)


def is_float_like(obj: Any) -> bool:
    """Return whether a value is a Python or numpy float."""
    return isinstance(obj, float) or _numpy_kind(obj) == "f"


def is_int_like(obj: Any) -> bool:
    """Return whether a value is a Python or numpy integer; booleans are not."""
    return (isinstance(obj, int) and not isinstance(obj, bool)) or _numpy_kind(obj) in {"i", "u"}


def is_str_like(obj: Any) -> bool:
    """Return whether a value is a string."""
    return isinstance(obj, str)


def is_bool_like(obj: Any) -> bool:
    """Return whether a value is a Python or numpy boolean."""
    return isinstance(obj, bool) or _numpy_kind(obj) == "b"


def is_date_like(obj: Any) -> bool:
    """Return whether a value is a datetime of Python, pandas or numpy."""
    return isinstance(obj, datetime) or _numpy_kind(obj) == "M"


def is_list_like(obj: Any) -> bool:
    """Return whether a value is a list or a numpy array."""
    return isinstance(obj, list) or type(obj).__name__ == "ndarray"


def _numpy_kind(obj: Any) -> str:
    if type(obj).__module__ != "numpy" or getattr(obj, "ndim", None) != 0:
        return ""
    return str(obj.dtype.kind)


def is_valid_datetime_obj(obj: str) -> bool:
    """Return whether a string has year, month and day of a date, as dateutil reads it."""
    from dateutil import parser

    moments = []
    for default in (datetime(2000, 1, 1), datetime(2001, 2, 2)):  # noqa: DTZ001 - only filled in
        try:
            moments.append(parser.parse(obj, default=default, ignoretz=True).date())
        except (ValueError, OverflowError, TypeError):
            return False
    return moments[0] == moments[1]


def can_cast(cast_type: type, obj: Any) -> bool:
    """Return whether a type can be called with a value."""
    try:
        cast_type(obj)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def series_to_df(data: Any) -> pd.DataFrame:
    """Return a pandas series as a frame, and a frame as it is.

    Raises:
        UserTypeError: `data` is neither.
    """
    import pandas as pd

    if isinstance(data, pd.Series):
        return data.to_frame()
    if isinstance(data, pd.DataFrame):
        return data
    raise UserTypeError(f"data must be a pandas frame or series, got {type(data).__name__}")
