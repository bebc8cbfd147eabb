"""Alerts: listing, counting, resolving, notifying."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import not_found
from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules.service import get_rule
from arthurai.server.resources.metrics.service import current_name
from arthurai.server.timestamps import parse_timestamp

if TYPE_CHECKING:
    from arthurai.server.document_kinds import StoredAlert
    from arthurai.server.http.request import Request

_SORT_COLUMNS: Final = {
    "timestamp": lambda alert: parse_timestamp(alert["timestamp"], "alert"),
    "status": lambda alert: alert["status"],
}


@operation("list_alerts")
def list_alerts(request: Request) -> Response:
    """List the alerts that pass all filters, by time unless the request sorts otherwise."""
    sort = (request.params.get("sort") or "timestamp").strip()
    found = sort_items(_list(request), sort, _SORT_COLUMNS)
    return Response(200, paginate(found, request.params, _to_api))


@operation("get_alert_counts")
def get_alert_counts(request: Request) -> Response:
    """Count alerts by model, and by day if the request says so."""
    by_date = bool(request.params.get("group_by_date"))
    counts: Counter[tuple[str, str | None]] = Counter()
    for alert in _list(request):
        day = parse_timestamp(alert["timestamp"], "alert").date().isoformat() if by_date else None
        counts[alert["model_id"], day] += 1
    found = []
    for (model_id, day), count in sorted(counts.items(), key=lambda item: str(item[0])):
        found.append({"model_id": model_id, "count": count} | ({"date": day} if day else {}))
    return Response(200, found)


@operation("get_alert")
def get_alert(request: Request) -> Response:
    """Return one alert."""
    return Response(200, _to_api(request.document(Kind.ALERT, "alert_id")))


@operation("update_alert")
def update_alert(request: Request) -> Response:
    """Set the status of one alert."""
    alert = request.document(Kind.ALERT, "alert_id")
    return Response(200, _to_api(_set_status(request, alert)))


@operation("update_alerts_of_rule")
def update_alerts_of_rule(request: Request) -> Response:
    """Set the status of all alerts of a rule."""
    record = request.model()
    rule = get_rule(request.stores, record, request.params["alert_rule_id"])
    updated = 0
    with request.stores.control.transaction():
        for alert in request.documents(Kind.ALERT).list(
            record.organization_id, model_id=record.id, alert_rule_id=rule["id"]
        ):
            if alert["status"] != request.body["status"]:
                _set_status(request, alert)
                updated += 1
    return Response(200, {"updated_alerts": updated})


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


def _set_status(request: Request, alert: StoredAlert) -> StoredAlert:
    changed: StoredAlert = {**alert, "status": request.body["status"]}
    request.documents(Kind.ALERT).put(request.organization_id, alert["id"], changed)
    return changed


def _to_api(alert: StoredAlert) -> dict[str, Any]:
    return {key: value for key, value in alert.items() if key != "alert_rule_id"}


def _list(request: Request) -> list[StoredAlert]:
    params = request.params
    start, end = params.get("start_time"), params.get("end_time")
    since = parse_timestamp(start, "start_time") if start else None
    until = parse_timestamp(end, "end_time") if end else None
    metric = current_name(params["metric"]) if params.get("metric") else None
    found = []
    for alert in request.documents(Kind.ALERT).list(request.organization_id):
        moment = parse_timestamp(alert["timestamp"], "alert")
        rule = alert["alert_rule"]
        if (
            _is_wanted(alert["model_id"], params.get("model_id"))
            and _is_wanted(alert["status"], params.get("status"))
            and _is_wanted(alert["severity"], params.get("severity"))
            and _is_wanted(alert.get("batch_id"), params.get("batch_id"))
            and _is_wanted(rule.get("id"), params.get("alert_rule_id"))
            and metric in {None, str(rule.get("metric_name")).lower()}
            and (since is None or moment >= since)
            and (until is None or moment <= until)
        ):
            found.append(alert)
    return found


def _is_wanted(value: Any, wanted: Any) -> bool:
    if not wanted:
        return True
    return value in (wanted if isinstance(wanted, list) else [wanted])
