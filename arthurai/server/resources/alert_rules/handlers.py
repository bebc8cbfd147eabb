"""Alert rules."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arthurai.server.document_kinds import Kind
from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules import service as rules
from arthurai.server.resources.alerts.handlers import set_status
from arthurai.server.timestamps import format_timestamp

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import ModelRecord

_SORT_COLUMNS = {
    name: (lambda rule, name=name: rule.get(name))
    for name in (
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
}


@operation("list_alert_rules")
def list_alert_rules(request: Request) -> Response:
    """List the rules of a model."""
    record, params = request.model(), request.params
    found = [
        rule
        for rule in rules.list_rules(request.stores, record)
        if params.get("severity") in {None, rule["severity"]}
    ]
    found = sort_items(found, params.get("sort"), _SORT_COLUMNS)
    alerts = _alerts_by_rule(request, record) if params.get("include_alert_metadata") else None

    def shown(rule: dict[str, Any]) -> dict[str, Any]:
        if alerts is None:
            return rules.to_api(rule)
        return {**rules.to_api(rule), **_metadata(request, record, rule, alerts)}

    return Response(200, paginate(found, params, shown))


@operation("create_alert_rule")
def create_alert_rule(request: Request) -> Response:
    """Make a rule."""
    moment = format_timestamp(datetime.now(UTC))
    record = request.model().active()
    rule = rules.create_rule(
        request.stores, record, request.body, request.principal.creator, moment
    )
    return Response(200, rules.to_api(rule))


@operation("update_alert_rule")
def update_alert_rule(request: Request) -> Response:
    """Change a rule."""
    moment = format_timestamp(datetime.now(UTC))
    with request.stores.control.transaction():
        rule = rules.change_rule(
            request.stores,
            request.model(),
            request.params["alert_rule_id"],
            request.body,
            request.principal.creator,
            moment,
        )
    return Response(200, rules.to_api(rule))


@operation("delete_alert_rule")
def delete_alert_rule(request: Request) -> Response:
    """Archive a rule."""
    rules.archive_rule(request.stores, request.model(), request.params["alert_rule_id"])
    return Response(204)


@operation("update_alerts_of_rule")
def update_alerts_of_rule(request: Request) -> Response:
    """Set the status of all alerts of a rule."""
    record = request.model()
    rule = rules.get_rule(request.stores, record, request.params["alert_rule_id"])
    documents = request.stores.control.documents(Kind.ALERT)
    updated = 0
    with request.stores.control.transaction():
        for alert in documents.list(
            record.organization_id, model_id=record.id, alert_rule_id=rule["id"]
        ):
            if alert["status"] != request.body["status"]:
                set_status(request, alert, request.body["status"])
                updated += 1
    return Response(200, {"updated_alerts": updated})


def _alerts_by_rule(request: Request, record: ModelRecord) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    documents = request.stores.control.documents(Kind.ALERT)
    for alert in documents.list(record.organization_id, model_id=record.id):
        found.setdefault(alert["alert_rule"]["id"], []).append(alert)
    return found


def _metadata(
    request: Request,
    record: ModelRecord,
    rule: dict[str, Any],
    alerts: dict[str, list[dict[str, Any]]],
) -> dict[str, Any]:
    own = alerts.get(rule["id"], [])
    counts = Counter(alert["status"] for alert in own)
    states = request.stores.control.documents(Kind.ALERT_RULE_STATE)
    state = states.get(record.organization_id, rule["id"]) or {}
    return {
        "alert_counts": {status: counts[status] for status in ("new", "acknowledged", "resolved")},
        "last_metric_value": state.get("last_metric_value"),
        "last_triggered": max((alert["timestamp"] for alert in own), default=None),
    }
