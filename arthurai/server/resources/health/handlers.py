"""Whether the server works, for load balancers and supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.http.messages import Reply
from arthurai.server.http.registry import plain_route

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services


@plain_route("/health")
def health(services: Services, environ: WSGIEnvironment) -> Reply:
    """Return 200 while both stores answer, else 503."""
    del environ
    if services.stores.are_healthy():
        return Reply(200, {"status": "ok"})
    return Reply(503, {"error": "a store does not respond; see the server's log"})
