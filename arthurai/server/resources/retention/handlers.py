"""Retention of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.bundle import Permission
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response
from arthurai.server.storage.retention import prune
from arthurai.server.timestamps import parse_timestamp

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services

_NEEDED: Final = Permission("organization_global", "write")
_MAX_BODY: Final = 10_000
_MEMBERS: Final = {"before": str, "model": str, "dry_run": bool}


@plain_route("/prune")
def prune_inferences(services: Services, environ: WSGIEnvironment) -> Response:
    """Delete old inferences of all organizations, or count them, for one who may change them."""
    if environ["REQUEST_METHOD"] != "POST":
        return Response(405, {"error": "use POST"}, [("Allow", "POST")])
    headers = {"authorization": str(environ.get("HTTP_AUTHORIZATION", ""))}
    principal = services.authentication.authenticate(headers, {})
    services.authorization.require(principal, _NEEDED)
    body = _read_body(environ)
    before = parse_timestamp(body["before"], "before")
    try:
        deleted = prune(
            services.stores, before, body.get("model"), dry_run=body.get("dry_run", False)
        )
    except ValueError as error:
        raise ApiError(400, str(error)) from None
    content = {name: pruned._asdict() for name, pruned in deleted.items()}
    return Response(200, {"models": content}, [("Cache-Control", "no-store")])


def _read_body(environ: WSGIEnvironment) -> dict[str, Any]:
    try:
        body = orjson.loads(environ["wsgi.input"].read(_MAX_BODY))
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or "before" not in body:
        raise ApiError(400, "the body must be JSON with `before`, a time in ISO 8601 with a zone")
    for name, value in body.items():
        if not isinstance(value, _MEMBERS.get(name, ())):
            raise ApiError(
                400,
                f"{name[:50]}: must be one of before, model (texts) and dry_run (true or false)",
            )
    return body
