"""Timestamps: RFC 3339 in requests and responses, UTC without a zone in the warehouse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from arthurai.server.http.api_errors import ApiError

EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - times of the warehouse are UTC without zone
MICROSECOND: Final = timedelta(microseconds=1)
_MICROSECONDS_PER_MILLISECOND: Final = 1000


def parse_timestamp(text: str, where: str) -> datetime:
    """Return the time that an RFC 3339 text stands for, in UTC.

    Args:
        text: The text, e.g. `"2024-02-01T00:00:00Z"`.
        where: The member or parameter it belongs to, for the message.

    Raises:
        ApiError: 400 when it is not a timestamp, has no zone or lies outside the years 1 to 9999.
    """
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            raise ApiError(400, f"{where}: {text[:50]!r} has no time zone; end it in Z")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ApiError(400, f"{where}: {text[:50]!r} is not a date and time") from None


def format_timestamp(moment: datetime) -> str:
    """Return a time as the API writes it: UTC with `Z`, and as many digits as it needs.

    Args:
        moment: A time; one without a zone is taken as UTC.
    """
    moment = to_utc(moment)
    if moment.microsecond == 0:
        return f"{moment.isoformat()}Z"
    whole = moment.microsecond % _MICROSECONDS_PER_MILLISECOND == 0
    return f"{moment.isoformat(timespec='milliseconds' if whole else 'microseconds')}Z"


def format_now() -> str:
    """Return the current time as the API writes it, always with microseconds, so that it sorts."""
    return f"{utc_now().isoformat(timespec='microseconds')}Z"


def utc_now() -> datetime:
    """Return the current time as the warehouse keeps it: in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def to_utc(moment: datetime) -> datetime:
    """Return a time as the warehouse keeps it: in UTC, without a zone.

    Args:
        moment: A time; one without a zone is taken as UTC.
    """
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def to_microseconds(moment: datetime) -> int:
    """Return a time as microseconds since 1970.

    Args:
        moment: The time, UTC without zone.
    """
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Return the time that microseconds since 1970 stand for, UTC without zone.

    Args:
        value: The microseconds.
    """
    return EPOCH + timedelta(microseconds=value)
