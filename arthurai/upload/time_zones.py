"""Timestamps of rows: time zone arguments, and naive times and text as ISO 8601 with an offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.local_times import (
    LocalTimeError,
    LocalTimes,
    check_ambiguous,
    check_nonexistent,
)

MISSING: Final = "a timestamp is missing"
NAIVE: Final = "the time has no zone; give `tz`, or times with a zone"
NOT_TIMESTAMP: Final = "not a timestamp; give datetimes or ISO-8601 text with an offset"


class TimestampError(ValueError):
    """A value that is not a point in time; the text says why."""


def parse_time_zone(tz: object, argument: str = "tz") -> tzinfo | None:
    """Return the time zone that an argument names.

    Args:
        tz: Name of an IANA time zone, any `tzinfo`, or `None`.
        argument: Name of the argument.

    Raises:
        UserValueError: The name is unknown.
        UserTypeError: `tz` is neither a string nor a `tzinfo`.
    """
    if tz is None or isinstance(tz, tzinfo):
        return tz
    if not isinstance(tz, str):
        raise UserTypeError(
            f"`{argument}` must be the name of a time zone or a tzinfo object, got "
            f"{type(tz).__name__}"
        )
    if tz.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserValueError(
            f"`{argument}` must be the IANA name of a time zone, such as 'Europe/Berlin' or 'UTC', "
            f"got {tz!r}"
        ) from None


def parse_local_times(
    tz: object, ambiguous: object = None, nonexistent: object = None, *, strict: bool = False
) -> LocalTimes | None:
    """Return how the arguments of a call say that times without a zone are read.

    Args:
        tz: Name of an IANA time zone, any `tzinfo`, or `None`.
        ambiguous: See `LocalTimes`.
        nonexistent: See `LocalTimes`.
        strict: Whether times that are ambiguous or do not occur are refused when nothing is said.

    Returns:
        The rules, `None` without a zone.

    Raises:
        UserValueError: An argument has an unknown value, or there are rules without a zone.
        UserTypeError: An argument has a wrong type.
    """
    zone = parse_time_zone(tz)
    twice, never = check_ambiguous(ambiguous), check_nonexistent(nonexistent)
    if zone is not None:
        default: Literal["raise"] | None = "raise" if strict else None
        return LocalTimes(
            zone, default if twice is None else twice, default if never is None else never
        )
    for name, value in (("ambiguous", twice), ("nonexistent", never)):
        if value is not None:
            raise UserValueError(
                f"`{name}` must be given together with `tz`, whose times without a zone it is about"
            )
    return None


def format_timestamp(value: Any, zone: LocalTimes | None) -> str | None:
    """Return one timestamp as ISO-8601 text with an offset.

    Args:
        value: Aware or naive datetime (also of pandas and numpy, cut to microseconds), date, or
            ISO-8601 text; not missing. Aware values and text with an offset keep their offset.
        zone: How naive values are read, which are converted to UTC.

    Returns:
        The text; `None` for a local time that is to be missing.

    Raises:
        TimestampError: The value is not a timestamp, naive without `zone`, or a local time that is
            refused.
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
    try:
        found = zone.to_utc(moment)
    except LocalTimeError as error:
        raise TimestampError(str(error)) from None
    return None if found is None else found.isoformat()


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
