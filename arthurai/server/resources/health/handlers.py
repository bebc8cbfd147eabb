"""Whether the server works, for load balancers and supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.http.registry import plain_route
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services


@plain_route("/health")
def health(services: Services, environ: WSGIEnvironment) -> Response:
    """Return 200 while both stores answer, else 503; count the ground truth without inference.

    Where several servers may share their control data, those that were seen lately are listed.
    """
    del environ
    if services.health.is_healthy():
        body: dict[str, Any] = {
            "status": "ok",
            "waiting_ground_truths": services.stores.data.waiting_truths(),
        }
        if servers := services.health.servers:
            body["server_id"] = services.stores.control.leases.holder
            body["servers"] = [
                {
                    "id": server.id,
                    "version": server.release,
                    "uptime_seconds": round(server.age, 1),
                    "seen_seconds_ago": round(server.idle, 1),
                }
                for server in servers
            ]
        return Response(200, body)
    return Response(503, {"error": "a store does not respond; see the server's log"})
