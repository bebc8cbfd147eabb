"""Alerts: listing, counting, resolving, notifying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.background.alert_announcements import AlertAnnouncements
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import DEFAULT_PAGE_SIZE
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules.service import get_rule
from arthurai.server.resources.metrics.service import current_name
from arthurai.server.storage.documents.stored_alerts import SORTS, AlertFilter
from arthurai.server.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.document_kinds import StoredAlert
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel

MAX_TOGETHER: Final = 100
"""Alerts that are changed in one transaction, for which everybody else waits."""


@operation("list_alerts")
def list_alerts(request: Request) -> Response:
    """List the alerts that pass all filters, by time unless the request sorts otherwise."""
    params, alerts = request.params, request.stores.control.alerts
    wanted = _filter(request)
    sort = (params.get("sort") or "timestamp").strip().removeprefix("+")
    if sort.removeprefix("-") not in SORTS:
        text = f"no column {sort[:100]!r}; use {', '.join(SORTS)}"
        raise ApiError(400, f"parameter sort: {text}")
    page = int(params.get("page") or 1)
    size = int(params.get("page_size") or DEFAULT_PAGE_SIZE)
    total = alerts.count(wanted)
    found = alerts.find(wanted, sort=sort, limit=size, offset=(page - 1) * size)
    return Response(
        200,
        {
            "data": [_to_api(alert) for alert in found],
            "page": page,
            "page_size": size,
            "total_pages": -(-total // size),
            "total_count": total,
        },
    )


@operation("get_alert_counts")
def get_alert_counts(request: Request) -> Response:
    """Count alerts by model, and by day if the request says so."""
    by_date = bool(request.params.get("group_by_date"))
    counts = request.stores.control.alerts.count_by_model(_filter(request), by_date=by_date)
    return Response(
        200,
        [
            {"model_id": model_id, "count": count} | ({"date": day} if day else {})
            for model_id, day, count in counts
        ],
    )


@operation("get_alert")
def get_alert(request: Request) -> Response:
    """Return one alert."""
    return Response(200, _to_api(request.document(Kind.ALERT, "alert_id")))


@operation("update_alert")
def update_alert(request: Request) -> Response:
    """Set the status of one alert."""
    alert = request.document(Kind.ALERT, "alert_id")
    record = request.stores.control.models.get(request.organization_id, alert["model_id"])
    _change_statuses(request, record, [alert["id"]])
    return Response(200, _to_api(request.document(Kind.ALERT, "alert_id")))


@operation("update_alerts_of_rule")
def update_alerts_of_rule(request: Request) -> Response:
    """Set the status of all alerts of a rule."""
    record = request.model()
    rule = get_rule(request.stores, record, request.params["alert_rule_id"])
    alerts, status = request.stores.control.alerts, request.body["status"]
    wanted = AlertFilter(record.organization_id, rule_id=rule["id"])
    found = [alert["id"] for alert in alerts.find(wanted) if alert["status"] != status]
    return Response(200, {"updated_alerts": _change_statuses(request, record, found)})


@operation("send_alert_notification")
def send_alert_notification(request: Request) -> Response:
    """Notify those who are configured for the model of an alert."""
    alert = request.document(Kind.ALERT, "alert_id")
    configuration_id = request.params.get("configuration_id")
    configurations = request.documents(Kind.ALERT_NOTIFICATION_CONFIGURATION)
    if (
        configuration_id is not None
        and configurations.get(request.organization_id, configuration_id) is None
    ):
        raise not_found(f"not found: parameter configuration_id {configuration_id[:100]!r}")
    sent = request.services.notifications.notify(
        request.organization_id,
        alert["model_id"],
        request.body,
        configuration_id=configuration_id,
    )
    return Response(200, {"message": f"sent to {sent}"})


def _change_statuses(request: Request, record: StoredModel, alert_ids: Sequence[str]) -> int:
    """Set the status of alerts and announce those that had another one; return how many."""
    announcements = AlertAnnouncements(request.stores, request.services.notifications, record)
    changed = 0
    for start in range(0, len(alert_ids), MAX_TOGETHER):
        with request.stores.control.transaction():
            for alert_id in alert_ids[start : start + MAX_TOGETHER]:
                if _change_status(request, alert_id):
                    announcements.add(alert_id, is_new=False)
                    changed += 1
    announcements.send(lambda: None)  # when nobody waits for the control store any more
    return changed


def _change_status(request: Request, alert_id: str) -> bool:
    """Set the status of an alert; return whether that was another one."""
    changed = False

    def change(alert: StoredAlert) -> None:
        nonlocal changed
        changed = alert["status"] != request.body["status"]
        alert["status"] = request.body["status"]
        alert.pop("resolved_by_evaluation", None)  # somebody has decided

    request.documents(Kind.ALERT).change(request.organization_id, alert_id, change)
    return changed


def _to_api(alert: StoredAlert) -> dict[str, Any]:
    return {key: value for key, value in alert.items() if key != "alert_rule_id"}


def _filter(request: Request) -> AlertFilter:
    params = request.params
    since, until = (
        format_timestamp(parse_timestamp(params[name], name)) if params.get(name) else None
        for name in ("start_time", "end_time")
    )
    return AlertFilter(
        request.organization_id,
        model_ids=_texts(params.get("model_id")),
        statuses=_texts(params.get("status")),
        severities=_texts(params.get("severity")),
        batch_ids=_texts(params.get("batch_id")),
        rule_id=params.get("alert_rule_id"),
        metric_name=current_name(params["metric"]) if params.get("metric") else None,
        since=since,
        until=until,
    )


def _texts(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)
