"""Alert rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules import service

if TYPE_CHECKING:
    from arthurai.common.documents import Alert
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel

_SORT_COLUMNS: Final = member_columns(
    "name",
    "severity",
    "metric_id",
    "metric_name",
    "metric_type",
    "subsequent_alert_wait_time",
    "last_updated_at",
    "last_updated_by",
    "enabled",
)


@operation("list_alert_rules")
def list_alert_rules(request: Request) -> Response:
    """List the rules of a model."""
    record, params = request.model(), request.params
    found = [
        rule
        for rule in service.list_rules(request.stores, record)
        if params.get("severity") in {None, rule["severity"]}
    ]
    found = sort_items(found, params.get("sort"), _SORT_COLUMNS)
    if not params.get("include_alert_metadata"):
        return Response(200, paginate(found, params, service.to_api))
    alerts = _alerts_by_rule(request, record)
    states = request.documents(Kind.ALERT_RULE_STATE)

    def to_api(rule: dict[str, Any]) -> dict[str, Any]:
        state = states.get(record.organization_id, rule["id"]) or {}
        return {**service.to_api(rule), **_metadata(alerts.get(rule["id"], []), state)}

    return Response(200, paginate(found, params, to_api))


@operation("create_alert_rule")
def create_alert_rule(request: Request) -> Response:
    """Create a rule."""
    record = request.model().require_active()
    rule = service.create_rule(request.stores, record, request.body, request.principal.creator)
    return Response(200, service.to_api(rule))


@operation("update_alert_rule")
def update_alert_rule(request: Request) -> Response:
    """Change a rule."""
    with request.stores.control.transaction():
        rule = service.change_rule(
            request.stores,
            request.model(),
            request.params["alert_rule_id"],
            request.body,
            request.principal.creator,
        )
    return Response(200, service.to_api(rule))


@operation("delete_alert_rule")
def delete_alert_rule(request: Request) -> Response:
    """Archive a rule."""
    service.archive_rule(request.stores, request.model(), request.params["alert_rule_id"])
    return Response(204)


def _alerts_by_rule(request: Request, record: StoredModel) -> dict[str, list[Alert]]:
    found: dict[str, list[Alert]] = {}
    for alert in request.documents(Kind.ALERT).list(record.organization_id, model_id=record.id):
        found.setdefault(alert["alert_rule"]["id"], []).append(alert)
    return found


def _metadata(alerts: list[Alert], state: dict[str, Any]) -> dict[str, Any]:
    counts = Counter(alert["status"] for alert in alerts)
    return {
        "alert_counts": {status: counts[status] for status in ("new", "acknowledged", "resolved")},
        "last_metric_value": state.get("last_metric_value"),
        "last_triggered": max((alert["timestamp"] for alert in alerts), default=None),
    }
