"""Says that an operation goes away when a server says so: headers `Deprecation` and `Sunset`.

`Deprecation` is a date (RFC 9745), in drafts of it also a word; `Sunset` is the moment after which
the operation may be gone (RFC 8594). `Link` may lead to more about either.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

logger: Final = logging.getLogger(__name__)
_NAMED_DATE: Final = re.compile(r"@(?P<seconds>-?\d{1,12})")
_LINK: Final = re.compile(r"<(?P<url>[^<>\s]{1,500})>[^,<]*\brel=\"?(?:deprecation|sunset)\b")
_ID: Final = re.compile(r"(?<=/)(?!v\d+(?:/|$))[^/]*\d[^/]*")
_MAX_TOLD: Final = 1000
_told: Final[set[str]] = set()


def describe_ending(method: str, path: str, headers: Mapping[str, str]) -> str | None:
    """Return what a response says about the end of its operation, `None` when it says nothing.

    Args:
        method: HTTP method in capitals.
        path: Path of the request.
        headers: Headers of the response; names in any case.
    """
    deprecation, sunset = headers.get("deprecation"), headers.get("sunset")
    if not (deprecation or sunset):
        return None
    told = f"{method} {_ID.sub('…', path)} is deprecated"
    since, until = _date_of(deprecation), _date_of(sunset)
    told += f" since {since}" if since else ""
    told += f" and may be gone after {until}" if until else ""
    link = _LINK.search(headers.get("link", ""))
    return told + (f"; see {link['url']}" if link else "")


def note_ending(method: str, path: str, headers: Mapping[str, str]) -> None:
    """Log once for each operation that the server says it goes away.

    Args:
        method: HTTP method in capitals.
        path: Path of the request.
        headers: Headers of the response; names in any case.
    """
    told = describe_ending(method, path, headers)
    if told is not None and told not in _told and len(_told) < _MAX_TOLD:
        _told.add(told)
        logger.warning("the server says that %s", told)


def _date_of(value: str | None) -> str | None:
    """Return the day that a header names, `None` when it names none."""
    named = _NAMED_DATE.fullmatch((value or "").strip())
    try:
        moment = (
            datetime.fromtimestamp(int(named["seconds"]), UTC)
            if named
            else parsedate_to_datetime(value or "")
        )
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return moment.date().isoformat()
