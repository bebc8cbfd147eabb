"""Helpers for times: formatting, checking, generating them; Python types of value types."""

from __future__ import annotations

import itertools
import math
import random
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import InferenceType, TimestampInferenceType, ValueType
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.text import list_names, quote_value
from arthurai.upload import time_zones
from arthurai.upload.time_zones import TimestampError, parse_local_times

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

_DURATION = re.compile(r"(\d{1,9})([dh])", re.IGNORECASE)
_PYTHON_TYPES: dict[str, type] = {
    ValueType.Integer: int,
    ValueType.Float: float,
    ValueType.Boolean: bool,
    ValueType.String: str,
    ValueType.Unstructured_Text: str,
    ValueType.Image: str,
    ValueType.BoundingBox: list,
}


def format_timestamps(
    inferences: list[dict[str, Any]],
    tz: tzinfo | str | None = None,
    timestamp_attributes: list[str] | None = None,
    time_series_attributes: list[str] | None = None,
    is_reference_data: bool = False,
) -> list[dict[str, Any]]:
    """Format all times of rows as ISO 8601 strings with a zone, in place.

    Args:
        inferences: Rows in the form the API takes.
        tz: Zone of the times that have none.
        timestamp_attributes: Names of TIMESTAMP attributes.
        time_series_attributes: Names of TIME_SERIES attributes.
        is_reference_data: Whether the attributes are under `reference_data` instead of
            `inference_data`.

    Returns:
        The same rows.

    Raises:
        UserValueError: A time has no zone and `tz` gives none, or a row has no attributes.
        UserTypeError: A time is neither a datetime nor a string.
    """
    inner_name = InferenceType.REFERENCE_DATA if is_reference_data else InferenceType.INFERENCE_DATA
    for row in inferences:
        for name in TimestampInferenceType.list():
            if name in row:
                row[name] = format_timestamp(row[name], tz, name)
        if timestamp_attributes:
            inner = _inner(row, inner_name)
            for name in timestamp_attributes:
                if inner.get(name) is not None:
                    inner[name] = format_timestamp(inner[name], tz, name)
        if time_series_attributes:
            row[inner_name] = format_time_series_attr_timestamps(
                row, time_series_attributes, tz, is_reference_data
            )
    return inferences


def _inner(row: Any, name: str) -> dict[str, Any]:
    inner = row.get(name) if isinstance(row, dict) else None
    if not isinstance(inner, dict):
        raise UserValueError(
            f"each row must be a dict with a dict {name!r}, got {quote_value(row)}"
        )
    return inner


def format_timestamp(
    timestamp: datetime | str, tz: tzinfo | str | None = None, col_name: str = ""
) -> str:
    """Format a time as an ISO 8601 string with a zone.

    Args:
        timestamp: A datetime (also of pandas), or a string, which is returned as it is.
        tz: Zone of a datetime that has none: a name such as `"US/Eastern"`, or any `tzinfo`, also
            of pytz. Times with a zone keep theirs.
        col_name: Where the time comes from, for messages.

    Returns:
        The string; a datetime that got its zone from `tz` is in UTC.

    Raises:
        UserValueError: There is no zone, `tz` is unknown, or a string is not ISO 8601 with a zone.
        UserTypeError: `timestamp` or `tz` has another type.
    """
    where = f" in {col_name!r}" if col_name else ""
    if isinstance(timestamp, str):
        if not is_valid_datetime_string(timestamp):
            raise UserValueError(
                f"timestamp{where} must be an ISO 8601 time with a zone, such as "
                f"2021-02-08T12:10:05+00:00, got {quote_value(timestamp)}"
            )
        return timestamp
    # pandas' NaT is a datetime by class, but not a time.
    if not isinstance(timestamp, datetime) or timestamp != timestamp:  # noqa: PLR0124 - NaT differs from itself
        raise UserTypeError(
            f"timestamp{where} must be a datetime or a string, got {quote_value(timestamp)}"
        )
    try:
        zone = None if timestamp.tzinfo else parse_local_times(tz)
        return str(time_zones.format_timestamp(timestamp, zone))
    except TimestampError:
        raise UserValueError(
            f"timestamp {timestamp!r}{where} has no time zone; add one, or pass tz"
        ) from None


def format_time_series_attr_timestamps(
    inference: dict[str, Any],
    time_series_attributes: list[str],
    tz: tzinfo | str | None = None,
    is_reference_data: bool = False,
) -> dict[str, Any]:
    """Format the times of the points of time series as strings, in place.

    Args:
        inference: One row in the form the API takes.
        time_series_attributes: Names of the attributes; those that are absent are skipped.
        tz: Zone of the times that have none.
        is_reference_data: Whether the attributes are under `reference_data` instead of
            `inference_data`.

    Returns:
        The attributes of the row.

    Raises:
        UserValueError: The row has no attributes, or a time has no zone.
        UserTypeError: A series is not a list of dicts, or a time has another type.
    """
    inner = _inner(
        inference,
        InferenceType.REFERENCE_DATA if is_reference_data else InferenceType.INFERENCE_DATA,
    )
    for name in time_series_attributes:
        series = inner.get(name)
        if series is None:
            continue
        for point in _points(name, series):
            if "timestamp" in point:
                point["timestamp"] = format_timestamp(point["timestamp"], tz, name)
    return inner


def _points(name: str, series: Any) -> Iterable[dict[str, Any]]:
    if isinstance(series, str | bytes | dict) or not hasattr(series, "__iter__"):
        raise UserTypeError(
            f"time series {name!r} must be a list of dicts, got {quote_value(series)}"
        )
    for point in series:
        if not isinstance(point, dict):
            raise UserTypeError(
                f"each point of time series {name!r} must be a dict, got {quote_value(point)}"
            )
        yield point


