"""Idempotency keys of requests, by which a server recognizes a repeat.

A server that knows keys answers a repeat with its first answer; another one ignores them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai_api.types import RequestParts

_KEY: Final = "Idempotency-Key"
_KNOWS_KEYS: Final = "Accept-Idempotency-Key"


def add_key(request: RequestParts) -> RequestParts:
    """Return a request with a key of its own, which all its attempts carry.

    Args:
        request: The request.
    """
    return evolve(request, headers={**request.headers, _KEY: uuid4().hex})


def is_known(headers: Mapping[str, str]) -> bool:
    """Return whether a server that sent these response headers knows keys."""
    return headers.get(_KNOWS_KEYS, "").lower() == "true"
