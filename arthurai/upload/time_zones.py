"""Timestamps of rows: time zone arguments, and naive times and text as ISO 8601 with an offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from arthurai.common.exceptions import UserTypeError, UserValueError

MISSING: Final = "a timestamp is missing"
NAIVE: Final = "the time has no zone; give `tz`, or times with a zone"
NOT_TIMESTAMP: Final = "not a timestamp; give datetimes or ISO-8601 text with an offset"


class TimestampError(ValueError):
    """A value that is not a point in time; the text says why."""


def parse_time_zone(tz: object) -> tzinfo | None:
    """Return the time zone that the argument `tz` names.

    Args:
        tz: Name of an IANA time zone, any `tzinfo`, or `None`.

    Raises:
        UserValueError: The name is unknown.
        UserTypeError: `tz` is neither a string nor a `tzinfo`.
    """
    if tz is None or isinstance(tz, tzinfo):
        return tz
    if not isinstance(tz, str):
        raise UserTypeError(
            f"`tz` must be the name of a time zone or a tzinfo object, got {type(tz).__name__}"
        )
    if tz.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserValueError(
            f"`tz` must be the IANA name of a time zone, such as 'Europe/Berlin' or 'UTC', got "
            f"{tz!r}"
        ) from None


def localize(value: datetime, zone: tzinfo) -> datetime:
    """Return a naive time of a zone in UTC."""
    pytz_localize = getattr(zone, "localize", None)  # with pytz, `replace` takes a wrong offset
    aware = pytz_localize(value) if callable(pytz_localize) else value.replace(tzinfo=zone)
    if type(zone).__module__.partition(".")[0] == "dateutil":
        from dateutil.tz import resolve_imaginary

        aware = resolve_imaginary(aware)  # versions read a time that never was in different ways
    return datetime.astimezone(aware, UTC)


def format_timestamp(value: Any, zone: tzinfo | None) -> str:
    """Return one timestamp as ISO-8601 text with an offset.

    Args:
        value: Aware or naive datetime (also of pandas and numpy, cut to microseconds), date, or
            ISO-8601 text; not missing. Aware values and text with an offset keep their offset.
        zone: Zone of naive values, which are converted to UTC.

    Raises:
        TimestampError: The value is not a timestamp, or naive without `zone`.
    """
    if isinstance(value, str):
        moment = _parse(value)
        if moment.tzinfo is not None:
            return value
    else:
        moment = _to_datetime(value)
        if moment.utcoffset() is not None:
            return datetime.isoformat(moment)
    if zone is None:
        raise TimestampError(NAIVE)
    return localize(moment, zone).isoformat()


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise TimestampError(NOT_TIMESTAMP) from None


def _to_datetime(value: Any) -> datetime:
    if type(value).__name__ == "datetime64":
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - localized later
    if not isinstance(value, datetime):
        raise TimestampError(NOT_TIMESTAMP)
    to_pydatetime = getattr(value, "to_pydatetime", None)
    return value if to_pydatetime is None else to_pydatetime(warn=False)
