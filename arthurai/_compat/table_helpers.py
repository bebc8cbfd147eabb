"""Small helpers on values and tables that other programs import from here."""

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
    """JSON encoder that also writes numpy and pandas values; missing ones become ``null``."""

    def default(self, o: Any) -> Any:
        """Turn a value JSON does not know into one it does.

        Args:
            o: The value.

        Returns:
            A plain Python value.

        Raises:
            TypeError: There is none.
        """
        value = self.convert_value(o)
        if isinstance(value, datetime):
            return value.isoformat()
        return super().default(o) if value is o else value

    @staticmethod
    def convert_value(obj: Any) -> Any:
        """Turn a numpy or pandas value into a plain Python one.

        Args:
            obj: Any value.

        Returns:
            A Python number, text, datetime or list; ``None`` for NaN and missing times; other
            values as they are.
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
    """Find Parquet files below a directory.

    Args:
        directory_path: The directory.

    Returns:
        Paths that end in ``.parquet``, sorted.
    """
    return sorted(Path(directory_path).rglob("*.parquet"))


def retrieve_json_files(directory_path: str) -> list[Path]:
    """Find JSON files below a directory.

    Args:
        directory_path: The directory.

    Returns:
        Paths that end in ``.json``, sorted.
    """
    return sorted(Path(directory_path).rglob("*.json"))


def standardize_pd_obj(
    data: Any,
    dropna: bool,
    replacedatetime: bool,
    attributes: Mapping[str, str] | None = None,
) -> Any:
    """Bring pandas data into the shape it is sent in.

    Args:
        data: A pandas frame or series; it is not changed.
        dropna: Drop missing values; for a series only.
        replacedatetime: Write times as ISO 8601 text.
        attributes: Value type by column; whole-number columns with gaps become nullable integers.

    Returns:
        A new frame or series in which infinities are missing values.

    Raises:
        UnexpectedTypeError: ``data`` is neither a frame nor a series.
        UnexpectedValueError: ``dropna`` is asked for a frame.
        UserValueError: A time has no zone.
    """
    import pandas as pd

    if isinstance(data, pd.Series):
        column = _standardized(data, replacedatetime, (attributes or {}).get(str(data.name)))
        return column.dropna() if dropna else column
    if not isinstance(data, pd.DataFrame):
        raise UnexpectedTypeError(f"data needs a pandas frame or series, got {type(data)}.")
    if dropna:
        raise UnexpectedValueError("dropna makes sense for a series only.")
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
    """Turn a table into rows.

    Args:
        data: A list of dicts, a dict of lists, or a pandas frame.

    Returns:
        One dictionary a row; those of a list are copied.

    Raises:
        UserTypeError: ``data`` is no table.
        UserValueError: Lists of a dict differ in length.
    """
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        rows: list[dict[str, Any]] = data.to_dict(orient="records")
        return rows
    if isinstance(data, Mapping):
        lengths = {name: len(values) for name, values in data.items()}
        if len(set(lengths.values())) > 1:
            raise UserValueError(f"The columns differ in length: {lengths}.")
        return [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
    if isinstance(data, list) and all(isinstance(row, Mapping) for row in data):
        return [dict(row) for row in data]
    raise UserTypeError(
        "Give a table: a list of dicts, a dict of lists or a pandas frame, not "
        f"{type(data).__name__}."
    )


def update_column_in_list_of_dicts(
    data: list[dict[str, Any]], target_column: str, column_values: Sequence[Any]
) -> None:
    """Set one column of rows, in place and by position.

    Args:
        data: The rows.
        target_column: Name of the column.
        column_values: One value a row; the labels of a pandas series are not looked at.

    Raises:
        UserTypeError: The values have no length.
        UserValueError: There are more or fewer values than rows.
    """
    if not hasattr(column_values, "__len__"):
        raise UserTypeError(
            f"{target_column} needs a sequence of values, got {type(column_values).__name__}."
        )
    if len(column_values) != len(data):
        raise UserValueError(
            f"{target_column} has {len(column_values)} values for {len(data)} rows."
        )
    for row, value in zip(data, column_values, strict=True):
        row[target_column] = value


def intersection_is_non_empty(iter1: Iterable[Any], iter2: Iterable[Any]) -> bool:
    """Tell whether two collections share an item.

    Args:
        iter1: One collection.
        iter2: The other.

    Returns:
        Whether an item is in both.
    """
    return not set(iter1).isdisjoint(iter2)


def is_float_like(obj: Any) -> bool:
    """Tell whether a value is a Python or numpy float."""
    return isinstance(obj, float) or _numpy_kind(obj) == "f"


def is_int_like(obj: Any) -> bool:
    """Tell whether a value is a Python or numpy integer; booleans are not."""
    return (isinstance(obj, int) and not isinstance(obj, bool)) or _numpy_kind(obj) in {"i", "u"}


def is_str_like(obj: Any) -> bool:
    """Tell whether a value is text."""
    return isinstance(obj, str)


def is_bool_like(obj: Any) -> bool:
    """Tell whether a value is a Python or numpy boolean."""
    return isinstance(obj, bool) or _numpy_kind(obj) == "b"


def is_date_like(obj: Any) -> bool:
    """Tell whether a value is a datetime of Python, pandas or numpy."""
    return isinstance(obj, datetime) or _numpy_kind(obj) == "M"


def is_list_like(obj: Any) -> bool:
    """Tell whether a value is a list or a numpy array."""
    return isinstance(obj, list) or type(obj).__name__ == "ndarray"


def _numpy_kind(obj: Any) -> str:
    if type(obj).__module__ != "numpy" or getattr(obj, "ndim", None) != 0:
        return ""
    return str(obj.dtype.kind)


def is_valid_datetime_obj(obj: str) -> bool:
    """Tell whether a text is a date with year, month and day.

    Args:
        obj: The text.

    Returns:
        Whether dateutil reads it as a date all parts of which are in the text.
    """
    from dateutil import parser

    moments = []
    for default in (datetime(2000, 1, 1), datetime(2001, 2, 2)):  # noqa: DTZ001 - only filled in
        try:
            moments.append(parser.parse(obj, default=default, ignoretz=True).date())
        except (ValueError, OverflowError, TypeError):
            return False
    return moments[0] == moments[1]


def can_cast(cast_type: type, obj: Any) -> bool:
    """Tell whether a value can be turned into a type.

    Args:
        cast_type: The type.
        obj: The value.

    Returns:
        Whether calling the type with the value works.
    """
    try:
        cast_type(obj)
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def series_to_df(data: Any) -> pd.DataFrame:
    """Make a frame of a pandas series; a frame stays as it is.

    Args:
        data: A pandas series or frame.

    Returns:
        The frame.

    Raises:
        UserTypeError: ``data`` is neither.
    """
    import pandas as pd

    if isinstance(data, pd.Series):
        return data.to_frame()
    if isinstance(data, pd.DataFrame):
        return data
    raise UserTypeError(f"Give a pandas frame or series, not {type(data).__name__}.")
