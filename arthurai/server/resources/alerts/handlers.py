"""Alerts: listing, counting, resolving, telling people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import not_found
from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.metrics.service import former
from arthurai.server.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.request import Request

_SORT_COLUMNS = {
    "timestamp": lambda alert: parse_timestamp(alert["timestamp"], "alert"),
    "status": lambda alert: alert["status"],
}


@operation("list_alerts")
def list_alerts(request: Request) -> Response:
    """List the alerts that pass all filters, by time unless asked otherwise."""
    sort = (request.params.get("sort") or "timestamp").strip()
    found = sort_items(_found(request), sort, _SORT_COLUMNS)
    return Response(200, paginate(found, request.params, _shown))


@operation("get_alert_counts")
def get_alert_counts(request: Request) -> Response:
    """Count alerts by model, and by day where asked for."""
    by_date = bool(request.params.get("group_by_date"))
    counts: Counter[tuple[str, str | None]] = Counter()
    for alert in _found(request):
        day = parse_timestamp(alert["timestamp"], "alert").date().isoformat() if by_date else None
        counts[alert["model_id"], day] += 1
    found = []
    for (model_id, day), count in sorted(counts.items(), key=lambda item: str(item[0])):
        found.append({"model_id": model_id, "count": count} | ({"date": day} if day else {}))
    return Response(200, found)


@operation("get_alert")
def get_alert(request: Request) -> Response:
    """Show one alert."""
    return Response(200, _shown(_addressed(request)))


@operation("update_alert")
def update_alert(request: Request) -> Response:
    """Set the status of one alert."""
    alert = _addressed(request)
    set_status(request, alert, request.body["status"])
    return Response(200, _shown(alert))


@operation("send_alert_notification")
def send_alert_notification(request: Request) -> Response:
    """Tell those who are configured for the model about an alert."""
    alert, configuration_id = _addressed(request), request.params.get("configuration_id")
    configurations = request.stores.control.documents(Kind.ALERT_NOTIFICATION_CONFIGURATION)
    if (
        configuration_id is not None
        and configurations.get(request.organization_id, configuration_id) is None
    ):
        raise not_found(f"parameter configuration_id: there is no {configuration_id[:100]!r}")
    sent = request.services.notifications.notify(
        request.organization_id,
        alert["model_id"],
        request.body,
        configuration_id=configuration_id,
    )
    return Response(200, {"message": f"sent to {sent}"})


def set_status(request: Request, alert: dict[str, Any], status: str) -> None:
    """Store the status of an alert.

    Args:
        request: The request that sets it.
        alert: The alert; changed in place.
        status: ``acknowledged`` or ``resolved``.
    """
    alert["status"] = status
    documents = request.stores.control.documents(Kind.ALERT)
    documents.put(request.organization_id, alert["id"], alert)


def _addressed(request: Request) -> dict[str, Any]:
    documents = request.stores.control.documents(Kind.ALERT)
    alert = documents.get(request.organization_id, request.params["alert_id"])
    if alert is None:
        raise not_found()
    return alert


def _shown(alert: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in alert.items() if key != "alert_rule_id"}


def _found(request: Request) -> list[dict[str, Any]]:
    params = request.params
    start, end = params.get("start_time"), params.get("end_time")
    since = parse_timestamp(start, "start_time") if start else None
    until = parse_timestamp(end, "end_time") if end else None
    metric = former(params["metric"]) if params.get("metric") else None
    documents = request.stores.control.documents(Kind.ALERT)
    found = []
    for alert in documents.list(request.organization_id):
        moment = parse_timestamp(alert["timestamp"], "alert")
        rule = alert["alert_rule"]
        if (
            _one_of(alert["model_id"], params.get("model_id"))
            and _one_of(alert["status"], params.get("status"))
            and _one_of(alert["severity"], params.get("severity"))
            and _one_of(alert.get("batch_id"), params.get("batch_id"))
            and _one_of(rule.get("id"), params.get("alert_rule_id"))
            and metric in {None, str(rule.get("metric_name")).lower()}
            and (since is None or moment >= since)
            and (until is None or moment <= until)
        ):
            found.append(alert)
    return found


def _one_of(value: Any, wanted: Any) -> bool:
    if not wanted:
        return True
    return value in (wanted if isinstance(wanted, list) else [wanted])
