"""What the server counts, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from werkzeug.http import parse_accept_header

from arthurai.common.bundle import Permission
from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response
from arthurai.server.telemetry.metric_families import (
    CONTENT_TYPE,
    OPENMETRICS,
    OPENMETRICS_TYPE,
)

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
    openmetrics = _prefers_openmetrics(str(environ.get("HTTP_ACCEPT", "")))
    content = services.telemetry.render(openmetrics=openmetrics).encode()
    kind = OPENMETRICS_TYPE if openmetrics else CONTENT_TYPE
    answered = [("Cache-Control", "no-store"), ("Vary", "Accept")]
    return Response(200, content, answered, content_type=kind)


def _prefers_openmetrics(accept: str) -> bool:
    """Return whether a header names OpenMetrics, in whatever version, before plain text."""
    weights = {OPENMETRICS: 0.0, "text/plain": 0.0}
    for value, weight in parse_accept_header(accept):
        kind = value.partition(";")[0].strip().lower()
        if kind in weights:
            weights[kind] = max(weights[kind], weight)
    return weights[OPENMETRICS] > weights["text/plain"]