def is_valid_datetime_string(dt_obj: Any) -> bool:
    """Return whether a value is an ISO 8601 string of a time with a zone."""
    if not isinstance(dt_obj, str):
        return False
    try:
        moment = datetime.fromisoformat(dt_obj)
    except ValueError:
        return False
    return moment.tzinfo is not None


def generate_timestamps(
    total: int,
    duration: str | timedelta = "7d",
    end: str | datetime = "now",
    freq: str | pd.DateOffset = "D",
    noisiness: float = 0.3,
) -> list[datetime]:
    """Generate times for data that has none.

    Evenly spaced times from `end - duration` to `end`, both included, each repeated a random number
    of times.

    Args:
        total: How many times to return.
        duration: How far back to go: a timedelta, or e.g. `"7d"` or `"36h"`.
        end: The last time; `"now"` for now in UTC. A naive one gives naive results.
        freq: Spacing, as pandas names it.
        noisiness: Standard deviation of the number of repeats, relative to its mean; 0 for even
            repeats.

    Returns:
        The times, ascending.

    Raises:
        UserValueError: `duration`, `freq` or `noisiness` cannot be used, or `total` is smaller than
            the number of distinct times.
        UserTypeError: `end`, `duration` or `total` has another type.
    """
    import pandas as pd

    last = _end(end)
    span = _duration(duration)
    try:
        first = last - span
    except OverflowError:
        raise UserValueError(f"duration={duration!r} goes back beyond the year 1") from None
    try:
        moments = pd.date_range(first, last, freq=freq)
    except (ValueError, TypeError) as error:
        raise UserValueError(
            f"freq must be a frequency of pandas, got {freq!r}: {error}"
        ) from error
    if len(moments) == 0:
        raise UserValueError(f"duration={duration!r} is shorter than freq={freq!r}")
    if isinstance(total, bool) or not isinstance(total, int):
        raise UserTypeError(f"total must be an integer, got {type(total).__name__}")
    if total < len(moments):
        raise UserValueError(
            f"total={total} is smaller than the {len(moments)} distinct times that "
            f"duration={duration!r} and freq={freq!r} give"
        )
    repeats = _repeats(len(moments), total, noisiness, least=1)
    return [
        moment.to_pydatetime()
        for moment, count in zip(moments, repeats, strict=True)
        for _ in range(count)
    ]


def _end(end: object) -> datetime:
    if isinstance(end, datetime):
        return end
    if end == "now":
        return datetime.now(UTC)
    raise UserTypeError(f'end must be a datetime or "now", got {end!r}')


def _duration(duration: object) -> timedelta:
    if isinstance(duration, timedelta):
        span = duration
    elif isinstance(duration, str):
        match = _DURATION.fullmatch(duration.strip())
        if match is None:
            raise UserValueError(f"duration must look like '7d' or '36h', got {duration!r}")
        hours = int(match[1]) * (24 if match[2].lower() == "d" else 1)
        try:
            span = timedelta(hours=hours)
        except OverflowError:
            raise UserValueError(f"duration={duration!r} is too long") from None
    else:
        raise UserTypeError(f"duration must be a string or a timedelta, got {duration!r}")
    if span <= timedelta(0):
        raise UserValueError(f"duration must be above 0, got {duration!r}")
    return span


def _repeats(count: int, total: int, noisiness: float, *, least: int = 0) -> list[int]:
    """Draw integers from `least` up that add up to a total."""
    if not (math.isfinite(noisiness) and noisiness >= 0):
        raise UserValueError(f"noisiness must be a number from 0 up, got {noisiness!r}")
    mean = total / count
    weights = [max(random.gauss(mean, noisiness * mean) - least, 0.0) for _ in range(count)]
    rest = total - least * count
    if not sum(weights):
        weights = [1.0] * count
    scale = rest / sum(weights)
    # Rounding the running sum keeps the total exact and every number within 1 of its share.
    edges = [0]
    running = 0.0
    for weight in weights:
        running += weight * scale
        edges.append(round(running))
    edges[-1] = rest
    return [least + upper - lower for lower, upper in itertools.pairwise(edges)]


def normal_random_ints_fixed_sum(
    num_values: int, total_sum: int, relative_std_dev: float = 0.5
) -> NDArray[np.int64]:
    """Draw integers around a mean that add up to a total.

    Args:
        num_values: How many.
        total_sum: What they add up to.
        relative_std_dev: Their standard deviation, relative to the mean.

    Returns:
        The numbers, none below 0, as an array of shape `(num_values,)`.

    Raises:
        UserValueError: `num_values` is below 1, `total_sum` below 0, or the deviation below 0.
    """
    import numpy as np

    if num_values < 1 or total_sum < 0:
        raise UserValueError(
            f"num_values must be at least 1 and total_sum at least 0, got {num_values} and "
            f"{total_sum}"
        )
    return np.asarray(_repeats(num_values, total_sum, relative_std_dev), dtype=np.int64)


def value_type_to_python_type(value_type: str) -> type:
    """Return the Python type of the values of an attribute.

    Raises:
        UserValueError: The values of this type have no single Python type.
    """
    try:
        return _PYTHON_TYPES[value_type]
    except (KeyError, TypeError):
        raise UserValueError(
            f"value_type must be one of {list_names(sorted(_PYTHON_TYPES))}, got {value_type!r}"
        ) from None
