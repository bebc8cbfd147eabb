"""How numbers and times are written on pages. Times are UTC, periods as their zone says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from arthurai.common.vocabulary import InputType

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_THOUSAND: Final = 1000
_SMALL: Final = 1e-4
_LARGE: Final = 1e9
_AGES: Final = (
    ("", 1, 2 * _MINUTE),
    ("minutes", _MINUTE, 2 * _HOUR),
    ("hours", _HOUR, 2 * _DAY),
    ("days", _DAY, 90 * _DAY),
)
_WORDS: Final = {InputType.NLP: "Text"}
MISSING: Final = "—"


def format_number(value: Any, kind: str = "number") -> str:
    """Return a number as text.

    Args:
        value: The number; `None` is shown as a dash.
        kind: `number`, `count`, `percent`, or anything else for text as it is.
    """
    if value is None:
        return MISSING
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if kind == "percent":
        return f"{100 * value:.1f} %"
    if kind == "count" or isinstance(value, int):
        return f"{value:,.0f}"
    return _format_float(value)


def _format_float(value: float) -> str:
    size = abs(value)
    if size != 0 and not _SMALL <= size < _LARGE:
        return f"{value:.3g}"
    return f"{value:,.0f}" if size >= _THOUSAND else f"{value:.4g}"


def parse_time(text: Any) -> datetime | None:
    """Return the time that the API wrote, or `None` when it is no time.

    Args:
        text: What the API wrote.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def format_time(text: Any) -> str:
    """Return a time in a short form, by the clock that it names, and any other text as it is.

    Args:
        text: What the API wrote, in UTC, or the start of a period in another zone.
    """
    moment = parse_time(text)
    if moment is None:
        return MISSING if text is None else str(text)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.strftime("%Y-%m-%d")
    return moment.strftime("%Y-%m-%d %H:%M")


def format_age(text: Any, now: datetime | None = None) -> str:
    """Return how long ago a time of the API was.

    Args:
        text: What the API wrote.
        now: The current time.
    """
    moment = parse_time(text)
    if moment is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < -_MINUTE:
        return "in the future"
    for unit, length, limit in _AGES:
        if seconds < limit:
            return f"{seconds / length:.0f} {unit} ago" if unit else "just now"
    return format_time(moment.date().isoformat())


def to_words(name: str) -> str:
    """Return a constant of the API as words, e.g. `Ranked list` for `RANKED_LIST`.

    Args:
        name: The constant.
    """
    return _WORDS.get(name) or name.replace("_", " ").strip().capitalize()
