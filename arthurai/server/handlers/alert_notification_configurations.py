"""Who is told about the alerts of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from arthurai.server import people
from arthurai.server.control.database import new_id
from arthurai.server.http.errors import not_found
from arthurai.server.http.handlers import ApiError, Reply, Request, operation
from arthurai.server.http.paging import paginate
from arthurai.server.notifications import CONFIGURATION_KIND

if TYPE_CHECKING:
    from arthurai.server.control.documents import DocumentRepository

_EMAIL = "email"


@operation("list_alert_notification_configurations")
def list_alert_notification_configurations(request: Request) -> Reply:
    """List configurations, of one model or one user where asked for."""
    user_id = request.params.get("user_id")
    found = [
        configuration
        for configuration in _documents(request).list(
            request.organization_id, model_id=request.params.get("model_id")
        )
        if user_id in {None, configuration["user_id"]}
    ]
    return Reply(200, paginate(found, request.params, dict))


@operation("create_alert_notification_configuration")
def create_alert_notification_configuration(request: Request) -> Reply:
    """Configure whom to tell about alerts of a model."""
    body = request.body
    model_id = request.app.control.models.get(request.organization_id, body["model_id"]).id
    kind = body["type"].lower()
    user_id, destination = body.get("user_id"), body.get("destination")
    if kind == _EMAIL:
        if user_id is None:
            raise ApiError(400, "body.user_id: needed for e-mail")
        user = request.app.control.users.member(request.organization_id, user_id)
        if destination is not None and destination != user.email:
            raise ApiError(400, "body.destination: must be the address of that user")
        destination = user.email
    else:
        _check_destination(destination)
    configuration = {
        "id": new_id(),
        "model_id": model_id,
        "type": kind,
        "destination": destination,
        "user_id": user_id,
        "enabled": body.get("enabled") is not False,
    }
    _documents(request).put(
        request.organization_id, configuration["id"], configuration, model_id=model_id
    )
    return Reply(201, configuration)


def _check_destination(destination: str | None) -> None:
    if not destination:
        raise ApiError(400, "body.destination: needed for this type")
    parts = urlsplit(destination)
    if parts.scheme in {"http", "https"}:
        if not parts.hostname or not destination.isprintable() or " " in destination:
            raise ApiError(400, "body.destination: not a url")
    else:
        people.check_address(destination, "body.destination")


@operation("get_alert_notification_configuration")
def get_alert_notification_configuration(request: Request) -> Reply:
    """Show one configuration."""
    return Reply(200, _addressed(request))


@operation("update_alert_notification_configuration")
def update_alert_notification_configuration(request: Request) -> Reply:
    """Switch a configuration on or off."""
    configuration = _addressed(request)
    configuration["enabled"] = request.body["enabled"]
    _documents(request).put(request.organization_id, configuration["id"], configuration)
    return Reply(200, configuration)


@operation("delete_alert_notification_configuration")
def delete_alert_notification_configuration(request: Request) -> Reply:
    """Delete a configuration."""
    _documents(request).delete(request.organization_id, _addressed(request)["id"])
    return Reply(204)


def _documents(request: Request) -> DocumentRepository:
    return request.app.control.documents(CONFIGURATION_KIND)


def _addressed(request: Request) -> dict[str, Any]:
    found = _documents(request).get(request.organization_id, request.params["configuration_id"])
    if found is None:
        raise not_found()
    return found
