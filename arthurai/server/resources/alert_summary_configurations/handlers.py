"""Summaries of alerts and those who get them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import paginate
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.principals import ADMINISTRATOR, SUPER_ADMIN
from arthurai.server.storage.documents.sqlite_database import new_id
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.document_store import DocumentRepository

_CHANGEABLE = ("name", "frequency", "send_day_of_week", "send_time_of_day", "models", "enabled")
_SCHEDULE = ("frequency", "send_day_of_week", "send_time_of_day", "enabled")
_INTERNAL = frozenset({"owner_id", "last_sent"})


@operation("list_alert_summary_configurations")
def list_alert_summary_configurations(request: Request) -> Response:
    """List the summaries of the organisation."""
    found = _documents(request).list(request.organization_id)
    return Response(200, paginate(found, request.params, lambda s: _shown(request, s)))


@operation("create_alert_summary_configuration")
def create_alert_summary_configuration(request: Request) -> Response:
    """Create a summary with its first subscribers."""
    body, caller = request.body, request.principal
    summary: dict[str, Any] = {
        "id": new_id(),
        "name": body["name"],
        "owner_user_id": None if caller.user is None else caller.id,
        "owner_id": caller.id,
        "organization_id": request.organization_id,
        "frequency": body["frequency"],
        "send_day_of_week": body.get("send_day_of_week"),
        "send_time_of_day": body["send_time_of_day"],
        "models": list(dict.fromkeys(body.get("models") or ())),
        "subscribers": [],
        "enabled": True,
        "last_sent": format_now(),
    }
    for subscriber in body.get("subscribers") or ():
        _subscribe(request, summary, subscriber)
    with request.stores.control.transaction():
        _store(request, summary)
    return Response(201, _shown(request, summary))


@operation("get_alert_summary_configuration")
def get_alert_summary_configuration(request: Request) -> Response:
    """Show one summary."""
    return Response(200, _shown(request, _addressed(request)))


@operation("update_alert_summary_configuration")
def update_alert_summary_configuration(request: Request) -> Response:
    """Change a summary; its owner and administrators may."""
    with request.stores.control.transaction():
        summary = _owned(request)
        before = [summary[member] for member in _SCHEDULE]
        summary |= {m: request.body[m] for m in _CHANGEABLE if request.body.get(m) is not None}
        if [summary[member] for member in _SCHEDULE] != before:
            # What was due by the new schedule was not by the old one.
            summary["last_sent"] = format_now()
        _store(request, summary)
    return Response(200, _shown(request, summary))


@operation("delete_alert_summary_configuration")
def delete_alert_summary_configuration(request: Request) -> Response:
    """Delete a summary; its owner and administrators may."""
    _documents(request).delete(request.organization_id, _owned(request)["id"])
    return Response(204)


@operation("send_alert_summary")
def send_alert_summary(request: Request) -> Response:
    """Send a summary of the period that ends now."""
    sent = request.services.notifications.send_summary(_addressed(request), datetime.now(UTC))
    return Response(200, {"message": f"sent to {sent} subscriber{'s' * (sent != 1)}"})


@operation("list_alert_summary_subscribers")
def list_alert_summary_subscribers(request: Request) -> Response:
    """List who gets a summary."""
    subscribers = _shown(request, _addressed(request))["subscribers"]
    return Response(200, paginate(subscribers, request.params, dict))


@operation("create_alert_summary_subscriber")
def create_alert_summary_subscriber(request: Request) -> Response:
    """Add somebody who gets a summary."""
    with request.stores.control.transaction():
        summary = _addressed(request)
        subscriber = _subscribe(request, summary, request.body)
        _documents(request).put(request.organization_id, summary["id"], summary)
    return Response(201, subscriber)


@operation("get_alert_summary_subscriber")
def get_alert_summary_subscriber(request: Request) -> Response:
    """Show one subscriber."""
    return Response(200, _subscriber(request, _shown(request, _addressed(request))))


@operation("update_alert_summary_subscriber")
def update_alert_summary_subscriber(request: Request) -> Response:
    """Switch a subscription on or off; the subscriber, the owner and administrators may."""
    with request.stores.control.transaction():
        summary = _addressed(request)
        subscriber = _subscriber(request, summary)
        _require_owner(request, [summary["owner_id"], subscriber["user_id"]])
        if request.body.get("enabled") is not None:
            subscriber["enabled"] = request.body["enabled"]
        _documents(request).put(request.organization_id, summary["id"], summary)
    return Response(200, _subscriber(request, _shown(request, summary)))


@operation("delete_alert_summary_subscriber")
def delete_alert_summary_subscriber(request: Request) -> Response:
    """Take somebody off a summary; the subscriber, the owner and administrators may."""
    with request.stores.control.transaction():
        summary = _addressed(request)
        subscriber = _subscriber(request, summary)
        _require_owner(request, [summary["owner_id"], subscriber["user_id"]])
        summary["subscribers"].remove(subscriber)
        _documents(request).put(request.organization_id, summary["id"], summary)
    return Response(204)


def _documents(request: Request) -> DocumentRepository:
    return request.stores.control.documents(Kind.ALERT_SUMMARY_CONFIGURATION)


def _addressed(request: Request) -> dict[str, Any]:
    found = _documents(request).get(request.organization_id, request.params["configuration_id"])
    if found is None:
        raise not_found()
    return found


def _owned(request: Request) -> dict[str, Any]:
    summary = _addressed(request)
    _require_owner(request, [summary["owner_id"]])
    return summary


def _require_owner(request: Request, owners: Sequence[str | None]) -> None:
    administers = {ADMINISTRATOR, SUPER_ADMIN} & set(request.principal.roles)
    if not administers and request.principal.id not in owners:
        raise ApiError(403, "only its owner or an administrator may change this")


def _store(request: Request, summary: dict[str, Any]) -> None:
    if summary["frequency"] != "weekly":
        summary["send_day_of_week"] = None
    elif summary["send_day_of_week"] is None:
        raise ApiError(400, "body.send_day_of_week: needed for a weekly summary")
    for model_id in summary["models"]:
        request.stores.control.models.get(request.organization_id, model_id)
    for other in _documents(request).list(request.organization_id):
        if other["name"] == summary["name"] and other["id"] != summary["id"]:
            raise ApiError(409, f"a summary named {summary['name'][:100]!r} exists already")
    _documents(request).put(request.organization_id, summary["id"], summary)


def _subscribe(
    request: Request, summary: dict[str, Any], body: Mapping[str, Any]
) -> dict[str, Any]:
    if body.get("user_id") is None:
        raise ApiError(400, "user_id: needed for e-mail")
    user = request.stores.control.users.member(request.organization_id, body["user_id"])
    if body.get("destination") not in {None, user.email}:
        raise ApiError(400, "destination: must be the address of that user")
    if any(subscriber["user_id"] == user.id for subscriber in summary["subscribers"]):
        raise ApiError(409, "this user gets the summary already")
    subscriber = {
        "id": new_id(),
        "summary_id": summary["id"],
        "type": body["type"],
        "user_id": user.id,
        "destination": user.email,
        "enabled": True,
    }
    summary["subscribers"].append(subscriber)
    return subscriber


def _subscriber(request: Request, summary: Mapping[str, Any]) -> dict[str, Any]:
    subscribers: list[dict[str, Any]] = summary["subscribers"]
    for subscriber in subscribers:
        if subscriber["id"] == request.params["subscriber_id"]:
            return subscriber
    raise not_found()


def _shown(request: Request, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return a summary as the API shows it, with the present addresses of its subscribers."""
    users = request.stores.control.users
    shown = {name: value for name, value in summary.items() if name not in _INTERNAL}
    shown["subscribers"] = [
        {**subscriber, "destination": users.get(subscriber["user_id"]).email}
        for subscriber in summary["subscribers"]
    ]
    return shown
