"""The description of the API itself."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

import orjson

from arthurai.common.bundle import load_bundle
from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services


@plain_route("/openapi.json")
def describe_api(services: Services, environ: WSGIEnvironment) -> Response:
    """Return the OpenAPI document, which is the same for everybody."""
    del services
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return Response(405, {"error": "use GET"}, [("Allow", "GET, HEAD")])
    content, tag = _document()
    headers = [("ETag", tag), ("Cache-Control", "no-cache")]
    if environ.get("HTTP_IF_NONE_MATCH") == tag:
        return Response(304, b"", headers)
    return Response(200, content, headers, content_type="application/json")


@cache
def _document() -> tuple[bytes, str]:
    content = orjson.dumps(load_bundle())
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
