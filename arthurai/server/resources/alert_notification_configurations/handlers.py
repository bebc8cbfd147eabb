"""Who is notified of the alerts of a model."""

from __future__ import annotations

import re
from operator import methodcaller
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from arthurai.server.delivery.message import is_url
from arthurai.server.delivery.message_formats import (
    EMAIL,
    PAGERDUTY,
    SLACK,
    TEAMS,
    is_signed,
    to_pagerduty_url,
)
from arthurai.server.delivery.webhook_connection import derive_signing_secret
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import paginate
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.identifiers import new_id
from arthurai.server.resources.users.service import check_address

if TYPE_CHECKING:
    from arthurai.common.documents import AlertNotificationConfiguration
    from arthurai.server.http.request import Request

_KIND: Final = Kind.ALERT_NOTIFICATION_CONFIGURATION
WEBHOOK: Final = "webhook"
MAX_CONFIGURATIONS: Final = 100
"""Configurations of a model: each of them gets a message for each alert."""

_VISIBLE: Final = re.compile(r"[!-~]+")


@operation("list_alert_notification_configurations")
def list_alert_notification_configurations(request: Request) -> Response:
    """List the configurations, those of one model or one user if the request names them."""
    user_id = request.params.get("user_id")
    found = [
        configuration
        for configuration in request.documents(_KIND).list(
            request.organization_id, model_id=request.params.get("model_id")
        )
        if user_id in {None, configuration["user_id"]}
    ]
    return Response(200, paginate(found, request.params, lambda c: _to_api(request, c)))


@operation("create_alert_notification_configuration")
def create_alert_notification_configuration(request: Request) -> Response:
    """Configure whom to notify of the alerts of a model."""
    body = request.body
    model_id = request.stores.control.models.get(request.organization_id, body["model_id"]).id
    channel = body["type"].lower()
    user_id, destination = body.get("user_id"), body.get("destination")
    if channel == EMAIL:
        if user_id is None:
            raise ApiError(400, "body.user_id: is required for e-mail")
        user = request.stores.control.users.get_member(request.organization_id, user_id)
        if destination is not None and destination != user.email:
            raise ApiError(400, "body.destination: must be the address of that user")
        destination = user.email
    else:
        if channel == PAGERDUTY and destination:
            destination = to_pagerduty_url(destination)
        _check_destination(destination, url_only=channel in {SLACK, TEAMS, WEBHOOK})
    configuration = {
        "id": new_id(),
        "model_id": model_id,
        "type": channel,
        "destination": destination,
        "user_id": user_id,
        "enabled": body.get("enabled") is not False,
    }
    documents = request.documents(_KIND)
    with request.stores.control.transaction():
        if documents.count(request.organization_id, model_id=model_id) >= MAX_CONFIGURATIONS:
            raise ApiError(
                400,
                f"the model has {MAX_CONFIGURATIONS} notification configurations, which is the "
                "maximum; delete one first",
            )
        documents.put(
            request.organization_id, configuration["id"], configuration, model_id=model_id
        )
    shown = dict(configuration)
    if destination is not None and is_url(destination) and is_signed(channel, destination):
        secret = request.services.secret
        shown["signing_secret"] = derive_signing_secret(secret, configuration["id"])
    return Response(201, shown)


@operation("get_alert_notification_configuration")
def get_alert_notification_configuration(request: Request) -> Response:
    """Return one configuration."""
    return Response(200, _to_api(request, request.document(_KIND, "configuration_id")))


@operation("update_alert_notification_configuration")
def update_alert_notification_configuration(request: Request) -> Response:
    """Enable or disable a configuration."""
    configuration = request.documents(_KIND).change(
        request.organization_id,
        request.params["configuration_id"],
        methodcaller("update", enabled=request.body["enabled"]),
    )
    if configuration is None:
        raise not_found()
    return Response(200, _to_api(request, configuration))


@operation("delete_alert_notification_configuration")
def delete_alert_notification_configuration(request: Request) -> Response:
    """Delete a configuration."""
    configuration = request.document(_KIND, "configuration_id")
    request.documents(_KIND).delete(request.organization_id, configuration["id"])
    return Response(204)


@operation("list_notification_deliveries")
def list_notification_deliveries(request: Request) -> Response:
    """List the latest messages with what became of them, the newest first."""
    wanted = {
        name: value
        for name in ("configuration_id", "status")
        if (value := request.params.get(name)) is not None
    }
    found = request.documents(Kind.NOTIFICATION_DELIVERY).list(
        request.organization_id, model_id=request.params.get("model_id"), **wanted
    )
    return Response(200, paginate(found[::-1], request.params))


def _check_destination(destination: str | None, *, url_only: bool) -> None:
    if not destination:
        raise ApiError(400, "body.destination: is required for this type")
    if url_only and not is_url(destination):
        raise ApiError(400, "body.destination: must be a url for this type")
    if not is_url(destination):
        check_address(destination, "body.destination")
        return
    try:
        parts = urlsplit(destination)
        is_valid = bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        is_valid = False
    if not is_valid or not _VISIBLE.fullmatch(destination):
        raise ApiError(
            400,
            "body.destination: must be a url like http(s)://host[:port]/path, percent-encoded"
            " and without user and password",
        )


def _to_api(
    request: Request, configuration: AlertNotificationConfiguration
) -> AlertNotificationConfiguration:
    """Return a configuration of the API, with the current address of its user."""
    if configuration["type"] != EMAIL:
        return configuration
    user = request.stores.control.users.get(str(configuration["user_id"]))
    return {**configuration, "destination": user.email}
