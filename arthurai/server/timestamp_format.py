"""Moments in requests and answers: RFC 3339 in, UTC with a ``Z`` out."""

from __future__ import annotations

from datetime import UTC, datetime

from arthurai.server.http.api_errors import ApiError


def parsed(text: str, where: str) -> datetime:
    """Read a moment with a zone.

    Args:
        text: The moment, e.g. ``"2024-02-01T00:00:00Z"``.
        where: What it belongs to, for the message.

    Raises:
        ApiError: 400 when it is no moment, has no zone or lies outside the years 1 to 9999.
    """
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            raise ApiError(400, f"{where}: {text[:50]!r} has no time zone; end it in Z")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ApiError(400, f"{where}: {text[:50]!r} is not a date and time") from None


def shown(moment: datetime) -> str:
    """Return a moment as the API writes it.

    Args:
        moment: The moment, in UTC.
    """
    return moment.isoformat().replace("+00:00", "Z")
