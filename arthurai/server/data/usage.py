"""Counting what was taken in, for limits and usage reports."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arthurai.server.data.database import Cursor


def utc_now() -> dt.datetime:
    """Return the time as the store keeps it: UTC without zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def add_usage(
    cursor: Cursor, model_id: str, category: str, *, records: int, size: int, now: dt.datetime
) -> None:
    """Count records and bytes that were taken in, for limits and usage reports.

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
