"""Summaries of alerts and their subscribers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import paginate
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.identifiers import new_id
from arthurai.server.principals import ADMINISTRATOR, SUPER_ADMIN
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.common.documents import AlertSummaryConfiguration, AlertSummarySubscriber
    from arthurai.server.document_kinds import StoredSummaryConfiguration
    from arthurai.server.http.request import Request

_KIND: Final = Kind.ALERT_SUMMARY_CONFIGURATION
_SCHEDULE: Final = ("frequency", "send_day_of_week", "send_time_of_day", "enabled")
_CHANGEABLE: Final = ("name", "models", *_SCHEDULE)
_INTERNAL: Final = frozenset({"owner_id", "last_sent"})
MAX_SUMMARIES: Final = 100
"""Summaries of an organization: each of them is computed and mailed every day or week."""


@operation("list_alert_summary_configurations")
def list_alert_summary_configurations(request: Request) -> Response:
    """List the summaries of the organization."""
    found = request.documents(_KIND).list(request.organization_id)
    return Response(200, paginate(found, request.params, lambda s: _to_api(request, s)))


@operation("create_alert_summary_configuration")
def create_alert_summary_configuration(request: Request) -> Response:
    """Create a summary with its first subscribers."""
    body, principal = request.body, request.principal
    summary: StoredSummaryConfiguration = {
        "id": new_id(),
        "name": body["name"],
        "owner_user_id": None if principal.user is None else principal.id,
        "owner_id": principal.id,
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
        if request.documents(_KIND).count(request.organization_id) >= MAX_SUMMARIES:
            raise ApiError(
                400,
                f"the organization has {MAX_SUMMARIES} summaries of alerts, which is the maximum; "
                "delete one first",
            )
        _check(request, summary)
        _store(request, summary)
    return Response(201, _to_api(request, summary))


@operation("get_alert_summary_configuration")
def get_alert_summary_configuration(request: Request) -> Response:
    """Return one summary."""
    return Response(200, _to_api(request, _find(request)))


@operation("update_alert_summary_configuration")
def update_alert_summary_configuration(request: Request) -> Response:
    """Change a summary; allowed for its owner and administrators."""
    with request.stores.control.transaction():
        summary = _find_own(request)
        before = [summary[member] for member in _SCHEDULE]
        changes = {m: request.body[m] for m in _CHANGEABLE if request.body.get(m) is not None}
        summary |= cast("StoredSummaryConfiguration", changes)
        if [summary[member] for member in _SCHEDULE] != before:
            summary["last_sent"] = format_now()  # the new schedule makes nothing due in the past
        _check(request, summary)
        _store(request, summary)
    return Response(200, _to_api(request, summary))


@operation("delete_alert_summary_configuration")
def delete_alert_summary_configuration(request: Request) -> Response:
    """Delete a summary; allowed for its owner and administrators."""
    request.documents(_KIND).delete(request.organization_id, _find_own(request)["id"])
    return Response(204)


@operation("send_alert_summary")
def send_alert_summary(request: Request) -> Response:
    """Send a summary of the period that ends now."""
    sent = request.services.notifications.send_summary(_find(request), datetime.now(UTC))
    return Response(200, {"message": f"sent to {sent} subscriber{'s' * (sent != 1)}"})


@operation("list_alert_summary_subscribers")
def list_alert_summary_subscribers(request: Request) -> Response:
    """List the subscribers of a summary."""
    subscribers = _to_api(request, _find(request))["subscribers"]
    return Response(200, paginate(subscribers, request.params))


@operation("create_alert_summary_subscriber")
def create_alert_summary_subscriber(request: Request) -> Response:
    """Add a subscriber to a summary."""
    with request.stores.control.transaction():
        summary = _find(request)
        subscriber = _subscribe(request, summary, request.body)
        _store(request, summary)
    return Response(201, subscriber)


@operation("get_alert_summary_subscriber")
def get_alert_summary_subscriber(request: Request) -> Response:
    """Return one subscriber."""
    return Response(200, _find_subscriber(request, _to_api(request, _find(request))))


@operation("update_alert_summary_subscriber")
def update_alert_summary_subscriber(request: Request) -> Response:
    """Enable or disable a subscription; allowed for subscriber, owner and administrators."""
    with request.stores.control.transaction():
        summary = _find(request)
        subscriber = _find_subscriber(request, summary)
        _require_owner(request, [summary["owner_id"], subscriber["user_id"]])
        if request.body.get("enabled") is not None:
            subscriber["enabled"] = request.body["enabled"]
        _store(request, summary)
    return Response(200, _find_subscriber(request, _to_api(request, summary)))


@operation("delete_alert_summary_subscriber")
def delete_alert_summary_subscriber(request: Request) -> Response:
    """Remove a subscriber from a summary; allowed for subscriber, owner and administrators."""
    with request.stores.control.transaction():
        summary = _find(request)
        subscriber = _find_subscriber(request, summary)
        _require_owner(request, [summary["owner_id"], subscriber["user_id"]])
        summary["subscribers"].remove(subscriber)
        _store(request, summary)
    return Response(204)


def _find(request: Request) -> StoredSummaryConfiguration:
    return request.document(_KIND, "configuration_id")


def _find_own(request: Request) -> StoredSummaryConfiguration:
    summary = _find(request)
    _require_owner(request, [summary["owner_id"]])
    return summary


def _require_owner(request: Request, owners: Sequence[str | None]) -> None:
    administers = {ADMINISTRATOR, SUPER_ADMIN} & set(request.principal.roles)
    if not administers and request.principal.id not in owners:
        raise ApiError(403, "only its owner or an administrator may change this")


def _check(request: Request, summary: StoredSummaryConfiguration) -> None:
    """Refuse a summary that cannot be sent or whose name is taken."""
    if summary["frequency"] != "weekly":
        summary["send_day_of_week"] = None
    elif summary["send_day_of_week"] is None:
        raise ApiError(400, "body.send_day_of_week: is required for a weekly summary")
    for model_id in summary["models"]:
        request.stores.control.models.get(request.organization_id, model_id)
    for other in request.documents(_KIND).list(request.organization_id):
        if other["name"] == summary["name"] and other["id"] != summary["id"]:
            raise ApiError(409, f"a summary named {summary['name'][:100]!r} exists already")


def _store(request: Request, summary: Mapping[str, Any]) -> None:
    request.documents(_KIND).put(request.organization_id, summary["id"], summary)


def _subscribe(
    request: Request, summary: StoredSummaryConfiguration, body: Mapping[str, Any]
) -> AlertSummarySubscriber:
    if body.get("user_id") is None:
        raise ApiError(400, "user_id: is required for e-mail")
    user = request.stores.control.users.get_member(request.organization_id, body["user_id"])
    if body.get("destination") not in {None, user.email}:
        raise ApiError(400, "destination: must be the address of that user")
    if any(subscriber["user_id"] == user.id for subscriber in summary["subscribers"]):
        raise ApiError(409, "this user gets the summary already")
    subscriber: AlertSummarySubscriber = {
        "id": new_id(),
        "summary_id": summary["id"],
        "type": body["type"],
        "user_id": user.id,
        "destination": user.email,
        "enabled": True,
    }
    summary["subscribers"].append(subscriber)
    return subscriber


def _find_subscriber(
    request: Request, summary: AlertSummaryConfiguration
) -> AlertSummarySubscriber:
    for subscriber in summary["subscribers"]:
        if subscriber["id"] == request.params["subscriber_id"]:
            return subscriber
    raise not_found()


def _to_api(request: Request, summary: StoredSummaryConfiguration) -> AlertSummaryConfiguration:
    """Return a summary of the API, with the current addresses of its subscribers."""
    users = request.stores.control.users
    subscribers = [
        {**subscriber, "destination": users.get(str(subscriber["user_id"])).email}
        for subscriber in summary["subscribers"]
    ]
    public = {name: value for name, value in summary.items() if name not in _INTERNAL}
    return cast("AlertSummaryConfiguration", {**public, "subscribers": subscribers})
