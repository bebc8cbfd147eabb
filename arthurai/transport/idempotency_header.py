"""The headers by which a server recognizes a repeat.

A server that knows keys answers a repeated request with its first answer; another one ignores them.
The time of a call is not compared when rows are sent again by another call.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai_api.types import RequestParts

_KEY: Final = "Idempotency-Key"
_KNOWS_KEYS: Final = "Accept-Idempotency-Key"
_CALL_TIME: Final = "Arthur-Call-Time"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def add_key(
    request: RequestParts, call_time: datetime | None = None, key: str | None = None
) -> RequestParts:
    """Return a request with a key of its own, which all its attempts carry.

    Args:
        request: The request.
        call_time: The time of the call, if rows have it instead of one of their own.
        key: The key; a random one when omitted.
    """
    headers = {**request.headers, _KEY: key or uuid4().hex}
    if call_time is not None:
        headers[_CALL_TIME] = str((call_time - _EPOCH) // timedelta(microseconds=1))
    return evolve(request, headers=headers)


def is_known(headers: Mapping[str, str]) -> bool:
    """Return whether a server that sent these response headers knows keys."""
    return headers.get(_KNOWS_KEYS, "").lower() == "true"
