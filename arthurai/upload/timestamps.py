"""Timestamps: zones, naive times, text; out comes an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAIVE = "the time has no zone; give `tz`, or times with a zone"
MISSING = "a timestamp is missing"
NOT_TIME = "not a timestamp; give datetimes or ISO-8601 text with an offset"


class BadTimeError(ValueError):
    """A value that is no instant; the text says why."""


def parse_zone(tz: object) -> tzinfo | None:
    """Reads the `tz` argument.

    Args:
        tz: name of an IANA time zone, any `tzinfo`, or `None`.

    Raises:
        UserValueError: an unknown zone name.
        UserTypeError: neither text nor a `tzinfo`.
    """
    if tz is None or isinstance(tz, tzinfo):
        return tz
    if not isinstance(tz, str):
        raise UserTypeError(
            f"`tz` must be the name of a time zone or a tzinfo object, got {type(tz).__name__}."
        )
    if tz.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserValueError(
            f"`tz` is {tz!r}, which is not a known time zone. Use an IANA name such as "
            "'Europe/Berlin' or 'UTC'."
        ) from None


def _localize(value: datetime, zone: tzinfo) -> datetime:
    """Attaches the zone to a naive time and turns it into UTC (pytz zones have their own way)."""
    localize = getattr(zone, "localize", None)
    aware = localize(value) if callable(localize) else value.replace(tzinfo=zone)
    return datetime.astimezone(aware, UTC)


def _from_text(value: str, zone: tzinfo | None) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadTimeError(NOT_TIME) from None
    if moment.tzinfo is not None:
        return value
    if zone is None:
        raise BadTimeError(NAIVE)
    return _localize(moment, zone).isoformat()


def instant_text(value: Any, zone: tzinfo | None) -> str:
    """One timestamp as ISO-8601 text with an offset.

    Args:
        value: aware or naive datetime (pandas and numpy ones too, cut to microseconds), date, or
            ISO-8601 text. Aware values and text with an offset keep their offset.
        zone: zone of naive values, which are turned into UTC.

    Raises:
        BadTimeError: missing, not a timestamp, or naive without `zone`.
    """
    if isinstance(value, str):
        return _from_text(value, zone)
    kind = type(value).__name__
    if value is None or kind in {"NaTType", "NAType"} or value != value:  # noqa: PLR0124 - NaN
        raise BadTimeError(MISSING)
    if kind == "datetime64":
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - localized below
    if not isinstance(value, datetime):
        raise BadTimeError(NOT_TIME)
    to_pydatetime = getattr(value, "to_pydatetime", None)
    if to_pydatetime is not None:
        value = to_pydatetime(warn=False)
    if value.utcoffset() is not None:
        return datetime.isoformat(value)
    if zone is None:
        raise BadTimeError(NAIVE)
    return _localize(value, zone).isoformat()


Bad = dict[str, list[tuple[int, object]]]


def texts(values: Sequence[Any], zone: tzinfo | None, start: int) -> tuple[list[str | None], Bad]:
    """Timestamps of a column as text, and the bad rows by reason (`None` in the list).

    Args:
        values: what `instant_text` takes, one a row.
        zone: zone of naive values.
        start: number of the first row.
    """
    result: list[str | None] = []
    bad: Bad = {}
    for row, value in enumerate(values, start):
        try:
            result.append(instant_text(value, zone))
        except BadTimeError as error:
            bad.setdefault(str(error), []).append((row, value))
            result.append(None)
    return result, bad


def _fixed_offset(zone: tzinfo) -> timedelta | None:
    """The offset of a zone that has only one."""
    offset = zone.utcoffset(None)
    return offset if isinstance(offset, timedelta) else None


def _localize_arrow(array: Any, zone: tzinfo) -> Any:
    """Naive Arrow timestamps (microseconds) as UTC instants."""
    import pyarrow as pa
    import pyarrow.compute as pc

    offset = _fixed_offset(zone)
    if offset is not None:
        moved = pc.subtract(array, pa.scalar(offset, pa.duration("us"))) if offset else array
        return moved.cast(pa.timestamp("us", "UTC"))
    if isinstance(zone, ZoneInfo) and zone.key:
        try:
            return pc.assume_timezone(array, zone.key, ambiguous="earliest").cast(
                pa.timestamp("us", "UTC")
            )
        except pa.ArrowInvalid:
            pass  # a time skipped by the change to summer time, or no zone data: one by one
    moments = [
        None if value is None else _localize(value, zone)
        for chunk in getattr(array, "chunks", [array])
        for value in chunk.to_pylist()
    ]
    return pa.array(moments, pa.timestamp("us", "UTC"))


def _missing_rows(array: Any, start: int) -> list[tuple[int, object]]:
    import pyarrow.compute as pc

    rows = pc.indices_nonzero(pc.is_null(array)).to_pylist()
    return [(start + row, None) for row in rows]


def arrow_instants(array: Any, zone: tzinfo | None, start: int) -> tuple[Any, Bad]:
    """An Arrow column as UTC instants of microseconds, and the bad rows by reason.

    Args:
        array: chunked array of timestamps, dates or ISO-8601 text.
        zone: zone of naive values.
        start: number of the first row.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    utc = pa.timestamp("us", "UTC")
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        try:
            result = pc.cast(array, utc)
        except pa.ArrowInvalid:
            written, bad = texts(array.to_pylist(), zone, start)
            moments = [value and datetime.fromisoformat(value) for value in written]
            return pa.chunked_array([pa.array(moments, utc)]), bad
    elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        naive = not pa.types.is_timestamp(kind) or kind.tz is None
        if naive and zone is None and array.null_count < len(array):
            first = pc.index_in(pa.scalar(False), value_set=pc.is_null(array)).as_py()
            rows: list[tuple[int, object]] = [
                (start + row, value)
                for row, value in enumerate(array.slice(first, 4).to_pylist(), first)
                if value is not None
            ]
            count = len(array) - array.null_count
            return None, {NAIVE: rows + [(rows[-1][0], None)] * (count - len(rows))}
        if naive:
            plain = pc.cast(array, pa.timestamp("us"), safe=False)
            result = _localize_arrow(plain, zone) if zone else plain.cast(utc)
        else:
            result = pc.cast(array, utc, safe=False)
    elif pa.types.is_null(kind):
        result = array.cast(utc)
    else:
        some = [(start + row, value) for row, value in enumerate(array.to_pylist())]
        return None, {NOT_TIME: some}
    bad = {MISSING: _missing_rows(result, start)} if result.null_count else {}
    return result, bad
