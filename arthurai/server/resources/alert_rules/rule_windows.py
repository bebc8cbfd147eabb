"""The windows and batches that a rule is evaluated over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arthurai.server.query.sql import select
from arthurai.server.timestamps import EPOCH, MICROSECOND, format_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.data_store import DataStore

MAX_WINDOWS: Final = 500
"""Windows or batches of a rule that are looked at in one go."""
_EARLIEST: Final = EPOCH.replace(year=1)
_LATEST: Final = EPOCH.replace(year=9999, month=12, day=31, hour=23, minute=59, second=59)


class Window(NamedTuple):
    """A span of time, without its end.

    Attributes:
        start: First moment, UTC without zone.
        end: First moment after it.
        rows: Inferences in it, where that is known.
    """

    start: datetime
    end: datetime
    rows: int | None = None

    def to_filters(self) -> list[dict[str, Any]]:
        """Return the conditions on the rows in it."""
        return time_filters(format_timestamp(self.start), format_timestamp(self.end))

    def to_members(self) -> dict[str, str]:
        """Return the members of an alert that say where it was raised."""
        return {
            "window_start": format_timestamp(self.start),
            "window_end": format_timestamp(self.end),
        }


def time_filters(start: str, end: str) -> list[dict[str, Any]]:
    """Return the conditions on the rows of a span of time.

    Args:
        start: First moment, as the API writes it.
        end: First moment after it.
    """
    column = "inference_timestamp"
    return [
        {"property": column, "comparator": "gte", "value": start},
        {"property": column, "comparator": "lt", "value": end},
    ]


def lookback(rule: Mapping[str, Any]) -> timedelta:
    """Return the length of the windows of a rule."""
    return timedelta(minutes=rule["lookback_period"])


def wait_time(rule: Mapping[str, Any]) -> int:
    """Return the microseconds of silence after an alert of a rule."""
    return timedelta(minutes=rule["subsequent_alert_wait_time"]) // MICROSECOND


def list_past_windows(
    schema: ModelSchema,
    data: DataStore,
    first: datetime | None,
    last: datetime | None,
    length: timedelta,
    *,
    limit: int = MAX_WINDOWS,
    oldest: bool = False,
) -> tuple[list[Window], int]:
    """Return the windows between two moments that hold data, and how many are left out.

    Windows are consecutive and start at multiples of their length since 1970.

    Args:
        schema: Schema of the model.
        data: Holds the rows.
        first: Earliest inference time; `None` for the earliest there is.
        last: Latest inference time; `None` for the latest there is.
        length: Length of a window.
        limit: Maximum number of windows.
        oldest: Return the oldest ones of too many instead of the latest. The oldest come first in
            any case.
    """
    if first is not None and last is not None and first > last:
        return [], 0
    step = length // MICROSECOND
    values: list[object] = [step]
    conditions = []
    if first is not None:
        values.append(_start_of((first - EPOCH) // length, length))
        conditions.append(f"inference_timestamp >= ${len(values)}")
    if last is not None:
        values.append(_start_of((last - EPOCH) // length + 1, length))
        conditions.append(f"inference_timestamp < ${len(values)}")
    place = "CAST(floor(epoch_us(inference_timestamp) / CAST($1 AS DOUBLE)) AS BIGINT)"
    grouped = select(
        [f"{place} AS place", "count(*) AS number"],
        data.relation(schema, "inference"),
        conditions,
        group_by=["place"],
        order_by=["place" if oldest else "place DESC"],
    )
    counted = select(["*", "count(*) OVER ()"], f"({grouped})", limit=f"LIMIT {limit:d}")
    found = data.fetch(counted, values)[1]
    total = int(found[0][2]) if found else 0
    windows = [
        Window(_start_of(index, length), _start_of(index + 1, length), int(number))
        for index, number, _ in sorted(found)
    ]
    return windows, total - len(windows)


def _start_of(number: int, length: timedelta) -> datetime:
    """Return when a window starts, by its number since 1970; the calendar has two ends."""
    try:
        return EPOCH + number * length
    except OverflowError:
        return _LATEST if number > 0 else _EARLIEST
