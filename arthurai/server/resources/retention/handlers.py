"""Retention and compaction of a running server."""

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
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services

_NEEDED: Final = Permission("organization_global", "write")
_MAX_BODY: Final = 10_000
_PRUNE_MEMBERS: Final = {"before": str, "model": str, "dry_run": bool}
_COMPACT_MEMBERS: Final = {"dry_run": bool}
_TYPES: Final = {str: "text", bool: "true or false"}


@plain_route("/prune")
def prune_inferences(services: Services, environ: WSGIEnvironment) -> Response:
    """Delete old inferences of all organizations, or count them, for one who may change them."""
    body = _receive(services, environ, _PRUNE_MEMBERS)
    if "before" not in body:
        raise ApiError(400, "the body must have `before`, a time in ISO 8601 with a zone")
    before = parse_timestamp(body["before"], "before")
    try:
        deleted = prune(
            services.stores, before, body.get("model"), dry_run=body.get("dry_run", False)
        )
    except ValueError as error:
        raise ApiError(400, str(error)) from None
    content = {name: pruned._asdict() for name, pruned in deleted.items()}
    return Response(200, {"models": content}, [("Cache-Control", "no-store")])


@plain_route("/compact")
def compact_data(services: Services, environ: WSGIEnvironment) -> Response:
    """Return the space of deleted rows to the file system, or estimate it."""
    body = _receive(services, environ, _COMPACT_MEMBERS)
    data = services.stores.data
    if not data.database.durable:
        raise ApiError(400, "the server keeps its data in memory; nothing to compact")
    size = data.upkeep.compact(dry_run=body.get("dry_run", False))
    return Response(200, size._asdict(), [("Cache-Control", "no-store")])


def _receive(
    services: Services, environ: WSGIEnvironment, members: Mapping[str, type]
) -> dict[str, Any]:
    """Return the body of a request of one who may change all organizations."""
    if environ["REQUEST_METHOD"] != "POST":
        raise ApiError(405, "use POST", headers=[("Allow", "POST")])
    headers = {"authorization": str(environ.get("HTTP_AUTHORIZATION", ""))}
    principal = services.authentication.authenticate(headers, {})
    services.authorization.require(principal, _NEEDED)
    try:
        body = orjson.loads(environ["wsgi.input"].read(_MAX_BODY) or b"{}")
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "the body must be a JSON object")
    for name, value in body.items():
        if not isinstance(value, members.get(name, ())):
            known = ", ".join(f"{member} ({_TYPES[kind]})" for member, kind in members.items())
            raise ApiError(400, f"{name[:50]}: must be one of {known}")
    return body
