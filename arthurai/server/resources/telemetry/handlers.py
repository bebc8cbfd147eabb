"""What the server counts, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.bundle import Permission
from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response
from arthurai.server.telemetry.metric_families import CONTENT_TYPE

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services

_NEEDED: Final = Permission("organization_global", "read")


@plain_route("/metrics")
def metrics(services: Services, environ: WSGIEnvironment) -> Response:
    """Return the metrics to a caller that may read all organizations."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return Response(405, {"error": "use GET"}, [("Allow", "GET, HEAD")])
    headers = {"authorization": str(environ.get("HTTP_AUTHORIZATION", ""))}
    principal = services.authentication.authenticate(headers, {})
    services.authorization.require(principal, _NEEDED)
    content = services.telemetry.render().encode()
    return Response(200, content, [("Cache-Control", "no-store")], content_type=CONTENT_TYPE)
