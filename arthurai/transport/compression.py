"""Compression of request bodies, for servers that accept it."""

from __future__ import annotations

import gzip
from typing import Final

import httpx

MIN_BYTES: Final = 8_192
"""Size of a body below which compression does not pay."""

_LEVEL: Final = 1
_JSON: Final = "application/json"
_BODY_HEADERS: Final = frozenset({"content-length", "transfer-encoding"})


def compress_body(request: httpx.Request) -> httpx.Request | None:
    """Return the same request with its body compressed by gzip.

    Only JSON bodies that are in memory as a whole are compressed: they shrink to a fraction, and
    the result can be sent again. Files of uploads are compressed by their own format.

    Args:
        request: A request that has not been sent.

    Returns:
        A new request; `None` when the body is of another kind, small, or would not shrink.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON or not isinstance(request.stream, httpx.ByteStream):
        return None
    if "content-encoding" in request.headers:
        return None
    content = request.read()
    if len(content) < MIN_BYTES:
        return None
    packed = gzip.compress(content, _LEVEL, mtime=0)
    if len(packed) >= len(content):
        return None
    headers = [
        (name, value)
        for name, value in request.headers.multi_items()
        if name.lower() not in _BODY_HEADERS
    ]
    return httpx.Request(
        request.method,
        request.url,
        headers=[*headers, ("Content-Encoding", "gzip")],
        content=packed,
        extensions=request.extensions,
    )
