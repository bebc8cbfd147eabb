"""Whether the server works, for load balancers and supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services


@plain_route("/health")
def health(services: Services, environ: WSGIEnvironment) -> Response:
    """Return 200 while both stores answer, else 503; count the ground truth without inference."""
    del environ
    if services.health.is_healthy():
        waiting = services.stores.data.waiting_truths()
        return Response(200, {"status": "ok", "waiting_ground_truths": waiting})
    return Response(503, {"error": "a store does not respond; see the server's log"})
