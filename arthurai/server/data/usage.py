"""Counting what was taken in, for limits and usage reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arthurai.server.data.database import Cursor, Database


def utc_now() -> dt.datetime:
    """Return the time as the store keeps it: UTC without zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def to_store_time(moment: dt.datetime) -> dt.datetime:
    """Return a time as the store keeps it: UTC without zone.

    Args:
        moment: A time; without zone it is taken as UTC.
    """
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a model took in during some time.

    Attributes:
        model_id: Id of the model.
        category: ``inferences``, ``ground_truth`` or ``reference_data``.
        records: Number of records.
        bytes: Their size as columns in memory.
    """

    model_id: str
    category: str
    records: int
    bytes: int


def add_usage(
    cursor: Cursor, model_id: str, category: str, *, records: int, size: int, now: dt.datetime
) -> None:
    """Count records and bytes that were taken in.

    Args:
        cursor: A cursor inside the transaction that takes them in.
        model_id: Id of the model.
        category: ``inferences``, ``ground_truth`` or ``reference_data``.
        records: Number of records.
        size: Their size in bytes.
        now: Time of arrival, UTC without zone.
    """
    cursor.execute(
        "INSERT INTO arthur_usage VALUES (?, ?, ?, ?, ?)", [model_id, category, now, records, size]
    )


def read_usage(
    database: Database, start: dt.datetime | None, end: dt.datetime | None
) -> list[Usage]:
    """Add up what was taken in.

    Args:
        database: The database.
        start: From then on; ``None`` from the beginning.
        end: Until then, exclusive; ``None`` until now.
    """
    _, found = database.fetch(
        "SELECT model_id, category, CAST(sum(records) AS BIGINT), CAST(sum(bytes) AS BIGINT)"
        " FROM arthur_usage"
        " WHERE ($start IS NULL OR counted_at >= $start) AND ($end IS NULL OR counted_at < $end)"
        " GROUP BY model_id, category ORDER BY model_id, category",
        {
            "start": None if start is None else to_store_time(start),
            "end": None if end is None else to_store_time(end),
        },
    )
    return [Usage(*row) for row in found]
