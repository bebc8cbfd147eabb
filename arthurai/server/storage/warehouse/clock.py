"""Time as the store keeps it: UTC without zone."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """Return the time as the store keeps it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def to_store_time(moment: dt.datetime) -> dt.datetime:
    """Return a time as the store keeps it.

    Args:
        moment: A time; without zone it is taken as UTC.
    """
    return moment if moment.tzinfo is None else moment.astimezone(dt.UTC).replace(tzinfo=None)
