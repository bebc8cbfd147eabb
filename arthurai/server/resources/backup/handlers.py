"""A backup of the running server, as a tar archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.bundle import Permission
from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response
from arthurai.server.storage.backup import stream_backup

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services

_NEEDED: Final = Permission("organization_global", "write")


@plain_route("/backup")
def backup(services: Services, environ: WSGIEnvironment) -> Response:
    """Return a backup to a caller that may change all organizations."""
    if environ["REQUEST_METHOD"] != "POST":
        return Response(405, {"error": "use POST"}, [("Allow", "POST")])
    headers = {"authorization": str(environ.get("HTTP_AUTHORIZATION", ""))}
    principal = services.authentication.authenticate(headers, {})
    services.authorization.require(principal, _NEEDED)
    if not services.stores.data.database.durable:
        return Response(400, {"error": "the server keeps its data in memory; nothing to back up"})
    content = stream_backup(services.stores)
    return Response(200, content, [("Cache-Control", "no-store")], content_type="application/x-tar")
